#include "runtime.h"

#include "mem.h"
#include "text.h"

struct wasm_global *instance_global(const struct wasm_instance *instance, uint32_t index)
{
	uint32_t imported = instance->module->imported_global_count;
	if (index < imported)
		return instance->imported_globals[index];
	return (struct wasm_global *)&instance->globals[index - imported];
}

uint64_t instance_constant(const struct wasm_instance *instance,
			   const struct wasm_constant *constant)
{
	switch (constant->kind) {
	case WASM_CONSTANT_GLOBAL:
		return instance_global(instance, constant->index)->value;
	case WASM_CONSTANT_FUNCTION:
		return (uint64_t)(uintptr_t)instance->functions[constant->index];
	case WASM_CONSTANT_VALUE:
	case WASM_CONSTANT_OTHER:
		break;
	}
	return constant->bits;
}

/* ---- Creation ---- */

/* The instance with all its arrays, still empty, and the types of its module. */
static enum status take_instance(struct wasm_store *store, const struct wasm_module *module,
				 struct wasm_instance **out)
{
	uint32_t own_globals = module->global_count - module->imported_global_count;
	void *parts[8];
	const struct {
		uint64_t count;
		size_t size;
	} sizes[] = {
	    {1, sizeof(struct wasm_instance) + own_globals * sizeof(struct wasm_global)},
	    {module->function_count, sizeof(struct wasm_function *)},
	    {module->table_count, sizeof(struct wasm_table *)},
	    {module->imported_global_count, sizeof(struct wasm_global *)},
	    {module->type_count, sizeof(struct wasm_signature *)},
	    {module->element_count, sizeof(bool)},
	    {module->data_count, sizeof(bool)},
	};
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		enum status status = store_take(store, sizes[i].count, sizes[i].size, &parts[i]);
		if (status != STATUS_OK)
			return status;
	}
	struct wasm_instance *instance = parts[0];
	instance->functions = parts[1];
	instance->tables = parts[2];
	instance->imported_globals = parts[3];
	instance->signatures = parts[4];
	instance->is_element_dropped = parts[5];
	instance->is_data_dropped = parts[6];
	instance->module = module;
	instance->store = store;
	instance->memory = &store->empty_memory;
	*out = instance;
	return STATUS_OK;
}

static enum status add_signatures(struct wasm_instance *instance)
{
	const struct wasm_module *module = instance->module;
	for (uint32_t i = 0; i < module->type_count; i++) {
		enum status status =
		    store_signature(instance->store, &module->types[i], &instance->signatures[i]);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static enum status add_imports(struct wasm_instance *instance, const struct wasm_extern *imports,
			       uint32_t import_count, struct fault *fault)
{
	const struct wasm_module *module = instance->module;
	uint32_t functions = 0, tables = 0, globals = 0;
	for (uint32_t i = 0; i < module->import_count; i++) {
		const struct wasm_extern *given = i < import_count ? &imports[i] : NULL;
		enum status status = link_import(instance, &module->imports[i], given, fault);
		if (status != STATUS_OK)
			return status;
		switch (given->kind) {
		case WASM_FUNCTION:
			instance->functions[functions++] = given->function;
			break;
		case WASM_TABLE:
			instance->tables[tables++] = given->table;
			break;
		case WASM_MEMORY:
			instance->memory = given->memory;
			break;
		case WASM_GLOBAL:
			instance->imported_globals[globals++] = given->global;
			break;
		}
	}
	return STATUS_OK;
}

static enum status add_functions(struct wasm_instance *instance)
{
	const struct wasm_module *module = instance->module;
	uint32_t imported = module->imported_function_count;
	void *records;
	enum status status = store_take(instance->store, module->function_count - imported,
					sizeof(struct wasm_function), &records);
	if (status != STATUS_OK)
		return status;
	struct wasm_function *functions = records;
	for (uint32_t i = imported; i < module->function_count; i++) {
		struct wasm_function *function = &functions[i - imported];
		*function = (struct wasm_function){
		    .signature = instance->signatures[module->function_types[i]],
		    .instance = instance,
		    .entry = module->bodies[i - imported].form->entry,
		    .index = i,
		};
		instance->functions[i] = function;
	}
	return STATUS_OK;
}

/* `what` and a number that was too large. */
static enum status refuse_size(enum status status, const char *what, uint64_t size,
			       struct fault *fault)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, what);
	text_decimal(&text, size);
	text_string(&text, status == STATUS_LIMIT ? ": more than is allowed" : ": out of memory");
	fault->offset = 0;
	return status;
}

static enum status add_tables(struct wasm_instance *instance, struct fault *fault)
{
	const struct wasm_module *module = instance->module;
	for (uint32_t i = module->imported_table_count; i < module->table_count; i++) {
		enum status status =
		    table_create(instance->store, &module->tables[i], &instance->tables[i]);
		if (status != STATUS_OK)
			return refuse_size(
			    status, "size of a table: ", module->tables[i].limits.min, fault);
	}
	return STATUS_OK;
}

static enum status refuse_memory(enum status status, const struct wasm_store *store,
				 const struct wasm_limits_type *limits, struct fault *fault)
{
	if (status != STATUS_NO_MEMORY)
		return refuse_size(status, "pages of the memory: ", limits->min, fault);
	uint64_t most = store->limits.memory_bytes;
	if (limits->has_max && limits->max < most / PORT_PAGE_BYTES)
		most = limits->max * PORT_PAGE_BYTES;
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, "there is no room for a memory of ");
	text_size(&text, limits->min * PORT_PAGE_BYTES);
	text_string(&text, " that may grow to ");
	text_size(&text, most);
	fault->offset = 0;
	return status;
}

/* WebAssembly 2.0 has at most one memory. */
static enum status add_memory(struct wasm_instance *instance, struct fault *fault)
{
	const struct wasm_module *module = instance->module;
	if (module->memory_count == module->imported_memory_count)
		return STATUS_OK;
	enum status status =
	    memory_create(instance->store, &module->memories[0], &instance->memory);
	if (status != STATUS_OK)
		return refuse_memory(status, instance->store, &module->memories[0].limits, fault);
	return STATUS_OK;
}

static void add_globals(struct wasm_instance *instance)
{
	const struct wasm_module *module = instance->module;
	for (uint32_t i = module->imported_global_count; i < module->global_count; i++) {
		uint32_t own = i - module->imported_global_count;
		instance->globals[own] = (struct wasm_global){
		    .value = instance_constant(instance, &module->global_values[own]),
		    .type = module->globals[i].value,
		    .is_mutable = module->globals[i].is_mutable,
		};
	}
}

/* ---- Segments ---- */

/* Are [start, start + count) below `size`? All three are below 2^63. */
static bool is_inside(uint64_t start, uint64_t count, uint64_t size)
{
	return start + count <= size;
}

bool instance_table_init(const struct wasm_instance *instance, uint32_t segment,
			 struct wasm_table *table, const uint64_t range[3])
{
	const struct wasm_element_segment *source = &instance->module->elements[segment];
	uint64_t to = range[0], from = range[1], count = range[2];
	uint64_t available = instance->is_element_dropped[segment] ? 0 : source->count;
	if (!is_inside(to, count, table->size) || !is_inside(from, count, available))
		return false;
	for (uint64_t i = 0; i < count; i++)
		table->elements[to + i] = instance_constant(instance, &source->items[from + i]);
	return true;
}

bool instance_memory_init(const struct wasm_instance *instance, uint32_t segment,
			  struct wasm_memory *memory, const uint64_t range[3])
{
	const struct wasm_data_segment *source = &instance->module->data[segment];
	uint64_t to = range[0], from = range[1], count = range[2];
	uint64_t available = instance->is_data_dropped[segment] ? 0 : source->size;
	if (!is_inside(to, count, memory_size_now(memory)) || !is_inside(from, count, available))
		return false;
	if (count > 0)
		memcpy(memory->base + to, source->data + from, count);
	return true;
}

static enum status refuse_segment(const char *what, uint32_t index, uint64_t offset,
				  struct fault *fault)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, what);
	text_decimal(&text, index);
	fault->offset = offset;
	return STATUS_TRAP;
}

static enum status apply_elements(struct wasm_instance *instance, struct fault *fault)
{
	const struct wasm_module *module = instance->module;
	for (uint32_t i = 0; i < module->element_count; i++) {
		const struct wasm_element_segment *segment = &module->elements[i];
		if (segment->mode == WASM_SEGMENT_ACTIVE) {
			uint64_t start = (uint32_t)instance_constant(instance, &segment->start);
			const uint64_t range[3] = {start, 0, segment->count};
			if (!instance_table_init(instance, i, instance->tables[segment->table],
						 range))
				return refuse_segment(
				    "out of bounds table access: element segment ", i,
				    segment->offset, fault);
		}
		if (segment->mode != WASM_SEGMENT_PASSIVE)
			instance->is_element_dropped[i] = true;
	}
	return STATUS_OK;
}

static enum status apply_data(struct wasm_instance *instance, struct fault *fault)
{
	const struct wasm_module *module = instance->module;
	for (uint32_t i = 0; i < module->data_count; i++) {
		const struct wasm_data_segment *segment = &module->data[i];
		if (segment->mode != WASM_SEGMENT_ACTIVE)
			continue;
		uint64_t start = (uint32_t)instance_constant(instance, &segment->start);
		const uint64_t range[3] = {start, 0, segment->size};
		if (!instance_memory_init(instance, i, instance->memory, range))
			return refuse_segment("out of bounds memory access: data segment ", i,
					      segment->offset, fault);
		instance->is_data_dropped[i] = true;
	}
	return STATUS_OK;
}

/* ---- From outside ---- */

/* All records that the instance needs in the store's arena. */
static enum status take_records(struct wasm_store *store, const struct wasm_module *module,
				struct wasm_instance **out)
{
	struct wasm_instance *instance;
	enum status status = take_instance(store, module, &instance);
	if (status == STATUS_OK)
		status = add_signatures(instance);
	if (status == STATUS_OK)
		status = add_functions(instance);
	if (status == STATUS_OK)
		*out = instance;
	return status;
}

enum status wasm_instance_create(struct wasm_store *store, const struct wasm_module *module,
				 const struct wasm_extern *imports, uint32_t import_count,
				 struct wasm_instance **out, struct fault *fault)
{
	struct wasm_instance *instance;
	enum status status = take_records(store, module, &instance);
	if (status != STATUS_OK) {
		fault_set(fault, 0, "the module's functions, globals and types do not fit");
		return status;
	}
	status = add_imports(instance, imports, import_count, fault);
	if (status == STATUS_OK)
		status = add_tables(instance, fault);
	if (status == STATUS_OK)
		status = add_memory(instance, fault);
	if (status != STATUS_OK)
		return status;
	add_globals(instance);
	status = apply_elements(instance, fault);
	if (status == STATUS_OK)
		status = apply_data(instance, fault);
	if (status == STATUS_OK)
		*out = instance;
	return status;
}

/* ---- Instances for threads ---- */

static void share_imports(struct wasm_instance *instance, const struct wasm_instance *original)
{
	const struct wasm_module *module = instance->module;
	for (uint32_t i = 0; i < module->imported_function_count; i++)
		instance->functions[i] = original->functions[i];
	for (uint32_t i = 0; i < module->imported_table_count; i++)
		instance->tables[i] = original->tables[i];
	for (uint32_t i = 0; i < module->imported_global_count; i++)
		instance->imported_globals[i] = original->imported_globals[i];
	instance->memory = original->memory;
}

/* Data segments stay as they are: active ones were written when the process began, passive ones
 * are there for the start function. */
static enum status fill(struct wasm_instance *instance, struct fault *fault)
{
	const struct wasm_module *module = instance->module;
	add_globals(instance);
	for (uint32_t i = 0; i < module->element_count; i++)
		instance->is_element_dropped[i] = false;
	for (uint32_t i = 0; i < module->data_count; i++)
		instance->is_data_dropped[i] = module->data[i].mode == WASM_SEGMENT_ACTIVE;
	return apply_elements(instance, fault);
}

enum status wasm_instance_clone(const struct wasm_instance *instance, struct wasm_instance **out,
				struct fault *fault)
{
	struct wasm_instance *clone;
	enum status status = take_records(instance->store, instance->module, &clone);
	if (status != STATUS_OK) {
		fault_set(fault, 0, "another instance of the module does not fit");
		return status;
	}
	share_imports(clone, instance);
	status = add_tables(clone, fault);
	if (status == STATUS_OK)
		status = fill(clone, fault);
	if (status == STATUS_OK)
		*out = clone;
	return status;
}

void wasm_instance_reset(struct wasm_instance *instance)
{
	const struct wasm_module *module = instance->module;
	struct fault fault;
	for (uint32_t i = module->imported_table_count; i < module->table_count; i++)
		table_reset(instance->tables[i], &module->tables[i]);
	enum status status = fill(instance, &fault);
	core_assert(status == STATUS_OK);
}

struct wasm_function *wasm_instance_start(const struct wasm_instance *instance)
{
	const struct wasm_module *module = instance->module;
	return module->has_start ? instance->functions[module->start] : NULL;
}

enum status wasm_instance_export(const struct wasm_instance *instance, const uint8_t *name,
				 size_t name_size, struct wasm_extern *out)
{
	const struct wasm_module *module = instance->module;
	for (uint32_t i = 0; i < module->export_count; i++) {
		const struct wasm_export *export = &module->exports[i];
		if (export->name.size != name_size ||
		    (name_size > 0 && memcmp(export->name.data, name, name_size) != 0))
			continue;
		*out = (struct wasm_extern){.kind = export->kind};
		switch (export->kind) {
		case WASM_FUNCTION:
			out->function = instance->functions[export->index];
			break;
		case WASM_TABLE:
			out->table = instance->tables[export->index];
			break;
		case WASM_MEMORY:
			out->memory = instance->memory;
			break;
		case WASM_GLOBAL:
			out->global = instance_global(instance, export->index);
			break;
		}
		return STATUS_OK;
	}
	return STATUS_NOT_FOUND;
}

struct wasm_memory *wasm_instance_memory(const struct wasm_instance *instance)
{
	return instance->module->memory_count > 0 ? instance->memory : NULL;
}

#include "validate.h"

#include "instruction.h"
#include "limits.h"
#include "mem.h"
#include "proposals.h"
#include "sort.h"

#include "core/port.h"

/* What the checks of a module's fields share. Each yields the first error as a fault. */
struct checker {
	struct wasm_module *module;
	struct wasm_code_validator *code;
	struct fault *fault;
};

static enum status refuse_index(const struct checker *checker, uint64_t offset, const char *what,
				uint32_t index)
{
	struct text text = text_over(checker->fault->text, sizeof checker->fault->text);
	text_string(&text, what);
	text_decimal(&text, index);
	checker->fault->offset = offset;
	return STATUS_INVALID;
}

static enum status refuse_no_memory(const struct checker *checker)
{
	fault_set(checker->fault, 0, "out of memory");
	return STATUS_NO_MEMORY;
}

/* Where a name lies in the source: the best place there is to point at for its import or export. */
static uint64_t name_offset(const struct checker *checker, struct wasm_name name)
{
	return (uint64_t)(name.data - checker->module->source);
}

/* ---- Types ---- */

static int compare_types(const void *context, uint32_t a, uint32_t b)
{
	const struct wasm_module *module = context;
	const struct wasm_function_type *first = &module->types[a], *second = &module->types[b];
	if (first->parameter_count != second->parameter_count)
		return first->parameter_count < second->parameter_count ? -1 : 1;
	if (first->result_count != second->result_count)
		return first->result_count < second->result_count ? -1 : 1;
	size_t count = (size_t)first->parameter_count + first->result_count;
	return memcmp(first->types, second->types, count * sizeof *first->types);
}

/* The numbers 0 to `count` - 1 in the order of what they stand for; NULL when memory is refused. */
static uint32_t *sorted_indices(struct wasm_module *module, uint32_t count, sort_compare compare)
{
	uint32_t *indices = arena_new_array(&module->arena, uint32_t, count);
	if (indices == NULL)
		return NULL;
	for (uint32_t i = 0; i < count; i++)
		indices[i] = i;
	sort_indices(indices, count, compare, module);
	return indices;
}

/* Equal types end up beside each other, the one of the smallest index first. */
static enum status find_canonical_types(const struct checker *checker)
{
	struct wasm_module *module = checker->module;
	const uint32_t *sorted = sorted_indices(module, module->type_count, compare_types);
	if (sorted == NULL)
		return refuse_no_memory(checker);
	uint32_t canonical = 0;
	for (uint32_t i = 0; i < module->type_count; i++) {
		if (i == 0 || compare_types(module, sorted[i - 1], sorted[i]) != 0)
			canonical = sorted[i];
		module->types[sorted[i]].canonical = canonical;
		if (module->types[i].result_count > 1)
			module->features |= WASM_FEATURE_MULTI_VALUE;
	}
	return STATUS_OK;
}

static enum status check_functions(const struct checker *checker)
{
	const struct wasm_module *module = checker->module;
	for (uint32_t i = 0; i < module->function_count; i++)
		if (module->function_types[i] >= module->type_count)
			return refuse_index(checker, 0, "unknown type ", module->function_types[i]);
	return STATUS_OK;
}

static bool is_out_of_order(const struct wasm_limits_type *limits)
{
	return limits->has_max && limits->min > limits->max;
}

static enum status check_tables(const struct checker *checker)
{
	struct wasm_module *module = checker->module;
	for (uint32_t i = 0; i < module->table_count; i++) {
		if (is_out_of_order(&module->tables[i].limits))
			return refuse_index(
			    checker, 0, "size minimum must not be greater than maximum, of table ",
			    i);
		if (i > 0 || module->tables[i].element != WASM_FUNCREF)
			module->features |= WASM_FEATURE_REFERENCE_TYPES;
	}
	return STATUS_OK;
}

static enum status check_memories(const struct checker *checker)
{
	static const char order[] = "size minimum must not be greater than maximum, of memory ",
			  size[] = "memory size must be at most 65536 pages (4GiB), of memory ";
	struct wasm_module *module = checker->module;
	for (uint32_t i = 0; i < module->memory_count; i++) {
		const struct wasm_limits_type *limits = &module->memories[i].limits;
		uint64_t offset = module->memories[i].offset;
		if (limits->min > WASM_MEMORY_PAGES_MAX ||
		    (limits->has_max && limits->max > WASM_MEMORY_PAGES_MAX))
			return refuse_index(checker, offset, size, i);
		if (is_out_of_order(limits))
			return refuse_index(checker, offset, order, i);
		if (!module->memories[i].is_shared)
			continue;
		module->features |= WASM_FEATURE_THREADS;
		if (!limits->has_max)
			return refuse_index(checker, offset,
					    "shared memory must have maximum, of memory ", i);
	}
	if (module->memory_count < 2)
		return STATUS_OK;
	fault_set(checker->fault, module->memories[1].offset,
		  wasm_proposal(WASM_PLACE_MEMORY, 1, "multiple memories"));
	return STATUS_INVALID;
}

static void note_imports(const struct checker *checker)
{
	for (uint32_t i = 0; i < checker->module->imported_global_count; i++)
		if (checker->module->globals[i].is_mutable)
			checker->module->features |= WASM_FEATURE_MUTABLE_GLOBALS;
}

/* ---- Constants ---- */

static void declare_function(struct wasm_module *module, uint32_t function)
{
	module->is_function_declared[function / 8] |= (uint8_t)(1u << (function % 8));
}

static enum status check_constant_type(const struct checker *checker,
				       const struct wasm_constant *constant,
				       enum wasm_type expected)
{
	if (constant->type == expected)
		return STATUS_OK;
	struct text text = text_over(checker->fault->text, sizeof checker->fault->text);
	text_string(&text, "type mismatch: expected ");
	text_string(&text, wasm_type_text(expected));
	text_string(&text, ", found ");
	text_string(&text, wasm_type_text(constant->type));
	text_string(&text, ", in a constant expression");
	checker->fault->offset = constant->offset;
	return STATUS_INVALID;
}

static enum status check_constant(const struct checker *checker, struct wasm_constant *constant,
				  enum wasm_type expected)
{
	struct wasm_module *module = checker->module;
	switch (constant->kind) {
	case WASM_CONSTANT_VALUE:
		break;
	case WASM_CONSTANT_GLOBAL:
		if (constant->index >= module->imported_global_count)
			return refuse_index(checker, constant->offset, "unknown global ",
					    constant->index);
		if (module->globals[constant->index].is_mutable)
			return refuse_index(checker, constant->offset,
					    "constant expression required: mutable global ",
					    constant->index);
		constant->type = module->globals[constant->index].value;
		break;
	case WASM_CONSTANT_FUNCTION:
		if (constant->index >= module->function_count)
			return refuse_index(checker, constant->offset, "unknown function ",
					    constant->index);
		declare_function(module, constant->index);
		break;
	case WASM_CONSTANT_OTHER:;
		enum status status = wasm_validate_constant_code(checker->code, constant->offset,
								 expected, checker->fault);
		core_assert(status != STATUS_OK);
		return status;
	}
	return check_constant_type(checker, constant, expected);
}

/* ---- The other fields ---- */

static enum status check_globals(const struct checker *checker)
{
	struct wasm_module *module = checker->module;
	uint32_t imported = module->imported_global_count;
	for (uint32_t i = imported; i < module->global_count; i++) {
		enum status status = check_constant(checker, &module->global_values[i - imported],
						    module->globals[i].value);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static int compare_exports(const void *context, uint32_t a, uint32_t b)
{
	const struct wasm_module *module = context;
	struct wasm_name first = module->exports[a].name, second = module->exports[b].name;
	if (first.size != second.size)
		return first.size < second.size ? -1 : 1;
	return memcmp(first.data, second.data, first.size);
}

static enum status check_export_names(const struct checker *checker)
{
	struct wasm_module *module = checker->module;
	const uint32_t *sorted = sorted_indices(module, module->export_count, compare_exports);
	if (sorted == NULL)
		return refuse_no_memory(checker);
	for (uint32_t i = 1; i < module->export_count; i++) {
		if (compare_exports(module, sorted[i - 1], sorted[i]) != 0)
			continue;
		struct wasm_name name = module->exports[sorted[i]].name;
		fault_set_name(checker->fault, name_offset(checker, name), "duplicate export name",
			       name.data, name.size);
		return STATUS_INVALID;
	}
	return STATUS_OK;
}

static enum status check_export(const struct checker *checker, const struct wasm_export *export)
{
	static const char *const unknown[] = {"unknown function ", "unknown table ",
					      "unknown memory ", "unknown global "};
	struct wasm_module *module = checker->module;
	const uint32_t counts[] = {module->function_count, module->table_count,
				   module->memory_count, module->global_count};
	if (export->index >= counts[export->kind])
		return refuse_index(checker, name_offset(checker, export->name),
				    unknown[export->kind], export->index);
	if (export->kind == WASM_FUNCTION)
		declare_function(module, export->index);
	if (export->kind == WASM_GLOBAL && module->globals[export->index].is_mutable)
		module->features |= WASM_FEATURE_MUTABLE_GLOBALS;
	return STATUS_OK;
}

static enum status check_exports(const struct checker *checker)
{
	for (uint32_t i = 0; i < checker->module->export_count; i++) {
		enum status status = check_export(checker, &checker->module->exports[i]);
		if (status != STATUS_OK)
			return status;
	}
	return check_export_names(checker);
}

static enum status check_start(const struct checker *checker)
{
	const struct wasm_module *module = checker->module;
	if (!module->has_start)
		return STATUS_OK;
	if (module->start >= module->function_count)
		return refuse_index(checker, 0, "unknown function ", module->start);
	const struct wasm_function_type *type = wasm_module_function_type(module, module->start);
	if (type->parameter_count != 0 || type->result_count != 0)
		return refuse_index(checker, 0, "start function takes or returns values: function ",
				    module->start);
	return STATUS_OK;
}

static enum status check_element_segment(const struct checker *checker,
					 struct wasm_element_segment *segment)
{
	struct wasm_module *module = checker->module;
	if (segment->mode == WASM_SEGMENT_ACTIVE) {
		if (segment->table >= module->table_count)
			return refuse_index(checker, segment->offset, "unknown table ",
					    segment->table);
		if (module->tables[segment->table].element != segment->type)
			return refuse_index(checker, segment->offset,
					    "type mismatch: segment of another type than table ",
					    segment->table);
		enum status status = check_constant(checker, &segment->start, WASM_I32);
		if (status != STATUS_OK)
			return status;
	} else {
		module->features |= WASM_FEATURE_BULK_MEMORY;
	}
	for (uint32_t i = 0; i < segment->count; i++) {
		enum status status = check_constant(checker, &segment->items[i], segment->type);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static enum status check_elements(const struct checker *checker)
{
	for (uint32_t i = 0; i < checker->module->element_count; i++) {
		enum status status = check_element_segment(checker, &checker->module->elements[i]);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static enum status check_data(const struct checker *checker)
{
	struct wasm_module *module = checker->module;
	if (module->has_data_count)
		module->features |= WASM_FEATURE_BULK_MEMORY;
	for (uint32_t i = 0; i < module->data_count; i++) {
		struct wasm_data_segment *segment = &module->data[i];
		if (segment->mode != WASM_SEGMENT_ACTIVE) {
			module->features |= WASM_FEATURE_BULK_MEMORY;
			continue;
		}
		if (segment->memory >= module->memory_count)
			return refuse_index(checker, segment->offset, "unknown memory ",
					    segment->memory);
		enum status status = check_constant(checker, &segment->start, WASM_I32);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static enum status check_bodies(const struct checker *checker)
{
	const struct wasm_module *module = checker->module;
	for (uint32_t i = module->imported_function_count; i < module->function_count; i++) {
		enum status status = wasm_validate_body(checker->code, i, checker->fault);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static enum status check_module(const struct checker *checker)
{
	/* Each relies on those before it: bodies on types that exist, on declared functions. */
	static enum status (*const checks[])(const struct checker *checker) = {
	    check_functions, find_canonical_types, check_tables,   check_memories, check_globals,
	    check_exports,   check_start,          check_elements, check_data,     check_bodies,
	};
	note_imports(checker);
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
		enum status status = checks[i](checker);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

/* A malformed module is told as such, whatever else is wrong with it: looks through the bodies that
 * validation did not come to. */
static enum status find_malformed(struct wasm_module *module, struct fault *fault)
{
	uint32_t count = module->function_count - module->imported_function_count;
	for (uint32_t i = 0; i < count; i++) {
		const struct wasm_body *body = &module->bodies[i];
		struct bytes in = bytes_over(module->source, module->source_size);
		in.next = body->code;
		in.end = body->code + body->code_size;
		enum status status = wasm_expression_skip(&in, module->has_data_count);
		if (status == STATUS_OK && bytes_left(&in) > 0)
			bytes_fail(&in, "code behind the end of a function");
		if (bytes_ok(&in))
			continue;
		struct text text = text_over(fault->text, sizeof fault->text);
		text_string(&text, in.reason);
		wasm_text_function(&text, module, module->imported_function_count + i);
		fault->offset = in.error_offset;
		return status == STATUS_OK ? STATUS_MALFORMED : status;
	}
	return STATUS_INVALID;
}

enum status wasm_validate(struct wasm_module *module, struct fault *fault)
{
	struct checker checker = {.module = module, .fault = fault};
	module->is_function_declared =
	    arena_array(&module->arena, (uint64_t)module->function_count / 8 + 1, 1);
	if (module->is_function_declared == NULL ||
	    wasm_code_validator_create(module, &checker.code) != STATUS_OK)
		return refuse_no_memory(&checker);
	enum status status = check_module(&checker);
	if (status == STATUS_INVALID)
		status = find_malformed(module, fault);
	wasm_code_validator_destroy(checker.code);
	return status;
}

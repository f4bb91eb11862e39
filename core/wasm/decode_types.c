#include "decode.h"

#include "instruction.h"
#include "limits.h"
#include "mem.h"
#include "proposals.h"

void *wasm_decode_extend(struct wasm_decoder *decoder, const void *old, uint32_t count,
			 uint32_t more, size_t size)
{
	void *array = wasm_decode_array(decoder, (uint64_t)count + more, size);
	if (array != NULL && count > 0)
		memcpy(array, old, count * size);
	return array;
}

/* Reads a vector of types into `types`, or only counts them where that is NULL. */
static uint32_t decode_value_types(struct wasm_decoder *decoder, uint32_t max, const char *reason,
				   enum wasm_type *types)
{
	uint32_t count = wasm_decode_count(decoder, max, reason);
	for (uint32_t i = 0; i < count && bytes_ok(&decoder->in); i++) {
		enum wasm_type type = wasm_value_type_read(&decoder->in);
		if (types != NULL)
			types[i] = type;
	}
	return count;
}

static void decode_function_type(struct wasm_decoder *decoder, struct wasm_function_type *type)
{
	static const char parameters[] = "too many parameters", results[] = "too many results";
	uint64_t offset = bytes_offset(&decoder->in);
	uint8_t form = bytes_u8(&decoder->in);
	if (form != 0x60)
		bytes_fail_at(&decoder->in, offset,
			      wasm_proposal(WASM_PLACE_TYPE_FORM, form, "malformed function type"));
	struct bytes start = decoder->in;
	uint32_t parameter_count =
	    decode_value_types(decoder, WASM_PARAMETERS_MAX, parameters, NULL);
	uint32_t result_count = decode_value_types(decoder, WASM_RESULTS_MAX, results, NULL);
	enum wasm_type *types =
	    wasm_decode_array(decoder, parameter_count + result_count, sizeof *types);
	if (types == NULL)
		return;
	decoder->in = start;
	decode_value_types(decoder, WASM_PARAMETERS_MAX, parameters, types);
	decode_value_types(decoder, WASM_RESULTS_MAX, results, types + parameter_count);
	type->parameter_count = parameter_count;
	type->result_count = result_count;
	type->types = types;
}

void wasm_decode_types(struct wasm_decoder *decoder)
{
	struct wasm_module *module = decoder->module;
	uint32_t count = wasm_decode_count(decoder, WASM_TYPES_MAX, "too many types");
	struct wasm_function_type *types = wasm_decode_array(decoder, count, sizeof *types);
	for (uint32_t i = 0; i < count && bytes_ok(&decoder->in); i++)
		decode_function_type(decoder, &types[i]);
	module->types = types;
	module->type_count = count;
}

/* What is in the flags of limits. */
enum { LIMITS_HAVE_MAX = 1, LIMITS_ARE_SHARED = 2 };

/* `allowed` are the flags that there may be; the others are malformed. */
static struct wasm_limits_type decode_limits(struct wasm_decoder *decoder, uint8_t allowed,
					     uint8_t *found)
{
	struct bytes *in = &decoder->in;
	uint64_t offset = bytes_offset(in);
	uint8_t flags = bytes_u8(in);
	if ((flags & ~allowed) != 0)
		bytes_fail_at(in, offset,
			      wasm_proposal(WASM_PLACE_LIMITS, flags, "malformed limits flags"));
	*found = flags;
	struct wasm_limits_type limits = {.max = UINT64_MAX,
					  .has_max = (flags & LIMITS_HAVE_MAX) != 0};
	limits.min = bytes_leb_u32(in);
	if (limits.has_max)
		limits.max = bytes_leb_u32(in);
	return limits;
}

static struct wasm_table_type decode_table_type(struct wasm_decoder *decoder)
{
	enum wasm_type element = wasm_reference_type_read(&decoder->in);
	uint8_t flags;
	return (struct wasm_table_type){element, decode_limits(decoder, LIMITS_HAVE_MAX, &flags)};
}

static struct wasm_memory_type decode_memory_type(struct wasm_decoder *decoder)
{
	uint8_t flags;
	struct wasm_memory_type type = {.offset = bytes_offset(&decoder->in)};
	type.limits = decode_limits(decoder, LIMITS_HAVE_MAX | LIMITS_ARE_SHARED, &flags);
	type.is_shared = (flags & LIMITS_ARE_SHARED) != 0;
	return type;
}

struct wasm_global_type wasm_decode_global_type(struct wasm_decoder *decoder)
{
	struct bytes *in = &decoder->in;
	enum wasm_type value = wasm_value_type_read(in);
	uint64_t offset = bytes_offset(in);
	uint8_t mutability = bytes_u8(in);
	if (mutability > 1)
		bytes_fail_at(in, offset, "malformed mutability");
	return (struct wasm_global_type){value, mutability == 1};
}

static void decode_import(struct wasm_decoder *decoder, struct wasm_import *import)
{
	import->module = wasm_decode_name(decoder);
	import->name = wasm_decode_name(decoder);
	uint64_t offset = bytes_offset(&decoder->in);
	import->kind = bytes_u8(&decoder->in);
	switch (import->kind) {
	case WASM_FUNCTION:
		import->function_type = bytes_leb_u32(&decoder->in);
		return;
	case WASM_TABLE:
		import->table = decode_table_type(decoder);
		return;
	case WASM_MEMORY:
		import->memory = decode_memory_type(decoder);
		return;
	case WASM_GLOBAL:
		import->global = wasm_decode_global_type(decoder);
		return;
	}
	bytes_fail_at(&decoder->in, offset,
		      wasm_proposal(WASM_PLACE_KIND, import->kind, "malformed import kind"));
}

/* Imports are the first entries of the index spaces. */
static void fill_index_spaces(struct wasm_module *module)
{
	for (uint32_t i = 0; i < module->import_count; i++) {
		const struct wasm_import *import = &module->imports[i];
		switch (import->kind) {
		case WASM_FUNCTION:
			module->function_types[module->function_count++] = import->function_type;
			break;
		case WASM_TABLE:
			module->tables[module->table_count++] = import->table;
			break;
		case WASM_MEMORY:
			module->memories[module->memory_count++] = import->memory;
			break;
		case WASM_GLOBAL:
			module->globals[module->global_count++] = import->global;
			break;
		}
	}
	module->imported_function_count = module->function_count;
	module->imported_table_count = module->table_count;
	module->imported_memory_count = module->memory_count;
	module->imported_global_count = module->global_count;
}

void wasm_decode_imports(struct wasm_decoder *decoder)
{
	struct wasm_module *module = decoder->module;
	uint32_t counts[WASM_GLOBAL + 1] = {0};
	uint32_t count = wasm_decode_count(decoder, WASM_IMPORTS_MAX, "too many imports");
	module->imports = wasm_decode_array(decoder, count, sizeof *module->imports);
	for (uint32_t i = 0; i < count && bytes_ok(&decoder->in); i++) {
		decode_import(decoder, &module->imports[i]);
		if (bytes_ok(&decoder->in))
			counts[module->imports[i].kind]++;
	}
	if (counts[WASM_TABLE] > WASM_TABLES_MAX)
		wasm_decode_fail(decoder, STATUS_LIMIT, "too many tables");
	module->function_types =
	    wasm_decode_array(decoder, counts[WASM_FUNCTION], sizeof *module->function_types);
	module->tables = wasm_decode_array(decoder, counts[WASM_TABLE], sizeof *module->tables);
	module->memories =
	    wasm_decode_array(decoder, counts[WASM_MEMORY], sizeof *module->memories);
	module->globals = wasm_decode_array(decoder, counts[WASM_GLOBAL], sizeof *module->globals);
	if (!bytes_ok(&decoder->in))
		return;
	module->import_count = count;
	fill_index_spaces(module);
}

void wasm_decode_functions(struct wasm_decoder *decoder)
{
	struct wasm_module *module = decoder->module;
	uint32_t old = module->function_count;
	uint32_t count = wasm_decode_count(decoder, WASM_FUNCTIONS_MAX - old, "too many functions");
	uint32_t *types =
	    wasm_decode_extend(decoder, module->function_types, old, count, sizeof *types);
	for (uint32_t i = 0; i < count && bytes_ok(&decoder->in); i++)
		types[old + i] = bytes_leb_u32(&decoder->in);
	module->function_types = types;
	module->function_count = old + count;
}

void wasm_decode_tables(struct wasm_decoder *decoder)
{
	struct wasm_module *module = decoder->module;
	uint32_t old = module->table_count;
	uint32_t count = wasm_decode_count(decoder, WASM_TABLES_MAX - old, "too many tables");
	struct wasm_table_type *tables =
	    wasm_decode_extend(decoder, module->tables, old, count, sizeof *tables);
	for (uint32_t i = 0; i < count && bytes_ok(&decoder->in); i++)
		tables[old + i] = decode_table_type(decoder);
	module->tables = tables;
	module->table_count = old + count;
}

void wasm_decode_memories(struct wasm_decoder *decoder)
{
	struct wasm_module *module = decoder->module;
	uint32_t old = module->memory_count;
	uint32_t count = wasm_decode_count(decoder, UINT32_MAX, "");
	struct wasm_memory_type *memories =
	    wasm_decode_extend(decoder, module->memories, old, count, sizeof *memories);
	for (uint32_t i = 0; i < count && bytes_ok(&decoder->in); i++)
		memories[old + i] = decode_memory_type(decoder);
	module->memories = memories;
	module->memory_count = old + count;
}

/*
 * What people are told of a module besides its imports and exports.
 */
#include "module.h"

#include "core/port.h"
#include "text.h"

enum { HEADER_BYTES = 8, SECTION_CUSTOM = 0 };

uint32_t wasm_module_memory_count(const struct wasm_module *module)
{
	return module->memory_count;
}

void wasm_module_memory(const struct wasm_module *module, uint32_t index, struct wasm_item *out)
{
	core_assert(index < module->memory_count);
	*out = (struct wasm_item){.kind = WASM_MEMORY};
	struct text text = text_over(out->type_text, sizeof out->type_text);
	wasm_text_memory_type(&text, &module->memories[index]);
}

uint64_t wasm_module_memory_bytes(const struct wasm_module *module)
{
	uint64_t pages = 0;
	for (uint32_t i = 0; i < module->memory_count; i++)
		pages += module->memories[i].limits.min;
	return pages * PORT_PAGE_BYTES;
}

bool wasm_module_import_shared(const struct wasm_module *module, uint32_t index,
			       uint64_t *pages_min, uint64_t *pages_max)
{
	core_assert(index < module->import_count);
	const struct wasm_import *import = &module->imports[index];
	if (import->kind != WASM_MEMORY || !import->memory.is_shared)
		return false;
	*pages_min = import->memory.limits.min;
	*pages_max = import->memory.limits.max;
	return true;
}

uint32_t wasm_module_table_count(const struct wasm_module *module)
{
	return module->table_count;
}

void wasm_module_table(const struct wasm_module *module, uint32_t index, struct wasm_item *out)
{
	core_assert(index < module->table_count);
	*out = (struct wasm_item){.kind = WASM_TABLE};
	struct text text = text_over(out->type_text, sizeof out->type_text);
	wasm_text_table_type(&text, &module->tables[index]);
}

bool wasm_module_start(const struct wasm_module *module, uint32_t *function)
{
	if (module->has_start)
		*function = module->start;
	return module->has_start;
}

void wasm_module_customs(const struct wasm_module *module,
			 void (*visit)(void *context, struct wasm_name name, size_t size),
			 void *context)
{
	struct bytes in = bytes_over(module->source, module->source_size);
	bytes_take(&in, HEADER_BYTES);
	while (bytes_ok(&in) && bytes_left(&in) > 0) {
		uint8_t id = bytes_u8(&in);
		struct bytes section = bytes_slice(&in, bytes_leb_u32(&in));
		if (id != SECTION_CUSTOM)
			continue;
		struct wasm_name name = {.size = bytes_leb_u32(&section)};
		name.data = bytes_take(&section, name.size);
		if (name.data != NULL)
			visit(context, name, bytes_left(&section));
	}
}

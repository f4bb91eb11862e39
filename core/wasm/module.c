#include "module.h"

#include "limits.h"
#include "mem.h"
#include "text.h"

#include "core/port.h"

static enum status build(struct wasm_module *module, const uint8_t *bytes, size_t size,
			 struct fault *fault)
{
	uint8_t *source = arena_array(&module->arena, size, 1);
	if (source == NULL) {
		fault_set(fault, 0, "out of memory");
		return STATUS_NO_MEMORY;
	}
	if (size > 0)
		memcpy(source, bytes, size);
	module->source = source;
	module->source_size = size;
	enum status status = wasm_decode(module, fault);
	if (status == STATUS_OK)
		status = wasm_validate(module, fault);
	if (status == STATUS_OK)
		status = wasm_translate(module, fault);
	return status;
}

enum status wasm_module_create(const uint8_t *bytes, size_t size, struct wasm_module **out,
			       struct fault *fault)
{
	if (size > WASM_MODULE_BYTES_MAX) {
		fault_set(fault, WASM_MODULE_BYTES_MAX, "the module is too large");
		return STATUS_LIMIT;
	}
	struct wasm_module *module = port_allocate(sizeof *module);
	if (module == NULL) {
		fault_set(fault, 0, "out of memory");
		return STATUS_NO_MEMORY;
	}
	*module = (struct wasm_module){0};
	arena_init(&module->arena, 0);
	enum status status = build(module, bytes, size, fault);
	if (status != STATUS_OK) {
		wasm_module_destroy(module);
		return status;
	}
	*out = module;
	return STATUS_OK;
}

void wasm_module_destroy(struct wasm_module *module)
{
	if (module == NULL)
		return;
	growable_reset(&module->code_words);
	growable_reset(&module->code_notes);
	arena_reset(&module->arena);
	port_release(module, sizeof *module);
}

uint64_t wasm_module_bytes(const struct wasm_module *module)
{
	return sizeof *module + module->arena.held_bytes + growable_bytes(&module->code_words) +
	       growable_bytes(&module->code_notes);
}

uint32_t wasm_module_import_count(const struct wasm_module *module)
{
	return module->import_count;
}

uint32_t wasm_module_export_count(const struct wasm_module *module)
{
	return module->export_count;
}

void wasm_module_import(const struct wasm_module *module, uint32_t index, struct wasm_item *out)
{
	core_assert(index < module->import_count);
	const struct wasm_import *import = &module->imports[index];
	*out = (struct wasm_item){import->kind, import->module, import->name, ""};
	struct text text = text_over(out->type_text, sizeof out->type_text);
	switch (import->kind) {
	case WASM_FUNCTION:
		wasm_text_function_type(&text, &module->types[import->function_type]);
		return;
	case WASM_TABLE:
		wasm_text_table_type(&text, &import->table);
		return;
	case WASM_MEMORY:
		wasm_text_memory_type(&text, &import->memory);
		return;
	case WASM_GLOBAL:
		wasm_text_global_type(&text, &import->global);
		return;
	}
}

void wasm_module_export(const struct wasm_module *module, uint32_t index, struct wasm_item *out)
{
	core_assert(index < module->export_count);
	const struct wasm_export *export = &module->exports[index];
	*out = (struct wasm_item){.kind = export->kind, .name = export->name};
	struct text text = text_over(out->type_text, sizeof out->type_text);
	switch (export->kind) {
	case WASM_FUNCTION:
		wasm_text_function_type(&text, wasm_module_function_type(module, export->index));
		return;
	case WASM_TABLE:
		wasm_text_table_type(&text, &module->tables[export->index]);
		return;
	case WASM_MEMORY:
		wasm_text_memory_type(&text, &module->memories[export->index]);
		return;
	case WASM_GLOBAL:
		wasm_text_global_type(&text, &module->globals[export->index]);
		return;
	}
}

void wasm_module_features(const struct wasm_module *module,
			  void (*visit)(void *context, const char *feature), void *context)
{
	static const struct {
		enum wasm_feature bit;
		const char *name;
	} features[] = {
	    {WASM_FEATURE_SIGN_EXTENSION, "sign-extension"},
	    {WASM_FEATURE_SATURATING_CONVERSION, "saturating-conversion"},
	    {WASM_FEATURE_MULTI_VALUE, "multi-value"},
	    {WASM_FEATURE_BULK_MEMORY, "bulk-memory"},
	    {WASM_FEATURE_REFERENCE_TYPES, "reference-types"},
	    {WASM_FEATURE_MUTABLE_GLOBALS, "mutable-globals"},
	    {WASM_FEATURE_THREADS, "threads"},
	};
	for (size_t i = 0; i < sizeof features / sizeof features[0]; i++)
		if ((module->features & (uint32_t)features[i].bit) != 0)
			visit(context, features[i].name);
}

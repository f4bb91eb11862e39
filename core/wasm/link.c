/*
 * Do imports fit what a module asks for (core specification, 4.5.1 and 3.2.7)?
 */
#include "runtime.h"

#include "text.h"

/* `what`, then the import as "module"."name". */
static enum status refuse(const struct wasm_import *wanted, const char *what, struct fault *fault)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, what);
	text_string(&text, " \"");
	text_escaped(&text, wanted->module.data, wanted->module.size);
	text_string(&text, "\".\"");
	text_escaped(&text, wanted->name.data, wanted->name.size);
	text_string(&text, "\"");
	fault->offset = 0;
	return STATUS_UNLINKABLE;
}

/* Limits match when what is there is at least as large and can grow at most as far. */
static bool do_limits_fit(const struct wasm_limits_type *wanted, uint64_t size, uint64_t max)
{
	return size >= wanted->min && (!wanted->has_max || max <= wanted->max);
}

static bool does_function_fit(const struct wasm_instance *instance,
			      const struct wasm_import *wanted,
			      const struct wasm_function *function)
{
	return function->signature == instance->signatures[wanted->function_type];
}

static bool does_table_fit(const struct wasm_import *wanted, const struct wasm_table *table)
{
	return table->type == wanted->table.element &&
	       do_limits_fit(&wanted->table.limits, table->size, table->size_max);
}

static bool does_memory_fit(const struct wasm_import *wanted, const struct wasm_memory *memory)
{
	return wanted->memory.is_shared == memory->is_shared &&
	       do_limits_fit(&wanted->memory.limits, memory_size_now(memory) / PORT_PAGE_BYTES,
			     memory->pages_max);
}

static bool does_global_fit(const struct wasm_import *wanted, const struct wasm_global *global)
{
	return global->type == wanted->global.value &&
	       global->is_mutable == wanted->global.is_mutable;
}

enum status link_import(struct wasm_instance *instance, const struct wasm_import *wanted,
			const struct wasm_extern *given, struct fault *fault)
{
	if (given == NULL || given->function == NULL)
		return refuse(wanted, "unknown import", fault);
	if (given->kind != wanted->kind)
		return refuse(wanted, "incompatible import type: another kind of thing is", fault);
	bool fits = false;
	switch (wanted->kind) {
	case WASM_FUNCTION:
		fits = does_function_fit(instance, wanted, given->function);
		break;
	case WASM_TABLE:
		fits = does_table_fit(wanted, given->table);
		break;
	case WASM_MEMORY:
		fits = does_memory_fit(wanted, given->memory);
		break;
	case WASM_GLOBAL:
		fits = does_global_fit(wanted, given->global);
		break;
	}
	if (!fits)
		return refuse(wanted, "incompatible import type:", fault);
	return STATUS_OK;
}

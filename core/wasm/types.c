#include "module.h"

#include "text.h"

const char *wasm_type_text(enum wasm_type type)
{
	switch (type) {
	case WASM_I32:
		return "i32";
	case WASM_I64:
		return "i64";
	case WASM_F32:
		return "f32";
	case WASM_F64:
		return "f64";
	case WASM_V128:
		return "v128";
	case WASM_FUNCREF:
		return "funcref";
	case WASM_EXTERNREF:
		return "externref";
	}
	return "an unknown type";
}

static void text_types(struct text *text, const enum wasm_type *types, uint32_t count)
{
	text_string(text, "(");
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			text_string(text, ", ");
		text_string(text, wasm_type_text(types[i]));
	}
	text_string(text, ")");
}

void wasm_text_function_type(struct text *text, const struct wasm_function_type *type)
{
	const enum wasm_type *results = type->types + type->parameter_count;
	text_types(text, type->types, type->parameter_count);
	if (type->result_count == 0)
		return;
	text_string(text, " -> ");
	if (type->result_count == 1)
		text_string(text, wasm_type_text(results[0]));
	else
		text_types(text, results, type->result_count);
}

static void text_limits(struct text *text, const struct wasm_limits_type *limits)
{
	text_decimal(text, limits->min);
	if (!limits->has_max) {
		text_string(text, " or more");
		return;
	}
	text_string(text, " to ");
	text_decimal(text, limits->max);
}

void wasm_text_table_type(struct text *text, const struct wasm_table_type *type)
{
	text_limits(text, &type->limits);
	text_string(text, " ");
	text_string(text, wasm_type_text(type->element));
}

void wasm_text_memory_type(struct text *text, const struct wasm_memory_type *type)
{
	text_limits(text, &type->limits);
	text_string(text, type->is_shared ? " shared pages" : " pages");
}

void wasm_text_global_type(struct text *text, const struct wasm_global_type *type)
{
	if (type->is_mutable)
		text_string(text, "mutable ");
	text_string(text, wasm_type_text(type->value));
}

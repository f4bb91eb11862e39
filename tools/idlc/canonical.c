#include "canonical.h"

#include <string.h>

#include "resolve.h"
#include "token.h"

static void write_name(struct output *out, const char *name)
{
	if (token_is_keyword(name, strlen(name)))
		output_string(out, "%");
	output_string(out, name);
}

static void write_items(const struct type *items, struct output *out)
{
	for (const struct type *item = items; item != NULL && !out->is_cut; item = item->next) {
		if (item != items)
			output_string(out, ", ");
		canonical_type(item, out);
	}
}

static void write_result(const struct type *type, struct output *out)
{
	output_string(out, "result");
	if (type->first == NULL && type->second == NULL)
		return;
	output_string(out, "<");
	if (type->first == NULL)
		output_string(out, "_");
	else
		canonical_type(type->first, out);
	if (type->second != NULL) {
		output_string(out, ", ");
		canonical_type(type->second, out);
	}
	output_string(out, ">");
}

static void write_wrapper(const char *name, const struct type *item, struct output *out)
{
	output_format(out, "%s<", name);
	canonical_type(item, out);
	output_string(out, ">");
}

void canonical_type(const struct type *type, struct output *out)
{
	static const char *const names[] = {"bool", "u8",  "u16", "u32", "u64",  "s8",    "s16",
					    "s32",  "s64", "f32", "f64", "char", "string"};
	if (out->is_cut)
		return;
	type = resolve_type(type);
	switch (type->kind) {
	case TYPE_LIST:
		write_wrapper("list", type->first, out);
		break;
	case TYPE_OPTION:
		write_wrapper("option", type->first, out);
		break;
	case TYPE_RESULT:
		write_result(type, out);
		break;
	case TYPE_TUPLE:
		output_string(out, "tuple<");
		write_items(type->items, out);
		output_string(out, ">");
		break;
	case TYPE_NAMED:
		write_name(out, outline_name(resolve_definition(type->definition)));
		break;
	default:
		output_string(out, names[type->kind]);
		break;
	}
}

/* "a: u8, b", "a(u8), b" or "a, b": fields and parameters, cases, flags */
static void write_members(const struct member *members, bool are_cases, struct output *out)
{
	for (const struct member *m = members; m != NULL && !out->is_cut; m = m->next) {
		if (m != members)
			output_string(out, ", ");
		write_name(out, m->name.text);
		if (m->type == NULL)
			continue;
		output_string(out, are_cases ? "(" : ": ");
		canonical_type(m->type, out);
		if (are_cases)
			output_string(out, ")");
	}
}

void canonical_definition(const struct outline_type *type, struct output *out)
{
	static const char *const keywords[] = {"record", "variant", "enum", "flags"};
	const struct definition *definition = type->definition;
	output_format(out, "%s ", keywords[definition->kind]);
	write_name(out, type->name);
	output_string(out, " { ");
	write_members(definition->members, definition->kind == DEFINITION_VARIANT, out);
	output_string(out, " }");
}

void canonical_function(const struct function *function, struct output *out)
{
	write_name(out, function->name.text);
	output_string(out, ": func(");
	write_members(function->parameters, false, out);
	output_string(out, ")");
	if (function->result != NULL) {
		output_string(out, " -> ");
		canonical_type(function->result, out);
	}
	output_string(out, ";");
}

void canonical_write(const struct outline *outline, struct output *out)
{
	output_string(out, "interface ");
	write_name(out, outline->interface->name.text);
	output_string(out, " {\n");
	for (uint32_t i = 0; i < outline->type_count; i++) {
		output_string(out, "  ");
		canonical_definition(&outline->types[i], out);
		output_string(out, "\n");
	}
	for (uint32_t i = 0; i < outline->function_count; i++) {
		output_string(out, "  ");
		canonical_function(outline->functions[i], out);
		output_string(out, "\n");
	}
	output_string(out, "}\n");
}

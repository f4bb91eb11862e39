/*
 * Types of WIT as declarations of C.
 */
#include "bindings.h"

#include <string.h>

#include "c_write.h"

/* A type's documentation, or, where it has no name in WIT, what it is there. */
static void describe(const struct c_type *type, struct output *out)
{
	bool is_composed = strchr(type->shown, '<') != NULL;
	output_string(out, "\n");
	c_comment(out, 0, is_composed ? type->shown : type->doc);
}

static void field(const struct c_type *type, unsigned tabs, const char *name, struct output *out)
{
	c_line(out, tabs, "%s %s;", type->declared, name);
}

static void constants(const struct c_type *type, struct output *out)
{
	for (uint32_t i = 0; i < type->member_count; i++) {
		c_comment(out, 1, type->members[i].doc);
		c_line(out, 1, "%s,", type->members[i].constant);
	}
}

static void declare_enum(const struct c_type *type, struct output *out)
{
	describe(type, out);
	c_line(out, 0, "enum WIRE_FIXED %s {", type->stem);
	constants(type, out);
	c_line(out, 0, "};");
}

/* C's enums hold no more than 31 flags; the others are macros, aligned as clang-format has it. */
static void flag_macros(const struct c_type *type, struct output *out)
{
	size_t width = 0;
	for (uint32_t i = 0; i < type->member_count; i++) {
		size_t size = strlen(type->members[i].constant);
		width = size > width ? size : width;
	}
	for (uint32_t i = 0; i < type->member_count; i++) {
		c_comment(out, 0, type->members[i].doc);
		c_line(out, 0, "#define %-*s (UINT64_C(1) << %u)", (int)width,
		       type->members[i].constant, i);
	}
}

static void declare_flags(const struct c_type *type, struct output *out)
{
	output_string(out, "\n");
	c_comment(out, 0, type->doc);
	output_format(out, "/* %s: bits of a %s */\n", type->stem, type->declared);
	if (type->member_count > 31) {
		flag_macros(type, out);
		return;
	}
	c_line(out, 0, "enum {");
	for (uint32_t i = 0; i < type->member_count; i++) {
		c_comment(out, 1, type->members[i].doc);
		c_line(out, 1, "%s = 1 << %u,", type->members[i].constant, i);
	}
	c_line(out, 0, "};");
}

void bindings_declare_record(const struct c_type *type, struct output *out)
{
	c_line(out, 0, type->layout.is_fixed ? "struct WIRE_FIXED %s {" : "struct %s {",
	       type->stem);
	for (uint32_t i = 0; i < type->member_count; i++) {
		c_comment(out, 1, type->members[i].doc);
		field(type->members[i].type, 1, type->members[i].name, out);
	}
	c_line(out, 0, "};");
	if (type->layout.is_fixed)
		c_line(out, 0, "_Static_assert(sizeof(struct %s) == %u, \"as encoded\");",
		       type->stem, type->layout.least);
}

static void declare_variant(const struct c_type *type, struct output *out)
{
	bool has_values = false;
	for (uint32_t i = 0; i < type->member_count; i++)
		has_values = has_values || type->members[i].type != NULL;
	describe(type, out);
	c_line(out, 0, "enum WIRE_FIXED %s_case {", type->stem);
	constants(type, out);
	c_line(out, 0, "};");
	c_line(out, 0, "struct %s {", type->stem);
	c_line(out, 1, "enum %s_case kind;", type->stem);
	if (has_values)
		c_line(out, 1, "union {");
	for (uint32_t i = 0; i < type->member_count; i++)
		if (type->members[i].type != NULL)
			field(type->members[i].type, 2, type->members[i].name, out);
	if (has_values)
		c_line(out, 1, "} as;");
	c_line(out, 0, "};");
}

static void declare_option(const struct c_type *type, struct output *out)
{
	describe(type, out);
	c_line(out, 0, "struct %s {", type->stem);
	c_line(out, 1, "bool has_value;");
	field(type->first, 1, "value", out);
	c_line(out, 0, "};");
}

static void declare_result(const struct c_type *type, struct output *out)
{
	bool is_union = type->first != NULL && type->second != NULL;
	describe(type, out);
	c_line(out, 0, "struct %s {", type->stem);
	c_line(out, 1, "bool is_error;");
	if (is_union)
		c_line(out, 1, "union {");
	if (type->first != NULL)
		field(type->first, is_union ? 2 : 1, "value", out);
	if (type->second != NULL)
		field(type->second, is_union ? 2 : 1, "error", out);
	if (is_union)
		c_line(out, 1, "};");
	c_line(out, 0, "};");
}

static void declare_items(const struct c_type *type, struct output *out)
{
	describe(type, out);
	c_line(out, 0, "struct %s {", type->stem);
	c_line(out, 1, "const %s *items;", type->item_name);
	c_line(out, 1, "uint32_t count;");
	c_line(out, 0, "};");
}

static void declare_series(const struct c_type *type, struct output *out)
{
	output_string(out, "\n");
	output_format(out, "/* %s: walked with %s_next */\n", type->shown, type->stem);
	c_line(out, 0, "struct %s {", type->stem);
	c_line(out, 1, "const %s *items; /* or NULL: then they are encoded */",
	       type->first->declared);
	c_line(out, 1, "const uint8_t *encoded;");
	c_line(out, 1, "uint32_t size;");
	c_line(out, 1, "uint32_t count;");
	c_line(out, 0, "};");
}

void bindings_declare(const struct c_type *type, struct output *out)
{
	switch (type->kind) {
	case C_NUMBER:
	case C_VIEW:
		break;
	case C_ENUM:
		declare_enum(type, out);
		break;
	case C_FLAGS:
		declare_flags(type, out);
		break;
	case C_RECORD:
		describe(type, out);
		bindings_declare_record(type, out);
		break;
	case C_VARIANT:
		declare_variant(type, out);
		break;
	case C_OPTION:
		declare_option(type, out);
		break;
	case C_RESULT:
		declare_result(type, out);
		break;
	case C_ITEMS:
		declare_items(type, out);
		break;
	case C_SERIES:
		declare_series(type, out);
		break;
	}
}

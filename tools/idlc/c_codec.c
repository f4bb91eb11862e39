/*
 * Types of WIT as functions of C that encode, decode and check a value. What a type is made of has
 * been written before it.
 */
#include "bindings.h"

#include <string.h>

#include "c_write.h"

static unsigned long long known_flags(const struct c_type *type)
{
	return type->member_count == 64 ? ~0ull : (1ull << type->member_count) - 1;
}

/* ---- Statements ---- */

void bindings_put(const struct c_type *type, unsigned tabs, const char *cursor, const char *access,
		  struct output *out)
{
	switch (type->kind) {
	case C_NUMBER:
	case C_VIEW:
		c_line(out, tabs, "wire_put_%s(%s, %s);", type->stem, cursor, access);
		break;
	case C_ENUM:
		c_line(out, tabs, "wire_put_u8(%s, (uint8_t)%s);", cursor, access);
		break;
	case C_FLAGS:
		c_line(out, tabs, "wire_put_u%u(%s, %s);", type->layout.least * 8, cursor, access);
		break;
	default:
		c_line(out, tabs, "%s_put(%s, &%s);", type->stem, cursor, access);
		break;
	}
}

void bindings_get(const struct c_type *type, unsigned tabs, const char *cursor, const char *access,
		  struct output *out)
{
	switch (type->kind) {
	case C_NUMBER:
	case C_VIEW:
		c_line(out, tabs, "%s = wire_get_%s(%s);", access, type->stem, cursor);
		break;
	case C_ENUM:
		c_line(out, tabs, "%s = (%s)wire_get_case(%s, %u);", access, type->declared, cursor,
		       type->member_count);
		break;
	case C_FLAGS:
		c_line(out, tabs, "%s = (%s)wire_get_flags(%s, %u, 0x%llx);", access,
		       type->declared, cursor, type->layout.least, known_flags(type));
		break;
	default:
		c_line(out, tabs, "%s_get(%s, &%s);", type->stem, cursor, access);
		break;
	}
}

/* Checks a value of fixed layout where it stands, at the pointer `bytes`. */
static void check(const struct c_type *type, unsigned tabs, const char *bytes, struct output *out)
{
	struct output start = {0}, first = {0}, second = {0};
	unsigned count = 2;
	output_format(&start, "wire_check_%s(", type->stem);
	if (type->kind == C_ENUM) {
		output_drop(&start);
		output_string(&start, "wire_check_case(");
		output_format(&first, "%u", type->member_count);
		count = 3;
	} else if (type->kind == C_FLAGS) {
		output_drop(&start);
		output_string(&start, "wire_check_flags(");
		output_format(&first, "%u", type->layout.least);
		output_format(&second, "0x%llx", known_flags(type));
		count = 4;
	} else if (type->kind == C_RECORD) {
		output_drop(&start);
		output_format(&start, "%s_check(", type->stem);
	}
	const char *arguments[] = {"in", bytes, first.data, second.data};
	if (!type->layout.is_plain)
		c_call(out, tabs, start.data, arguments, count);
	output_drop(&start);
	output_drop(&first);
	output_drop(&second);
}

/* ---- Functions ---- */

static void begin(const struct c_type *type, const char *ending, const char *first,
		  const char *format, struct output *out)
{
	struct output name = {0}, second = {0};
	output_format(&name, "%s%s", type->stem, ending);
	output_format(&second, format, type->stem);
	struct c_head head = {.type = "static inline void", .name = name.data};
	c_head_add(&head, first);
	c_head_add(&head, second.data);
	output_string(out, "\n");
	c_write_head(out, &head);
	c_line(out, 0, "{");
	output_drop(&name);
	output_drop(&second);
}

static void begin_get(const struct c_type *type, struct output *out)
{
	begin(type, "_get", "struct wire_in *in", "struct %s *value", out);
}

static void begin_put(const struct c_type *type, struct output *out)
{
	begin(type, "_put", "struct wire_out *out", "const struct %s *value", out);
}

static void member_statement(const struct c_member *member, unsigned tabs, const char *path,
			     bool is_put, struct output *out)
{
	struct output access = {0};
	output_format(&access, "value->%s%s", path, member->name);
	if (is_put)
		bindings_put(member->type, tabs, "out", access.data, out);
	else
		bindings_get(member->type, tabs, "in", access.data, out);
	output_drop(&access);
}

static void fixed_check(const struct c_type *type, struct output *out)
{
	if (type->layout.is_plain)
		return;
	begin(type, "_check", "struct wire_in *in", "const uint8_t *bytes", out);
	for (uint32_t i = 0; i < type->member_count; i++) {
		struct output bytes = {0};
		output_format(&bytes, "bytes + offsetof(struct %s, %s)", type->stem,
			      type->members[i].name);
		check(type->members[i].type, 1, bytes.data, out);
		output_drop(&bytes);
	}
	c_line(out, 0, "}");
}

static void fixed_record(const struct c_type *type, struct output *out)
{
	fixed_check(type, out);
	begin_get(type, out);
	if (type->layout.is_plain) {
		c_line(out, 1, "wire_get(in, value, sizeof *value);");
	} else {
		c_line(out, 1, "const uint8_t *bytes = wire_take(in, sizeof *value);");
		c_line(out, 1, "if (bytes == NULL)");
		c_line(out, 2, "return;");
		c_line(out, 1, "%s_check(in, bytes);", type->stem);
		c_line(out, 1, "__builtin_memcpy(value, bytes, sizeof *value);");
	}
	c_line(out, 0, "}");
	begin_put(type, out);
	c_line(out, 1, "wire_put(out, value, sizeof *value);");
	c_line(out, 0, "}");
}

static void record(const struct c_type *type, struct output *out)
{
	if (type->layout.is_fixed) {
		fixed_record(type, out);
		return;
	}
	begin_get(type, out);
	for (uint32_t i = 0; i < type->member_count; i++)
		member_statement(&type->members[i], 1, "", false, out);
	c_line(out, 0, "}");
	begin_put(type, out);
	for (uint32_t i = 0; i < type->member_count; i++)
		member_statement(&type->members[i], 1, "", true, out);
	c_line(out, 0, "}");
}

/* The values of a variant's cases; with one of them an `if` reads better than a switch. */
static void cases(const struct c_type *type, bool is_put, struct output *out)
{
	uint32_t count = 0, last = 0;
	for (uint32_t i = 0; i < type->member_count; i++) {
		if (type->members[i].type == NULL)
			continue;
		count++;
		last = i;
	}
	if (count == 1) {
		c_line(out, 1, "if (value->kind == %s)", type->members[last].constant);
		member_statement(&type->members[last], 2, "as.", is_put, out);
	}
	if (count <= 1)
		return;
	c_line(out, 1, "switch (value->kind) {");
	for (uint32_t i = 0; i < type->member_count; i++) {
		if (type->members[i].type == NULL)
			continue;
		c_line(out, 1, "case %s:", type->members[i].constant);
		member_statement(&type->members[i], 2, "as.", is_put, out);
		c_line(out, 2, "break;");
	}
	if (count < type->member_count) {
		c_line(out, 1, "default:");
		c_line(out, 2, "break;");
	}
	c_line(out, 1, "}");
}

static void variant(const struct c_type *type, struct output *out)
{
	begin_get(type, out);
	c_line(out, 1, "value->kind = (enum %s_case)wire_get_case(in, %u);", type->stem,
	       type->member_count);
	cases(type, false, out);
	c_line(out, 0, "}");
	begin_put(type, out);
	c_line(out, 1, "wire_put_u8(out, (uint8_t)value->kind);");
	cases(type, true, out);
	c_line(out, 0, "}");
}

static void option(const struct c_type *type, struct output *out)
{
	begin_get(type, out);
	c_line(out, 1, "value->has_value = wire_get_case(in, 2) == 1;");
	c_line(out, 1, "if (value->has_value)");
	bindings_get(type->first, 2, "in", "value->value", out);
	c_line(out, 0, "}");
	begin_put(type, out);
	c_line(out, 1, "wire_put_bool(out, value->has_value);");
	c_line(out, 1, "if (value->has_value)");
	bindings_put(type->first, 2, "out", "value->value", out);
	c_line(out, 0, "}");
}

/* The value of a result or its error, whichever it has. */
static void either(const struct c_type *type, bool is_put, struct output *out)
{
	const struct c_type *first = type->first, *second = type->second;
	void (*statement)(const struct c_type *, unsigned, const char *, const char *,
			  struct output *) = is_put ? bindings_put : bindings_get;
	const char *cursor = is_put ? "out" : "in";
	if (second != NULL) {
		c_line(out, 1, "if (value->is_error)");
		statement(second, 2, cursor, "value->error", out);
		if (first != NULL)
			c_line(out, 1, "else");
	} else if (first != NULL) {
		c_line(out, 1, "if (!value->is_error)");
	}
	if (first != NULL)
		statement(first, 2, cursor, "value->value", out);
}

static void result(const struct c_type *type, struct output *out)
{
	begin_get(type, out);
	c_line(out, 1, "value->is_error = wire_get_case(in, 2) == 1;");
	either(type, false, out);
	c_line(out, 0, "}");
	begin_put(type, out);
	c_line(out, 1, "wire_put_bool(out, value->is_error);");
	either(type, true, out);
	c_line(out, 0, "}");
}

static void items(const struct c_type *type, struct output *out)
{
	const struct c_type *item = type->first;
	begin_get(type, out);
	c_line(out, 1, "value->items = wire_get_items(in, %u, &value->count);", item->layout.least);
	if (!item->layout.is_plain) {
		c_line(out, 1, "const uint8_t *bytes = (const uint8_t *)value->items;");
		c_line(out, 1, "for (uint32_t i = 0; i < value->count; i++, bytes += %u)",
		       item->layout.least);
		check(item, 2, "bytes", out);
	}
	c_line(out, 0, "}");
	begin_put(type, out);
	c_line(out, 1, "wire_put_items(out, value->items, value->count, %u);", item->layout.least);
	c_line(out, 0, "}");
}

static void series_get(const struct c_type *type, struct output *out)
{
	const struct c_type *item = type->first;
	begin_get(type, out);
	c_line(out, 1, "%s item;", item->declared);
	c_line(out, 1, "value->items = NULL;");
	c_line(out, 1, "value->count = wire_get_count(in, %u);", item->layout.least);
	c_line(out, 1, "value->encoded = in->next;");
	c_line(out, 1, "for (uint32_t i = 0; i < value->count && in->status == WIRE_OK; i++)");
	bindings_get(item, 2, "in", "item", out);
	if (c_type_is_value(item))
		c_line(out, 1, "(void)item;");
	c_line(out, 1, "value->size = (uint32_t)(in->next - value->encoded);");
	c_line(out, 0, "}");
}

static void series_put(const struct c_type *type, struct output *out)
{
	begin_put(type, out);
	c_line(out, 1, "wire_put_u32(out, value->count);");
	c_line(out, 1, "if (value->items == NULL)");
	c_line(out, 2, "wire_put_view(out, value->encoded, value->size);");
	c_line(out, 1, "for (uint32_t i = 0; value->items != NULL && i < value->count; i++)");
	bindings_put(type->first, 2, "out", "value->items[i]", out);
	c_line(out, 0, "}");
}

static void series_next(const struct c_type *type, struct output *out)
{
	struct output name = {0}, rest = {0}, item = {0};
	output_format(&name, "%s_next", type->stem);
	output_format(&rest, "struct %s *rest", type->stem);
	output_format(&item, "%s *item", type->first->declared);
	struct c_head head = {.type = "static inline bool", .name = name.data};
	c_head_add(&head, rest.data);
	c_head_add(&head, item.data);
	output_string(out, "\n/* Takes the first item off; false at the end. */\n");
	c_write_head(out, &head);
	c_line(out, 0, "{");
	c_line(out, 1, "if (rest->count == 0)");
	c_line(out, 2, "return false;");
	c_line(out, 1, "rest->count--;");
	c_line(out, 1, "if (rest->items != NULL) {");
	c_line(out, 2, "*item = *rest->items++;");
	c_line(out, 2, "return true;");
	c_line(out, 1, "}");
	c_line(out, 1, "struct wire_in in = wire_in_over(rest->encoded, rest->size);");
	if (c_type_is_value(type->first))
		bindings_get(type->first, 1, "&in", "*item", out);
	else
		c_line(out, 1, "%s_get(&in, item);", type->first->stem);
	c_line(out, 1, "rest->encoded = in.next;");
	c_line(out, 1, "rest->size = (uint32_t)(in.end - in.next);");
	c_line(out, 1, "return in.status == WIRE_OK;");
	c_line(out, 0, "}");
	output_drop(&name);
	output_drop(&rest);
	output_drop(&item);
}

void bindings_codec(const struct c_type *type, struct output *out)
{
	switch (type->kind) {
	case C_NUMBER:
	case C_VIEW:
	case C_ENUM:
	case C_FLAGS:
		break;
	case C_RECORD:
		record(type, out);
		break;
	case C_VARIANT:
		variant(type, out);
		break;
	case C_OPTION:
		option(type, out);
		break;
	case C_RESULT:
		result(type, out);
		break;
	case C_ITEMS:
		items(type, out);
		break;
	case C_SERIES:
		series_get(type, out);
		series_put(type, out);
		series_next(type, out);
		break;
	}
}

#include "value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cairn/wire.h>

#include "core/cid.h"
#include "layout.h"
#include "resolve.h"

/* Reading goes on where nothing is shown any more, so that the whole body is checked. */
struct reader {
	struct wire_in in;
	struct text *out;  /* NULL while what is read is not shown */
	const char *where; /* the field or parameter that was begun last */
	uint32_t steps;
	bool has_enough; /* of the steps: what follows is neither read nor shown */
};

static void show(struct reader *reader, const char *string)
{
	if (reader->out != NULL && reader->in.status == WIRE_OK)
		text_string(reader->out, string);
}

static bool is_going_on(const struct reader *reader)
{
	return reader->in.status == WIRE_OK && !reader->has_enough;
}

/* ---- Bytes and text ---- */

static void show_number(struct text *out, size_t value, const char *unit)
{
	text_string(out, " (");
	text_decimal(out, value);
	text_string(out, unit);
}

void value_bytes(struct value_body body, struct text *out)
{
	size_t shown = body.size < VALUE_HEX_BYTES ? body.size : VALUE_HEX_BYTES;
	if (body.size == 0) {
		text_string(out, "nothing");
		return;
	}
	text_string(out, "0x");
	text_hex(out, body.data, shown);
	if (shown < body.size)
		text_string(out, "...");
	if (shown < body.size)
		show_number(out, body.size, " bytes)");
}

/* The largest size up to `most` at which no character is cut. */
static size_t whole_characters(const uint8_t *data, size_t size, size_t most)
{
	if (size <= most)
		return size;
	while (most > 0 && (data[most] & 0xc0) == 0x80)
		most--;
	return most;
}

/* Newlines and tabs are common enough to be shown as C writes them. */
static void show_text(struct text *out, const uint8_t *data, size_t size)
{
	static const char letters[] = {['\t'] = 't', ['\n'] = 'n', ['\r'] = 'r'};
	size_t from = 0;
	for (size_t i = 0; i < size; i++) {
		if (data[i] >= sizeof letters || letters[data[i]] == '\0')
			continue;
		text_escaped(out, data + from, i - from);
		text_bytes(out, (const char[]){'\\', letters[data[i]]}, 2);
		from = i + 1;
	}
	text_escaped(out, data + from, size - from);
}

static void show_quoted(struct text *out, const uint8_t *data, size_t size)
{
	size_t shown = whole_characters(data, size, VALUE_STRING_BYTES);
	text_string(out, "\"");
	show_text(out, data, shown);
	text_string(out, shown < size ? "...\"" : "\"");
	if (shown < size)
		show_number(out, size, " bytes)");
}

/* Whether somebody would rather read it as text: no other control character than those above. */
static bool looks_like_text(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (data[i] < '\t' || (data[i] > '\r' && data[i] < ' ') || data[i] == 0x7f)
			return false;
	return wire_is_utf8(data, size);
}

/* A name of content is a list of bytes in interfaces, and is known by how it begins. */
static bool show_cid(struct text *out, struct wire_bytes bytes)
{
	char name[CID_TEXT_BYTES];
	struct cid cid;
	struct fault fault;
	if (bytes.size != CID_BINARY_BYTES ||
	    cid_from_binary(bytes.data, bytes.size, &cid, &fault) != STATUS_OK)
		return false;
	cid_to_text(&cid, name);
	text_string(out, name);
	return true;
}

static void show_byte_list(struct reader *reader)
{
	struct wire_bytes bytes = wire_get_bytes(&reader->in);
	if (reader->out == NULL || reader->in.status != WIRE_OK)
		return;
	size_t start = whole_characters(bytes.data, bytes.size, VALUE_STRING_BYTES);
	if (show_cid(reader->out, bytes))
		return;
	if (looks_like_text(bytes.data, start))
		show_quoted(reader->out, bytes.data, bytes.size);
	else
		value_bytes((struct value_body){bytes.data, bytes.size}, reader->out);
}

static void show_string(struct reader *reader)
{
	struct wire_string string = wire_get_string(&reader->in);
	if (reader->out != NULL && reader->in.status == WIRE_OK)
		show_quoted(reader->out, (const uint8_t *)string.data, string.size);
}

static void show_char(struct reader *reader)
{
	uint32_t point = wire_get_char(&reader->in);
	uint8_t bytes[4];
	size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	if (reader->out == NULL || reader->in.status != WIRE_OK)
		return;
	for (size_t i = size; i-- > 1; point >>= 6)
		bytes[i] = (uint8_t)(0x80 | (point & 0x3f));
	bytes[0] = (uint8_t)(size == 1 ? point : (0xf00u >> size & 0xff) | point);
	text_string(reader->out, "'");
	show_text(reader->out, bytes, size);
	text_string(reader->out, "'");
}

/* ---- Numbers ---- */

static void show_unsigned(struct reader *reader, uint64_t value)
{
	if (reader->out != NULL && reader->in.status == WIRE_OK)
		text_decimal(reader->out, value);
}

static void show_signed(struct reader *reader, int64_t value)
{
	show(reader, value < 0 ? "-" : "");
	show_unsigned(reader, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

/* As many digits as it takes to tell a value from its neighbours. */
static void show_float(struct reader *reader, double value, int digits)
{
	char text[40];
	snprintf(text, sizeof text, "%.*g", digits, value);
	show(reader, text);
}

static void show_primitive(struct reader *reader, enum type_kind kind)
{
	struct wire_in *in = &reader->in;
	switch (kind) {
	case TYPE_BOOL:
		show(reader, wire_get_bool(in) ? "true" : "false");
		break;
	case TYPE_U8:
		show_unsigned(reader, wire_get_u8(in));
		break;
	case TYPE_U16:
		show_unsigned(reader, wire_get_u16(in));
		break;
	case TYPE_U32:
		show_unsigned(reader, wire_get_u32(in));
		break;
	case TYPE_U64:
		show_unsigned(reader, wire_get_u64(in));
		break;
	case TYPE_S8:
		show_signed(reader, wire_get_s8(in));
		break;
	case TYPE_S16:
		show_signed(reader, wire_get_s16(in));
		break;
	case TYPE_S32:
		show_signed(reader, wire_get_s32(in));
		break;
	case TYPE_S64:
		show_signed(reader, wire_get_s64(in));
		break;
	case TYPE_F32:
		show_float(reader, (double)wire_get_f32(in), 9);
		break;
	case TYPE_F64:
		show_float(reader, wire_get_f64(in), 17);
		break;
	case TYPE_CHAR:
		show_char(reader);
		break;
	default:
		show_string(reader);
		break;
	}
}

/* ---- What is composed ---- */

static void show_value(struct reader *reader, const struct type *type);

/* `(VALUE)`, where there is one. */
static void show_payload(struct reader *reader, const struct type *type)
{
	if (type == NULL)
		return;
	show(reader, "(");
	show_value(reader, type);
	show(reader, ")");
}

static void show_members(struct reader *reader, const struct member *members)
{
	for (const struct member *m = members; m != NULL && is_going_on(reader); m = m->next) {
		show(reader, m == members ? "" : ", ");
		reader->where = m->name.text;
		show(reader, m->name.text);
		show(reader, ": ");
		show_value(reader, m->type);
	}
}

static void show_tuple(struct reader *reader, const struct type *items)
{
	show(reader, "(");
	for (const struct type *t = items; t != NULL && is_going_on(reader); t = t->next) {
		show(reader, t == items ? "" : ", ");
		show_value(reader, t);
	}
	show(reader, ")");
}

static void show_flags(struct reader *reader, const struct definition *flags)
{
	uint32_t count = flags->member_count;
	uint64_t known = count == 64 ? UINT64_MAX : ((uint64_t)1 << count) - 1;
	uint64_t value = wire_get_flags(&reader->in, layout_flags_bytes(count), known);
	bool is_first = true;
	show(reader, "{");
	for (const struct member *m = flags->members; m != NULL; m = m->next, value >>= 1) {
		if ((value & 1) == 0)
			continue;
		show(reader, is_first ? "" : ", ");
		show(reader, m->name.text);
		is_first = false;
	}
	show(reader, "}");
}

static void show_case(struct reader *reader, const struct definition *definition)
{
	uint32_t number = wire_get_case(&reader->in, definition->member_count);
	const struct member *chosen = definition->members;
	if (reader->in.status != WIRE_OK)
		return;
	while (number-- > 0)
		chosen = chosen->next;
	show(reader, chosen->name.text);
	show_payload(reader, chosen->type);
}

static void show_named(struct reader *reader, const struct definition *definition)
{
	if (definition->kind == DEFINITION_RECORD) {
		show(reader, "{");
		show_members(reader, definition->members);
		show(reader, "}");
	} else if (definition->kind == DEFINITION_FLAGS) {
		show_flags(reader, definition);
	} else {
		show_case(reader, definition);
	}
}

/* Items that are not shown are read all the same, unless they cannot be wrong. */
static void skip_items(struct reader *reader, const struct type *item, uint32_t count)
{
	struct text *out = reader->out;
	reader->out = NULL;
	if (item->layout.is_plain)
		wire_take(&reader->in, (uint64_t)count * item->layout.least);
	else
		for (uint32_t i = 0; i < count && is_going_on(reader); i++)
			show_value(reader, item);
	reader->out = out;
}

static void show_list(struct reader *reader, const struct type *item)
{
	if (resolve_type(item)->kind == TYPE_U8) {
		show_byte_list(reader);
		return;
	}
	uint32_t count = wire_get_count(&reader->in, item->layout.least);
	uint32_t shown = count < VALUE_ITEMS ? count : VALUE_ITEMS;
	show(reader, "[");
	for (uint32_t i = 0; i < shown && is_going_on(reader); i++) {
		show(reader, i == 0 ? "" : ", ");
		show_value(reader, item);
	}
	skip_items(reader, item, count - shown);
	show(reader, shown < count ? ", ...]" : "]");
	if (shown < count && reader->out != NULL && reader->in.status == WIRE_OK)
		show_number(reader->out, count, " items)");
}

static void show_choice(struct reader *reader, const char *const names[2],
			const struct type *const types[2])
{
	uint8_t chosen = wire_get_case(&reader->in, 2);
	if (reader->in.status != WIRE_OK)
		return;
	show(reader, names[chosen]);
	show_payload(reader, types[chosen]);
}

static void show_value(struct reader *reader, const struct type *type)
{
	static const char *const option[] = {"none", "some"};
	static const char *const result[] = {"ok", "error"};
	if (++reader->steps > VALUE_STEPS_MAX)
		reader->has_enough = true;
	if (!is_going_on(reader))
		return;
	type = resolve_type(type);
	switch (type->kind) {
	case TYPE_LIST:
		show_list(reader, type->first);
		break;
	case TYPE_OPTION:
		show_choice(reader, option, (const struct type *const[]){NULL, type->first});
		break;
	case TYPE_RESULT:
		show_choice(reader, result,
			    (const struct type *const[]){type->first, type->second});
		break;
	case TYPE_TUPLE:
		show_tuple(reader, type->items);
		break;
	case TYPE_NAMED:
		show_named(reader, resolve_definition(type->definition));
		break;
	default:
		show_primitive(reader, type->kind);
		break;
	}
}

/* ---- Bodies ---- */

static struct reader reader_over(struct value_body body, struct text *out)
{
	return (struct reader){.in = wire_in_over(body.data, body.size), .out = out};
}

/* A line that did not fit says so. */
static void mark_cut(struct text *out)
{
	static const char mark[] = "...";
	if (out->used + 1 < out->size || out->size < sizeof mark)
		return;
	out->used =
	    whole_characters((const uint8_t *)out->data, out->used, out->used - strlen(mark));
	text_string(out, mark);
}

/* What was shown of a body that turns out to be wrong is taken back. */
static bool finish(struct reader *reader, struct value_body body, size_t used)
{
	struct text *out = reader->out;
	if (!reader->has_enough)
		reader->in.status = wire_end(&reader->in);
	bool is_good = reader->in.status == WIRE_OK;
	if (!is_good) {
		out->used = used;
		value_bytes(body, out);
		text_string(out, ", which is not as defined: ");
		text_string(out, wire_status_text(reader->in.status));
		if (reader->where != NULL && reader->in.status != WIRE_LONG) {
			text_string(out, ", in ");
			text_string(out, reader->where);
		}
	}
	return is_good;
}

static const struct function *function_of(const struct outline *outline, struct value_body body)
{
	struct wire_in in = wire_in_over(body.data, body.size);
	uint32_t number = wire_get_u32(&in);
	return in.status == WIRE_OK && number < outline->function_count ? outline->functions[number]
									: NULL;
}

const char *value_function(const struct outline *outline, struct value_body body)
{
	const struct function *function = function_of(outline, body);
	return function == NULL ? NULL : function->name.text;
}

bool value_call(const struct outline *outline, struct value_body body, struct text *out)
{
	struct reader reader = reader_over(body, out);
	const struct function *function = function_of(outline, body);
	text_string(out, function == NULL ? "?" : function->name.text);
	text_string(out, "(");
	size_t used = out->used;
	wire_take(&reader.in, sizeof(uint32_t));
	if (function == NULL)
		wire_fail(&reader.in, WIRE_FUNCTION);
	else
		show_members(&reader, function->parameters);
	bool is_good = finish(&reader, body, used);
	text_string(out, ")");
	mark_cut(out);
	return is_good;
}

bool value_answer(const struct outline *outline, uint32_t function, struct value_body body,
		  struct text *out)
{
	struct reader reader = reader_over(body, out);
	size_t used = out->used;
	if (function >= outline->function_count)
		wire_fail(&reader.in, WIRE_FUNCTION);
	else if (outline->functions[function]->result != NULL)
		show_value(&reader, outline->functions[function]->result);
	else
		show(&reader, "()");
	bool is_good = finish(&reader, body, used);
	mark_cut(out);
	return is_good;
}

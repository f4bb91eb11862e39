#include "reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "resolve.h"

void reference_open(struct reference *reference, const char *text)
{
	*reference = (struct reference){0};
	library_parse(&reference->library, "reference", text, strlen(text));
	library_resolve(&reference->library);
	struct file *file = reference->library.files;
	if (reference->library.report.count == 0 &&
	    outline_make(&reference->library, file->interfaces, &reference->outline))
		return;
	fputs(reference->library.report.lines.data, stderr);
	abort();
}

void reference_close(struct reference *reference)
{
	library_drop(&reference->library);
}

/* ---- Writing ---- */

static uint8_t choose(struct choices *choices)
{
	return choices->used < choices->size ? choices->data[choices->used++] : 0;
}

static void write_number(uint64_t value, unsigned size, struct output *body)
{
	for (unsigned i = 0; i < size; i++) {
		char byte = (char)(value >> (8 * i));
		output_bytes(body, &byte, 1);
	}
}

static void write_any(unsigned size, struct choices *choices, struct output *body)
{
	for (unsigned i = 0; i < size; i++)
		write_number(choose(choices), 1, body);
}

/* Short mostly, and now and then longer than what is copied into a message. */
static uint32_t choose_count(struct choices *choices)
{
	uint8_t choice = choose(choices);
	return choice < 250 ? choice % 5 : choice;
}

static void write_string(struct choices *choices, struct output *body)
{
	static const char *const characters[] = {
	    "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "0", "\n"};
	struct output text = {0};
	for (uint32_t i = choose_count(choices); i > 0; i--)
		output_string(&text, characters[choose(choices) % 6]);
	write_number(text.size, 4, body);
	if (text.size > 0)
		output_bytes(body, text.data, text.size);
	output_drop(&text);
}

static void write_value(const struct type *type, struct choices *choices, struct output *body);

static void write_members(const struct member *members, struct choices *choices,
			  struct output *body)
{
	for (const struct member *m = members; m != NULL; m = m->next)
		write_value(m->type, choices, body);
}

static void write_flags(const struct definition *flags, struct choices *choices,
			struct output *body)
{
	uint64_t value = 0;
	for (uint32_t i = 0; i < flags->member_count; i++)
		value |= (uint64_t)(choose(choices) & 1) << i;
	write_number(value, layout_flags_bytes(flags->member_count), body);
}

static void write_named(const struct definition *definition, struct choices *choices,
			struct output *body)
{
	if (definition->kind == DEFINITION_RECORD) {
		write_members(definition->members, choices, body);
		return;
	}
	if (definition->kind == DEFINITION_FLAGS) {
		write_flags(definition, choices, body);
		return;
	}
	uint32_t number = choose(choices) % definition->member_count;
	const struct member *chosen = definition->members;
	for (uint32_t i = 0; i < number; i++)
		chosen = chosen->next;
	write_number(number, 1, body);
	if (chosen->type != NULL)
		write_value(chosen->type, choices, body);
}

static void write_result(const struct type *type, struct choices *choices, struct output *body)
{
	uint8_t which = choose(choices) & 1;
	const struct type *value = which == 0 ? type->first : type->second;
	write_number(which, 1, body);
	if (value != NULL)
		write_value(value, choices, body);
}

static void write_list(const struct type *item, struct choices *choices, struct output *body)
{
	uint32_t count = body->size > 10000 ? 0 : choose_count(choices);
	write_number(count, 4, body);
	for (uint32_t i = 0; i < count; i++)
		write_value(item, choices, body);
}

static unsigned number_size(enum type_kind kind)
{
	switch (kind) {
	case TYPE_U8:
	case TYPE_S8:
	case TYPE_BOOL:
		return 1;
	case TYPE_U16:
	case TYPE_S16:
		return 2;
	case TYPE_U64:
	case TYPE_S64:
	case TYPE_F64:
		return 8;
	default:
		return 4;
	}
}

static void write_value(const struct type *type, struct choices *choices, struct output *body)
{
	type = resolve_type(type);
	switch (type->kind) {
	case TYPE_BOOL:
		write_number(choose(choices) & 1, 1, body);
		break;
	case TYPE_CHAR:
		write_number(choose(choices) & 1 ? 0x10ffff : 0xd7ff, 4, body);
		break;
	case TYPE_STRING:
		write_string(choices, body);
		break;
	case TYPE_LIST:
		write_list(type->first, choices, body);
		break;
	case TYPE_OPTION:
		write_number(choose(choices) & 1, 1, body);
		if (body->data[body->size - 1] == 1)
			write_value(type->first, choices, body);
		break;
	case TYPE_RESULT:
		write_result(type, choices, body);
		break;
	case TYPE_TUPLE:
		for (const struct type *item = type->items; item != NULL; item = item->next)
			write_value(item, choices, body);
		break;
	case TYPE_NAMED:
		write_named(resolve_definition(type->definition), choices, body);
		break;
	default:
		write_any(number_size(type->kind), choices, body);
		break;
	}
}

void reference_write(const struct reference *reference, uint32_t function, bool is_answer,
		     struct choices *choices, struct output *body)
{
	const struct function *f = reference->outline.functions[function];
	if (is_answer) {
		write_value(f->result, choices, body);
		return;
	}
	write_number(function, 4, body);
	write_members(f->parameters, choices, body);
}

/* ---- Reading ---- */

struct reader {
	const uint8_t *body;
	size_t size;
	size_t at;
	bool is_bad;
};

static uint64_t read_number(struct reader *reader, unsigned size)
{
	uint64_t value = 0;
	if (reader->is_bad || reader->size - reader->at < size) {
		reader->is_bad = true;
		return 0;
	}
	for (unsigned i = 0; i < size; i++)
		value |= (uint64_t)reader->body[reader->at++] << (8 * i);
	return value;
}

static uint64_t read_below(struct reader *reader, unsigned size, uint64_t limit)
{
	uint64_t value = read_number(reader, size);
	if (value >= limit)
		reader->is_bad = true;
	return reader->is_bad ? 0 : value;
}

/* One character, as RFC 3629 lists them. */
static void read_character(struct reader *reader, uint32_t *left)
{
	static const struct {
		uint8_t first[2], second[2];
		unsigned more;
	} rows[] = {
	    {{0x00, 0x7f}, {0, 0}, 0},       {{0xc2, 0xdf}, {0x80, 0xbf}, 1},
	    {{0xe0, 0xe0}, {0xa0, 0xbf}, 2}, {{0xe1, 0xec}, {0x80, 0xbf}, 2},
	    {{0xed, 0xed}, {0x80, 0x9f}, 2}, {{0xee, 0xef}, {0x80, 0xbf}, 2},
	    {{0xf0, 0xf0}, {0x90, 0xbf}, 3}, {{0xf1, 0xf3}, {0x80, 0xbf}, 3},
	    {{0xf4, 0xf4}, {0x80, 0x8f}, 3},
	};
	const uint8_t *bytes = reader->body + reader->at;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (bytes[0] < rows[i].first[0] || bytes[0] > rows[i].first[1])
			continue;
		bool is_good = rows[i].more < *left;
		for (unsigned k = 1; is_good && k <= rows[i].more; k++) {
			uint8_t low = k == 1 ? rows[i].second[0] : 0x80;
			uint8_t high = k == 1 ? rows[i].second[1] : 0xbf;
			is_good = bytes[k] >= low && bytes[k] <= high;
		}
		reader->is_bad = !is_good;
		reader->at += rows[i].more + 1;
		*left -= is_good ? rows[i].more + 1 : *left;
		return;
	}
	reader->is_bad = true;
}

static void read_string(struct reader *reader)
{
	uint32_t left = (uint32_t)read_number(reader, 4);
	if (left > reader->size - reader->at)
		reader->is_bad = true;
	while (!reader->is_bad && left > 0)
		read_character(reader, &left);
}

static void read_value(const struct type *type, struct reader *reader);

static void read_named(const struct definition *definition, struct reader *reader)
{
	uint32_t count = definition->member_count;
	const struct member *member = definition->members;
	if (definition->kind == DEFINITION_RECORD) {
		for (; member != NULL; member = member->next)
			read_value(member->type, reader);
		return;
	}
	if (definition->kind == DEFINITION_FLAGS) {
		uint64_t value = read_number(reader, layout_flags_bytes(count));
		if (count < 64 && value >> count != 0)
			reader->is_bad = true;
		return;
	}
	for (uint64_t i = read_below(reader, 1, count); i > 0; i--)
		member = member->next;
	if (!reader->is_bad && member->type != NULL)
		read_value(member->type, reader);
}

static void read_list(const struct type *item, struct reader *reader)
{
	uint32_t count = (uint32_t)read_number(reader, 4);
	for (uint32_t i = 0; i < count && !reader->is_bad; i++)
		read_value(item, reader);
}

static void read_result(const struct type *type, struct reader *reader)
{
	bool is_error = read_below(reader, 1, 2) == 1;
	const struct type *value = is_error ? type->second : type->first;
	if (!reader->is_bad && value != NULL)
		read_value(value, reader);
}

static void read_value(const struct type *type, struct reader *reader)
{
	type = resolve_type(type);
	uint64_t value = 0;
	switch (type->kind) {
	case TYPE_BOOL:
		read_below(reader, 1, 2);
		break;
	case TYPE_CHAR:
		value = read_below(reader, 4, 0x110000);
		if (value >= 0xd800 && value <= 0xdfff)
			reader->is_bad = true;
		break;
	case TYPE_STRING:
		read_string(reader);
		break;
	case TYPE_LIST:
		read_list(type->first, reader);
		break;
	case TYPE_OPTION:
		if (read_below(reader, 1, 2) == 1)
			read_value(type->first, reader);
		break;
	case TYPE_RESULT:
		read_result(type, reader);
		break;
	case TYPE_TUPLE:
		for (const struct type *item = type->items; item != NULL; item = item->next)
			read_value(item, reader);
		break;
	case TYPE_NAMED:
		read_named(resolve_definition(type->definition), reader);
		break;
	default:
		read_number(reader, number_size(type->kind));
		break;
	}
}

bool reference_accepts(const struct reference *reference, uint32_t function, bool is_answer,
		       const uint8_t *body, size_t size)
{
	const struct function *f = reference->outline.functions[function];
	struct reader reader = {.body = body, .size = size};
	if (is_answer) {
		read_value(f->result, &reader);
	} else {
		reader.is_bad = read_number(&reader, 4) != function || reader.is_bad;
		for (const struct member *m = f->parameters; m != NULL; m = m->next)
			read_value(m->type, &reader);
	}
	return !reader.is_bad && reader.at == size;
}

#include "json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

/* ---- Strings ---- */

/* The size of the well-formed UTF-8 character at `data`, or 0. */
static size_t character_size(const uint8_t *data, size_t size)
{
	uint8_t lead = data[0];
	size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if (length == 0 || length > size || lead > 0xf4)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((data[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, and what lies past U+10FFFF show in the second byte. */
	bool is_refused = (lead == 0xe0 && data[1] < 0xa0) || (lead == 0xed && data[1] > 0x9f) ||
			  (lead == 0xf0 && data[1] < 0x90) || (lead == 0xf4 && data[1] > 0x8f);
	return is_refused ? 0 : length;
}

static uint32_t point_of(const uint8_t *data, size_t length)
{
	uint32_t point = length == 1 ? data[0] : data[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++)
		point = point << 6 | (data[i] & 0x3f);
	return point;
}

/* What lies past U+FFFF is two escapes. */
static void write_escape(FILE *file, uint32_t point)
{
	if (point <= 0xffff)
		fprintf(file, "\\u%04x", (unsigned)point);
	else
		fprintf(file, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (point >> 10)),
			(unsigned)(0xdc00 | (point & 0x3ff)));
}

static FILE *file_of(const struct json *json)
{
	return json->file == NULL ? stdout : json->file;
}

/* Escaped is also what a terminal would not show as it is, though JSON does not ask for that. */
static void write_string(FILE *file, const uint8_t *data, size_t size)
{
	putc('"', file);
	for (size_t i = 0; i < size;) {
		size_t length = character_size(data + i, size - i);
		uint32_t point = length == 0 ? 0 : point_of(data + i, length);
		if (length == 0)
			fputs("\\ufffd", file);
		else if (text_is_deceptive(point))
			write_escape(file, point);
		else if (data[i] == '"' || data[i] == '\\')
			fprintf(file, "\\%c", data[i]);
		else
			fwrite(data + i, 1, length, file);
		i += length == 0 ? 1 : length;
	}
	putc('"', file);
}

/* ---- Values ---- */

static void begin(struct json *json, const char *key)
{
	FILE *file = file_of(json);
	if (json->needs_comma)
		putc(',', file);
	json->needs_comma = true;
	if (key == NULL)
		return;
	write_string(file, (const uint8_t *)key, strlen(key));
	putc(':', file);
}

static void open_with(struct json *json, const char *key, char bracket)
{
	begin(json, key);
	putc(bracket, file_of(json));
	json->needs_comma = false;
}

static void close_with(struct json *json, char bracket)
{
	putc(bracket, file_of(json));
	json->needs_comma = true;
}

void json_open_object(struct json *json, const char *key)
{
	open_with(json, key, '{');
}

void json_close_object(struct json *json)
{
	close_with(json, '}');
}

void json_open_array(struct json *json, const char *key)
{
	open_with(json, key, '[');
}

void json_close_array(struct json *json)
{
	close_with(json, ']');
}

void json_bytes(struct json *json, const char *key, const void *data, size_t size)
{
	begin(json, key);
	write_string(file_of(json), data, size);
}

void json_string(struct json *json, const char *key, const char *string)
{
	json_bytes(json, key, string, strlen(string));
}

void json_number(struct json *json, const char *key, uint64_t value)
{
	begin(json, key);
	fprintf(file_of(json), "%" PRIu64, value);
}

void json_thousandths(struct json *json, const char *key, uint64_t value)
{
	begin(json, key);
	fprintf(file_of(json), "%" PRIu64 ".%03u", value / 1000, (unsigned)(value % 1000));
}

void json_null(struct json *json, const char *key)
{
	begin(json, key);
	fputs("null", file_of(json));
}

void json_end_line(struct json *json)
{
	putc('\n', file_of(json));
	json->needs_comma = false;
}

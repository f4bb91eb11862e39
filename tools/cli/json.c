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
static void write_escape(uint32_t point)
{
	if (point <= 0xffff)
		printf("\\u%04x", (unsigned)point);
	else
		printf("\\u%04x\\u%04x", (unsigned)(0xd7c0 + (point >> 10)),
		       (unsigned)(0xdc00 | (point & 0x3ff)));
}

/* Escaped is also what a terminal would not show as it is, though JSON does not ask for that. */
static void write_string(const uint8_t *data, size_t size)
{
	putchar('"');
	for (size_t i = 0; i < size;) {
		size_t length = character_size(data + i, size - i);
		uint32_t point = length == 0 ? 0 : point_of(data + i, length);
		if (length == 0)
			fputs("\\ufffd", stdout);
		else if (text_is_deceptive(point))
			write_escape(point);
		else if (data[i] == '"' || data[i] == '\\')
			printf("\\%c", data[i]);
		else
			fwrite(data + i, 1, length, stdout);
		i += length == 0 ? 1 : length;
	}
	putchar('"');
}

/* ---- Values ---- */

static void begin(struct json *json, const char *key)
{
	if (json->needs_comma)
		putchar(',');
	json->needs_comma = true;
	if (key == NULL)
		return;
	write_string((const uint8_t *)key, strlen(key));
	putchar(':');
}

static void open_with(struct json *json, const char *key, char bracket)
{
	begin(json, key);
	putchar(bracket);
	json->needs_comma = false;
}

static void close_with(struct json *json, char bracket)
{
	putchar(bracket);
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
	write_string(data, size);
}

void json_string(struct json *json, const char *key, const char *string)
{
	json_bytes(json, key, string, strlen(string));
}

void json_number(struct json *json, const char *key, uint64_t value)
{
	begin(json, key);
	printf("%" PRIu64, value);
}

void json_null(struct json *json, const char *key)
{
	begin(json, key);
	fputs("null", stdout);
}

void json_end_line(struct json *json)
{
	putchar('\n');
	json->needs_comma = false;
}

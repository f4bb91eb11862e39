#include "text.h"

#include <stdbool.h>

#include "bytes.h"

struct text text_over(char *buffer, size_t size)
{
	buffer[0] = '\0';
	return (struct text){.data = buffer, .size = size};
}

void text_bytes(struct text *text, const char *data, size_t size)
{
	for (size_t i = 0; i < size && text->used + 1 < text->size; i++)
		text->data[text->used++] = data[i];
	text->data[text->used] = '\0';
}

void text_string(struct text *text, const char *string)
{
	size_t size = 0;
	while (string[size] != '\0')
		size++;
	text_bytes(text, string, size);
}

void text_decimal(struct text *text, uint64_t value)
{
	char digits[20];
	size_t first = sizeof digits;
	do {
		digits[--first] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	text_bytes(text, digits + first, sizeof digits - first);
}

void text_size(struct text *text, uint64_t size)
{
	static const char *const units[] = {" bytes", " KiB", " MiB", " GiB"};
	unsigned unit = 0;
	while (unit < 3 && size != 0 && size % 1024 == 0) {
		size /= 1024;
		unit++;
	}
	text_decimal(text, size);
	text_string(text, units[unit]);
}

static void hex_digits(struct text *text, uint32_t value, unsigned count)
{
	for (unsigned i = count; i-- > 0;)
		text_bytes(text, &"0123456789abcdef"[value >> (4 * i) & 15], 1);
}

void text_hex(struct text *text, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		hex_digits(text, data[i], 2);
}

bool text_is_deceptive(uint32_t point)
{
	static const uint32_t ranges[][2] = {
	    {0x0, 0x1f},        {0x7f, 0x9f},       {0xad, 0xad},     {0x34f, 0x34f},
	    {0x61c, 0x61c},     {0x115f, 0x1160},   {0x17b4, 0x17b5}, {0x180b, 0x180f},
	    {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f}, {0x3164, 0x3164},
	    {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0}, {0xfff0, 0xfffb},
	    {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}, {0xe000, 0xf8ff}, {0xf0000, 0x10ffff},
	};
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (point >= ranges[i][0] && point <= ranges[i][1])
			return true;
	return false;
}

/* The size of the well-formed UTF-8 character at `data`, or 0; its code point in `point`. */
static size_t character(const uint8_t *data, size_t size, uint32_t *point)
{
	size_t length = data[0] < 0x80 ? 1 : data[0] < 0xe0 ? 2 : data[0] < 0xf0 ? 3 : 4;
	if (length > size || !bytes_are_utf8(data, length))
		return 0;
	*point = length == 1 ? data[0] : data[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++)
		*point = *point << 6 | (data[i] & 0x3f);
	return length;
}

void text_escaped(struct text *text, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size;) {
		uint32_t point = 0;
		size_t length = character(data + i, size - i, &point);
		if (text->used + length + 1 > text->size)
			return;
		if (length == 0) {
			text_string(text, "\\x");
			hex_digits(text, data[i++], 2);
			continue;
		}
		if (text_is_deceptive(point)) {
			text_string(text, "\\u{");
			hex_digits(text, point, point > 0xffff ? 6 : 4);
			text_string(text, "}");
		} else if (point == '\\' || point == '"') {
			text_string(text, "\\");
			text_bytes(text, (const char *)data + i, 1);
		} else {
			text_bytes(text, (const char *)data + i, length);
		}
		i += length;
	}
}

void fault_set(struct fault *fault, uint64_t offset, const char *what)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, what);
	fault->offset = offset;
}

void fault_set_name(struct fault *fault, uint64_t offset, const char *what, const uint8_t *name,
		    size_t name_size)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, what);
	text_string(&text, " \"");
	text_escaped(&text, name, name_size);
	text_string(&text, "\"");
	fault->offset = offset;
}

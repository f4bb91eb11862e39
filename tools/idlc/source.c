#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bounds.h"

void report_add(struct report *report, struct place place, const char *format, ...)
{
	if (report->count++ >= LIMIT_ERRORS)
		return;
	output_format(&report->lines, "%s:%u:%u: ", place.source->path, place.line, place.column);
	va_list arguments;
	va_start(arguments, format);
	output_format_list(&report->lines, format, arguments);
	va_end(arguments);
	output_string(&report->lines, "\n");
}

/* The size of the well-formed UTF-8 character at `data`, or 0; its code point in `point`. */
static size_t character(const uint8_t *data, size_t size, uint32_t *point)
{
	static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
	uint8_t lead = data[0];
	size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if (length == 0 || length > size || lead > 0xf4)
		return 0;
	uint32_t value = length == 1 ? lead : lead & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (data[i] & 0x3f);
	}
	if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
		return 0;
	*point = value;
	return length;
}

/* Characters that show a reader something else than what a parser sees. */
static bool is_forbidden(uint32_t point)
{
	if (point < 0x20)
		return point != '\t' && point != '\n' && point != '\r';
	return (point >= 0x7f && point < 0xa0) || (point >= 0x200e && point <= 0x200f) ||
	       (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) ||
	       point == 0x61c || point == 0xfeff;
}

static bool check_characters(const struct source *source, struct report *report)
{
	struct place place = {.source = source, .line = 1, .column = 1};
	const uint8_t *data = (const uint8_t *)source->data;
	for (size_t i = 0; i < source->size;) {
		uint32_t point = 0;
		size_t length = character(data + i, source->size - i, &point);
		if (length == 0) {
			report_add(report, place, "expected UTF-8, found the byte 0x%02x", data[i]);
			return false;
		}
		if (is_forbidden(point)) {
			report_add(report, place,
				   "expected a character that can be seen, found U+%04X", point);
			return false;
		}
		place.column++;
		if (point == '\n') {
			place.line++;
			place.column = 1;
		}
		i += length;
	}
	return true;
}

const struct source *source_over(struct pool *pool, const char *path, const char *data, size_t size,
				 struct report *report)
{
	struct source *source = pool_new(pool, struct source);
	source->path = pool_copy(pool, path, strlen(path));
	source->data = pool_copy(pool, data, size);
	source->size = size;
	return check_characters(source, report) ? source : NULL;
}

/* NULL, or why not all of it is in `content`. */
static const char *read_all(FILE *file, struct output *content)
{
	char buffer[16384];
	size_t count;
	while ((count = fread(buffer, 1, sizeof buffer, file)) > 0)
		output_bytes(content, buffer, count);
	if (ferror(file))
		return strerror(errno);
	return content->is_cut ? "larger than 16 MiB" : NULL;
}

static void report_unreadable(const char *path, const char *why, struct report *report)
{
	struct source nothing = {.path = path};
	struct place start = {.source = &nothing, .line = 1, .column = 1};
	report_add(report, start, "expected a file that can be read: %s", why);
}

const struct source *source_read(struct pool *pool, const char *path, struct report *report)
{
	FILE *file = fopen(path, "rb");
	if (file == NULL) {
		report_unreadable(path, strerror(errno), report);
		return NULL;
	}
	struct output content = {.limit = LIMIT_SOURCE_BYTES};
	const char *why = read_all(file, &content);
	fclose(file);
	const struct source *source = NULL;
	if (why != NULL)
		report_unreadable(path, why, report);
	else
		source = source_over(pool, path, content.data == NULL ? "" : content.data,
				     content.size, report);
	output_drop(&content);
	return source;
}

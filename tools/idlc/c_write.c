#include "c_write.h"

#include <string.h>

/* ---- Comments ---- */

/* A word of a comment. Neither the end of a comment nor the start of one may stand in it. */
static void comment_word(struct output *out, const char *word, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		output_bytes(out, word + i, 1);
		bool is_mark = i + 1 < size && ((word[i] == '*' && word[i + 1] == '/') ||
						(word[i] == '/' && word[i + 1] == '*'));
		if (is_mark)
			output_string(out, " ");
	}
}

/* The columns that a word takes: bytes that continue a character take none. */
static size_t width(const char *text, size_t size)
{
	size_t columns = 0;
	for (size_t i = 0; i < size; i++)
		columns += (text[i] & 0xc0) != 0x80 ? 1 : 0;
	return columns;
}

static void tabs_and(struct output *out, unsigned tabs, const char *text)
{
	for (unsigned i = 0; i < tabs; i++)
		output_string(out, "\t");
	output_string(out, text);
}

struct filler {
	struct output *out;
	unsigned tabs;
	size_t column; /* 0: the line is not begun */
};

static void end_line(struct filler *filler)
{
	if (filler->column > 0)
		output_string(filler->out, "\n");
	filler->column = 0;
}

static void fill_word(struct filler *filler, const char *word, size_t size)
{
	if (filler->column > 0 && filler->column + 1 + width(word, size) > C_COLUMNS)
		end_line(filler);
	if (filler->column == 0) {
		tabs_and(filler->out, filler->tabs, " *");
		filler->column = filler->tabs * 8 + 2;
	}
	output_string(filler->out, " ");
	comment_word(filler->out, word, size);
	filler->column += 1 + width(word, size);
}

static void fill_line(struct filler *filler, const char *line, size_t size)
{
	/* Empty lines, and what is indented or a list on purpose, begin anew. */
	if (size == 0 || *line == ' ' || *line == '-' || *line == '\t')
		end_line(filler);
	if (size == 0) {
		tabs_and(filler->out, filler->tabs, " *\n");
		return;
	}
	while (size > 0) {
		const char *blank = memchr(line, ' ', size);
		size_t word = blank == NULL ? size : (size_t)(blank - line);
		if (word > 0)
			fill_word(filler, line, word);
		size -= word == size ? word : word + 1;
		line += word + (blank == NULL ? 0 : 1);
	}
}

/* One line of documentation that fits stands on the line of its comment. */
static bool comment_on_one_line(struct output *out, unsigned tabs, const char *doc, size_t size)
{
	if (memchr(doc, '\n', size) != NULL || tabs * 8 + 6 + width(doc, size) > C_COLUMNS)
		return false;
	tabs_and(out, tabs, "/* ");
	comment_word(out, doc, size);
	output_string(out, " */\n");
	return true;
}

void c_comment(struct output *out, unsigned tabs, const char *doc)
{
	size_t size = doc == NULL ? 0 : strlen(doc);
	while (size > 0 && doc[size - 1] == '\n')
		size--;
	if (size == 0 || comment_on_one_line(out, tabs, doc, size))
		return;
	struct filler filler = {.out = out, .tabs = tabs};
	tabs_and(out, tabs, "/*\n");
	for (const char *end = doc + size; doc < end;) {
		const char *newline = memchr(doc, '\n', (size_t)(end - doc));
		const char *line_end = newline == NULL ? end : newline;
		fill_line(&filler, doc, (size_t)(line_end - doc));
		doc = newline == NULL ? end : newline + 1;
	}
	end_line(&filler);
	tabs_and(out, tabs, " */\n");
}

/* ---- Code ---- */

void c_line(struct output *out, unsigned tabs, const char *format, ...)
{
	tabs_and(out, tabs, "");
	va_list arguments;
	va_start(arguments, format);
	output_format_list(out, format, arguments);
	va_end(arguments);
	output_string(out, "\n");
}

static void continue_at(struct output *out, size_t column)
{
	output_string(out, "\n");
	for (size_t i = 0; i < column / 8; i++)
		output_string(out, "\t");
	for (size_t i = 0; i < column % 8; i++)
		output_string(out, " ");
}

/* `items` separated by commas from `column` on, each further line below the first; `closing` behind
 * the last. */
static void write_list(struct output *out, size_t column, const char *const *items, unsigned count,
		       const char *closing)
{
	size_t at = column;
	for (unsigned i = 0; i < count; i++) {
		size_t size = strlen(items[i]) + (i + 1 == count ? strlen(closing) : 1);
		if (i > 0 && at + 1 + size > C_COLUMNS) {
			continue_at(out, column);
			at = column;
		} else if (i > 0) {
			output_string(out, " ");
			at++;
		}
		output_string(out, items[i]);
		output_string(out, i + 1 == count ? closing : ",");
		at += size;
	}
	if (count == 0)
		output_string(out, closing);
}

static bool fits(size_t column, const char *const *items, unsigned count, size_t closing)
{
	for (unsigned i = 0; i < count; i++)
		if (column + strlen(items[i]) + (i + 1 == count ? closing : 1) > C_COLUMNS)
			return false;
	return true;
}

void c_head_add(struct c_head *head, const char *parameter)
{
	head->parameters[head->count++] = parameter;
}

void c_write_head(struct output *out, const struct c_head *head)
{
	static const char *const nothing[] = {"void"};
	const char *const *parameters = head->count == 0 ? nothing : head->parameters;
	unsigned count = head->count == 0 ? 1 : head->count;
	size_t type = strlen(head->type), name = strlen(head->name);
	bool is_pointer = head->type[type - 1] == '*';
	size_t column = type + (is_pointer ? 0 : 1) + name + 1;
	output_string(out, head->type);
	if (!fits(column, parameters, count, 1)) {
		output_string(out, "\n");
		column = name + 1;
	} else if (!is_pointer) {
		output_string(out, " ");
	}
	output_format(out, "%s(", head->name);
	write_list(out, column, parameters, count, ")");
	output_string(out, "\n");
}

static size_t whole_width(const char *start, const char *const *arguments, unsigned count)
{
	size_t size = strlen(start) + 2;
	for (unsigned i = 0; i < count; i++)
		size += strlen(arguments[i]) + (i == 0 ? 0 : 2);
	return size;
}

void c_call(struct output *out, unsigned tabs, const char *start, const char *const *arguments,
	    unsigned count)
{
	const char *assignment = strstr(start, " = ");
	size_t column = tabs * 8;
	tabs_and(out, tabs, "");
	/* Where it does not fit, what is called goes to a line of its own before its arguments do.
	 */
	if (column + whole_width(start, arguments, count) > C_COLUMNS && assignment != NULL) {
		output_bytes(out, start, (size_t)(assignment - start) + 2);
		start = assignment + 3;
		column += 4;
		continue_at(out, column);
	}
	output_string(out, start);
	column += strlen(start);
	if (!fits(column, arguments, count, 2)) {
		column = tabs * 8 + 4;
		continue_at(out, column);
	}
	write_list(out, column, arguments, count, ");");
	output_string(out, "\n");
}

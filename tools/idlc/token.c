#include "token.h"

#include <stdio.h>
#include <string.h>

#include "bounds.h"

static const char *const keywords[] = {
    "as",       "async",     "bool",  "borrow", "char",   "constructor", "enum",    "error-context",
    "export",   "f32",       "f64",   "flags",  "from",   "func",        "future",  "import",
    "include",  "interface", "list",  "map",    "option", "own",         "package", "record",
    "resource", "result",    "s16",   "s32",    "s64",    "s8",          "static",  "stream",
    "string",   "tuple",     "type",  "u16",    "u32",    "u64",         "u8",      "use",
    "variant",  "with",      "world",
};

bool token_is_keyword(const char *data, size_t size)
{
	for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
		if (strlen(keywords[i]) == size && memcmp(keywords[i], data, size) == 0)
			return true;
	return false;
}

struct lexer lexer_over(struct pool *pool, const struct source *source, struct report *report)
{
	return (struct lexer){
	    .pool = pool,
	    .report = report,
	    .source = source,
	    .next = source->data,
	    .end = source->data + source->size,
	    .place = {.source = source, .line = 1, .column = 1},
	};
}

static size_t left(const struct lexer *lexer)
{
	return (size_t)(lexer->end - lexer->next);
}

static bool stands_here(const struct lexer *lexer, const char *text)
{
	size_t size = strlen(text);
	return left(lexer) >= size && memcmp(lexer->next, text, size) == 0;
}

/* Steps over one byte; those that continue a UTF-8 character do not count as columns. */
static void step(struct lexer *lexer)
{
	char byte = *lexer->next++;
	if (byte == '\n') {
		lexer->place.line++;
		lexer->place.column = 1;
	} else if ((byte & 0xc0) != 0x80) {
		lexer->place.column++;
	}
}

static void steps(struct lexer *lexer, size_t count)
{
	for (size_t i = 0; i < count; i++)
		step(lexer);
}

static void add_doc_line(struct output *doc, const char *start, const char *end)
{
	if (start < end && *start == ' ')
		start++;
	while (end > start && (end[-1] == ' ' || end[-1] == '\r' || end[-1] == '\t'))
		end--;
	output_bytes(doc, start, (size_t)(end - start));
	output_string(doc, "\n");
}

static void line_comment(struct lexer *lexer, struct output *doc)
{
	bool is_doc = stands_here(lexer, "///") && !stands_here(lexer, "////");
	const char *start = lexer->next + 3;
	while (left(lexer) > 0 && *lexer->next != '\n')
		step(lexer);
	if (is_doc)
		add_doc_line(doc, start, lexer->next);
}

/* The lines of a block comment, without the stars in front that many write. */
static void add_doc_block(struct output *doc, const char *start, const char *end)
{
	while (start < end) {
		const char *newline = memchr(start, '\n', (size_t)(end - start));
		const char *line_end = newline == NULL ? end : newline;
		while (start < line_end && (*start == ' ' || *start == '\t'))
			start++;
		if (start < line_end && *start == '*')
			start++;
		if (start < line_end || newline != NULL)
			add_doc_line(doc, start, line_end);
		start = newline == NULL ? end : newline + 1;
	}
}

/* Block comments nest, as WIT says. */
static void block_comment(struct lexer *lexer, struct output *doc)
{
	struct place place = lexer->place;
	bool is_doc = stands_here(lexer, "/**") && !stands_here(lexer, "/**/");
	const char *start = lexer->next + 3;
	unsigned depth = 0;
	do {
		if (left(lexer) == 0) {
			report_add(lexer->report, place,
				   "expected the end of this comment, found the end of the file");
			return;
		}
		bool opens = stands_here(lexer, "/*");
		bool closes = stands_here(lexer, "*/");
		depth += opens ? 1 : 0;
		depth -= closes ? 1 : 0;
		steps(lexer, opens || closes ? 2 : 1);
	} while (depth > 0);
	if (is_doc)
		add_doc_block(doc, start, lexer->next - 2);
}

/* Skips blanks and comments; returns the documentation among them. */
static const char *skip_blanks(struct lexer *lexer)
{
	struct output doc = {0};
	for (;;) {
		if (stands_here(lexer, "//"))
			line_comment(lexer, &doc);
		else if (stands_here(lexer, "/*"))
			block_comment(lexer, &doc);
		else if (left(lexer) > 0 && memchr(" \t\r\n", *lexer->next, 4) != NULL)
			step(lexer);
		else
			break;
	}
	const char *kept = doc.data == NULL ? NULL : pool_copy(lexer->pool, doc.data, doc.size);
	output_drop(&doc);
	return kept;
}

static bool is_lower(char byte)
{
	return byte >= 'a' && byte <= 'z';
}

static bool is_upper(char byte)
{
	return byte >= 'A' && byte <= 'Z';
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Words of letters and digits with single dashes between them; the first begins with a letter, and
 * none mixes cases. */
static bool is_kebab(const char *data, size_t size)
{
	bool has_lower = false, has_upper = false, is_empty = true;
	if (size == 0 || is_digit(data[0]))
		return false;
	for (size_t i = 0; i < size; i++) {
		if (data[i] == '-') {
			if (is_empty)
				return false;
			has_lower = has_upper = false;
			is_empty = true;
			continue;
		}
		has_lower = has_lower || is_lower(data[i]);
		has_upper = has_upper || is_upper(data[i]);
		if ((has_lower && has_upper) || data[i] == '_')
			return false;
		is_empty = false;
	}
	return !is_empty;
}

static bool continues_word(const struct lexer *lexer)
{
	char byte = *lexer->next;
	if (is_lower(byte) || is_upper(byte) || is_digit(byte) || byte == '_')
		return true;
	return byte == '-' && !stands_here(lexer, "->");
}

static void word(struct lexer *lexer, struct token *token)
{
	bool is_escaped = *lexer->next == '%';
	if (is_escaped)
		step(lexer);
	token->start = lexer->next;
	while (left(lexer) > 0 && continues_word(lexer))
		step(lexer);
	token->size = (size_t)(lexer->next - token->start);
	token->kind = TOKEN_WRONG;
	if (token->size > LIMIT_NAME_BYTES)
		report_add(lexer->report, token->place,
			   "expected a name of at most %d bytes, found one of %zu",
			   LIMIT_NAME_BYTES, token->size);
	else if (!is_kebab(token->start, token->size))
		report_add(lexer->report, token->place,
			   "expected a name in kebab-case (words of letters and digits, each "
			   "in one case, with single dashes between them), found \"%.*s\"",
			   (int)token->size, token->start);
	else
		token->kind = !is_escaped && token_is_keyword(token->start, token->size)
				  ? TOKEN_KEYWORD
				  : TOKEN_NAME;
}

static void punctuation(struct lexer *lexer, struct token *token)
{
	token->kind = TOKEN_PUNCTUATION;
	token->size = stands_here(lexer, "->") ? 2 : 1;
	if (token->size == 1 && memchr("{}()<>,:;=./@*_", *lexer->next, 15) == NULL) {
		token->kind = TOKEN_WRONG;
		while (token->size < left(lexer) && (lexer->next[token->size] & 0xc0) == 0x80)
			token->size++;
		report_add(lexer->report, token->place, "expected WIT, found \"%.*s\"",
			   (int)token->size, lexer->next);
	}
	steps(lexer, token->size);
}

struct token lexer_next(struct lexer *lexer)
{
	const char *doc = skip_blanks(lexer);
	struct token token = {.start = lexer->next, .place = lexer->place, .doc = doc};
	if (left(lexer) == 0)
		return token;
	char first = *lexer->next;
	if (is_digit(first)) {
		token.kind = TOKEN_NUMBER;
		while (left(lexer) > 0 && is_digit(*lexer->next))
			step(lexer);
		token.size = (size_t)(lexer->next - token.start);
	} else if (is_lower(first) || is_upper(first) || first == '%') {
		word(lexer, &token);
	} else {
		punctuation(lexer, &token);
	}
	return token;
}

bool lexer_skip_version(struct lexer *lexer)
{
	skip_blanks(lexer);
	if (left(lexer) == 0 || !is_digit(*lexer->next))
		return false;
	while (left(lexer) > 0) {
		char byte = *lexer->next;
		bool is_dot = byte == '.' && left(lexer) > 1 && lexer->next[1] != '{';
		if (!is_dot && !is_digit(byte) && !is_lower(byte) && !is_upper(byte) &&
		    byte != '-' && byte != '+')
			break;
		step(lexer);
	}
	return true;
}

bool token_says(const struct token *token, const char *text)
{
	return token->size == strlen(text) && memcmp(token->start, text, token->size) == 0;
}

bool token_is(const struct token *token, const char *text)
{
	return (token->kind == TOKEN_KEYWORD || token->kind == TOKEN_PUNCTUATION) &&
	       token_says(token, text);
}

const char *token_shown(const struct token *token)
{
	static char shown[LIMIT_NAME_BYTES + 32];
	int size = token->size > LIMIT_NAME_BYTES ? LIMIT_NAME_BYTES : (int)token->size;
	if (token->kind == TOKEN_END)
		return "the end of the file";
	snprintf(shown, sizeof shown, "%s\"%.*s\"",
		 token->kind == TOKEN_KEYWORD ? "the keyword " : "", size, token->start);
	return shown;
}

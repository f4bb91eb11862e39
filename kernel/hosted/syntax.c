#include "syntax.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

enum { CHUNK_NODES = 128 };

struct syntax_chunk {
	struct syntax_chunk *next;
	uint32_t used;
	struct syntax_node nodes[CHUNK_NODES];
};

struct reader {
	const char *name;
	const char *at;
	const char *end;
	uint32_t line;
	uint32_t depth;
	char *string; /* where the next one goes; there is room for all that the text can hold */
	struct syntax_tree *tree;
	struct fault *fault;
	enum status status; /* the first error; nothing is read after it */
};

enum status syntax_fault(struct fault *fault, const char *name, uint32_t line, const char *what,
			 const char *word)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, name);
	text_string(&text, ":");
	text_decimal(&text, line);
	text_string(&text, ": ");
	text_string(&text, what);
	if (word != NULL) {
		text_string(&text, ": ");
		text_escaped(&text, (const uint8_t *)word, strlen(word));
	}
	fault->offset = 0;
	return STATUS_INVALID;
}

static void fail(struct reader *in, const char *what)
{
	if (in->status != STATUS_OK)
		return;
	in->status = syntax_fault(in->fault, in->name, in->line, what, NULL);
	in->at = in->end;
}

/* ---- Nodes ---- */

static struct syntax_node *add_node(struct reader *in)
{
	static struct syntax_node nowhere;
	struct syntax_chunk *chunk = in->tree->chunks;
	if (chunk == NULL || chunk->used == CHUNK_NODES) {
		chunk = calloc(1, sizeof *chunk);
		if (chunk == NULL) {
			fail(in, status_text(STATUS_NO_MEMORY));
			return &nowhere;
		}
		chunk->next = in->tree->chunks;
		in->tree->chunks = chunk;
	}
	struct syntax_node *node = &chunk->nodes[chunk->used++];
	node->line = in->line;
	return node;
}

/* ---- Characters ---- */

static bool is_end(const struct reader *in)
{
	return in->at == in->end;
}

static bool is_next(const struct reader *in, char character)
{
	return in->at < in->end && *in->at == character;
}

static bool take(struct reader *in, char character)
{
	bool is_there = is_next(in, character);
	if (is_there)
		in->at++;
	return is_there;
}

/* Spaces and comments; ends of lines too where they mean nothing. */
static void skip(struct reader *in, bool also_lines)
{
	while (in->at < in->end) {
		char character = *in->at;
		if (character == '#') {
			while (in->at < in->end && *in->at != '\n')
				in->at++;
		} else if (character == '\n' && also_lines) {
			in->line++;
			in->at++;
		} else if (character == ' ' || character == '\t' || character == '\r') {
			in->at++;
		} else {
			return;
		}
	}
}

/* ---- Words ---- */

static bool is_of_word(char character)
{
	return (unsigned char)character > ' ' && character != 0x7f &&
	       strchr("{}[]=:;,\"#", character) == NULL;
}

static char unescaped(struct reader *in, char character)
{
	switch (character) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case '"':
	case '\\':
		return character;
	default:
		fail(in, "an escape that is none of \\\" \\\\ \\n \\t");
		return ' ';
	}
}

static void read_quoted(struct reader *in)
{
	while (in->at < in->end && *in->at != '"') {
		char character = *in->at++;
		if (character == '\n' || character == '\0') {
			fail(in, "a quoted text that does not end in its line");
			return;
		}
		if (character == '\\' && in->at < in->end)
			character = unescaped(in, *in->at++);
		*in->string++ = character;
	}
	if (!take(in, '"'))
		fail(in, "a quoted text that does not end");
}

/* "" where there is an error. */
static const char *read_word(struct reader *in, const char *what)
{
	const char *word = in->string;
	if (take(in, '"')) {
		read_quoted(in);
	} else {
		while (in->at < in->end && is_of_word(*in->at))
			*in->string++ = *in->at++;
		if (in->string == word)
			fail(in, what);
	}
	if (in->status != STATUS_OK)
		return "";
	*in->string++ = '\0';
	return word;
}

/* ---- Values ---- */

static void read_value(struct reader *in, struct syntax_node *node);

static void read_list(struct reader *in, struct syntax_node *list)
{
	struct syntax_node **next = &list->first;
	list->kind = SYNTAX_LIST;
	for (skip(in, true); !take(in, ']'); skip(in, true)) {
		if (is_end(in)) {
			fail(in, "a list that does not end with ]");
			return;
		}
		struct syntax_node *item = add_node(in);
		read_value(in, item);
		*next = item;
		next = &item->next;
		skip(in, true);
		if (!take(in, ',') && !is_next(in, ']'))
			fail(in, "expected , or ] in a list");
	}
}

static void read_entry(struct reader *in, struct syntax_node *entry)
{
	entry->key_line = in->line;
	entry->key = read_word(in, "expected a key");
	skip(in, false);
	if (take(in, '=') || take(in, ':'))
		skip(in, true);
	else if (is_next(in, '\n'))
		skip(in, true); /* a section may open in the next line */
	if (entry->key_line != in->line && !is_next(in, '{') && !is_next(in, '[')) {
		in->line = entry->key_line;
		fail(in, "a key without a value");
	}
	read_value(in, entry);
	skip(in, false);
	bool is_ended = take(in, ';') || take(in, ',');
	if (!is_ended && !is_end(in) && !is_next(in, '\n') && !is_next(in, '}') &&
	    entry->kind == SYNTAX_WORD)
		fail(in, "expected the end of the line or ; after a value");
}

static void read_section(struct reader *in, struct syntax_node *section, bool is_root)
{
	struct syntax_node **next = &section->first;
	section->kind = SYNTAX_SECTION;
	for (skip(in, true); is_root || !take(in, '}'); skip(in, true)) {
		if (is_end(in)) {
			if (!is_root)
				fail(in, "a section that does not end with }");
			return;
		}
		struct syntax_node *entry = add_node(in);
		read_entry(in, entry);
		*next = entry;
		next = &entry->next;
	}
}

static void read_value(struct reader *in, struct syntax_node *node)
{
	node->line = in->line;
	if (++in->depth > SYNTAX_DEPTH_MAX)
		fail(in, "sections and lists nest too deep");
	if (take(in, '{'))
		read_section(in, node, false);
	else if (take(in, '['))
		read_list(in, node);
	else
		node->word = read_word(in, "expected a value");
	in->depth--;
}

enum status syntax_read(const char *name, const char *data, size_t size, struct syntax_tree *out,
			struct fault *fault)
{
	*out = (struct syntax_tree){0};
	if (size > SYNTAX_BYTES_MAX)
		return syntax_fault(fault, name, 1, "a file of more than 1 MiB", NULL);
	if (size == 0) /* An empty file may lie nowhere. */
		data = "";
	/* A word is followed by something, or ends the text; a quoted one is shorter than its text.
	 */
	out->strings = malloc(size + 2);
	if (out->strings == NULL)
		return STATUS_NO_MEMORY;
	const char *text = size == 0 ? "" : data;
	struct reader in = {.name = name,
			    .at = text,
			    .end = text + size,
			    .line = 1,
			    .string = out->strings,
			    .tree = out,
			    .fault = fault};
	out->root = add_node(&in);
	read_section(&in, out->root, true);
	return in.status;
}

void syntax_close(struct syntax_tree *tree)
{
	while (tree->chunks != NULL) {
		struct syntax_chunk *chunk = tree->chunks;
		tree->chunks = chunk->next;
		free(chunk);
	}
	free(tree->strings);
	*tree = (struct syntax_tree){0};
}

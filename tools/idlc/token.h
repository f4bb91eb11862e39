/*
 * token: cuts a source into the tokens of WIT. Comments are skipped, but for documentation, which
 * travels with the token behind it.
 */
#ifndef IDLC_TOKEN_H
#define IDLC_TOKEN_H

#include <stdbool.h>

#include "source.h"

enum token_kind {
	TOKEN_END,
	TOKEN_NAME,        /* kebab-case, checked; not a keyword, or written with `%` */
	TOKEN_KEYWORD,     /* a word that WIT reserves */
	TOKEN_PUNCTUATION, /* one character, or `->` */
	TOKEN_NUMBER,
	TOKEN_WRONG /* no token of WIT; already reported */
};

struct token {
	enum token_kind kind;
	const char *start; /* in the source; a `%` is not part of a name */
	size_t size;
	struct place place;
	const char *doc; /* lines, or NULL */
};

struct lexer {
	struct pool *pool;
	struct report *report;
	const struct source *source;
	const char *next;
	const char *end;
	struct place place; /* of `next` */
};

struct lexer lexer_over(struct pool *pool, const struct source *source, struct report *report);

struct token lexer_next(struct lexer *lexer);

/* Skips a version (1.2.3-rc.1+build) that stands next; false where none does. */
bool lexer_skip_version(struct lexer *lexer);

/* Whether it is that keyword or punctuation; whether it is spelled so, whatever it is. */
bool token_is(const struct token *token, const char *text);
bool token_says(const struct token *token, const char *text);

/* What stands there, for an error: quoted and bounded; valid until the next call. */
const char *token_shown(const struct token *token);

/* Whether a name has to be written with `%`. */
bool token_is_keyword(const char *data, size_t size);

#endif

/*
 * parser: what the two halves of the parser share: parse.c (files, interfaces, declarations) and
 * parse_type.c (types).
 */
#ifndef IDLC_PARSER_H
#define IDLC_PARSER_H

#include <stdbool.h>

#include "token.h"
#include "tree.h"

struct parser {
	struct pool *pool;
	struct report *report;
	struct lexer lexer;
	struct token token; /* the next one, not yet taken */
	unsigned nodes;     /* of the tree so far, against LIMIT_TREE_NODES */
	unsigned open_braces;
	bool has_failed; /* the current declaration is given up */
};

/* Takes the next token. */
void parser_advance(struct parser *parser);

/* Reports "expected ..., found ..." once a declaration, and gives the declaration up. */
void parser_expected(struct parser *parser, const char *what);
void parser_refuse(struct parser *parser, struct place place, const char *why);

/* Takes the token if it is that keyword or punctuation. */
bool parser_accept(struct parser *parser, const char *text);
/* The same, and an error if it is not. */
bool parser_require(struct parser *parser, const char *text);

/* A name, or one with an empty text and an error. `what` is what the name would be of. */
struct name parser_name(struct parser *parser, const char *what);

/* Zeroed records of the tree; NULL with an error where a file has too many. */
void *parser_node(struct parser *parser, size_t size);

/* A type; NULL with an error. */
struct type *parse_type(struct parser *parser);

#endif

/*
 * syntax: reads a text of keys and values into a tree in which everything knows its line. It is the
 * part of UCL (nginx's and rspamd's kind of configuration) that a file of a node needs:
 *
 *     # a comment, also at the end of a line
 *     section {
 *             key = word;              ":" or nothing may stand for "=", a new line or "," for ";"
 *             key "any text";          with \" \\ \n \t in it
 *             list = [one, "two", three];
 *             inner { ... }
 *     }
 *
 * A word is anything without spaces and the characters {}[]=:;,"#. Nothing is included, nothing
 * expanded, and a key that stands twice stands twice: what that means is for whoever reads the
 * tree.
 */
#ifndef HOSTED_SYNTAX_H
#define HOSTED_SYNTAX_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

enum { SYNTAX_BYTES_MAX = 1 << 20, SYNTAX_DEPTH_MAX = 8 };

enum syntax_kind { SYNTAX_WORD, SYNTAX_LIST, SYNTAX_SECTION };

struct syntax_node {
	enum syntax_kind kind;
	uint32_t line;             /* where it begins */
	const char *key;           /* NULL in a list */
	uint32_t key_line;         /* where the key stands */
	const char *word;          /* of SYNTAX_WORD */
	struct syntax_node *first; /* of the others: what is in it, NULL for nothing */
	struct syntax_node *next;  /* after this one, in the same list or section */
};

struct syntax_tree {
	struct syntax_node *root; /* a section without a key */
	struct syntax_chunk *chunks;
	char *strings;
};

/* `name` is the file's, for faults: "cairn.conf:3: ...". The tree is closed in any case. */
must_check enum status syntax_read(const char *name, const char *data, size_t size,
				   struct syntax_tree *out, struct fault *fault);
void syntax_close(struct syntax_tree *tree);

/* A fault that names the file and the line: "NAME:LINE: WHAT", and ": WORD" escaped where there is
 * one. Returns STATUS_INVALID. */
enum status syntax_fault(struct fault *fault, const char *name, uint32_t line, const char *what,
			 const char *word);

#endif

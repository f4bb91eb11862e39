/*
 * outline: an interface as its peers see it. Aliases are gone; types that it uses from elsewhere
 * stand beside its own, under their local names, and so do the types that those need; types and
 * functions are in alphabetical order (of bytes). A function's place in it is its number.
 */
#ifndef IDLC_OUTLINE_H
#define IDLC_OUTLINE_H

#include "library.h"

struct outline_type {
	const char *name; /* in this interface */
	struct definition *definition;
	const char *doc;
	bool is_used; /* its name is that of a `use` */
};

struct outline {
	struct interface *interface;
	struct outline_type *types;
	uint32_t type_count;
	struct function **functions;
	uint32_t function_count;
	/* The canonical text, its SHA-256, and its CID (version 1, raw, SHA-256, base32). */
	const char *text;
	size_t text_size;
	uint8_t digest[32];
	char cid[64];
};

/* False with an error where names clash or the text is too long. Outlines of one library are made
 * one after the other; the names of an outline's types are found by outline_name only until the
 * next is made. */
bool outline_make(struct library *library, struct interface *interface, struct outline *out);

/* The name in the outline made last of a record, variant, enum or flags. */
const char *outline_name(struct definition *definition);

/* Makes `outline` the one that outline_name speaks of, again. */
void outline_recall(const struct outline *outline);

#endif

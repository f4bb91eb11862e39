/*
 * definitions: canonical texts of interfaces: those of the system, which are in this binary, and
 * any others. A text that comes from the store is anybody's: it is parsed within the bounds of
 * idlc, and has to be the canonical text of one interface, whose CID is then the interface's name.
 */
#ifndef CLI_DEFINITIONS_H
#define CLI_DEFINITIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/cid.h"
#include "outline.h"

struct definitions_text {
	const char *data;
	size_t size;
};

/* Texts of the system, one after the other: starts zeroed; false after the last. */
bool definitions_next_of_system(struct definitions_text *text);

/* False where the system has no such interface. */
bool definitions_of_system(const struct digest *digest, struct definitions_text *out);

struct definitions_parsed {
	struct library library; /* owns what `outline` points to */
	struct outline outline;
};

/* False where it is no canonical text. Closed in any case. */
bool definitions_parse(struct definitions_text text, struct definitions_parsed *out);
void definitions_close(struct definitions_parsed *parsed);

/* The hash of an interface as its name, and back: the CID of its text. */
struct cid definitions_cid(const struct digest *digest);
struct digest definitions_digest(const struct cid *cid);

#endif

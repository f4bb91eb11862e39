/*
 * words: the system's interfaces by their short names, and what a person is told about them
 * (interfaces/words.def). What is not in this table has no words: its hash is all that is known.
 */
#ifndef WORDS_H
#define WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cid.h"

struct words {
	struct digest interface;
	const char *name; /* "tcp" */
	const char
	    *words; /* what it allows, as it follows "wants to"; NULL where none are written */
	const char *scopes; /* what they look like; NULL where there are none */
};

uint32_t words_count(void);
/* In the order of their names. */
struct words words_at(uint32_t index);

bool words_of(const struct digest *interface, struct words *out);
bool words_named(const char *name, struct words *out);

#endif

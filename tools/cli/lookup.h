/*
 * lookup: finds the definitions of interfaces by their hash, again and again: those of the system,
 * and those whose canonical text is a block in the store.
 *
 *     lookup_create -> lookup_find ... -> lookup_destroy
 */
#ifndef CLI_LOOKUP_H
#define CLI_LOOKUP_H

#include "core/cid.h"
#include "outline.h"

struct lookup;
struct store;

/* `store` may be NULL, and outlives it. NULL where there is no memory. */
struct lookup *lookup_create(struct store *store);
void lookup_destroy(struct lookup *lookup);

/* NULL where nobody knows it. Lives until the next call. */
const struct outline *lookup_find(struct lookup *lookup, const struct digest *digest);

#endif

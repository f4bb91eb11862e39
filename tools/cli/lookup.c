#include "lookup.h"

#include <stdlib.h>
#include <string.h>

#include "definitions.h"
#include "store.h"

/* A run uses a few interfaces; a program that makes up others only costs itself time. */
enum { SLOTS = 256 };

struct slot {
	struct digest digest;
	bool is_used;
	bool is_known;
	struct definitions_parsed parsed; /* where it is known */
};

struct lookup {
	struct store *store;
	struct slot slots[SLOTS];
};

struct lookup *lookup_create(struct store *store)
{
	struct lookup *lookup = calloc(1, sizeof *lookup);
	if (lookup != NULL)
		lookup->store = store;
	return lookup;
}

static void empty(struct slot *slot)
{
	if (slot->is_known)
		definitions_close(&slot->parsed);
	*slot = (struct slot){0};
}

void lookup_destroy(struct lookup *lookup)
{
	if (lookup == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		empty(&lookup->slots[i]);
	free(lookup);
}

static bool parse(struct slot *slot, struct definitions_text text)
{
	bool is_known = definitions_parse(text, &slot->parsed);
	if (!is_known)
		definitions_close(&slot->parsed);
	return is_known;
}

static bool fetch(struct lookup *lookup, struct slot *slot)
{
	struct cid cid = definitions_cid(&slot->digest);
	struct store_block block = {0};
	struct fault fault;
	bool is_known =
	    lookup->store != NULL && store_get(lookup->store, &cid, &block, &fault) == STATUS_OK &&
	    parse(slot, (struct definitions_text){(const char *)block.data, block.size});
	store_block_release(&block);
	return is_known;
}

const struct outline *lookup_find(struct lookup *lookup, const struct digest *digest)
{
	struct slot *slot = &lookup->slots[digest->bytes[0] % SLOTS];
	if (!slot->is_used ||
	    memcmp(slot->digest.bytes, digest->bytes, sizeof digest->bytes) != 0) {
		struct definitions_text text;
		empty(slot);
		slot->digest = *digest;
		slot->is_used = true;
		slot->is_known =
		    definitions_of_system(digest, &text) ? parse(slot, text) : fetch(lookup, slot);
	}
	return slot->is_known ? &slot->parsed.outline : NULL;
}

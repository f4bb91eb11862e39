/*
 * definition: random interfaces, written in many ways that mean the same, and changed in small ways
 * that do not.
 */
#ifndef IDLC_DEFINITION_H
#define IDLC_DEFINITION_H

#include <stdbool.h>
#include <stdint.h>

#include "output.h"

struct random {
	uint64_t state;
};

uint32_t random_below(struct random *random, uint32_t limit);

enum { SHAPE_MAX = 400, ITEM_MAX = 12, MEMBER_MAX = 5 };

/* A type: a leaf, a wrapper of others, or the name of an earlier item. */
struct shape {
	enum { SHAPE_LEAF, SHAPE_LIST, SHAPE_OPTION, SHAPE_RESULT, SHAPE_TUPLE, SHAPE_ITEM } kind;
	uint32_t leaf;         /* which leaf, or which item */
	int32_t first, second; /* shapes; -1: none */
};

struct definition_member {
	char name[24];
	int32_t shape; /* -1: none */
};

/* A record, variant, enum, flags or function. */
struct item {
	enum { ITEM_RECORD, ITEM_VARIANT, ITEM_ENUM, ITEM_FLAGS, ITEM_FUNCTION } kind;
	char name[24];
	struct definition_member members[MEMBER_MAX];
	uint32_t member_count;
	int32_t result; /* of a function */
};

struct random_definition {
	char name[24];
	struct shape shapes[SHAPE_MAX];
	uint32_t shape_count;
	struct item items[ITEM_MAX];
	uint32_t item_count;
};

/* An interface that idlc accepts. */
void definition_make(struct random *random, struct random_definition *out);

/* Writes it plainly: `random` is NULL; or with comments, attributes, aliases, another layout, a
 * package, and its items in any order. */
void definition_write(const struct random_definition *definition, struct random *random,
		      struct output *out);

/* Changes one thing that a peer could notice: a name, a type, an order, a count. */
void definition_change(struct random *random, struct random_definition *definition);

#endif

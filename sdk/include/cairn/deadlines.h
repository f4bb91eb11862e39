/*
 * deadlines: points in time, of which the next is at hand. A pairing heap: adding one costs the
 * same however many there are, taking one out about log(n). The links lie inside the caller's
 * records; among equal times the order is open.
 *
 * All zeros is an empty heap, and a deadline that is not set. Neither may be moved while in use.
 */
#ifndef CAIRN_DEADLINES_H
#define CAIRN_DEADLINES_H

#include <stdbool.h>
#include <stdint.h>

struct deadline {
	uint64_t at_ns;
	struct deadline *child;    /* the first of those that are later */
	struct deadline *next;     /* with the same parent */
	struct deadline *previous; /* with the same parent, or the parent where it is the first */
	bool is_set;
};

struct deadlines {
	struct deadline *first; /* the earliest; NULL where there is none */
};

/* The deadline must not be set. */
void deadlines_add(struct deadlines *deadlines, struct deadline *deadline, uint64_t at_ns);

/* One that is not set is ignored. */
void deadlines_remove(struct deadlines *deadlines, struct deadline *deadline);

#endif

/*
 * grants: what was decided about interfaces, as it is kept. A grant is what an allowed sender has:
 * a number, stamped on the messages that come under it, and scopes, which a handler gets for the
 * number. It never changes; a decision that does gets another one.
 *
 *     grant_create -> grant_share ... -> grant_release, once for each holder
 *
 * Decisions are tables of verdicts by interface, found in a few steps however many there are. A
 * grant set is decisions that are made once, never change, and are shared by reference.
 *
 *     grant_set_create -> grant_set_share ... -> grant_set_release, once for each holder
 */
#ifndef IPC_GRANTS_H
#define IPC_GRANTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/kernel.h"

/* Under it come messages to what every program may use; it has no scopes. */
enum { GRANT_OF_ALL_PROGRAMS = 0 };

struct grant {
	uint32_t references;
	uint32_t number;
	struct kernel_scopes scopes; /* in the same memory, behind this */
	size_t bytes;                /* of that memory; 0 for one that is part of another record */
};

/* Takes its number from `*next_number`. STATUS_INVALID for a scope that is empty or no UTF-8,
 * STATUS_LIMIT for too many, or when all numbers have been given; STATUS_NO_MEMORY. */
must_check enum status grant_create(struct kernel_scopes scopes, uint32_t *next_number,
				    struct grant **out);

static inline struct grant *grant_share(struct grant *grant)
{
	grant->references++;
	return grant;
}

void grant_free(struct grant *grant);

static inline void grant_release(struct grant *grant)
{
	if (--grant->references == 0)
		grant_free(grant);
}

/* Whether every program may send to the interface. `process` is among them for one's own arguments
 * and end; the rest of its functions ask for a grant themselves. */
bool grant_is_of_all_programs(const struct digest *interface);

/* ---- Decisions ---- */

struct decision {
	struct digest interface;
	enum kernel_verdict verdict;
	struct grant *grant; /* of KERNEL_ALLOWED, else NULL */
	uint64_t sequence;   /* when it was taken, where that matters */
};

struct decisions {
	struct decision *items; /* by digest */
	uint32_t count;
	uint32_t capacity;
};

/* NULL where nothing was decided about the interface. */
const struct decision *decisions_find(const struct decisions *decisions,
				      const struct digest *interface);

/* Puts a decision in place of what there was about its interface, and shares its grant.
 * STATUS_LIMIT for more than GRANTS_MAX, STATUS_NO_MEMORY: nothing has changed. */
must_check enum status decisions_put(struct decisions *decisions, const struct decision *decision);

/* The same from the words of a port or a program, with a grant of its own. */
must_check enum status decisions_add(struct decisions *decisions, const struct kernel_grant *item,
				     uint32_t *next_number);

void decisions_reset(struct decisions *decisions);

/* What they take, grants included. */
size_t decisions_bytes(const struct decisions *decisions);

/* ---- Sets ---- */

struct grant_set {
	uint32_t references;
	struct grant *all; /* where everything is allowed; else NULL */
	struct decisions decisions;
};

/* Takes the grants' numbers from `*next_number` on. STATUS_INVALID where an interface stands twice,
 * or a scope is none; STATUS_LIMIT, STATUS_NO_MEMORY. */
must_check enum status grant_set_create(const struct kernel_grants *grants, uint32_t *next_number,
					struct grant_set **out);
struct grant_set *grant_set_share(struct grant_set *set);
void grant_set_release(struct grant_set *set);

/* What a holder is charged for the set. */
size_t grant_set_bytes(const struct grant_set *set);

/* The grant under which a holder may send to the interface, or NULL where he may not; what every
 * program may do is not looked at. */
struct grant *grant_set_grants(const struct grant_set *set, const struct digest *interface);

#endif

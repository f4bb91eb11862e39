/*
 * grants: which interfaces a process may send to. A set is made once, never changes, and is shared
 * by reference: a started process has its starter's. Each grant has a number, stamped on the
 * messages that come under it, so that a handler can ask for the grant's scopes.
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
	struct digest interface;
	uint32_t number;
};

struct grant_set {
	uint32_t references;
	bool allow_all;
	uint32_t allow_all_number;
	uint32_t count;
	struct grant grants[];
};

/* Takes the grants' numbers from `*next_number` on. STATUS_LIMIT, STATUS_NO_MEMORY. */
must_check enum status grant_set_create(const struct kernel_grants *grants, uint32_t *next_number,
					struct grant_set **out);
struct grant_set *grant_set_share(struct grant_set *set);
void grant_set_release(struct grant_set *set);

/* What a holder is charged for the set. */
size_t grant_set_bytes(const struct grant_set *set);

/* Whether a holder may send to the interface, and under which number. */
bool grant_set_allows(const struct grant_set *set, const struct digest *interface,
		      uint32_t *number);

/* The same, without what every program may do: a decision for this very program. */
bool grant_set_grants(const struct grant_set *set, const struct digest *interface,
		      uint32_t *number);

#endif

/*
 * Looks interfaces up among so many registered ones, for callgrind to count:
 *
 *     bench_lookup INTERFACES LOOKUPS
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/port.h"
#include "router.h"

/* The digest of interface `number`: SHA-256 of its number, as evenly spread as real ones. */
static struct digest digest_of(uint32_t number)
{
	struct digest digest;
	port_sha256(&number, sizeof number, digest.bytes);
	return digest;
}

/* Apart, so that callgrind can be told to count nothing else. */
__attribute__((noinline)) static uint32_t look_all_up(const struct router *router,
						      const struct digest *digests, uint32_t count,
						      uint32_t lookups)
{
	uint32_t found = 0;
	for (uint32_t i = 0, next = 0; i < lookups; i++) {
		found += router_find(router, &digests[next]) != NULL;
		if (++next == count)
			next = 0;
	}
	return found;
}

int main(int count, char **arguments)
{
	uint32_t interfaces = count == 3 ? (uint32_t)strtoul(arguments[1], NULL, 10) : 0;
	uint32_t lookups = count == 3 ? (uint32_t)strtoul(arguments[2], NULL, 10) : 0;
	struct digest *digests = calloc(interfaces, sizeof *digests);
	struct router router;
	if (interfaces == 0 || digests == NULL || router_init(&router) != STATUS_OK) {
		fprintf(stderr, "usage: bench_lookup INTERFACES LOOKUPS\n");
		return 2;
	}
	for (uint32_t i = 0; i < interfaces; i++) {
		struct route *route;
		digests[i] = digest_of(i);
		if (router_add(&router, &digests[i], &route) != STATUS_OK)
			return 1;
	}
	uint32_t found = look_all_up(&router, digests, interfaces, lookups);
	router_reset(&router);
	free(digests);
	return found == lookups ? 0 : 1;
}

#include "router.h"

#include "core/port.h"
#include "kernel_limits.h"
#include "mem.h"

enum { SLOTS_FIRST = 64 };

/* A digest is as good as random already; the seeds make the slot unpredictable. */
static uint32_t slot_of(const struct router *router, const struct digest *interface)
{
	uint64_t words[2];
	memcpy(words, interface->bytes, sizeof words);
	uint64_t mixed = (words[0] ^ router->seed[0]) * (words[1] | 1);
	mixed = (mixed ^ router->seed[1] ^ words[1]) * (router->seed[0] | 1);
	return (uint32_t)(mixed >> 32) & router->mask;
}

enum status router_init(struct router *router)
{
	*router = (struct router){.mask = SLOTS_FIRST - 1, .next_serial = 1};
	router->slots = port_allocate(SLOTS_FIRST * sizeof(struct route *));
	if (router->slots == NULL)
		return STATUS_NO_MEMORY;
	memset(router->slots, 0, SLOTS_FIRST * sizeof(struct route *));
	port_random(router->seed, sizeof router->seed);
	return STATUS_OK;
}

void router_reset(struct router *router)
{
	for (uint32_t i = 0; router->slots != NULL && i <= router->mask; i++) {
		struct route *route = router->slots[i];
		core_assert(route == NULL || list_is_empty(&route->held));
		port_release(route, sizeof *route);
	}
	port_release(router->slots, ((size_t)router->mask + 1) * sizeof(struct route *));
	*router = (struct router){0};
}

static void put(struct router *router, struct route *route)
{
	uint32_t slot = slot_of(router, &route->interface);
	while (router->slots[slot] != NULL)
		slot = (slot + 1) & router->mask;
	router->slots[slot] = route;
}

static enum status grow(struct router *router)
{
	uint32_t old_count = router->mask + 1;
	if (old_count >= ROUTES_MAX)
		return STATUS_LIMIT;
	struct route **old = router->slots;
	struct route **slots = port_allocate((size_t)old_count * 2 * sizeof(struct route *));
	if (slots == NULL)
		return STATUS_NO_MEMORY;
	memset(slots, 0, (size_t)old_count * 2 * sizeof(struct route *));
	router->slots = slots;
	router->mask = old_count * 2 - 1;
	for (uint32_t i = 0; i < old_count; i++)
		if (old[i] != NULL)
			put(router, old[i]);
	port_release(old, old_count * sizeof(struct route *));
	return STATUS_OK;
}

enum status router_add(struct router *router, const struct digest *interface,
		       const struct cid *program, struct route **out)
{
	if (router_find(router, interface) != NULL)
		return STATUS_INVALID;
	if (router->count >= (router->mask + 1) / 2) {
		enum status status = grow(router);
		if (status != STATUS_OK)
			return status;
	}
	struct route *route = port_allocate(sizeof *route);
	if (route == NULL)
		return STATUS_NO_MEMORY;
	*route = (struct route){
	    .interface = *interface, .serial = router->next_serial++, .program = program};
	list_init(&route->held);
	put(router, route);
	router->count++;
	*out = route;
	return STATUS_OK;
}

/* Four words, compared in place. */
static bool is_equal(const struct digest *a, const struct digest *b)
{
	uint64_t left[4];
	uint64_t right[4];
	memcpy(left, a->bytes, sizeof left);
	memcpy(right, b->bytes, sizeof right);
	return ((left[0] ^ right[0]) | (left[1] ^ right[1]) | (left[2] ^ right[2]) |
		(left[3] ^ right[3])) == 0;
}

struct route *router_find(const struct router *router, const struct digest *interface)
{
	for (uint32_t slot = slot_of(router, interface); router->slots[slot] != NULL;
	     slot = (slot + 1) & router->mask)
		if (is_equal(&router->slots[slot]->interface, interface))
			return router->slots[slot];
	return NULL;
}

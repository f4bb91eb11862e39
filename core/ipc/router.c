#include "router.h"

#include "core/port.h"
#include "kernel_limits.h"
#include "mem.h"
#include "party.h"

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

static void release(struct route *route)
{
	while (!list_is_empty(&route->stops))
		stop_destroy(list_record(list_first(&route->stops), struct stop, of_route));
	port_release(route->overrides, route->override_count * sizeof *route->overrides);
	port_release(route, sizeof *route);
}

void router_reset(struct router *router)
{
	for (uint32_t i = 0; router->slots != NULL && i <= router->mask; i++) {
		if (router->slots[i] != NULL)
			release(router->slots[i]);
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

enum status router_add(struct router *router, const struct digest *interface, struct route **out)
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
	*route = (struct route){.interface = *interface, .serial = router->next_serial++};
	list_init(&route->stops);
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

/* ---- Stops ---- */

struct stop *route_stop_of(const struct route *route, const struct cid *program)
{
	list_for_each(link, &route->stops)
	{
		struct stop *stop = list_record(link, struct stop, of_route);
		if (stop->program != NULL && cid_is_equal(stop->program, program))
			return stop;
	}
	return NULL;
}

/* The first stop of the route among those of the sender's launch, or the next behind its own. */
static bool find_in_launch(const struct route *route, const struct party *sender, struct stop **out)
{
	struct stop *first = NULL;
	list_for_each(link, sender->launch_stops)
	{
		struct stop *stop = list_record(link, struct stop, of_route);
		if (stop->route != route)
			continue;
		first = first == NULL ? stop : first;
		if (!cid_is_equal(stop->program, sender->program))
			continue;
		*out = stop->next;
		return stop->next != NULL;
	}
	*out = first;
	return first != NULL;
}

struct stop *route_stop(const struct route *route, const struct party *sender)
{
	if (sender->program == NULL)
		return route->first;
	const struct stop *own = route_stop_of(route, sender->program);
	if (own != NULL)
		return own->next;
	struct stop *of_launch;
	if (sender->launch_stops != NULL && find_in_launch(route, sender, &of_launch))
		return of_launch;
	for (uint32_t i = 0; i < route->override_count; i++)
		if (cid_is_equal(&route->overrides[i].program, sender->program))
			return route->overrides[i].stop;
	return route->first;
}

static struct stop *find_handled(const struct list *stops, const struct route *route,
				 uint64_t handler)
{
	list_for_each(link, stops)
	{
		struct stop *stop = list_record(link, struct stop, of_route);
		if (stop->route == route && stop->handler != NULL &&
		    stop->handler->serial == handler)
			return stop;
	}
	return NULL;
}

struct stop *route_stop_handled_by(const struct route *route, const struct party *sender,
				   uint64_t handler)
{
	struct stop *stop = find_handled(&route->stops, route, handler);
	if (stop == NULL && sender->launch_stops != NULL)
		stop = find_handled(sender->launch_stops, route, handler);
	return stop;
}

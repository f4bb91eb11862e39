/*
 * router: which handlers receive an interface's messages. A route is made by the node's
 * configuration and stays; its stops come and go. Finding a route costs the same however many there
 * are.
 *
 *     router_init -> router_add ... -> router_find, route_stop ... -> router_reset
 */
#ifndef IPC_ROUTER_H
#define IPC_ROUTER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cid.h"
#include "core/status.h"
#include "list.h"
#include "stop.h"

struct party;

/* Where one program's messages go instead; NULL: to nobody. */
struct route_override {
	struct cid program;
	struct stop *stop;
};

struct route {
	struct digest interface;
	uint64_t serial; /* never reused */

	struct list stops; /* all of the node's routing, the kernel's own among them */
	struct stop
	    *kernel; /* where the kernel handles the interface, also when nothing leads there */
	struct stop *first;               /* for whoever has no other; NULL: nobody */
	struct route_override *overrides; /* the port's memory */
	uint32_t override_count;
};

struct router {
	struct route **slots; /* open addressing, at most half full */
	uint32_t mask;
	uint32_t count;
	uint64_t seed[2]; /* so that nobody can choose digests that collide */
	uint64_t next_serial;
};

/* STATUS_NO_MEMORY. */
must_check enum status router_init(struct router *router);
void router_reset(struct router *router);

/* A new route without stops. STATUS_INVALID where the interface has one already, STATUS_LIMIT,
 * STATUS_NO_MEMORY. */
must_check enum status router_add(struct router *router, const struct digest *interface,
				  struct route **out);

/* NULL where nobody was ever configured for it. */
struct route *router_find(const struct router *router, const struct digest *interface);

/* The node's stop of that program in the route, or NULL. */
struct stop *route_stop_of(const struct route *route, const struct cid *program);

/*
 * Where the sender's messages go, NULL for nowhere. A program that is a stop itself sends to the
 * next; then the routes of the sender's launch count, then an override for its program, then the
 * first stop.
 */
struct stop *route_stop(const struct route *route, const struct party *sender);

/* The stop that the sender can reach, or could, whose handler has that serial; NULL for none. */
struct stop *route_stop_handled_by(const struct route *route, const struct party *sender,
				   uint64_t handler);

#endif

/*
 * router: which handler receives an interface's messages. A route is made by the node's
 * configuration and stays; who handles it comes and goes. Finding one costs the same however many
 * there are.
 *
 *     router_init -> router_add ... -> router_find ... -> router_reset
 */
#ifndef IPC_ROUTER_H
#define IPC_ROUTER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cid.h"
#include "core/status.h"
#include "list.h"

struct party;

/* What a handler has asked for when it registered. */
struct route_options {
	bool watches_senders; /* to know which senders end */
	bool keeps_state;     /* its senders need not know that the handler has changed */
};

struct route {
	struct digest interface;
	uint64_t serial; /* never reused */

	/* The program that may register, NULL where the kernel handles the interface. */
	const struct cid *program;

	struct party *handler;     /* registered, or the kernel's; NULL where there is none */
	struct party *starting;    /* was started for the first message, has not registered yet */
	struct list_link of_party; /* among `routes` of whichever of the two there is */
	struct route_options options;

	struct list held; /* messages that wait for the handler, oldest first */
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

/* A new route without a handler. STATUS_INVALID where the interface has one already, STATUS_LIMIT,
 * STATUS_NO_MEMORY. */
must_check enum status router_add(struct router *router, const struct digest *interface,
				  const struct cid *program, struct route **out);

/* NULL where nobody is configured for it. */
struct route *router_find(const struct router *router, const struct digest *interface);

#endif

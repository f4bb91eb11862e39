/*
 * stop: a place in an interface's chain of handlers: which program may register there, which
 * process has, and what waits for one that is being started.
 *
 *     stop_create -> stop_await or stop_register, stop_unregister ... -> stop_retire, which frees
 * it later, or stop_destroy
 *
 * A stop is made by the routing (of the node, or of one launch) and goes with it; who handles it
 * comes and goes. A process stands at one stop of an interface at most.
 */
#ifndef IPC_STOP_H
#define IPC_STOP_H

#include <stdbool.h>

#include "core/cid.h"
#include "core/status.h"
#include "inbox.h"
#include "list.h"

struct exchange;
struct party;
struct route;

/* What a handler has asked for when it registered. */
struct stop_options {
	bool watches_senders; /* to know which senders end */
	bool keeps_state;     /* its senders need not know that the handler has changed */
};

struct stop {
	struct notification retired; /* first: kind 5, in the inbox of who handled it */
	struct route *route;

	/* The program that may register, in the record of whoever starts it; NULL where the kernel
	 * handles the interface. */
	const struct cid *program;

	struct stop *next; /* whom the handler's own sends go to; NULL: nobody */

	struct party *handler;     /* registered, or the kernel's; NULL where there is none */
	struct party *starting;    /* was started for the first message, has not registered yet */
	struct list_link of_party; /* among `stops` of whichever of the two there is */
	struct stop_options options;

	struct list_link of_route;   /* among those of its route, or of its launch */
	struct list_link of_program; /* among those of its program */
	struct list held;            /* messages that wait for the handler, oldest first */
};

/* One without a handler, in no list. STATUS_NO_MEMORY. */
must_check enum status stop_create(struct route *route, const struct cid *program,
				   struct stop **out);

/* Nobody handles it, and nothing is held. Takes it out of its lists. */
void stop_destroy(struct stop *stop);

/* Where the party stands in the route: handles it, or was started for it; NULL for nowhere. */
struct stop *stop_of_party(const struct party *party, const struct route *route);

/* The stop of the route that the party may register at, NULL where it may at none. One that it was
 * started for goes before one that is free, and a free one before one that is not. */
struct stop *stop_for_program(const struct party *party, const struct route *route);

/* Says which party was started to become the handler. */
void stop_await(struct stop *stop, struct party *party);

/* Makes the party the handler, and gives it the messages that were held. The caller has checked
 * that the party may. STATUS_BUSY where another handles it, or is being started for it. */
must_check enum status stop_register(struct exchange *exchange, struct stop *stop,
				     struct party *party, struct stop_options options);

/* The party handles it no longer. What has come already stays with it. */
void stop_unregister(struct stop *stop);

/*
 * The stop is out of the routing. What was held for it, or nobody has taken yet, is given to the
 * stop that its sender leads to now. Who handled it is told so (kind 5), and keeps what it has
 * taken. Consumes it. Calls back like exchange_send.
 */
void stop_retire(struct exchange *exchange, struct stop *stop);

#endif

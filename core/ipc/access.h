/*
 * access: what one process has to do with one interface: under which grant it may send to it, and
 * which handler it last sent to. Made by the first message that is allowed, on the sender's
 * account, so that later ones find all that in one step. When the sender ends, it becomes the news
 * of that to a handler that asked for it.
 */
#ifndef IPC_ACCESS_H
#define IPC_ACCESS_H

#include "channel.h"
#include "party.h"
#include "router.h"

struct access {
	struct notification ended; /* first: kind 3, in the handler's inbox */
	struct id_entry of_sender; /* by the route's serial */
	struct party *owner;       /* the sender; the handler once it is news */
	struct route *route;
	uint64_t epoch; /* of the exchange, when the grant was looked up */
	struct grant *grant;
	uint64_t sender_serial;

	/* The registered handler that was last sent to, which may know something of the sender. */
	uint64_t known_handler;

	/* The channel to the handler of that serial; it is gone when that handler is. */
	struct channel *channel;
	uint64_t channel_handler;
};

/* Finds or makes it: one that is found is valid. STATUS_DENIED, STATUS_NO_MEMORY. */
must_check enum status access_open(struct party *sender, struct route *route, struct access **out);

/* The grant under which the sender may send there now; NULL where he may not. */
struct grant *access_grant(const struct party *sender, const struct route *route);

/* The channel to the route's present handler. STATUS_NO_MEMORY. */
must_check enum status access_channel(struct access *access, struct party *handler,
				      struct channel **out);

/* Moves it from the account of the sender, which has ended, to the handler's, whatever that
 * holds already. */
void access_bequeath(struct access *access, struct party *handler);

void access_destroy(struct access *access);

#endif

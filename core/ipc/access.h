/*
 * access: what one process has to do with one interface: under which grant it may send to it, to
 * which stop its messages go, and which handler it last sent to. Made by the first message that is
 * allowed, on the sender's account, so that later ones find all that in one step; made up anew when
 * the exchange's epoch has passed. When the sender ends, it becomes the news of that to a handler
 * that asked for it.
 *
 * A sender that is led elsewhere may leave something of its own with a handler that goes on: an
 * access more, among `past` of the sender, remembers that this one is to be told of the end, too.
 */
#ifndef IPC_ACCESS_H
#define IPC_ACCESS_H

#include "channel.h"
#include "party.h"
#include "router.h"

struct access {
	struct notification ended; /* first: kind 3, in the handler's inbox; or among `past` */
	struct id_entry of_sender; /* by the route's serial */
	struct party *owner;       /* the sender; the handler once it is news */
	struct route *route;
	uint64_t epoch;    /* of the exchange, when this was looked up: */
	struct stop *stop; /* NULL: nobody; not to be followed once the epoch has passed */
	struct grant *grant;
	uint64_t sender_serial;

	/* The registered handler that was last sent to, which may know something of the sender. */
	uint64_t known_handler;

	/* The channel to the handler of that serial; it is gone when that handler is. */
	struct channel *channel;
	uint64_t channel_handler;
};

/* Finds it, makes it, or makes it up to date. STATUS_DENIED, STATUS_NO_MEMORY. */
must_check enum status access_open(struct party *sender, struct route *route, struct access **out);

/* The grant under which the sender may send there now; NULL where he may not. */
struct grant *access_grant(const struct party *sender, const struct route *route);

/* The channel to the stop's present handler. STATUS_NO_MEMORY. */
must_check enum status access_channel(struct access *access, struct party *handler,
				      struct channel **out);

/* The access under which the message was sent; NULL where the kernel asks, or the sender has ended.
 */
struct access *access_of_message(const struct message *message);

/* Notes that the sender sends to the stop's handler. True where an earlier handler knew it, which
 * it is to be told, once; NULL has nothing to know. */
bool access_is_handler_changed(struct access *access, const struct stop *stop);

/* Whether the handler of the stop is told of its senders' ends. */
bool access_tells_end(const struct stop *stop);

/* Moves it from the account of the sender, which has ended, to the handler's, whatever that
 * holds already. */
void access_bequeath(struct access *access, struct party *handler);

void access_destroy(struct access *access);

#endif

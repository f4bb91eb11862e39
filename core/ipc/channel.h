/*
 * channel: what one sender has under way to one handler. It bounds that (BUSY), tells the sender
 * when there is room again, and lets each of the two find the other's messages when it ends. Made
 * by the first message, on the sender's account; gone when either of them is.
 */
#ifndef IPC_CHANNEL_H
#define IPC_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cid.h"
#include "message.h"
#include "party.h"

struct channel {
	struct notification room; /* first: kind 6, in the sender's inbox */
	struct party *sender;
	struct party *handler; /* NULL once it has ended, while `room` is still to be taken */
	struct list_link of_sender;
	struct list_link of_handler;
	struct list messages; /* HELD, QUEUED, OWED or SERVED */
	uint32_t message_count;
	uint64_t bytes;
	bool wants_room;            /* BUSY was returned since the last notification */
	struct digest refused_last; /* the interface for which it was */
};

/* The channel between the two, made where there is none. STATUS_NO_MEMORY. */
must_check enum status channel_open(struct party *sender, struct party *handler,
				    struct channel **out);

/*
 * How many messages may be under way. Where a part of the kernel handles them it is half of what a
 * sender may have at all: there they are in nobody's way, and who waits for ten thousand
 * connections has as many messages there.
 */
uint32_t channel_messages_max(const struct channel *channel);

/* Whether a body of that size may be added. */
bool channel_has_room(const struct channel *channel, uint64_t size);

void channel_add(struct channel *channel, struct message *message, uint64_t size);
void channel_remove(struct message *message);

/* True when the sender, having been refused, is to be told now. */
bool channel_owes_room(const struct channel *channel);

/* Lets go of the handler; frees the channel unless `room` is queued. It must be empty. */
void channel_close(struct channel *channel);

/* Frees it. */
void channel_destroy(struct channel *channel);

#endif

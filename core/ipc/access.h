/*
 * access: what one process has to do with one interface: under which grant it may send to it, to
 * which stop its messages go, and which handler it last sent to. Made by the first message, on the
 * sender's account, so that later ones find all that in one step; what was found holds for an epoch
 * of the exchange. When the sender ends, it becomes the news of that to a handler that asked for
 * it.
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
	uint64_t epoch; /* of the exchange, when it was found that the sender may, and where: */
	uint64_t none_epoch; /* the same, that it may not, and that there is nobody to ask */
	struct stop *stop;   /* NULL: nobody; not to be followed once the epoch has passed */
	struct grant *grant; /* under which it sends, or sent last */
	uint64_t sender_serial;
	bool is_refusal_told; /* to the operator, at least once */

	/* Messages that wait for a decision, oldest first, and what was asked (question.h). */
	struct list asked;
	struct question *question;

	/* The registered handler that was last sent to, which may know something of the sender. */
	uint64_t known_handler;

	/* The channel to the handler of that serial; it is gone when that handler is. */
	struct channel *channel;
	uint64_t channel_handler;
};

static inline struct access *access_find(const struct party *sender, const struct route *route)
{
	struct id_entry *entry = id_table_find(&sender->accesses, route->serial);
	return entry == NULL ? NULL : list_record(entry, struct access, of_sender);
}

/* Finds it, or makes it. STATUS_NO_MEMORY. */
must_check enum status access_make(struct party *sender, struct route *route, struct access **out);

/* Brings the stop up to date. STATUS_NO_MEMORY. */
must_check enum status access_renew(struct access *access);

/* Finds it where it is known that the sender may send now; else NULL. */
static inline struct access *access_find_open(const struct party *sender, const struct route *route,
					      uint64_t epoch)
{
	struct access *access = access_find(sender, route);
	return access != NULL && access->epoch == epoch ? access : NULL;
}

/*
 * What the sender may do with the interface now, by all that is decided. Whatever every program may
 * use is allowed; `authorizer` and `prompt` are nobody's. Of `process` all functions but `start`
 * are everybody's: `starts` tells that it is about that one.
 */
struct judgement access_judge(struct party *sender, const struct digest *interface, bool starts);

/* Whether a judgement about the interface holds whatever the function. */
bool access_is_whole(const struct digest *interface, const struct judgement *judgement);

/* The sender sends under that grant from now on. */
void access_allow(struct access *access, struct grant *grant);

/* The channel to the stop's present handler. STATUS_NO_MEMORY. */
must_check enum status access_channel(struct access *access, struct party *handler,
				      struct channel **out);

/* The access under which the message was sent; NULL where the kernel asks, or the sender has ended.
 */
struct access *access_of_message(const struct message *message);

/* Notes that the sender, which knew another handler or none, sends to the stop's now; whether it is
 * to be told so. */
bool access_change_handler(struct access *access, const struct stop *stop, bool is_told);

/* Notes that the sender sends to the stop's handler. True where an earlier handler knew it, which
 * it is to be told, once: by a message that is answered (`is_told`), and until then none gets
 * through. NULL has nothing to know. */
static inline bool access_is_handler_changed(struct access *access, const struct stop *stop,
					     bool is_told)
{
	if (access == NULL || access->known_handler == stop->handler->serial)
		return false;
	return access_change_handler(access, stop, is_told);
}

/* Whether the handler of the stop is told of its senders' ends. */
bool access_tells_end(const struct stop *stop);

/* Moves it from the account of the sender, which has ended, to the handler's, whatever that
 * holds already. */
void access_bequeath(struct access *access, struct party *handler);

void access_destroy(struct access *access);

#endif

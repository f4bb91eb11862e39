/*
 * delivery: how a notification gets to a program: straight into the buffer of a thread that waits
 * for it, or into a queue of the inbox, from where a later wait() takes it.
 */
#ifndef IPC_DELIVERY_H
#define IPC_DELIVERY_H

#include "exchange.h"

/* What delivery_wait returns when the thread has to wait. */
enum { DELIVERY_WAITS = INT32_MIN };

/* The ids of one wait(), as they lie in the program's memory (unaligned, little-endian). */
struct wait_ids {
	const uint8_t *data;
	uint32_t count;
};

/*
 * wait(): the size of the oldest matching notification, which is now in the waiter's buffer if it
 * fits; 0; an error; or DELIVERY_WAITS, after which `woken` tells. `out` and `out_size` of the
 * waiter are set. Each id is read once.
 */
int32_t delivery_wait(struct exchange *exchange, struct waiter *waiter, struct wait_ids ids,
		      bool blocks);

/* Gives a message to its handler, a program. `body` is what lies stored in the message, or is
 * copied from where it is. STATUS_NO_MEMORY: nothing has happened. */
must_check enum status delivery_message(struct exchange *exchange, struct message *message,
					const struct body *body);

/* Gives the answer to a message's sender, or to the part of the kernel that asked. The message has
 * left its handler. Consumes it. */
void delivery_answer(struct exchange *exchange, struct message *message, uint32_t status,
		     const struct body *body);

/* Where the body of such an answer would lie, if the sender's program waits for it with room for
 * that many bytes; else NULL. */
uint8_t *delivery_room(const struct message *message, uint64_t size);

/* Tells a party something for which the record itself is the notification. */
void delivery_news(struct exchange *exchange, struct party *party, enum inbox_queue queue,
		   struct notification *notification, uint32_t kind);

/* Takes a message out of its handler's hands, wherever it is there, and its charge off the sender's
 * account. The sender may be told of room. */
void delivery_leave_handler(struct exchange *exchange, struct message *message);

/* The same for one that another handler will get: the sender stays charged for it. It is in no
 * channel then. */
void delivery_take_back(struct exchange *exchange, struct message *message);

/* Ends a message that nobody is told about, or whose answer was taken. */
void delivery_end(struct exchange *exchange, struct message *message);

#endif

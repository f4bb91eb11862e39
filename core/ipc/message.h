/*
 * message: one message on its way, from send() until its answer was taken. It is always in exactly
 * one place, which `state` names, and it is the only record of the kernel that changes hands:
 *
 *     ASKED     with its sender's access, until somebody has decided whether it may be sent
 *     HELD      on its route, until the handler that is being started registers
 *     QUEUED    in the inbox of its handler
 *     OWED      a program has taken it and owes the answer
 *     SERVED    a part of the kernel has it
 *     ANSWERED  the answer is in the inbox of its sender, or with the part of the kernel that asked
 *
 * Where no answer is due it ends when it is taken. Records come from a pool of the kernel's, and
 * are charged to the sender as bytes, as is each body.
 */
#ifndef IPC_MESSAGE_H
#define IPC_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "body.h"
#include "core/kernel.h"
#include "grants.h"
#include "id_table.h"
#include "inbox.h"
#include "kernel_limits.h"

struct channel;
struct route;

enum message_state {
	MESSAGE_FREE,
	MESSAGE_NEW, /* inside send() */
	MESSAGE_ASKED,
	MESSAGE_HELD,
	MESSAGE_QUEUED,
	MESSAGE_OWED,
	MESSAGE_SERVED,
	MESSAGE_ANSWERED
};

struct message {
	struct notification notification; /* ASKED, HELD, QUEUED, OWED (a cancellation), ANSWERED */
	enum message_state state;
	bool wants_answer;
	bool is_cancelled;
	bool is_passing;       /* it lives on the stack of exchange_send */
	uint32_t status;       /* of the answer */
	struct grant *grant;   /* under which it was sent */
	struct party *sender;  /* NULL once it has ended */
	struct party *handler; /* NULL once answered */
	uint64_t process;      /* the sender's pid as the handler sees it; 0 is the kernel */
	struct route *route;
	struct channel *channel;     /* NULL once answered, or the sender has ended */
	struct list_link of_channel; /* or of the handler's estate */
	struct id_entry sent;        /* linked while the sender's program knows it by an id */
	struct id_entry received;    /* linked while OWED */
	struct list awaiters;        /* wait entries of threads that wait for this answer */

	uint64_t sent_ns; /* the exchange's time */
	uint64_t charged; /* bytes on the sender's account of bodies */
	uint64_t size;    /* of the request's body, or of the answer's */
	uint8_t *body;    /* stored: NULL, `small`, or the port's */

	/* Where the kernel itself asked: called when ANSWERED, and then it owns the message. */
	void (*answered)(struct message *message);
	void *owner;

	/* While SERVED: whatever that part of the kernel keeps here. */
	void *user;

	uint8_t small[MESSAGE_INLINE_BYTES];
};

/* Free records, for all processes of a kernel. */
struct message_pool {
	struct list free;
	uint32_t free_count;
	uint64_t live_count;
};

void message_pool_init(struct message_pool *pool);
void message_pool_reset(struct message_pool *pool);

/* A record in state NEW that belongs to `sender` and is charged to it; NULL when refused. */
struct message *message_create(struct message_pool *pool, struct party *sender) must_check;

/* Gives a record back that is linked nowhere, and its body. */
void message_destroy(struct message_pool *pool, struct message *message);

/* Lets go of the sender: of its tables and its account. */
void message_leave_sender(struct message *message);

/* Keeps a copy of the body in place of what was stored, where the parts may lie.
 * STATUS_NO_MEMORY: nothing has changed. */
must_check enum status message_store(struct message *message, const struct body *body);
void message_drop_body(struct message *message);

#endif

/*
 * exchange: the messages of a node: who sends what to whom, who owes which answer, and what becomes
 * of it all when somebody ends. It decides docs/SYSTEM-CALLS.md, and knows nothing of programs,
 * schedules or memories: the process side hands it checked addresses, and is told which threads may
 * go on.
 *
 *     exchange_init -> exchange_send, _answer, _cancel, delivery_wait ... -> exchange_end of each
 *     party -> exchange_reset
 *
 * A waiting thread is handed its notification inside these calls, and `woken` is called for it. A
 * part of the kernel gets its requests inside exchange_send, and may call back from there.
 */
#ifndef IPC_EXCHANGE_H
#define IPC_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "access.h"
#include "channel.h"
#include "message.h"
#include "party.h"
#include "router.h"
#include "stop.h"

struct exchange;

/* What the process side supplies. None of these may end a party at once. */
struct exchange_hooks {
	/* A thread's wait is over; `result` is what wait() returns. */
	void (*woken)(struct waiter *waiter, int32_t result);

	/* A message came for a configured handler that does not run: start it and call
	 * stop_await. */
	enum status (*start)(struct exchange *exchange, struct stop *stop);

	/* Whether somebody can be asked what this sender may do. */
	bool (*can_ask)(const struct party *sender);

	/* Has somebody decided about the messages that wait with the access: asks, and calls
	 * exchange_allow or exchange_deny, at once or later. Any error: nobody was asked. */
	enum status (*ask)(struct access *access);

	/* The sender may not send to the interface. `judgement` is NULL where that was known. */
	void (*refused)(struct party *sender, const struct digest *interface,
			const struct judgement *judgement);

	/* The sender sends to the interface, for the first time under that grant. */
	void (*used)(struct party *sender, const struct digest *interface,
		     const struct grant *grant);

	/* The party left so many notifications untaken that its account is exceeded: end it. */
	void (*overrun)(struct party *party);

	/* Parts of the port run on one CPU: true where this is another, and what is meant for
	 * them is kept for exchange_serve_passed. Optional. */
	bool (*is_elsewhere)(struct exchange *exchange);
};

struct exchange {
	const struct exchange_hooks *hooks;

	/* For parts of the port, from other CPUs than the one that they run on: messages that are
	 * QUEUED here, and SERVED ones of which their sender does not need the answer. */
	struct list passed;
	struct list cancelled;

	struct router router;
	struct message_pool pool;
	uint64_t next_serial; /* of parties */
	uint32_t next_grant;
	struct grant grant_of_all; /* under which come messages to what every program may use */
	struct stored stored;      /* decisions about the programs that run */
	struct party *undecided;   /* stands for the handler of messages in state ASKED */

	/* Raised by whatever changes who may send to what, or where messages go: what was looked up
	 * before (access.h) is looked up again. */
	uint64_t epoch;

	/* For whoever looks: when the present batch of turns began, how often something was
	 * started, ended, registered or routed anew, and what parties have sent that are gone. */
	uint64_t now_ns;
	uint64_t changes;
	uint64_t past_messages;

	const struct kernel_trace *trace; /* NULL where nobody watches */
};

/* STATUS_NO_MEMORY. */
must_check enum status exchange_init(struct exchange *exchange, const struct exchange_hooks *hooks);

/* All parties must have ended. */
void exchange_reset(struct exchange *exchange);

/* One message to be sent. */
struct outgoing {
	struct party *sender;
	const struct digest *interface;
	struct body body;
	bool wants_answer;

	/* Where the kernel asks on the sender's account: the sender's program is given no id, and
	 * the answer is left with the message, which `answered` then owns. */
	void (*answered)(struct message *message);
	void *owner;
	bool is_kernel; /* no grant is asked for, and the handler sees process 0 */
};

/* send(): the message's id, 0 where no answer is due (or `answered` is given), or an error. */
int64_t exchange_send(struct exchange *exchange, const struct outgoing *out);

/* answer(): 0 or an error. `status` is CAIRN_STATUS_OK or CAIRN_STATUS_REFUSED. */
int32_t exchange_answer(struct exchange *exchange, struct party *handler, uint64_t id,
			uint32_t status, const struct body *body);

/* The answer of a part of the kernel; consumes a SERVED message. */
void exchange_answer_served(struct exchange *exchange, struct message *message, uint32_t status,
			    const struct body *body);

/* Gives back a message that `answered` was told of. */
void exchange_discard(struct exchange *exchange, struct message *message);

/* Gives up a message that the kernel has asked in the sender's name, by the owner that it was
 * given: `answered` is told of it now or later. */
void exchange_give_up(struct exchange *exchange, struct party *sender, const void *owner);

/* Gives up a message of the sender's by its id; false where none awaits an answer under it. */
bool exchange_cancel(struct exchange *exchange, struct party *sender, uint64_t id);

/* ---- Messages in state ASKED ---- */

/* It goes on its way, under that grant. */
void exchange_allow(struct exchange *exchange, struct message *message, struct grant *grant);
void exchange_deny(struct exchange *exchange, struct message *message);

/* ---- For the files beside ---- */

/* Ends a message that its handler will not answer. */
void exchange_fail(struct exchange *exchange, struct message *message, uint32_t status);

/* Who is to receive what comes to the stop (NULL: nobody does): its handler, or the party that is
 * being started. 0, or CAIRN_NO_HANDLER. */
int32_t exchange_find_handler(struct exchange *exchange, struct stop *stop, struct party **out);

/* Brings a stored message to the stop's handler, which is there. */
void exchange_release(struct exchange *exchange, struct message *message, struct stop *stop);

/* Leaves a message that expects no answer to a handler without its sender, which has ended. False
 * where the handler holds as much of that kind as it may: nothing has happened. The message is in
 * no channel. */
must_check bool exchange_leave_to(struct party *handler, struct message *message);

/* Gives a part of the port the next thing that other CPUs have left for it; false where there is
 * none. */
bool exchange_serve_passed(struct exchange *exchange);

/* The same of cancellations alone, when nothing new is begun any more. */
bool exchange_serve_cancelled(struct exchange *exchange);
static inline bool exchange_has_passed(const struct exchange *exchange)
{
	return !list_is_empty(&exchange->passed) || !list_is_empty(&exchange->cancelled);
}

/* ---- Handlers (stop.h has the rest) ---- */

/* The grant of that number, under which a message has come to the party from somebody who still is
 * there; NULL where there is none. */
const struct grant *exchange_known_grant(const struct party *party, uint32_t number);

/*
 * The end of a party: what it owes is answered with `handler ended`, or `no handler` where it never
 * registered; what it has sent is withdrawn, or its handlers are told. Its threads must not wait
 * any more, and those parts of the kernel that it had sent to are told last.
 */
void exchange_end(struct exchange *exchange, struct party *party);

#endif

/*
 * ledger: what the state machines have sent and answered, kept apart from the kernel, so that what
 * it delivers can be held against it: each message reaches one process, once, with the bytes and
 * the sender that it had, in order; each answer reaches who asked, once, with the bytes of whoever
 * took the message.
 */
#ifndef SIM_LEDGER_H
#define SIM_LEDGER_H

#include <stddef.h>

#include "core/cid.h"
#include "sim.h"

enum { LEDGER_BODY_MIN = 8 };

void ledger_reset(void);

/* Writes the body of a new message that is about to be sent, and returns its token. */
uint64_t ledger_new(uint8_t *body, uint32_t size);

/* The message was sent. One whose sending failed is never seen again. */
void ledger_sent(uint64_t token, uint64_t sender, uint32_t interface, bool wants_answer);

/* What a process was told about a message that it has taken. */
struct ledger_delivery {
	uint64_t sender;
	uint64_t handler;
	uint32_t interface;
	bool wants_answer;
	bool is_ordered; /* the handler has one thread, which sees what comes first first */
};

/* The messages of that interface lead elsewhere from now on: their order counts among those that
 * were sent after the same change. */
void ledger_rerouted(uint32_t interface);

/* Everything has come to rest: each message of a sender that lives has had its answer, if one was
 * due. */
void ledger_check_rest(bool (*is_alive)(void *context, uint64_t process), void *context);

/* A process has taken a message: checks it, and returns its token. */
uint64_t ledger_taken(const uint8_t *body, uint32_t size, const struct ledger_delivery *delivery);

/* The part of the kernel that serves the message sees it inside send(): only its bytes are checked.
 */
uint64_t ledger_peek(const uint8_t *body, uint32_t size);

/* Writes the body of the answer, and notes it. */
void ledger_answering(uint64_t token, uint8_t *body, uint32_t size, bool is_refused);

/* The answer came to nothing, because answer() failed. */
void ledger_not_answered(uint64_t token);

/* The sender has got an answer: checks it. */
void ledger_answered(uint64_t token, uint64_t sender, uint32_t status, const uint8_t *body,
		     uint32_t size);

#endif

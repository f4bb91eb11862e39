/*
 * call_state: the kernel's side of call.h: what a thread remembers of a call in its name.
 */
#ifndef PROCESS_CALL_STATE_H
#define PROCESS_CALL_STATE_H

#include "call.h"

struct call_group;
struct call_scratch_block;
struct message;

struct call_state {
	call_continuation then;
	bool is_answered;        /* `then` is to be called */
	bool is_advancing;       /* it is being called right now */
	uint32_t error;          /* CAIRN_STATUS_* where the message was never sent */
	struct message *message; /* with the answer; NULL where there was an error */
	uint64_t words[CALL_STATE_WORDS];
	struct call_scratch_block *scratch;
	struct call_group *group; /* of the messages that are awaited together, or NULL */
};

/* A message to be sent in the thread's name, whose answer `answered` is told of. */
struct call_sending {
	const struct digest *interface;
	const struct wire_part *parts;
	uint32_t part_count;
	void (*answered)(struct message *message);
	void *owner;
};
int64_t call_send_owned(struct thread *thread, const struct call_sending *sending);

/* What send() would have returned at once, as the status of an answer. */
uint32_t call_status_of(int64_t error);

/* Calls the continuation, and the next one, as long as answers are there. WASM_HOST_SUSPEND where
 * the thread has to wait for one, its process has ended, or the CPU is wanted: the thread is then
 * ready, and goes on in its turn. */
enum wasm_host_result call_advance(struct thread *thread);

/* The host call has returned: gives back what call_scratch gave. */
void call_finish(struct thread *thread);

/* The thread ends, perhaps in the middle of a call. */
void call_abandon(struct thread *thread);

#endif

/*
 * puppet: processes whose system calls a test makes by hand, one after the other, so that a test
 * reads like the transcript of a conversation.
 *
 *     stage_create -> puppet_create ... -> puppet_send, puppet_wait ... -> stage_destroy
 *
 * A puppet never runs by itself. A wait() that blocks returns PUPPET_BLOCKED; puppet_result tells
 * later what became of it.
 */
#ifndef PROCESS_PUPPET_H
#define PROCESS_PUPPET_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <cairn/abi.h>
#include <cairn/wire.h>

#include "kernel_state.h"
#include "program.h"
#include "support/port.h"
#include "syscall.h"

enum {
	PUPPET_MEMORY_BYTES = 1 << 16,
	PUPPET_BLOCKED = INT32_MIN,
	PUPPET_TRAPPED = INT32_MIN + 1,
	PUPPET_ENDED = INT32_MIN + 2,
	/* Where a puppet keeps things in its memory. */
	AT_DIGEST = 0,
	AT_PARTS = 64,
	AT_IDS = 1024,
	AT_BODY = 4096,
	AT_OUT = 32768
};

struct puppet {
	struct execution execution;
	struct kernel *kernel;
	struct process *process;
	struct thread *thread;
	uint64_t slots[5];
	uint64_t argument; /* of a thread that was spawned */
	bool is_64;        /* its memory */
	const char *fault;
	uint8_t *memory; /* shared by the puppets of one process */
	bool owns_memory;

	/* The last notification that it took. */
	struct cairn_notification note;
	char body[8192]; /* with a zero behind it */
};

extern const struct engine puppet_engine;

/* What the code of a program that is loaded now is said to hold; how often code was loaded and
 * unloaded; and what happens elsewhere while some is loaded, or NULL. */
extern uint64_t puppet_code_bytes;
extern uint32_t puppet_loads, puppet_unloads;
extern void (*puppet_meanwhile)(void);

/* The section `cairn.uses` of all programs; empty for none. */
extern struct wasm_name puppet_section;

/* A kernel with these limits, or the defaults where NULL. */
struct kernel *stage_create(const struct kernel_limits *limits);
struct kernel *stage_create_with(const struct kernel_limits *limits,
				 const struct kernel_policy *policy);

/* Does all that there is to do without the puppets. */
void stage_settle(struct kernel *kernel);

/* Ends everything and checks that nothing is left behind. */
void stage_destroy(struct kernel *kernel);

/* An interface of the tests, told apart by a letter. */
struct digest stage_interface(char letter);

/* The first stop of that interface; it is made for the program where there is none. */
struct stop *stage_stop(struct kernel *kernel, char letter, const struct cid *program);

/* A process with one thread that may do anything, or what `grants` says. */
struct puppet *puppet_create(struct kernel *kernel);
struct puppet *puppet_create_with(struct kernel *kernel, const struct kernel_grants *grants);

/* One more thread of the same process. */
struct puppet *puppet_add_thread(struct puppet *first);

/* Makes it the handler of stage_interface(letter), without asking, where the kernel would be. */
struct stop *puppet_handles(struct puppet *puppet, char letter);

/* Kills the process, and gives everything of it back. The puppet is gone. */
void puppet_kill(struct puppet *puppet);

uint64_t puppet_pid(const struct puppet *puppet);

/* send() of a text, or of bytes, to stage_interface(letter) or any other. */
int64_t puppet_send(struct puppet *puppet, char letter, const char *text, uint32_t flags);
int64_t puppet_send_bytes(struct puppet *puppet, const struct digest *interface, const void *data,
			  size_t size, uint32_t flags);

/*
 * A request to an interface, as its bindings encode it:
 *
 *     time_now_encode(request_cursor());
 *     struct request request = request_encoded();
 *     puppet_ask(puppet, &of_time, &request);
 */
struct request {
	uint8_t bytes[256];
	size_t size;
};
struct wire_out *request_cursor(void);
struct request request_encoded(void);

/* Sends a request that expects an answer; returns its id. */
uint64_t puppet_ask(struct puppet *puppet, const struct digest *interface,
		    const struct request *request);

/* The body of the notification that the puppet took last. */
static inline const uint8_t *puppet_body(const struct puppet *puppet)
{
	return (const uint8_t *)puppet->body;
}

/* send() with whatever parts lie at AT_PARTS. */
int64_t puppet_send_parts(struct puppet *puppet, char letter, uint32_t part_count, uint32_t flags);

int32_t puppet_answer(struct puppet *puppet, uint64_t id, const char *text, uint32_t flags);

/* wait() for up to four ids; those behind the first 0 are ignored. */
struct puppet_ids {
	uint64_t ids[4];
};
int32_t puppet_wait(struct puppet *puppet, struct puppet_ids ids, uint32_t flags);
int32_t puppet_wait_with_room(struct puppet *puppet, struct puppet_ids ids, uint32_t room,
			      uint32_t flags);

/* What a wait that blocked has returned by now, or PUPPET_BLOCKED. */
int32_t puppet_result(struct puppet *puppet);

/* wait(1) without blocking, which must find a message; returns its id. */
uint64_t puppet_take(struct puppet *puppet);

/* wait(id) without blocking, which must find the answer; returns its status. */
uint32_t puppet_take_answer(struct puppet *puppet, uint64_t id);

#endif

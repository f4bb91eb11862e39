/*
 * call: a message that the kernel sends in the name of a thread that is inside a host function
 * (WASI is made of these), and what happens when the answer is there. The thread is subject to the
 * same routing, grants and charges as if its program had called send and wait.
 *
 * A host function returns what call_begin returns. The continuation runs when the answer is there,
 * which may be before call_begin returns; it writes results into `slots` and returns
 * WASM_HOST_CONTINUE, or begins the next call, or fails the thread and returns WASM_HOST_TRAP.
 * While a call is under way only `state` survives: nothing on the C stack does.
 *
 * A continuation that begins the next call returns before that call's continuation runs: they never
 * nest on the C stack, however many calls follow one another.
 */
#ifndef PROCESS_CALL_H
#define PROCESS_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cid.h"
#include "core/kernel.h"
#include "core/wasm.h"

struct thread;

struct call_answer {
	uint32_t status;     /* CAIRN_STATUS_*; 0 is ok */
	const uint8_t *body; /* valid during the continuation */
	uint32_t size;
};

typedef enum wasm_host_result (*call_continuation)(struct thread *thread, uint64_t *slots,
						   const struct call_answer *answer);

/* Scratch words that belong to the continuation between begin and answer. */
enum { CALL_STATE_WORDS = 10 };

/* The thread behind a host function's `struct wasm_thread`. */
struct thread *call_thread(struct wasm_thread *wasm);
uint64_t *call_state(struct thread *thread);

/*
 * Sends the concatenation of `parts` (memory of the kernel's or of the program's, checked by the
 * caller) and suspends the thread until the answer. An error that `send` would return at once
 * (no handler, denied, busy, limit, too large) reaches the continuation as the matching status.
 */
enum wasm_host_result call_begin(struct thread *thread, const struct digest *interface,
				 const struct wire_part *parts, uint32_t part_count,
				 call_continuation then);

/*
 * Several messages of which the first answer is awaited:
 *
 *     call_any_open -> call_any_add, at most `count_max` times -> call_any_wait
 *
 * The continuation runs when one of them is answered, or at once where `is_over` is true or one was
 * answered already; it finds what has come by the order in which it was added, and its own `answer`
 * says nothing. What has not been answered when it returns is given up. It opens no group itself.
 * False where the limit does not allow it.
 */
bool call_any_open(struct thread *thread, uint32_t count_max) must_check;
void call_any_add(struct thread *thread, const struct digest *interface,
		  const struct wire_part *parts, uint32_t part_count);
enum wasm_host_result call_any_wait(struct thread *thread, bool is_over, call_continuation then);

/* False where that one is not answered. Valid during the continuation. */
bool call_any_answer(struct thread *thread, uint32_t index, struct call_answer *out) must_check;

/* A message without an answer; the result is 0 or an error of send(). */
int64_t call_send(struct thread *thread, const struct digest *interface,
		  const struct wire_part *parts, uint32_t part_count);

/* Whether such a message would be taken: somebody handles the interface, and the user has allowed
 * it. Nobody is asked, and nothing is logged. */
bool call_is_granted(struct thread *thread, const struct digest *interface) must_check;

/* The program's memory 0: `size` bytes at `base`, or 0 bytes where it has none. */
struct call_memory {
	uint8_t *base;
	uint64_t size;
};
struct call_memory call_memory(struct thread *thread);

/* Ends the thread's process as process.exit does; the host function then returns WASM_HOST_SUSPEND
 * and never continues. */
void call_exit(struct thread *thread, uint32_t code);

/*
 * The record that whoever translates keeps about this process (WASI's descriptors): at least `size`
 * bytes, zeroed at first, on the process's account, and given back when the process ends. It grows
 * when more is asked for than before, and may then be somewhere else. NULL where the limit does not
 * allow it, and it is as it was.
 */
void *call_process_record(struct thread *thread, size_t size) must_check;

/* A copy on this process's account that lives until the thread's current host call returns; NULL
 * where the limit does not allow it. */
void *call_scratch(struct thread *thread, uint64_t size) must_check;

#endif

/*
 * act: the single things that a machine may do. Each makes system calls with random arguments, and
 * knows which results the kernel may give.
 */
#ifndef SIM_ACT_H
#define SIM_ACT_H

#include <cairn/wire.h>

#include "machine.h"

enum act_result {
	ACT_DONE,
	ACT_NOTHING,   /* there was nothing of that kind to do */
	ACT_SUSPENDED, /* the thread waits, or its process is at its end */
	ACT_TRAPPED,
	ACT_FINISHED
};

/* The thread has the CPU again: looks at what its wait brought. */
void act_resumed(struct machine *machine);

enum act_result act_register(struct machine *machine);
enum act_result act_send(struct machine *machine);
enum act_result act_answer(struct machine *machine);
enum act_result act_cancel(struct machine *machine);
enum act_result act_ask_kernel(struct machine *machine);
enum act_result act_children(struct machine *machine);
enum act_result act_misuse(struct machine *machine);
enum act_result act_wait(struct machine *machine);
enum act_result act_threads(struct machine *machine);

/* Nobody of the process waits at an address any more. */
void act_notify_all(struct machine *machine);

/* ---- For the files of act ---- */

/* The machine's own part of its memory, at that offset; and its address there. */
uint8_t *act_memory(const struct machine *machine, uint32_t offset);
uint32_t act_address(const struct machine *machine, uint32_t offset);

/* Sends `size` bytes from AT_BODY in random parts. `*result` is send()'s. */
enum act_result act_send_body(struct machine *machine, const struct digest *interface,
			      uint32_t size, bool wants_answer, int64_t *result);

/* The cursor over AT_BODY that a request is encoded in; and sends it to the kernel, now and then
 * cut short or too long: it must be refused then. */
struct wire_out act_request(struct machine *machine);
enum act_result act_send_request(struct machine *machine, const struct wire_out *request,
				 const struct digest *interface, uint32_t kind);

/* The thread of that number is in its program still. */
bool act_has_thread(const struct machine *machine, uint32_t number);

/* The answer to one of the requests about threads. */
void act_told_of_thread(struct machine *machine, const struct sent_message *sent,
			const uint8_t *body, uint32_t size);

/* The process owes an answer that it could give now. */
bool act_owes_at_once(const struct machine_process *shared);

/* The thread's wait at an address is over. */
void act_unparked(struct machine *machine);

/* Remembers a message that send() has given an id. */
void act_remember(struct machine *machine, uint64_t id, uint64_t token, uint32_t request);

/* What the kernel has told: checks it, and takes it down. */
void act_told(struct machine *machine, const uint8_t *notification, uint32_t size);

/* A process of that pid runs, or is being started. */
bool act_is_alive(const struct machine *machine, uint64_t pid);

enum {
	REQUEST_REGISTER = 1,
	REQUEST_UNREGISTER,
	REQUEST_CANCEL,
	REQUEST_SCOPES,
	REQUEST_ARGUMENTS,
	REQUEST_START,
	REQUEST_KILL,
	REQUEST_WAIT_END,
	REQUEST_SLEEP,
	REQUEST_NOW,
	REQUEST_RANDOM,
	REQUEST_THREAD_NUMBER,
	REQUEST_THREAD_SPAWN,
	REQUEST_THREAD_END,
	REQUEST_NONSENSE
};

#endif

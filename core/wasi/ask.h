/*
 * ask: how a function of preview 1 sends the message that serves it: encoded by the interface's
 * bindings, into room that lasts as long as the call of ask_send.
 *
 *     struct ask ask;
 *     time_sleep_until_encode(ask_open(&ask), &call);
 *     return ask_send(thread, time_interface, &ask, woken);
 *
 * A handler of `files` that another one takes over from takes its handles with it: numbers that the
 * successor gives may be the same, and stand for something else. So whatever `files` answers goes
 * past descriptor_lose_files first; functions have the words of call_state but for the last two.
 *
 * Paths are left where they are, in the program's memory. The answer is decoded by the bindings
 * too; errors.h turns what befell it into an error number.
 */
#ifndef WASI_ASK_H
#define WASI_ASK_H

#include <stdint.h>

#include <cairn/wire.h>

#include "call.h"

enum {
	/* Parameters apart from long lists, of the message that has most of them: setting the times
	 * of a path. A link has two paths. */
	ASK_FIXED_BYTES = 48,
	ASK_VIEWS = 2
};

struct ask {
	uint8_t bytes[WIRE_HEAD_BYTES(ASK_FIXED_BYTES, ASK_VIEWS)];
	struct wire_part parts[WIRE_PARTS(ASK_VIEWS)];
	struct wire_out out;
};

/* The cursor that the message is encoded in. */
static inline struct wire_out *ask_open(struct ask *ask)
{
	ask->out = wire_out_parts(ask->bytes, sizeof ask->bytes, ask->parts, WIRE_PARTS(ASK_VIEWS));
	return &ask->out;
}

/* Sends the message to the interface of that digest. */
enum wasm_host_result ask_send(struct thread *thread, const uint8_t *interface,
			       const struct ask *ask, call_continuation then);

/* The same of a message whose last list was given without its data (wire.h): that is in `parts`,
 * all but the first of `part_count`, which is for the message itself. */
enum wasm_host_result ask_send_with(struct thread *thread, const uint8_t *interface,
				    const struct ask *ask, struct wire_part *parts,
				    uint32_t part_count, call_continuation then);

/* Sends a message that has no answer; nothing is told where it cannot be sent. */
void ask_tell(struct thread *thread, const uint8_t *interface, const struct ask *ask);

#endif

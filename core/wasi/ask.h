/*
 * ask: how a function of preview 1 sends the message that serves it: encoded by the interface's
 * bindings, into room that lasts as long as the call of ask_send.
 *
 *     struct ask ask;
 *     time_sleep_until_encode(ask_open(&ask), &call);
 *     return ask_send(thread, time_interface, &ask, woken);
 *
 * The answer is decoded by the bindings too; errors.h turns what befell it into an error number.
 */
#ifndef WASI_ASK_H
#define WASI_ASK_H

#include <stdint.h>

#include <cairn/wire.h>

#include "call.h"

/* Parameters apart from long lists: the longest message has a number and eight bytes of them. */
struct ask {
	uint8_t bytes[32];
	struct wire_part part;
	struct wire_out out;
};

/* The cursor that the message is encoded in. */
static inline struct wire_out *ask_open(struct ask *ask)
{
	ask->out = wire_out_parts(ask->bytes, sizeof ask->bytes, &ask->part, 1);
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

#endif

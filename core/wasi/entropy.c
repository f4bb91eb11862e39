/*
 * entropy: random_get, in pieces of what `random` gives at a time.
 */
#include "ask.h"
#include "errors.h"
#include "functions.h"
#include "guest.h"
#include "mem.h"

#include <cairn/random.h>

enum { PIECE_BYTES = 65536 };

/* Words of call_state: how many bytes are written. */
enum { STATE_DONE };

static uint32_t next_piece(struct thread *thread, const uint64_t *slots)
{
	uint32_t left = wasi_argument(slots, 1) - (uint32_t)call_state(thread)[STATE_DONE];
	return left < PIECE_BYTES ? left : PIECE_BYTES;
}

static enum wasi_error write_piece(struct thread *thread, const uint64_t *slots,
				   const struct call_answer *answer)
{
	struct wire_bytes bytes;
	enum wasi_error error = errors_of_answer(
	    answer, random_bytes_answer_decode(answer->body, answer->size, &bytes));
	if (error != WASI_SUCCESS)
		return error;
	if (bytes.size != next_piece(thread, slots))
		return WASI_EPROTO;
	uint32_t done = (uint32_t)call_state(thread)[STATE_DONE];
	uint8_t *out = guest_bytes(thread, wasi_argument(slots, 0) + done, bytes.size);
	if (out == NULL)
		return WASI_EFAULT;
	memcpy(out, bytes.data, bytes.size);
	call_state(thread)[STATE_DONE] = (uint64_t)done + bytes.size;
	return WASI_SUCCESS;
}

static enum wasm_host_result piece_answered(struct thread *thread, uint64_t *slots,
					    const struct call_answer *answer);

static enum wasm_host_result ask_next_piece(struct thread *thread, uint64_t *slots)
{
	uint32_t size = next_piece(thread, slots);
	if (size == 0)
		return wasi_result(slots, WASI_SUCCESS);
	struct ask ask;
	random_bytes_encode(ask_open(&ask), &(struct random_bytes_call){size});
	return ask_send(thread, random_interface, &ask, piece_answered);
}

static enum wasm_host_result piece_answered(struct thread *thread, uint64_t *slots,
					    const struct call_answer *answer)
{
	enum wasi_error error = write_piece(thread, slots, answer);
	return error != WASI_SUCCESS ? wasi_result(slots, error) : ask_next_piece(thread, slots);
}

enum wasm_host_result wasi_random_get(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	struct thread *thread = call_thread(wasm);
	if (guest_bytes(thread, wasi_argument(slots, 0), wasi_argument(slots, 1)) == NULL)
		return wasi_result(slots, WASI_EFAULT);
	call_state(thread)[STATE_DONE] = 0;
	return ask_next_piece(thread, slots);
}

/*
 * stream: fd_read and fd_write over the streams of `terminal`.
 *
 * A write is cut into messages of bounded size, sent one after the other until all of it is handed
 * over. If one fails, what went before counts as a partial write; the next call meets the error.
 * A read is one message and yields what there is, as for a pipe.
 */
#include "ask.h"
#include "descriptor.h"
#include "errors.h"
#include "functions.h"
#include "guest.h"
#include "iovecs.h"

#include <cairn/terminal.h>

enum {
	PIECE_BYTES = 65536, /* as much as a pipe holds */
	PIECE_PARTS = 64     /* scattered ones go in more messages: the array lives on the stack */
};

/* Words of call_state. */
enum {
	STATE_STREAM, /* terminal's number of it: the descriptor may be closed meanwhile */
	STATE_PIECE,  /* how many bytes the message under way carries, or asks for */
	STATE_DONE,   /* how many bytes are written */
	STATE_TOTAL,  /* how many are to be written */
	STATE_INDEX,  /* where the next piece starts: struct iovecs */
	STATE_OFFSET
};

/* Checks the arguments, which both functions share: descriptor, iovecs, their count, and where the
 * number of transferred bytes goes. */
static enum wasi_error open_transfer(struct thread *thread, const uint64_t *slots,
				     struct iovecs *iovecs, uint32_t *size)
{
	struct descriptor *descriptor;
	enum wasi_error error = descriptor_find(thread, wasi_argument(slots, 0), &descriptor);
	if (error == WASI_SUCCESS)
		error =
		    iovecs_open(thread, wasi_argument(slots, 1), wasi_argument(slots, 2), iovecs);
	if (error == WASI_SUCCESS)
		error = iovecs_check(iovecs, size);
	if (error != WASI_SUCCESS)
		return error;
	if (guest_bytes(thread, wasi_argument(slots, 3), 4) == NULL)
		return WASI_EFAULT;
	call_state(thread)[STATE_STREAM] = descriptor->stream;
	return WASI_SUCCESS;
}

/* The end of a transfer of `size` bytes. */
static enum wasm_host_result transferred(struct thread *thread, uint64_t *slots, uint32_t size)
{
	uint8_t *out = guest_bytes(thread, wasi_argument(slots, 3), 4);
	if (out == NULL)
		return wasi_result(slots, WASI_EFAULT);
	guest_store_u32(out, size);
	return wasi_result(slots, WASI_SUCCESS);
}

/* ---- fd_write ---- */

/* The end of a write that met an error. */
static enum wasm_host_result write_failed(struct thread *thread, uint64_t *slots,
					  enum wasi_error error)
{
	uint32_t done = (uint32_t)call_state(thread)[STATE_DONE];
	return done > 0 ? transferred(thread, slots, done) : wasi_result(slots, error);
}

static enum wasm_host_result write_answered(struct thread *thread, uint64_t *slots,
					    const struct call_answer *answer);

static enum wasm_host_result write_piece(struct thread *thread, uint64_t *slots,
					 struct iovecs *iovecs)
{
	uint64_t *state = call_state(thread);
	uint32_t left = (uint32_t)(state[STATE_TOTAL] - state[STATE_DONE]);
	struct wire_part parts[1 + PIECE_PARTS];
	uint32_t part_count;
	uint32_t size;
	enum wasi_error error = iovecs_gather(iovecs, left < PIECE_BYTES ? left : PIECE_BYTES,
					      parts + 1, PIECE_PARTS, &part_count, &size);
	if (error == WASI_SUCCESS && size == 0)
		error = WASI_EFAULT; /* the buffers shrank while a piece was under way */
	if (error != WASI_SUCCESS)
		return write_failed(thread, slots, error);
	struct ask ask;
	terminal_write_encode(ask_open(&ask), &(struct terminal_write_call){
						  (uint32_t)state[STATE_STREAM], {.size = size}});
	state[STATE_PIECE] = size;
	state[STATE_INDEX] = iovecs->index;
	state[STATE_OFFSET] = iovecs->offset;
	return ask_send_with(thread, terminal_interface, &ask, parts, 1 + part_count,
			     write_answered);
}

static enum wasm_host_result write_answered(struct thread *thread, uint64_t *slots,
					    const struct call_answer *answer)
{
	uint64_t *state = call_state(thread);
	struct terminal_u32_or_error result;
	enum wasi_error error = errors_of_answer(
	    answer, terminal_write_answer_decode(answer->body, answer->size, &result));
	if (error == WASI_SUCCESS && result.is_error)
		error = errors_of_terminal(result.error);
	else if (error == WASI_SUCCESS && (result.value == 0 || result.value > state[STATE_PIECE]))
		error = WASI_EPROTO;
	if (error != WASI_SUCCESS)
		return write_failed(thread, slots, error);
	state[STATE_DONE] += result.value;
	if (result.value < state[STATE_PIECE] || state[STATE_DONE] == state[STATE_TOTAL])
		return transferred(thread, slots, (uint32_t)state[STATE_DONE]);
	struct iovecs iovecs;
	error = iovecs_open(thread, wasi_argument(slots, 1), wasi_argument(slots, 2), &iovecs);
	if (error != WASI_SUCCESS)
		return write_failed(thread, slots, error);
	iovecs.index = (uint32_t)state[STATE_INDEX];
	iovecs.offset = (uint32_t)state[STATE_OFFSET];
	return write_piece(thread, slots, &iovecs);
}

enum wasm_host_result wasi_fd_write(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	struct thread *thread = call_thread(wasm);
	struct iovecs iovecs;
	uint32_t size;
	enum wasi_error error = open_transfer(thread, slots, &iovecs, &size);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	if (size == 0)
		return transferred(thread, slots, 0);
	call_state(thread)[STATE_DONE] = 0;
	call_state(thread)[STATE_TOTAL] = size;
	return write_piece(thread, slots, &iovecs);
}

/* ---- fd_read ---- */

static enum wasm_host_result read_answered(struct thread *thread, uint64_t *slots,
					   const struct call_answer *answer)
{
	struct terminal_bytes_or_error result;
	enum wasi_error error = errors_of_answer(
	    answer, terminal_read_answer_decode(answer->body, answer->size, &result));
	if (error == WASI_SUCCESS && result.is_error)
		error = errors_of_terminal(result.error);
	else if (error == WASI_SUCCESS && result.value.size > call_state(thread)[STATE_PIECE])
		error = WASI_EPROTO;
	struct iovecs iovecs;
	if (error == WASI_SUCCESS)
		error =
		    iovecs_open(thread, wasi_argument(slots, 1), wasi_argument(slots, 2), &iovecs);
	uint32_t written;
	if (error == WASI_SUCCESS)
		error = iovecs_scatter(&iovecs, result.value.data, result.value.size, &written);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	return transferred(thread, slots, written);
}

enum wasm_host_result wasi_fd_read(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	struct thread *thread = call_thread(wasm);
	struct iovecs iovecs;
	uint32_t size;
	enum wasi_error error = open_transfer(thread, slots, &iovecs, &size);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	if (size == 0)
		return transferred(thread, slots, 0);
	if (size > PIECE_BYTES)
		size = PIECE_BYTES;
	call_state(thread)[STATE_PIECE] = size;
	struct ask ask;
	terminal_read_encode(ask_open(&ask), &(struct terminal_read_call){
						 (uint32_t)call_state(thread)[STATE_STREAM], size});
	return ask_send(thread, terminal_interface, &ask, read_answered);
}

#include "transfer.h"

#include "ask.h"
#include "core/port.h"
#include "errors.h"
#include "functions.h"
#include "guest.h"

enum { PIECE_PARTS = 64 /* scattered ones go in more messages: the array lives on the stack */ };

/* Words of call_state. */
enum {
	STATE_KIND,     /* a struct transfer_kind, and what goes with it: see pack */
	STATE_HANDLE,   /* the descriptor may be closed meanwhile */
	STATE_POSITION, /* where the message under way begins, in a file */
	STATE_PIECE,    /* how many bytes it carries, or asks for */
	STATE_DONE,     /* how many bytes are transferred */
	STATE_TOTAL,    /* how many are to be */
	STATE_BUFFER,   /* where the next piece starts: struct iovecs, index and offset */
	STATE_OPTIONS
};

/* STATE_OPTIONS: options, the slot of the count, and whether the offset moves. */
static uint64_t pack(const struct transfer *transfer)
{
	return transfer->options | (uint64_t)transfer->count_slot << 8 |
	       (uint64_t)transfer->moves_offset << 16;
}

static const struct transfer_kind *kind_of(struct thread *thread)
{
	return (const struct transfer_kind *)(uintptr_t)call_state(thread)[STATE_KIND];
}

static uint32_t count_slot(struct thread *thread)
{
	return (uint32_t)(call_state(thread)[STATE_OPTIONS] >> 8 & 0xff);
}

static struct transfer_piece piece_of(struct thread *thread)
{
	const uint64_t *state = call_state(thread);
	return (struct transfer_piece){
	    .handle = state[STATE_HANDLE],
	    .position = state[STATE_POSITION],
	    .size = (uint32_t)state[STATE_PIECE],
	    .options = (uint8_t)state[STATE_OPTIONS],
	};
}

/* Checks the arguments: iovecs, their count, and where the number of transferred bytes goes. */
static enum wasi_error open_transfer(struct thread *thread, const uint64_t *slots,
				     const struct transfer *transfer, struct iovecs *iovecs,
				     uint32_t *size)
{
	enum wasi_error error =
	    iovecs_open(thread, wasi_argument(slots, 1), wasi_argument(slots, 2), iovecs);
	if (error == WASI_SUCCESS)
		error = iovecs_check(iovecs, size);
	if (error != WASI_SUCCESS)
		return error;
	if (guest_bytes(thread, wasi_argument(slots, transfer->count_slot), 4) == NULL)
		return WASI_EFAULT;
	uint64_t *state = call_state(thread);
	state[STATE_KIND] = (uintptr_t)transfer->kind;
	state[STATE_HANDLE] = transfer->handle;
	state[STATE_POSITION] = transfer->position;
	state[STATE_DONE] = 0;
	state[STATE_TOTAL] = *size;
	state[STATE_BUFFER] = 0;
	state[STATE_OPTIONS] = pack(transfer);
	return WASI_SUCCESS;
}

/* The buffers, where the transfer stands in them. */
static enum wasi_error reopen(struct thread *thread, const uint64_t *slots, struct iovecs *iovecs)
{
	enum wasi_error error =
	    iovecs_open(thread, wasi_argument(slots, 1), wasi_argument(slots, 2), iovecs);
	if (error != WASI_SUCCESS)
		return error;
	iovecs->index = (uint32_t)(call_state(thread)[STATE_BUFFER] >> 32);
	iovecs->offset = (uint32_t)call_state(thread)[STATE_BUFFER];
	return WASI_SUCCESS;
}

static void remember(struct thread *thread, const struct iovecs *iovecs)
{
	call_state(thread)[STATE_BUFFER] = (uint64_t)iovecs->index << 32 | iovecs->offset;
}

/* The descriptor's offset is where the transfer ended. */
static void move_offset(struct thread *thread, const uint64_t *slots)
{
	const uint64_t *state = call_state(thread);
	if (!(state[STATE_OPTIONS] >> 16 & 1) || state[STATE_POSITION] == TRANSFER_AT_END)
		return;
	struct descriptor *descriptor =
	    descriptor_again(thread, wasi_argument(slots, 0), state[STATE_HANDLE]);
	if (descriptor != NULL)
		descriptor->offset = state[STATE_POSITION];
}

/* The end of a transfer. */
static enum wasm_host_result transferred(struct thread *thread, uint64_t *slots)
{
	uint32_t done = (uint32_t)call_state(thread)[STATE_DONE];
	if (done > 0)
		move_offset(thread, slots);
	uint8_t *out = guest_bytes(thread, wasi_argument(slots, count_slot(thread)), 4);
	if (out == NULL)
		return wasi_result(slots, WASI_EFAULT);
	guest_store_u32(out, done);
	return wasi_result(slots, WASI_SUCCESS);
}

/* The end of one that met an error. */
static enum wasm_host_result failed(struct thread *thread, uint64_t *slots, enum wasi_error error)
{
	return call_state(thread)[STATE_DONE] > 0 ? transferred(thread, slots)
						  : wasi_result(slots, error);
}

static uint32_t next_size(struct thread *thread)
{
	uint64_t left = call_state(thread)[STATE_TOTAL] - call_state(thread)[STATE_DONE];
	uint32_t piece = kind_of(thread)->piece_bytes;
	return left < piece ? (uint32_t)left : piece;
}

/* ---- Writing ---- */

static enum wasm_host_result write_answered(struct thread *thread, uint64_t *slots,
					    const struct call_answer *answer);

static enum wasm_host_result write_piece(struct thread *thread, uint64_t *slots,
					 struct iovecs *iovecs)
{
	struct wire_part parts[1 + PIECE_PARTS];
	uint32_t part_count;
	uint32_t size;
	enum wasi_error error =
	    iovecs_gather(iovecs, next_size(thread), parts + 1, PIECE_PARTS, &part_count, &size);
	if (error == WASI_SUCCESS && size == 0)
		error = WASI_EFAULT; /* the buffers shrank while a piece was under way */
	if (error != WASI_SUCCESS)
		return failed(thread, slots, error);
	call_state(thread)[STATE_PIECE] = size;
	remember(thread, iovecs);
	struct ask ask;
	const struct transfer_piece piece = piece_of(thread);
	kind_of(thread)->encode_write(ask_open(&ask), &piece);
	return ask_send_with(thread, kind_of(thread)->interface, &ask, parts, 1 + part_count,
			     write_answered);
}

static enum wasm_host_result write_answered(struct thread *thread, uint64_t *slots,
					    const struct call_answer *answer)
{
	uint64_t *state = call_state(thread);
	const struct transfer_kind *kind = kind_of(thread);
	const struct transfer_piece piece = piece_of(thread);
	uint64_t written;
	enum wasi_error error = kind->decode_written(answer, &piece, &written);
	if (error != WASI_SUCCESS)
		return failed(thread, slots, error);
	if (kind->has_positions) { /* it tells where it ended, and has written all */
		state[STATE_POSITION] = written;
		written = piece.size;
	}
	state[STATE_DONE] += written;
	if (written < piece.size || state[STATE_DONE] == state[STATE_TOTAL])
		return transferred(thread, slots);
	if (piece.position == TRANSFER_AT_END) {
		/* Somebody else may have appended meanwhile. */
		state[STATE_POSITION] = TRANSFER_AT_END;
	}
	struct iovecs iovecs;
	error = reopen(thread, slots, &iovecs);
	return error == WASI_SUCCESS ? write_piece(thread, slots, &iovecs)
				     : failed(thread, slots, error);
}

enum wasm_host_result transfer_write(struct thread *thread, uint64_t *slots,
				     const struct transfer *transfer)
{
	struct iovecs iovecs;
	uint32_t size;
	enum wasi_error error = open_transfer(thread, slots, transfer, &iovecs, &size);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	return size == 0 ? transferred(thread, slots) : write_piece(thread, slots, &iovecs);
}

/* ---- Reading ---- */

static enum wasm_host_result read_answered(struct thread *thread, uint64_t *slots,
					   const struct call_answer *answer);

static enum wasm_host_result read_piece(struct thread *thread)
{
	call_state(thread)[STATE_PIECE] = next_size(thread);
	struct ask ask;
	const struct transfer_piece piece = piece_of(thread);
	kind_of(thread)->encode_read(ask_open(&ask), &piece);
	return ask_send(thread, kind_of(thread)->interface, &ask, read_answered);
}

static enum wasm_host_result read_answered(struct thread *thread, uint64_t *slots,
					   const struct call_answer *answer)
{
	uint64_t *state = call_state(thread);
	const struct transfer_kind *kind = kind_of(thread);
	struct wire_bytes data;
	enum wasi_error error = kind->decode_read(answer, &data);
	if (error == WASI_SUCCESS && data.size > state[STATE_PIECE])
		error = WASI_EPROTO;
	struct iovecs iovecs;
	if (error == WASI_SUCCESS)
		error = reopen(thread, slots, &iovecs);
	uint32_t written;
	if (error == WASI_SUCCESS)
		error = iovecs_scatter(&iovecs, data.data, data.size, &written);
	if (error != WASI_SUCCESS)
		return failed(thread, slots, error);
	remember(thread, &iovecs);
	state[STATE_DONE] += written;
	if (kind->has_positions)
		state[STATE_POSITION] += written;
	bool is_over = !kind->reads_on || written < state[STATE_PIECE] ||
		       state[STATE_DONE] == state[STATE_TOTAL];
	return is_over ? transferred(thread, slots) : read_piece(thread);
}

enum wasm_host_result transfer_read(struct thread *thread, uint64_t *slots,
				    const struct transfer *transfer)
{
	struct iovecs iovecs;
	uint32_t size;
	enum wasi_error error = open_transfer(thread, slots, transfer, &iovecs, &size);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	return size == 0 ? transferred(thread, slots) : read_piece(thread);
}

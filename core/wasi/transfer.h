/*
 * transfer: reading and writing by scattered buffers: a stream of `terminal`, a file, a connection.
 * What differs between them is in struct transfer_kind.
 *
 * A write is cut into messages of bounded size, sent one after the other until all of it is handed
 * over. If one fails, what went before counts as a partial write; the next call meets the error. A
 * read of a file goes on until the buffers are full or the file ends; any other is one message and
 * yields what there is.
 *
 * Where the buffers stand and where the count goes are arguments of the function: slots 1, 2 and
 * `count_slot`.
 */
#ifndef WASI_TRANSFER_H
#define WASI_TRANSFER_H

#include "call.h"
#include "descriptor.h"
#include "iovecs.h"

/* One message of a transfer, to be encoded. */
struct transfer_piece {
	uint64_t handle;
	uint64_t position; /* in a file; TRANSFER_AT_END to append */
	uint32_t size;
	uint8_t options; /* of a connection's read */
};

#define TRANSFER_AT_END UINT64_MAX

struct transfer_kind {
	const uint8_t *interface;
	uint32_t piece_bytes;
	bool reads_on;
	bool has_positions;
	void (*encode_write)(struct wire_out *out, const struct transfer_piece *piece);
	/* How much was written of the piece, or where a file's piece ended. */
	enum wasi_error (*decode_written)(const struct call_answer *answer,
					  const struct transfer_piece *piece, uint64_t *written);
	void (*encode_read)(struct wire_out *out, const struct transfer_piece *piece);
	enum wasi_error (*decode_read)(const struct call_answer *answer, struct wire_bytes *data);
};

extern const struct transfer_kind transfer_stream;
extern const struct transfer_kind transfer_file;
extern const struct transfer_kind transfer_pipe; /* a file without positions */
extern const struct transfer_kind transfer_connection;

/* What a call is about, checked. */
struct transfer {
	const struct transfer_kind *kind;
	uint64_t handle;
	uint64_t position;
	uint8_t options;
	uint8_t count_slot;
	bool moves_offset; /* slots[0] is a descriptor whose offset follows the transfer */
};

enum wasm_host_result transfer_write(struct thread *thread, uint64_t *slots,
				     const struct transfer *transfer);
enum wasm_host_result transfer_read(struct thread *thread, uint64_t *slots,
				    const struct transfer *transfer);

#endif

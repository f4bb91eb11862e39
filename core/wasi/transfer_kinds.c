/*
 * The three kinds of transfer, in messages of `terminal`, `files` and `tcp`.
 */
#include "errors.h"
#include "transfer.h"

#include <cairn/files.h>
#include <cairn/tcp.h>
#include <cairn/terminal.h>

enum {
	STREAM_PIECE_BYTES = 65536, /* as much as a pipe holds */
	FILE_PIECE_BYTES = 1 << 17, /* what stays in a CPU's cache on its way, three times */
	CONNECTION_PIECE_BYTES = 1 << 20
};

/* What follows the message in parts of its own. */
static struct wire_bytes following(const struct transfer_piece *piece)
{
	return (struct wire_bytes){.size = piece->size};
}

/* ---- Streams ---- */

static void stream_encode_write(struct wire_out *out, const struct transfer_piece *piece)
{
	terminal_write_encode(
	    out, &(struct terminal_write_call){(uint32_t)piece->handle, following(piece)});
}

static enum wasi_error stream_decode_written(const struct call_answer *answer,
					     const struct transfer_piece *piece, uint64_t *written)
{
	struct terminal_u32_or_error result;
	enum wasi_error error = errors_of_answer(
	    answer, terminal_write_answer_decode(answer->body, answer->size, &result));
	if (error != WASI_SUCCESS)
		return error;
	if (result.is_error)
		return errors_of_terminal(result.error);
	if (result.value == 0 || result.value > piece->size)
		return WASI_EPROTO;
	*written = result.value;
	return WASI_SUCCESS;
}

static void stream_encode_read(struct wire_out *out, const struct transfer_piece *piece)
{
	terminal_read_encode(out,
			     &(struct terminal_read_call){(uint32_t)piece->handle, piece->size});
}

static enum wasi_error stream_decode_read(const struct call_answer *answer, struct wire_bytes *data)
{
	struct terminal_bytes_or_error result;
	enum wasi_error error = errors_of_answer(
	    answer, terminal_read_answer_decode(answer->body, answer->size, &result));
	if (error == WASI_SUCCESS && result.is_error)
		error = errors_of_terminal(result.error);
	if (error == WASI_SUCCESS)
		*data = result.value;
	return error;
}

const struct transfer_kind transfer_stream = {
    .interface = terminal_interface,
    .piece_bytes = STREAM_PIECE_BYTES,
    .encode_write = stream_encode_write,
    .decode_written = stream_decode_written,
    .encode_read = stream_encode_read,
    .decode_read = stream_decode_read,
};

/* ---- Files ---- */

static void file_encode_write(struct wire_out *out, const struct transfer_piece *piece)
{
	files_write_encode(
	    out, &(struct files_write_call){piece->handle, piece->position, following(piece)});
}

static enum wasi_error file_decode_written(const struct call_answer *answer,
					   const struct transfer_piece *piece, uint64_t *written)
{
	struct files_u64_or_error result;
	enum wasi_error error = errors_of_answer(
	    answer, files_write_answer_decode(answer->body, answer->size, &result));
	if (error == WASI_SUCCESS && result.is_error)
		error = errors_of_files(result.error);
	if (error != WASI_SUCCESS)
		return error;
	if (result.value > INT64_MAX ||
	    (piece->position != TRANSFER_AT_END && result.value != piece->position + piece->size))
		return WASI_EPROTO;
	*written = result.value;
	return WASI_SUCCESS;
}

static void file_encode_read(struct wire_out *out, const struct transfer_piece *piece)
{
	files_read_encode(out,
			  &(struct files_read_call){piece->handle, piece->position, piece->size});
}

static enum wasi_error file_decode_read(const struct call_answer *answer, struct wire_bytes *data)
{
	struct files_bytes_or_error result;
	enum wasi_error error =
	    errors_of_answer(answer, files_read_answer_decode(answer->body, answer->size, &result));
	if (error == WASI_SUCCESS && result.is_error)
		error = errors_of_files(result.error);
	if (error == WASI_SUCCESS)
		*data = result.value;
	return error;
}

const struct transfer_kind transfer_file = {
    .interface = files_interface,
    .piece_bytes = FILE_PIECE_BYTES,
    .reads_on = true,
    .has_positions = true,
    .encode_write = file_encode_write,
    .decode_written = file_decode_written,
    .encode_read = file_encode_read,
    .decode_read = file_decode_read,
};

/* Pipes and the like: what there is, and no position. */
static enum wasi_error pipe_decode_written(const struct call_answer *answer,
					   const struct transfer_piece *piece, uint64_t *written)
{
	struct files_u64_or_error result;
	enum wasi_error error = errors_of_answer(
	    answer, files_write_answer_decode(answer->body, answer->size, &result));
	if (error == WASI_SUCCESS && result.is_error)
		error = errors_of_files(result.error);
	if (error == WASI_SUCCESS)
		*written = piece->size;
	return error;
}

const struct transfer_kind transfer_pipe = {
    .interface = files_interface,
    .piece_bytes = STREAM_PIECE_BYTES,
    .encode_write = file_encode_write,
    .decode_written = pipe_decode_written,
    .encode_read = file_encode_read,
    .decode_read = file_decode_read,
};

/* ---- Connections ---- */

static void connection_encode_write(struct wire_out *out, const struct transfer_piece *piece)
{
	tcp_write_encode(out, &(struct tcp_write_call){piece->handle, following(piece)});
}

static enum wasi_error connection_decode_written(const struct call_answer *answer,
						 const struct transfer_piece *piece,
						 uint64_t *written)
{
	struct tcp_nothing_or_error result;
	enum wasi_error error =
	    errors_of_answer(answer, tcp_write_answer_decode(answer->body, answer->size, &result));
	if (error == WASI_SUCCESS && result.is_error)
		error = errors_of_tcp(result.error);
	if (error == WASI_SUCCESS)
		*written = piece->size;
	return error;
}

static void connection_encode_read(struct wire_out *out, const struct transfer_piece *piece)
{
	tcp_read_encode(out, &(struct tcp_read_call){piece->handle, piece->size, piece->options});
}

static enum wasi_error connection_decode_read(const struct call_answer *answer,
					      struct wire_bytes *data)
{
	struct tcp_bytes_or_error result;
	enum wasi_error error =
	    errors_of_answer(answer, tcp_read_answer_decode(answer->body, answer->size, &result));
	if (error == WASI_SUCCESS && result.is_error)
		error = errors_of_tcp(result.error);
	if (error == WASI_SUCCESS)
		*data = result.value;
	return error;
}

const struct transfer_kind transfer_connection = {
    .interface = tcp_interface,
    .piece_bytes = CONNECTION_PIECE_BYTES,
    .encode_write = connection_encode_write,
    .decode_written = connection_decode_written,
    .encode_read = connection_encode_read,
    .decode_read = connection_decode_read,
};

/*
 * read_write: fd_read, fd_write, fd_pread, fd_pwrite: which kind of transfer a descriptor takes.
 */
#include "descriptor.h"
#include "errors.h"
#include "functions.h"
#include "preopen.h"
#include "socket.h"
#include "transfer.h"

static bool is_pipe(const struct descriptor *descriptor)
{
	return descriptor->filetype != WASI_FILETYPE_REGULAR_FILE &&
	       descriptor->filetype != WASI_FILETYPE_BLOCK_DEVICE;
}

/* A transfer at the descriptor's own offset; by slots[3] the number of bytes is told. */
static enum wasi_error open_sequential(struct thread *thread, const uint64_t *slots,
				       uint64_t rights, struct transfer *out)
{
	struct descriptor *descriptor;
	enum wasi_error error = descriptor_find(thread, wasi_argument(slots, 0), &descriptor);
	if (error != WASI_SUCCESS)
		return error;
	*out = (struct transfer){.handle = descriptor->handle, .count_slot = 3};
	switch (descriptor->kind) {
	case DESCRIPTOR_STREAM:
		out->kind = &transfer_stream;
		break;
	case DESCRIPTOR_FILE:
		out->kind = is_pipe(descriptor) ? &transfer_pipe : &transfer_file;
		out->position = descriptor->offset;
		out->moves_offset = !is_pipe(descriptor);
		if (descriptor->flags & WASI_FDFLAGS_APPEND && rights == WASI_RIGHTS_FD_WRITE &&
		    !is_pipe(descriptor))
			out->position = TRANSFER_AT_END;
		break;
	case DESCRIPTOR_CONNECTION:
		out->kind = &transfer_connection;
		descriptor->is_known_ready = false;
		break;
	case DESCRIPTOR_DIRECTORY:
		return WASI_EISDIR;
	default:
		return WASI_ENOTSUP;
	}
	return descriptor_check_rights(descriptor, rights);
}

static enum wasm_host_result read_now(struct thread *thread, uint64_t *slots)
{
	struct transfer transfer;
	enum wasi_error error = open_sequential(thread, slots, WASI_RIGHTS_FD_READ, &transfer);
	return error == WASI_SUCCESS ? transfer_read(thread, slots, &transfer)
				     : wasi_result(slots, error);
}

static enum wasm_host_result read_file(struct thread *thread, uint64_t *slots)
{
	struct descriptor *descriptor;
	enum wasi_error error = descriptor_find(thread, wasi_argument(slots, 0), &descriptor);
	if (error == WASI_SUCCESS && descriptor->kind == DESCRIPTOR_CONNECTION)
		return socket_when_readable(thread, slots, descriptor, read_now);
	return read_now(thread, slots);
}

static enum wasm_host_result write_file(struct thread *thread, uint64_t *slots)
{
	struct transfer transfer;
	enum wasi_error error = open_sequential(thread, slots, WASI_RIGHTS_FD_WRITE, &transfer);
	return error == WASI_SUCCESS ? transfer_write(thread, slots, &transfer)
				     : wasi_result(slots, error);
}

enum wasm_host_result wasi_fd_read(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, read_file);
}

enum wasm_host_result wasi_fd_write(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, write_file);
}

/* A transfer at the offset slots[3], which leaves the descriptor's own where it is; by slots[4] the
 * number of bytes is told. */
static enum wasi_error open_at(struct thread *thread, const uint64_t *slots, uint64_t rights,
			       struct transfer *out)
{
	struct descriptor *descriptor;
	enum wasi_error error =
	    descriptor_find_file(thread, wasi_argument(slots, 0), rights, WASI_ESPIPE, &descriptor);
	if (error != WASI_SUCCESS)
		return error;
	if (is_pipe(descriptor))
		return WASI_ESPIPE;
	if (slots[3] > INT64_MAX)
		return WASI_EINVAL;
	*out = (struct transfer){.kind = &transfer_file,
				 .handle = descriptor->handle,
				 .position = slots[3],
				 .count_slot = 4};
	return WASI_SUCCESS;
}

static enum wasm_host_result read_file_at(struct thread *thread, uint64_t *slots)
{
	struct transfer transfer;
	enum wasi_error error = open_at(thread, slots, WASI_RIGHTS_FD_READ, &transfer);
	return error == WASI_SUCCESS ? transfer_read(thread, slots, &transfer)
				     : wasi_result(slots, error);
}

static enum wasm_host_result write_file_at(struct thread *thread, uint64_t *slots)
{
	struct transfer transfer;
	enum wasi_error error = open_at(thread, slots, WASI_RIGHTS_FD_WRITE, &transfer);
	return error == WASI_SUCCESS ? transfer_write(thread, slots, &transfer)
				     : wasi_result(slots, error);
}

enum wasm_host_result wasi_fd_pread(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, read_file_at);
}

enum wasm_host_result wasi_fd_pwrite(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, write_file_at);
}

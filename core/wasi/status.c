/*
 * status: what a descriptor is: fd_fdstat_*, fd_filestat_get. Of a stream, `terminal` is asked each
 * time; of what `files` opened, the type is known, and the rest is asked for.
 */
#include "ask.h"
#include "descriptor.h"
#include "errors.h"
#include "filestat.h"
#include "functions.h"
#include "guest.h"
#include "mem.h"
#include "preopen.h"

#include <cairn/files.h>
#include <cairn/terminal.h>

/* ---- fd_fdstat_get ---- */

/* A listener of the start does not block for whoever asks: programs that wait for several things at
 * once, Go's for one, go by these flags and never set them there, as the first runtimes with such
 * listeners gave them so. Who accepts without having asked waits. */
static void answer_for_flags(struct descriptor *descriptor)
{
	if (descriptor->kind == DESCRIPTOR_LISTENER && !descriptor->has_told_flags)
		descriptor->flags |= WASI_FDFLAGS_NONBLOCK;
	descriptor->has_told_flags = true;
}

static enum wasi_error write_fdstat(struct thread *thread, const uint64_t *slots, uint8_t filetype)
{
	struct descriptor *descriptor;
	enum wasi_error error = descriptor_find(thread, wasi_argument(slots, 0), &descriptor);
	if (error != WASI_SUCCESS)
		return error;
	uint8_t *out = guest_bytes(thread, wasi_argument(slots, 1), WASI_FDSTAT_BYTES);
	if (out == NULL)
		return WASI_EFAULT;
	answer_for_flags(descriptor);
	memset(out, 0, WASI_FDSTAT_BYTES);
	out[WASI_FDSTAT_FILETYPE] = filetype;
	guest_store_u16(out + WASI_FDSTAT_FLAGS, descriptor->flags);
	guest_store_u64(out + WASI_FDSTAT_RIGHTS, descriptor->rights);
	guest_store_u64(out + WASI_FDSTAT_INHERITING, descriptor->inheriting);
	return WASI_SUCCESS;
}

static enum wasi_error decode_stream(const struct call_answer *answer, uint8_t *filetype)
{
	struct terminal_stream_info_or_error info;
	enum wasi_error error = errors_of_answer(
	    answer, terminal_describe_answer_decode(answer->body, answer->size, &info));
	if (error == WASI_SUCCESS && info.is_error)
		error = errors_of_terminal(info.error);
	if (error == WASI_SUCCESS)
		*filetype =
		    info.value.is_terminal ? WASI_FILETYPE_CHARACTER_DEVICE : WASI_FILETYPE_UNKNOWN;
	return error;
}

static enum wasm_host_result fdstat_answered(struct thread *thread, uint64_t *slots,
					     const struct call_answer *answer)
{
	uint8_t filetype;
	enum wasi_error error = decode_stream(answer, &filetype);
	if (error == WASI_SUCCESS)
		error = write_fdstat(thread, slots, filetype);
	return wasi_result(slots, error);
}

/* The descriptor slots[0], if there is room for `size` bytes at slots[1]. */
static enum wasi_error open_status(struct thread *thread, const uint64_t *slots, uint64_t size,
				   struct descriptor **out)
{
	enum wasi_error error = descriptor_find(thread, wasi_argument(slots, 0), out);
	if (error == WASI_SUCCESS && guest_bytes(thread, wasi_argument(slots, 1), size) == NULL)
		error = WASI_EFAULT;
	return error;
}

static enum wasm_host_result ask_stream(struct thread *thread, const struct descriptor *descriptor,
					call_continuation then)
{
	struct ask ask;
	terminal_describe_encode(ask_open(&ask),
				 &(struct terminal_describe_call){(uint32_t)descriptor->handle});
	return ask_send(thread, terminal_interface, &ask, then);
}

static enum wasm_host_result get_fdstat(struct thread *thread, uint64_t *slots)
{
	struct descriptor *descriptor;
	enum wasi_error error = open_status(thread, slots, WASI_FDSTAT_BYTES, &descriptor);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	if (descriptor->kind == DESCRIPTOR_STREAM)
		return ask_stream(thread, descriptor, fdstat_answered);
	return wasi_result(slots, write_fdstat(thread, slots, descriptor->filetype));
}

enum wasm_host_result wasi_fd_fdstat_get(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, get_fdstat);
}

/* ---- fd_fdstat_set_flags, fd_fdstat_set_rights ---- */

/* Flags that can be turned on for what is open. Streams are written at their end, and an answered
 * write was handed over, so the flags for that change nothing there. Not to block would be a
 * promise that `terminal` cannot keep; a file never does; and when a file's writes are answered was
 * said when it was opened. */
static uint32_t settable_flags(const struct descriptor *descriptor)
{
	switch (descriptor->kind) {
	case DESCRIPTOR_STREAM:
		return WASI_FDFLAGS_ALL & ~WASI_FDFLAGS_NONBLOCK;
	case DESCRIPTOR_FILE:
	case DESCRIPTOR_DIRECTORY:
		return WASI_FDFLAGS_APPEND | WASI_FDFLAGS_NONBLOCK;
	default:
		return WASI_FDFLAGS_NONBLOCK;
	}
}

static enum wasm_host_result set_flags(struct thread *thread, uint64_t *slots)
{
	struct descriptor *descriptor;
	uint32_t flags = wasi_argument(slots, 1);
	enum wasi_error error = descriptor_find(thread, wasi_argument(slots, 0), &descriptor);
	if (error == WASI_SUCCESS && (flags & ~(uint32_t)WASI_FDFLAGS_ALL) != 0)
		error = WASI_EINVAL;
	if (error == WASI_SUCCESS)
		error = descriptor_check_rights(descriptor, WASI_RIGHTS_FD_FDSTAT_SET_FLAGS);
	if (error == WASI_SUCCESS &&
	    (flags & ~descriptor->flags & ~settable_flags(descriptor)) != 0)
		error = WASI_ENOTSUP;
	if (error == WASI_SUCCESS) {
		descriptor->flags = (uint16_t)flags;
		descriptor->has_told_flags = true;
	}
	return wasi_result(slots, error);
}

enum wasm_host_result wasi_fd_fdstat_set_flags(void *context, struct wasm_thread *wasm,
					       uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, set_flags);
}

/* Rights are only ever given up. */
static enum wasm_host_result set_rights(struct thread *thread, uint64_t *slots)
{
	struct descriptor *descriptor;
	enum wasi_error error = descriptor_find(thread, wasi_argument(slots, 0), &descriptor);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	if ((slots[1] & ~descriptor->rights) != 0 || (slots[2] & ~descriptor->inheriting) != 0)
		return wasi_result(slots, WASI_ENOTCAPABLE);
	descriptor->rights = slots[1];
	descriptor->inheriting = slots[2];
	return wasi_result(slots, WASI_SUCCESS);
}

enum wasm_host_result wasi_fd_fdstat_set_rights(void *context, struct wasm_thread *wasm,
						uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, set_rights);
}

/* ---- fd_filestat_get ---- */

/* A stream has no size, no times and no number of its own: all zeros. */
static enum wasi_error write_bare(struct thread *thread, const uint64_t *slots, uint8_t filetype)
{
	uint8_t *out = guest_bytes(thread, wasi_argument(slots, 1), WASI_FILESTAT_BYTES);
	if (out == NULL)
		return WASI_EFAULT;
	memset(out, 0, WASI_FILESTAT_BYTES);
	out[WASI_FILESTAT_FILETYPE] = filetype;
	guest_store_u64(out + WASI_FILESTAT_LINKS, 1);
	return WASI_SUCCESS;
}

static enum wasm_host_result stream_answered(struct thread *thread, uint64_t *slots,
					     const struct call_answer *answer)
{
	uint8_t filetype;
	enum wasi_error error = decode_stream(answer, &filetype);
	if (error == WASI_SUCCESS)
		error = write_bare(thread, slots, filetype);
	return wasi_result(slots, error);
}

static enum wasm_host_result file_answered(struct thread *thread, uint64_t *slots,
					   const struct call_answer *answer)
{
	return wasi_result(slots, filestat_store(thread, wasi_argument(slots, 1), answer));
}

static enum wasm_host_result get_filestat(struct thread *thread, uint64_t *slots)
{
	struct descriptor *descriptor;
	enum wasi_error error = open_status(thread, slots, WASI_FILESTAT_BYTES, &descriptor);
	if (error == WASI_SUCCESS)
		error = descriptor_check_rights(descriptor, WASI_RIGHTS_FD_FILESTAT_GET);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	if (descriptor->kind == DESCRIPTOR_STREAM)
		return ask_stream(thread, descriptor, stream_answered);
	if (descriptor->kind != DESCRIPTOR_FILE && descriptor->kind != DESCRIPTOR_DIRECTORY)
		return wasi_result(slots, write_bare(thread, slots, descriptor->filetype));
	struct ask ask;
	files_describe_encode(ask_open(&ask), &(struct files_describe_call){descriptor->handle});
	return ask_send(thread, files_interface, &ask, file_answered);
}

enum wasm_host_result wasi_fd_filestat_get(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, get_filestat);
}

#include "descriptor.h"

#include "ask.h"
#include "errors.h"
#include "functions.h"
#include "guest.h"
#include "mem.h"

#include <cairn/terminal.h>

enum { DESCRIPTORS_MAX = 3 };

struct descriptors {
	bool is_initialised;
	struct descriptor entries[DESCRIPTORS_MAX];
};

enum wasi_error descriptor_find(struct thread *thread, uint32_t number, struct descriptor **out)
{
	if (number >= DESCRIPTORS_MAX)
		return WASI_EBADF;
	struct descriptors *table = call_process_record(thread, sizeof(*table));
	if (table == NULL)
		return WASI_ENOMEM;
	if (!table->is_initialised) {
		for (uint8_t i = 0; i < DESCRIPTORS_MAX; i++)
			table->entries[i] = (struct descriptor){.is_open = true, .stream = i};
		table->is_initialised = true;
	}
	if (!table->entries[number].is_open)
		return WASI_EBADF;
	*out = &table->entries[number];
	return WASI_SUCCESS;
}

enum wasm_host_result wasi_fd_close(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	struct descriptor *descriptor;
	enum wasi_error error =
	    descriptor_find(call_thread(wasm), wasi_argument(slots, 0), &descriptor);
	if (error == WASI_SUCCESS)
		descriptor->is_open = false;
	return wasi_result(slots, error);
}

/* Moves slots[0] to the number slots[1], which is closed by that; both must exist. */
enum wasm_host_result wasi_fd_renumber(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	struct thread *thread = call_thread(wasm);
	struct descriptor *from;
	struct descriptor *to;
	enum wasi_error error = descriptor_find(thread, wasi_argument(slots, 0), &from);
	if (error == WASI_SUCCESS)
		error = descriptor_find(thread, wasi_argument(slots, 1), &to);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	struct descriptor moved = *from;
	from->is_open = false;
	*to = moved;
	return wasi_result(slots, WASI_SUCCESS);
}

/*
 * Streams are written at their end, and an answered write was handed over, so the flags for that
 * change nothing. Not to block would be a promise that `terminal` cannot keep.
 */
enum wasm_host_result wasi_fd_fdstat_set_flags(void *context, struct wasm_thread *wasm,
					       uint64_t *slots)
{
	struct descriptor *descriptor;
	uint32_t flags = wasi_argument(slots, 1);
	enum wasi_error error =
	    descriptor_find(call_thread(wasm), wasi_argument(slots, 0), &descriptor);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	if (flags & ~(uint32_t)WASI_FDFLAGS_ALL)
		return wasi_result(slots, WASI_EINVAL);
	if (flags & WASI_FDFLAGS_NONBLOCK)
		return wasi_result(slots, WASI_ENOTSUP);
	descriptor->flags = (uint16_t)flags;
	return wasi_result(slots, WASI_SUCCESS);
}

/* ---- What a descriptor is: asked of `terminal` each time ---- */

static uint8_t filetype(bool is_terminal)
{
	return is_terminal ? WASI_FILETYPE_CHARACTER_DEVICE : WASI_FILETYPE_UNKNOWN;
}

/* A program takes a character device that can neither seek nor tell for a terminal. */
static uint64_t stream_rights(const struct descriptor *descriptor)
{
	return (descriptor->stream == 0 ? WASI_RIGHTS_FD_READ : WASI_RIGHTS_FD_WRITE) |
	       WASI_RIGHTS_FD_FDSTAT_SET_FLAGS | WASI_RIGHTS_FD_FILESTAT_GET |
	       WASI_RIGHTS_POLL_FD_READWRITE;
}

static enum wasi_error write_fdstat(struct thread *thread, const uint64_t *slots, bool is_terminal)
{
	struct descriptor *descriptor;
	enum wasi_error error = descriptor_find(thread, wasi_argument(slots, 0), &descriptor);
	if (error != WASI_SUCCESS)
		return error;
	uint8_t *out = guest_bytes(thread, wasi_argument(slots, 1), WASI_FDSTAT_BYTES);
	if (out == NULL)
		return WASI_EFAULT;
	memset(out, 0, WASI_FDSTAT_BYTES);
	out[WASI_FDSTAT_FILETYPE] = filetype(is_terminal);
	guest_store_u16(out + WASI_FDSTAT_FLAGS, descriptor->flags);
	guest_store_u64(out + WASI_FDSTAT_RIGHTS, stream_rights(descriptor));
	return WASI_SUCCESS;
}

static enum wasi_error decode(const struct call_answer *answer, bool *is_terminal)
{
	struct terminal_stream_info_or_error info;
	enum wasi_error error = errors_of_answer(
	    answer, terminal_describe_answer_decode(answer->body, answer->size, &info));
	if (error == WASI_SUCCESS && info.is_error)
		error = errors_of_terminal(info.error);
	if (error == WASI_SUCCESS)
		*is_terminal = info.value.is_terminal;
	return error;
}

static enum wasm_host_result fdstat_answered(struct thread *thread, uint64_t *slots,
					     const struct call_answer *answer)
{
	bool is_terminal;
	enum wasi_error error = decode(answer, &is_terminal);
	if (error == WASI_SUCCESS)
		error = write_fdstat(thread, slots, is_terminal);
	return wasi_result(slots, error);
}

/* A stream has no size, no times and no number of its own: all zeros. */
static enum wasi_error write_filestat(struct thread *thread, const uint64_t *slots,
				      bool is_terminal)
{
	uint8_t *out = guest_bytes(thread, wasi_argument(slots, 1), WASI_FILESTAT_BYTES);
	if (out == NULL)
		return WASI_EFAULT;
	memset(out, 0, WASI_FILESTAT_BYTES);
	out[WASI_FILESTAT_FILETYPE] = filetype(is_terminal);
	guest_store_u64(out + WASI_FILESTAT_LINKS, 1);
	return WASI_SUCCESS;
}

static enum wasm_host_result filestat_answered(struct thread *thread, uint64_t *slots,
					       const struct call_answer *answer)
{
	bool is_terminal;
	enum wasi_error error = decode(answer, &is_terminal);
	if (error == WASI_SUCCESS)
		error = write_filestat(thread, slots, is_terminal);
	return wasi_result(slots, error);
}

/* Asks what the descriptor slots[0] is, if there is room for `size` bytes at slots[1]. */
static enum wasm_host_result describe(struct wasm_thread *wasm, uint64_t *slots, uint64_t size,
				      call_continuation then)
{
	struct thread *thread = call_thread(wasm);
	struct descriptor *descriptor;
	enum wasi_error error = descriptor_find(thread, wasi_argument(slots, 0), &descriptor);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	if (guest_bytes(thread, wasi_argument(slots, 1), size) == NULL)
		return wasi_result(slots, WASI_EFAULT);
	struct ask ask;
	terminal_describe_encode(ask_open(&ask),
				 &(struct terminal_describe_call){descriptor->stream});
	return ask_send(thread, terminal_interface, &ask, then);
}

enum wasm_host_result wasi_fd_fdstat_get(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return describe(wasm, slots, WASI_FDSTAT_BYTES, fdstat_answered);
}

enum wasm_host_result wasi_fd_filestat_get(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return describe(wasm, slots, WASI_FILESTAT_BYTES, filestat_answered);
}

/*
 * file: what is done to an open file beside reading and writing. A position is the descriptor's own
 * business; only its end has to be asked for.
 */
#include "ask.h"
#include "descriptor.h"
#include "errors.h"
#include "filestat.h"
#include "functions.h"
#include "guest.h"
#include "preopen.h"

#include <cairn/files.h>

/* Words of call_state. */
enum { STATE_HANDLE };

static enum wasm_host_result nothing_answered(struct thread *thread, uint64_t *slots,
					      const struct call_answer *answer)
{
	return wasi_result(slots, errors_of_nothing(answer));
}

/* Sends what was encoded, whose answer is result<_, error>. */
static enum wasm_host_result ask_nothing(struct thread *thread, const struct ask *ask)
{
	return ask_send(thread, files_interface, ask, nothing_answered);
}

/* ---- fd_seek, fd_tell ---- */

static bool has_position(const struct descriptor *descriptor)
{
	return descriptor->filetype == WASI_FILETYPE_REGULAR_FILE ||
	       descriptor->filetype == WASI_FILETYPE_BLOCK_DEVICE;
}

/* Sets the offset to slots[1] bytes behind `base`. */
static enum wasi_error seek_from(struct thread *thread, const uint64_t *slots,
				 struct descriptor *descriptor, uint64_t base)
{
	int64_t offset;
	if (base > INT64_MAX || __builtin_add_overflow((int64_t)base, (int64_t)slots[1], &offset) ||
	    offset < 0)
		return WASI_EINVAL;
	uint8_t *out = guest_bytes(thread, wasi_argument(slots, 3), 8);
	if (out == NULL)
		return WASI_EFAULT;
	descriptor->offset = (uint64_t)offset;
	guest_store_u64(out, descriptor->offset);
	return WASI_SUCCESS;
}

static enum wasi_error seek_from_end(struct thread *thread, const uint64_t *slots,
				     const struct call_answer *answer)
{
	struct files_info info;
	enum wasi_error error = filestat_decode(answer, &info);
	if (error != WASI_SUCCESS)
		return error;
	struct descriptor *descriptor =
	    descriptor_again(thread, wasi_argument(slots, 0), call_state(thread)[STATE_HANDLE]);
	return descriptor == NULL ? WASI_EBADF : seek_from(thread, slots, descriptor, info.size);
}

static enum wasm_host_result end_answered(struct thread *thread, uint64_t *slots,
					  const struct call_answer *answer)
{
	return wasi_result(slots, seek_from_end(thread, slots, answer));
}

static enum wasm_host_result seek(struct thread *thread, uint64_t *slots)
{
	struct descriptor *descriptor;
	uint32_t whence = wasi_argument(slots, 2);
	bool is_tell = whence == WASI_WHENCE_CUR && slots[1] == 0;
	enum wasi_error error =
	    descriptor_find_file(thread, wasi_argument(slots, 0), 0, WASI_ESPIPE, &descriptor);
	if (error == WASI_SUCCESS && !has_position(descriptor))
		error = WASI_ESPIPE;
	if (error == WASI_SUCCESS &&
	    !(is_tell && descriptor_check_rights(descriptor, WASI_RIGHTS_FD_TELL) == WASI_SUCCESS))
		error = descriptor_check_rights(descriptor, WASI_RIGHTS_FD_SEEK);
	if (error == WASI_SUCCESS && whence > WASI_WHENCE_END)
		error = WASI_EINVAL;
	if (error == WASI_SUCCESS && guest_bytes(thread, wasi_argument(slots, 3), 8) == NULL)
		error = WASI_EFAULT;
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	if (whence != WASI_WHENCE_END)
		return wasi_result(slots,
				   seek_from(thread, slots, descriptor,
					     whence == WASI_WHENCE_SET ? 0 : descriptor->offset));
	call_state(thread)[STATE_HANDLE] = descriptor->handle;
	struct ask ask;
	files_describe_encode(ask_open(&ask), &(struct files_describe_call){descriptor->handle});
	return ask_send(thread, files_interface, &ask, end_answered);
}

static enum wasm_host_result tell(struct thread *thread, uint64_t *slots)
{
	struct descriptor *descriptor;
	enum wasi_error error = descriptor_find_file(thread, wasi_argument(slots, 0),
						     WASI_RIGHTS_FD_TELL, WASI_ESPIPE, &descriptor);
	if (error == WASI_SUCCESS && !has_position(descriptor))
		error = WASI_ESPIPE;
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	uint8_t *out = guest_bytes(thread, wasi_argument(slots, 1), 8);
	if (out == NULL)
		return wasi_result(slots, WASI_EFAULT);
	guest_store_u64(out, descriptor->offset);
	return wasi_result(slots, WASI_SUCCESS);
}

enum wasm_host_result wasi_fd_seek(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, seek);
}

enum wasm_host_result wasi_fd_tell(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, tell);
}

/* ---- fd_advise, fd_allocate, fd_filestat_set_size ---- */

static enum wasm_host_result advise(struct thread *thread, uint64_t *slots)
{
	struct descriptor *descriptor;
	uint32_t advice = wasi_argument(slots, 3);
	enum wasi_error error = descriptor_find_file(
	    thread, wasi_argument(slots, 0), WASI_RIGHTS_FD_ADVISE, WASI_ESPIPE, &descriptor);
	if (error == WASI_SUCCESS && advice >= WASI_ADVICE_COUNT)
		error = WASI_EINVAL;
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	struct ask ask;
	files_advise_encode(ask_open(&ask),
			    &(struct files_advise_call){descriptor->handle, slots[1], slots[2],
							(enum files_advice)advice});
	return ask_nothing(thread, &ask);
}

static enum wasm_host_result allocate(struct thread *thread, uint64_t *slots)
{
	struct descriptor *descriptor;
	enum wasi_error error = descriptor_find_file(
	    thread, wasi_argument(slots, 0), WASI_RIGHTS_FD_ALLOCATE, WASI_ESPIPE, &descriptor);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	struct ask ask;
	files_allocate_encode(
	    ask_open(&ask), &(struct files_allocate_call){descriptor->handle, slots[1], slots[2]});
	return ask_nothing(thread, &ask);
}

static enum wasm_host_result set_size(struct thread *thread, uint64_t *slots)
{
	struct descriptor *descriptor;
	enum wasi_error error =
	    descriptor_find_file(thread, wasi_argument(slots, 0), WASI_RIGHTS_FD_FILESTAT_SET_SIZE,
				 WASI_EINVAL, &descriptor);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	struct ask ask;
	files_set_size_encode(ask_open(&ask),
			      &(struct files_set_size_call){descriptor->handle, slots[1]});
	return ask_nothing(thread, &ask);
}

enum wasm_host_result wasi_fd_advise(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, advise);
}

enum wasm_host_result wasi_fd_allocate(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, allocate);
}

enum wasm_host_result wasi_fd_filestat_set_size(void *context, struct wasm_thread *wasm,
						uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, set_size);
}

/* ---- What a directory takes, too ---- */

static enum wasi_error find_any(struct thread *thread, uint32_t number, uint64_t rights,
				enum wasi_error of_stream, struct descriptor **out)
{
	enum wasi_error error = descriptor_find(thread, number, out);
	if (error != WASI_SUCCESS)
		return error;
	if ((*out)->kind != DESCRIPTOR_FILE && (*out)->kind != DESCRIPTOR_DIRECTORY)
		return of_stream;
	return descriptor_check_rights(*out, rights);
}

static enum wasm_host_result sync(struct thread *thread, uint64_t *slots, uint64_t rights,
				  bool with_metadata)
{
	struct descriptor *descriptor;
	enum wasi_error error =
	    find_any(thread, wasi_argument(slots, 0), rights, WASI_EINVAL, &descriptor);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	struct ask ask;
	files_sync_encode(ask_open(&ask),
			  &(struct files_sync_call){descriptor->handle, with_metadata});
	return ask_nothing(thread, &ask);
}

static enum wasm_host_result sync_all(struct thread *thread, uint64_t *slots)
{
	return sync(thread, slots, WASI_RIGHTS_FD_SYNC, true);
}

static enum wasm_host_result sync_data(struct thread *thread, uint64_t *slots)
{
	return sync(thread, slots, WASI_RIGHTS_FD_DATASYNC, false);
}

static enum wasm_host_result set_times(struct thread *thread, uint64_t *slots)
{
	struct descriptor *descriptor;
	struct filestat_times times;
	enum wasi_error error =
	    find_any(thread, wasi_argument(slots, 0), WASI_RIGHTS_FD_FILESTAT_SET_TIMES,
		     WASI_ENOTSUP, &descriptor);
	if (error == WASI_SUCCESS)
		error = filestat_times(slots[1], slots[2], wasi_argument(slots, 3), &times);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	struct ask ask;
	files_set_times_encode(
	    ask_open(&ask),
	    &(struct files_set_times_call){descriptor->handle, times.accessed, times.modified});
	return ask_nothing(thread, &ask);
}

enum wasm_host_result wasi_fd_sync(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, sync_all);
}

enum wasm_host_result wasi_fd_datasync(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, sync_data);
}

enum wasm_host_result wasi_fd_filestat_set_times(void *context, struct wasm_thread *wasm,
						 uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, set_times);
}

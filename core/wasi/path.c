#include "path.h"

#include "ask.h"
#include "descriptor.h"
#include "errors.h"
#include "filestat.h"
#include "functions.h"
#include "guest.h"
#include "mem.h"
#include "preopen.h"

#include <cairn/files.h>

enum wasi_error path_argument(struct thread *thread, const uint64_t *slots, uint32_t slot,
			      struct wire_bytes *out)
{
	uint32_t size = wasi_argument(slots, slot + 1);
	const uint8_t *data = guest_bytes(thread, wasi_argument(slots, slot), size);
	if (data == NULL)
		return WASI_EFAULT;
	if (size == 0)
		return WASI_ENOENT;
	if (size > PATH_BYTES_MAX)
		return WASI_ENAMETOOLONG;
	if (data[0] == '/')
		return WASI_EPERM;
	*out = (struct wire_bytes){data, size};
	return WASI_SUCCESS;
}

enum wasi_error path_follows(uint32_t lookup_flags, bool *follows)
{
	*follows = (lookup_flags & WASI_LOOKUP_FOLLOW) != 0;
	return lookup_flags & ~(uint32_t)WASI_LOOKUP_FOLLOW ? WASI_EINVAL : WASI_SUCCESS;
}

static enum wasm_host_result nothing_answered(struct thread *thread, uint64_t *slots,
					      const struct call_answer *answer)
{
	return wasi_result(slots, errors_of_nothing(answer));
}

static enum wasm_host_result ask_nothing(struct thread *thread, const struct ask *ask)
{
	return ask_send(thread, files_interface, ask, nothing_answered);
}

/* The directory of slots[slot] and the path behind it. */
static enum wasi_error open_place(struct thread *thread, const uint64_t *slots, uint32_t slot,
				  uint64_t rights, uint64_t *handle)
{
	struct descriptor *descriptor;
	enum wasi_error error =
	    descriptor_find_directory(thread, wasi_argument(slots, slot), rights, &descriptor);
	if (error == WASI_SUCCESS)
		*handle = descriptor->handle;
	return error;
}

/* ---- Names that are made and removed: a directory and a path ---- */

static enum wasm_host_result create_directory(struct thread *thread, uint64_t *slots)
{
	struct files_create_directory_call call;
	enum wasi_error error =
	    open_place(thread, slots, 0, WASI_RIGHTS_PATH_CREATE_DIRECTORY, &call.directory);
	if (error == WASI_SUCCESS)
		error = path_argument(thread, slots, 1, &call.path);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	struct ask ask;
	files_create_directory_encode(ask_open(&ask), &call);
	return ask_nothing(thread, &ask);
}

static enum wasm_host_result remove_directory(struct thread *thread, uint64_t *slots)
{
	struct files_remove_directory_call call;
	enum wasi_error error =
	    open_place(thread, slots, 0, WASI_RIGHTS_PATH_REMOVE_DIRECTORY, &call.directory);
	if (error == WASI_SUCCESS)
		error = path_argument(thread, slots, 1, &call.path);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	struct ask ask;
	files_remove_directory_encode(ask_open(&ask), &call);
	return ask_nothing(thread, &ask);
}

static enum wasm_host_result unlink_file(struct thread *thread, uint64_t *slots)
{
	struct files_remove_file_call call;
	enum wasi_error error =
	    open_place(thread, slots, 0, WASI_RIGHTS_PATH_UNLINK_FILE, &call.directory);
	if (error == WASI_SUCCESS)
		error = path_argument(thread, slots, 1, &call.path);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	struct ask ask;
	files_remove_file_encode(ask_open(&ask), &call);
	return ask_nothing(thread, &ask);
}

enum wasm_host_result wasi_path_create_directory(void *context, struct wasm_thread *wasm,
						 uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, create_directory);
}

enum wasm_host_result wasi_path_remove_directory(void *context, struct wasm_thread *wasm,
						 uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, remove_directory);
}

enum wasm_host_result wasi_path_unlink_file(void *context, struct wasm_thread *wasm,
					    uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, unlink_file);
}

/* ---- Two names ---- */

static enum wasm_host_result make_link(struct thread *thread, uint64_t *slots)
{
	struct files_link_call call;
	enum wasi_error error =
	    open_place(thread, slots, 0, WASI_RIGHTS_PATH_LINK_SOURCE, &call.old_directory);
	if (error == WASI_SUCCESS)
		error =
		    open_place(thread, slots, 4, WASI_RIGHTS_PATH_LINK_TARGET, &call.new_directory);
	if (error == WASI_SUCCESS)
		error = path_follows(wasi_argument(slots, 1), &call.follow);
	if (error == WASI_SUCCESS)
		error = path_argument(thread, slots, 2, &call.old_path);
	if (error == WASI_SUCCESS)
		error = path_argument(thread, slots, 5, &call.new_path);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	struct ask ask;
	files_link_encode(ask_open(&ask), &call);
	return ask_nothing(thread, &ask);
}

static enum wasm_host_result rename(struct thread *thread, uint64_t *slots)
{
	struct files_rename_call call;
	enum wasi_error error =
	    open_place(thread, slots, 0, WASI_RIGHTS_PATH_RENAME_SOURCE, &call.old_directory);
	if (error == WASI_SUCCESS)
		error = open_place(thread, slots, 3, WASI_RIGHTS_PATH_RENAME_TARGET,
				   &call.new_directory);
	if (error == WASI_SUCCESS)
		error = path_argument(thread, slots, 1, &call.old_path);
	if (error == WASI_SUCCESS)
		error = path_argument(thread, slots, 4, &call.new_path);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	struct ask ask;
	files_rename_encode(ask_open(&ask), &call);
	return ask_nothing(thread, &ask);
}

/* A link to an absolute path would lead out of any directory that the program can see. */
static enum wasm_host_result symlink(struct thread *thread, uint64_t *slots)
{
	struct files_symbolic_link_call call;
	enum wasi_error error =
	    open_place(thread, slots, 2, WASI_RIGHTS_PATH_SYMLINK, &call.directory);
	if (error == WASI_SUCCESS)
		error = path_argument(thread, slots, 0, &call.target);
	if (error == WASI_SUCCESS)
		error = path_argument(thread, slots, 3, &call.path);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	struct ask ask;
	files_symbolic_link_encode(ask_open(&ask), &call);
	return ask_nothing(thread, &ask);
}

enum wasm_host_result wasi_path_link(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_paths(wasm, slots, 0, 4, make_link);
}

enum wasm_host_result wasi_path_rename(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_paths(wasm, slots, 0, 3, rename);
}

enum wasm_host_result wasi_path_symlink(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_paths(wasm, slots, 2, 2, symlink);
}

/* ---- What a path leads to ---- */

static enum wasm_host_result filestat_answered(struct thread *thread, uint64_t *slots,
					       const struct call_answer *answer)
{
	return wasi_result(slots, filestat_store(thread, wasi_argument(slots, 4), answer));
}

static enum wasm_host_result get_filestat(struct thread *thread, uint64_t *slots)
{
	struct files_describe_path_call call;
	enum wasi_error error =
	    open_place(thread, slots, 0, WASI_RIGHTS_PATH_FILESTAT_GET, &call.directory);
	if (error == WASI_SUCCESS)
		error = path_follows(wasi_argument(slots, 1), &call.follow);
	if (error == WASI_SUCCESS)
		error = path_argument(thread, slots, 2, &call.path);
	if (error == WASI_SUCCESS &&
	    guest_bytes(thread, wasi_argument(slots, 4), WASI_FILESTAT_BYTES) == NULL)
		error = WASI_EFAULT;
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	struct ask ask;
	files_describe_path_encode(ask_open(&ask), &call);
	return ask_send(thread, files_interface, &ask, filestat_answered);
}

static enum wasm_host_result set_times(struct thread *thread, uint64_t *slots)
{
	struct files_set_times_of_path_call call;
	struct filestat_times times;
	enum wasi_error error =
	    open_place(thread, slots, 0, WASI_RIGHTS_PATH_FILESTAT_SET_TIMES, &call.directory);
	if (error == WASI_SUCCESS)
		error = path_follows(wasi_argument(slots, 1), &call.follow);
	if (error == WASI_SUCCESS)
		error = path_argument(thread, slots, 2, &call.path);
	if (error == WASI_SUCCESS)
		error = filestat_times(slots[4], slots[5], wasi_argument(slots, 6), &times);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	call.accessed = times.accessed;
	call.modified = times.modified;
	struct ask ask;
	files_set_times_of_path_encode(ask_open(&ask), &call);
	return ask_nothing(thread, &ask);
}

enum wasm_host_result wasi_path_filestat_get(void *context, struct wasm_thread *wasm,
					     uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, get_filestat);
}

enum wasm_host_result wasi_path_filestat_set_times(void *context, struct wasm_thread *wasm,
						   uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, set_times);
}

/* ---- path_readlink ---- */

static enum wasi_error store_target(struct thread *thread, const uint64_t *slots,
				    const struct call_answer *answer)
{
	struct files_bytes_or_error result;
	enum wasi_error error = errors_of_answer(
	    answer, files_read_link_answer_decode(answer->body, answer->size, &result));
	if (error == WASI_SUCCESS && result.is_error)
		error = errors_of_files(result.error);
	if (error != WASI_SUCCESS)
		return error;
	uint32_t size = result.value.size;
	if (size > wasi_argument(slots, 4))
		size = wasi_argument(slots, 4); /* as on POSIX systems: cut, and no error */
	uint8_t *buffer = guest_bytes(thread, wasi_argument(slots, 3), size);
	uint8_t *used = guest_bytes(thread, wasi_argument(slots, 5), 4);
	if (buffer == NULL || used == NULL)
		return WASI_EFAULT;
	memcpy(buffer, result.value.data, size);
	guest_store_u32(used, size);
	return WASI_SUCCESS;
}

static enum wasm_host_result target_answered(struct thread *thread, uint64_t *slots,
					     const struct call_answer *answer)
{
	return wasi_result(slots, store_target(thread, slots, answer));
}

static enum wasm_host_result read_link(struct thread *thread, uint64_t *slots)
{
	struct files_read_link_call call;
	enum wasi_error error =
	    open_place(thread, slots, 0, WASI_RIGHTS_PATH_READLINK, &call.directory);
	if (error == WASI_SUCCESS)
		error = path_argument(thread, slots, 1, &call.path);
	if (error == WASI_SUCCESS &&
	    (guest_bytes(thread, wasi_argument(slots, 3), wasi_argument(slots, 4)) == NULL ||
	     guest_bytes(thread, wasi_argument(slots, 5), 4) == NULL))
		error = WASI_EFAULT;
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	struct ask ask;
	files_read_link_encode(ask_open(&ask), &call);
	return ask_send(thread, files_interface, &ask, target_answered);
}

enum wasm_host_result wasi_path_readlink(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, read_link);
}

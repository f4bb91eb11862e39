/*
 * open: path_open. `files` opens, and is then asked what it is that it opened; the rights that make
 * no sense for that are left out.
 */
#include "ask.h"
#include "descriptor.h"
#include "errors.h"
#include "filestat.h"
#include "functions.h"
#include "guest.h"
#include "path.h"
#include "preopen.h"

#include <cairn/abi.h>
#include <cairn/files.h>

/* Words of call_state. */
enum { STATE_HANDLE };

/* Of the arguments: the descriptor is slots[0], and these. */
enum {
	SLOT_LOOKUP = 1,
	SLOT_PATH = 2,
	SLOT_OPEN_FLAGS = 4,
	SLOT_RIGHTS = 5,
	SLOT_INHERITING = 6,
	SLOT_FLAGS = 7,
	SLOT_NUMBER = 8
};

/* Rights that need a file to be opened for writing; and those that need one opened for reading. */
static const uint64_t writing_rights =
    WASI_RIGHTS_FD_WRITE | WASI_RIGHTS_FD_ALLOCATE | WASI_RIGHTS_FD_FILESTAT_SET_SIZE;
static const uint64_t reading_rights = WASI_RIGHTS_FD_READ | WASI_RIGHTS_FD_READDIR;

/* What was opened is closed again, unless it is lost. */
static enum wasm_host_result failed(struct thread *thread, uint64_t *slots,
				    const struct call_answer *answer, enum wasi_error error)
{
	const struct descriptor opened = {.kind = DESCRIPTOR_FILE,
					  .is_lost = answer->status == CAIRN_STATUS_HANDLER_CHANGED,
					  .handle = call_state(thread)[STATE_HANDLE]};
	descriptor_release(thread, &opened);
	return wasi_result(slots, error);
}

static enum wasi_error add(struct thread *thread, const uint64_t *slots, enum files_kind kind,
			   uint8_t *out)
{
	bool is_directory = kind == FILES_KIND_DIRECTORY;
	const struct descriptor descriptor = {
	    .kind = is_directory ? DESCRIPTOR_DIRECTORY : DESCRIPTOR_FILE,
	    .filetype = filestat_type(kind),
	    .flags = (uint16_t)wasi_argument(slots, SLOT_FLAGS),
	    .handle = call_state(thread)[STATE_HANDLE],
	    .rights = slots[SLOT_RIGHTS] & (is_directory ? RIGHTS_DIRECTORY : RIGHTS_FILE),
	    .inheriting = slots[SLOT_INHERITING],
	};
	uint32_t number;
	enum wasi_error error = descriptor_add(thread, &descriptor, &number);
	if (error == WASI_SUCCESS)
		guest_store_u32(out, number);
	return error;
}

static enum wasm_host_result described(struct thread *thread, uint64_t *slots,
				       const struct call_answer *answer)
{
	struct files_info info;
	enum wasi_error error = filestat_decode(answer, &info);
	uint8_t *out = guest_bytes(thread, wasi_argument(slots, SLOT_NUMBER), 4);
	if (error == WASI_SUCCESS && out == NULL)
		error = WASI_EFAULT;
	if (error == WASI_SUCCESS)
		error = add(thread, slots, info.kind, out);
	return error == WASI_SUCCESS ? wasi_result(slots, error)
				     : failed(thread, slots, answer, error);
}

static enum wasm_host_result opened(struct thread *thread, uint64_t *slots,
				    const struct call_answer *answer)
{
	struct files_u64_or_error result;
	enum wasi_error error =
	    errors_of_answer(answer, files_open_answer_decode(answer->body, answer->size, &result));
	if (error == WASI_SUCCESS && result.is_error)
		error = errors_of_files(result.error);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	call_state(thread)[STATE_HANDLE] = result.value;
	struct ask ask;
	files_describe_encode(ask_open(&ask), &(struct files_describe_call){result.value});
	return ask_send(thread, files_interface, &ask, described);
}

/* What the directory must allow, for these flags. */
static uint64_t needed_rights(uint32_t open_flags)
{
	return (uint64_t)WASI_RIGHTS_PATH_OPEN |
	       (open_flags & WASI_OFLAGS_CREAT ? WASI_RIGHTS_PATH_CREATE_FILE : 0u) |
	       (open_flags & WASI_OFLAGS_TRUNC ? WASI_RIGHTS_PATH_FILESTAT_SET_SIZE : 0u);
}

/* Appending is done by what is written, because a program may turn it on and off. */
static uint16_t options_of(const uint64_t *slots, bool follows)
{
	uint32_t open_flags = wasi_argument(slots, SLOT_OPEN_FLAGS);
	bool writes = (slots[SLOT_RIGHTS] & writing_rights) != 0;
	bool reads = (slots[SLOT_RIGHTS] & reading_rights) != 0 || !writes;
	uint16_t options = 0;
	if (reads)
		options |= FILES_OPEN_OPTIONS_READ;
	if (writes)
		options |= FILES_OPEN_OPTIONS_WRITE;
	if (open_flags & WASI_OFLAGS_CREAT)
		options |= FILES_OPEN_OPTIONS_CREATE;
	if (open_flags & WASI_OFLAGS_EXCL)
		options |= FILES_OPEN_OPTIONS_EXCLUSIVE;
	if (open_flags & WASI_OFLAGS_TRUNC)
		options |= FILES_OPEN_OPTIONS_TRUNCATE;
	if (open_flags & WASI_OFLAGS_DIRECTORY)
		options |= FILES_OPEN_OPTIONS_DIRECTORY;
	if (follows)
		options |= FILES_OPEN_OPTIONS_FOLLOW;
	if (wasi_argument(slots, SLOT_FLAGS) &
	    (WASI_FDFLAGS_DSYNC | WASI_FDFLAGS_RSYNC | WASI_FDFLAGS_SYNC))
		options |= FILES_OPEN_OPTIONS_SYNCHRONOUS;
	return options;
}

static enum wasi_error check(struct thread *thread, const uint64_t *slots,
			     struct files_open_call *call)
{
	struct descriptor *directory;
	bool follows;
	uint32_t open_flags = wasi_argument(slots, SLOT_OPEN_FLAGS);
	enum wasi_error error = descriptor_find_directory(thread, wasi_argument(slots, 0),
							  needed_rights(open_flags), &directory);
	if (error != WASI_SUCCESS)
		return error;
	if ((open_flags & ~(uint32_t)WASI_OFLAGS_ALL) != 0 ||
	    (wasi_argument(slots, SLOT_FLAGS) & ~(uint32_t)WASI_FDFLAGS_ALL) != 0)
		return WASI_EINVAL;
	error = path_follows(wasi_argument(slots, SLOT_LOOKUP), &follows);
	if (error != WASI_SUCCESS)
		return error;
	if (((slots[SLOT_RIGHTS] | slots[SLOT_INHERITING]) & ~directory->inheriting) != 0)
		return WASI_ENOTCAPABLE;
	call->directory = directory->handle;
	call->options = options_of(slots, follows);
	error = path_argument(thread, slots, SLOT_PATH, &call->path);
	if (error != WASI_SUCCESS)
		return error;
	if (guest_bytes(thread, wasi_argument(slots, SLOT_NUMBER), 4) == NULL)
		return WASI_EFAULT;
	return descriptor_reserve(thread);
}

static enum wasm_host_result open(struct thread *thread, uint64_t *slots)
{
	struct files_open_call call;
	enum wasi_error error = check(thread, slots, &call);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	struct ask ask;
	files_open_encode(ask_open(&ask), &call);
	return ask_send(thread, files_interface, &ask, opened);
}

enum wasm_host_result wasi_path_open(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, open);
}

/*
 * directory: fd_readdir. Cookies are those of `files` and two more in front, for `.` and `..`,
 * which `files` does not tell: 0 leads to the first of them, 1 to the second, and n to cookie n
 * - 2. (wasi-libc's telldir has 31 bits for one; so `files` gives small ones.)
 *
 * An entry that does not fit whole is cut, so that a full buffer says that there is more; the next
 * call begins with the cookie of the last whole one.
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

/* Words of call_state. */
enum {
	STATE_HANDLE,
	STATE_USED,  /* bytes of the buffer that are written */
	STATE_COOKIE /* preview 1's: what comes next */
};

enum {
	COOKIE_DOT_DOT = 1,
	COOKIES_OF_DOTS = 2,
	/* Room for the longest name of a host, at least: what has none is told again. */
	NAMES_BYTES_MIN = 1024,
	NAMES_BYTES_MAX = 65536
};

static enum wasm_host_result over(struct thread *thread, uint64_t *slots)
{
	uint8_t *out = guest_bytes(thread, wasi_argument(slots, 4), 4);
	if (out == NULL)
		return wasi_result(slots, WASI_EFAULT);
	guest_store_u32(out, (uint32_t)call_state(thread)[STATE_USED]);
	return wasi_result(slots, WASI_SUCCESS);
}

struct dirent {
	uint64_t next;
	uint64_t inode;
	uint8_t type;
	struct wire_bytes name;
};

/* Writes as much of the bytes as there is room for; `room` and `out` move behind them. */
static void put(uint8_t **out, uint32_t *room, const uint8_t *data, uint32_t size)
{
	if (size > *room)
		size = *room;
	memcpy(*out, data, size);
	*out += size;
	*room -= size;
}

/* True where it was written whole. EFAULT. */
static enum wasi_error store_dirent(struct thread *thread, const uint64_t *slots,
				    const struct dirent *entry, bool *is_whole)
{
	uint64_t *state = call_state(thread);
	uint32_t used = (uint32_t)state[STATE_USED];
	uint32_t room = wasi_argument(slots, 2) - used;
	uint8_t *buffer = guest_bytes(thread, wasi_argument(slots, 1), wasi_argument(slots, 2));
	if (buffer == NULL)
		return WASI_EFAULT;
	uint8_t header[WASI_DIRENT_BYTES] = {0};
	guest_store_u64(header + WASI_DIRENT_NEXT, entry->next);
	guest_store_u64(header + WASI_DIRENT_INODE, entry->inode);
	guest_store_u32(header + WASI_DIRENT_NAME_SIZE, entry->name.size);
	header[WASI_DIRENT_FILETYPE] = entry->type;
	*is_whole = room >= sizeof header && room - sizeof header >= entry->name.size;
	uint8_t *out = buffer + used;
	put(&out, &room, header, sizeof header);
	put(&out, &room, entry->name.data, entry->name.size);
	state[STATE_USED] = (uint64_t)(out - buffer);
	if (*is_whole)
		state[STATE_COOKIE] = entry->next;
	return WASI_SUCCESS;
}

/* ---- What `files` has ---- */

static enum wasm_host_result entries_answered(struct thread *thread, uint64_t *slots,
					      const struct call_answer *answer);

static enum wasm_host_result ask_entries(struct thread *thread, uint64_t *slots)
{
	const uint64_t *state = call_state(thread);
	uint32_t room = wasi_argument(slots, 2) - (uint32_t)state[STATE_USED];
	uint32_t size = room < NAMES_BYTES_MIN   ? NAMES_BYTES_MIN
			: room > NAMES_BYTES_MAX ? NAMES_BYTES_MAX
						 : room;
	if (room == 0)
		return over(thread, slots);
	struct ask ask;
	files_read_directory_encode(
	    ask_open(&ask), &(struct files_read_directory_call){
				state[STATE_HANDLE], state[STATE_COOKIE] - COOKIES_OF_DOTS, size});
	return ask_send(thread, files_interface, &ask, entries_answered);
}

static enum wasi_error store_entries(struct thread *thread, const uint64_t *slots,
				     const struct call_answer *answer, bool *is_over)
{
	struct files_entry_list_or_error result;
	enum wasi_error error = errors_of_answer(
	    answer, files_read_directory_answer_decode(answer->body, answer->size, &result));
	if (error == WASI_SUCCESS && result.is_error)
		error = errors_of_files(result.error);
	if (error != WASI_SUCCESS)
		return error;
	struct files_entry entry;
	*is_over = result.value.count == 0;
	while (error == WASI_SUCCESS && !*is_over && files_entry_list_next(&result.value, &entry)) {
		if (entry.cookie > UINT64_MAX - COOKIES_OF_DOTS)
			return WASI_EPROTO;
		const struct dirent dirent = {.next = entry.cookie + COOKIES_OF_DOTS,
					      .inode = entry.inode,
					      .type = filestat_type(entry.kind),
					      .name = entry.name};
		bool is_whole;
		error = store_dirent(thread, slots, &dirent, &is_whole);
		*is_over = error == WASI_SUCCESS && !is_whole;
	}
	return error;
}

static enum wasm_host_result entries_answered(struct thread *thread, uint64_t *slots,
					      const struct call_answer *answer)
{
	bool is_over;
	enum wasi_error error = store_entries(thread, slots, answer, &is_over);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	return is_over ? over(thread, slots) : ask_entries(thread, slots);
}

/* ---- `.` and `..` ---- */

/* Of the directory above nothing is told: it may be outside. */
static enum wasi_error store_dots(struct thread *thread, const uint64_t *slots, uint64_t inode,
				  bool *is_whole)
{
	enum wasi_error error = WASI_SUCCESS;
	*is_whole = true;
	for (uint64_t cookie = call_state(thread)[STATE_COOKIE];
	     error == WASI_SUCCESS && *is_whole && cookie <= COOKIE_DOT_DOT; cookie++) {
		const struct dirent dirent = {
		    .next = cookie + 1,
		    .inode = cookie == COOKIE_DOT_DOT ? 0 : inode,
		    .type = WASI_FILETYPE_DIRECTORY,
		    .name = {(const uint8_t *)"..", cookie == COOKIE_DOT_DOT ? 2 : 1}};
		error = store_dirent(thread, slots, &dirent, is_whole);
	}
	return error;
}

static enum wasm_host_result self_answered(struct thread *thread, uint64_t *slots,
					   const struct call_answer *answer)
{
	struct files_info info;
	bool is_whole;
	enum wasi_error error = filestat_decode(answer, &info);
	if (error == WASI_SUCCESS)
		error = store_dots(thread, slots, info.inode, &is_whole);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	return is_whole ? ask_entries(thread, slots) : over(thread, slots);
}

static enum wasm_host_result read_directory(struct thread *thread, uint64_t *slots)
{
	struct descriptor *descriptor;
	enum wasi_error error = descriptor_find_directory(thread, wasi_argument(slots, 0),
							  WASI_RIGHTS_FD_READDIR, &descriptor);
	if (error == WASI_SUCCESS &&
	    (guest_bytes(thread, wasi_argument(slots, 1), wasi_argument(slots, 2)) == NULL ||
	     guest_bytes(thread, wasi_argument(slots, 4), 4) == NULL))
		error = WASI_EFAULT;
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	uint64_t *state = call_state(thread);
	state[STATE_HANDLE] = descriptor->handle;
	state[STATE_USED] = 0;
	state[STATE_COOKIE] = slots[3];
	if (slots[3] > COOKIE_DOT_DOT)
		return ask_entries(thread, slots);
	struct ask ask;
	files_describe_encode(ask_open(&ask), &(struct files_describe_call){descriptor->handle});
	return ask_send(thread, files_interface, &ask, self_answered);
}

enum wasm_host_result wasi_fd_readdir(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, read_directory);
}

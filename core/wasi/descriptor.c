#include "descriptor.h"

#include "ask.h"
#include "errors.h"
#include "functions.h"
#include "guest.h"
#include "mem.h"
#include "preopen.h"

#include <cairn/files.h>
#include <cairn/tcp.h>

enum { CAPACITY_FIRST = 8 };

struct descriptors {
	uint32_t capacity;
	uint32_t first_free; /* none below it is free */
	uint32_t files_generation;
	bool has_preopens;
	bool is_in_doubt; /* the roots are to be asked for again */
	struct descriptor entries[];
};

static size_t table_bytes(uint32_t capacity)
{
	return sizeof(struct descriptors) + capacity * sizeof(struct descriptor);
}

static struct descriptor stream(uint8_t number)
{
	return (struct descriptor){
	    .kind = DESCRIPTOR_STREAM,
	    .handle = number,
	    .rights = number == 0 ? RIGHTS_STREAM_IN : RIGHTS_STREAM_OUT,
	};
}

/* With at least that capacity, or with the one that it has where `capacity` is 0; NULL where memory
 * is at its limit. */
static struct descriptors *table_of(struct thread *thread, uint32_t capacity)
{
	struct descriptors *table = call_process_record(thread, table_bytes(CAPACITY_FIRST));
	if (table == NULL)
		return NULL;
	if (table->capacity == 0) {
		table->capacity = CAPACITY_FIRST;
		for (uint8_t i = 0; i < DESCRIPTORS_STANDARD; i++)
			table->entries[i] = stream(i);
		table->first_free = DESCRIPTORS_STANDARD;
	}
	if (capacity <= table->capacity)
		return table;
	table = call_process_record(thread, table_bytes(capacity));
	if (table != NULL)
		table->capacity = capacity;
	return table;
}

/* The same for one that is lost. */
static enum wasi_error find_any(struct thread *thread, uint32_t number, struct descriptor **out)
{
	if (number >= DESCRIPTORS_MAX)
		return WASI_EBADF;
	struct descriptors *table = table_of(thread, 0);
	if (table == NULL)
		return WASI_ENOMEM;
	if (number >= table->capacity || table->entries[number].kind == DESCRIPTOR_CLOSED)
		return WASI_EBADF;
	*out = &table->entries[number];
	return WASI_SUCCESS;
}

enum wasi_error descriptor_find(struct thread *thread, uint32_t number, struct descriptor **out)
{
	struct descriptor *found;
	enum wasi_error error = find_any(thread, number, &found);
	if (error == WASI_SUCCESS && found->is_lost)
		error = WASI_ESTALE;
	if (error == WASI_SUCCESS)
		*out = found;
	return error;
}

enum wasi_error descriptor_check_rights(const struct descriptor *descriptor, uint64_t rights)
{
	uint64_t missing = rights & ~descriptor->rights;
	if (missing == 0)
		return WASI_SUCCESS;
	/* What a C program expects of a file that was opened for something else. */
	return missing & (WASI_RIGHTS_FD_READ | WASI_RIGHTS_FD_WRITE) ? WASI_EBADF
								      : WASI_ENOTCAPABLE;
}

enum wasi_error descriptor_find_file(struct thread *thread, uint32_t number, uint64_t rights,
				     enum wasi_error of_stream, struct descriptor **out)
{
	enum wasi_error error = descriptor_find(thread, number, out);
	if (error != WASI_SUCCESS)
		return error;
	switch ((*out)->kind) {
	case DESCRIPTOR_FILE:
		return descriptor_check_rights(*out, rights);
	case DESCRIPTOR_DIRECTORY:
		return WASI_EISDIR;
	default:
		return of_stream;
	}
}

enum wasi_error descriptor_find_directory(struct thread *thread, uint32_t number, uint64_t rights,
					  struct descriptor **out)
{
	enum wasi_error error = descriptor_find(thread, number, out);
	if (error != WASI_SUCCESS)
		return error;
	if ((*out)->kind != DESCRIPTOR_DIRECTORY)
		return WASI_ENOTDIR;
	return descriptor_check_rights(*out, rights);
}

enum wasi_error descriptor_reserve(struct thread *thread)
{
	struct descriptors *table = table_of(thread, 0);
	if (table == NULL)
		return WASI_ENOMEM;
	while (table->first_free < table->capacity &&
	       table->entries[table->first_free].kind != DESCRIPTOR_CLOSED)
		table->first_free++;
	if (table->first_free < table->capacity)
		return WASI_SUCCESS;
	if (table->capacity >= DESCRIPTORS_MAX)
		return WASI_EMFILE;
	return table_of(thread, 2 * table->capacity) == NULL ? WASI_ENOMEM : WASI_SUCCESS;
}

enum wasi_error descriptor_add(struct thread *thread, const struct descriptor *descriptor,
			       uint32_t *number)
{
	enum wasi_error error = descriptor_reserve(thread);
	if (error != WASI_SUCCESS)
		return error;
	struct descriptors *table = table_of(thread, 0);
	*number = table->first_free++;
	table->entries[*number] = *descriptor;
	return WASI_SUCCESS;
}

struct descriptor *descriptor_again(struct thread *thread, uint32_t number, uint64_t handle)
{
	struct descriptor *descriptor;
	enum wasi_error error = descriptor_find(thread, number, &descriptor);
	return error == WASI_SUCCESS && descriptor->handle == handle ? descriptor : NULL;
}

bool descriptor_has_preopens(struct thread *thread)
{
	const struct descriptors *table = table_of(thread, 0);
	return table == NULL || table->has_preopens;
}

void descriptor_set_preopens(struct thread *thread)
{
	struct descriptors *table = table_of(thread, 0);
	if (table != NULL)
		table->has_preopens = true;
}

/* ---- What a handler of files takes with it ---- */

static bool is_of_files(const struct descriptor *descriptor)
{
	return descriptor->kind == DESCRIPTOR_FILE || descriptor->kind == DESCRIPTOR_DIRECTORY;
}

uint32_t descriptor_files_generation(struct thread *thread)
{
	const struct descriptors *table = table_of(thread, 0);
	return table == NULL ? 0 : table->files_generation;
}

void descriptor_lose_files(struct thread *thread)
{
	struct descriptors *table = table_of(thread, 0);
	if (table == NULL)
		return;
	table->files_generation++;
	table->is_in_doubt = true;
	for (uint32_t i = 0; i < table->capacity; i++)
		table->entries[i].is_lost |= is_of_files(&table->entries[i]);
}

void descriptor_doubt_roots(struct thread *thread)
{
	struct descriptors *table = table_of(thread, 0);
	if (table != NULL)
		table->is_in_doubt = true;
}

bool descriptor_is_in_doubt(struct thread *thread, uint32_t number)
{
	struct descriptor *descriptor;
	const struct descriptors *table = table_of(thread, 0);
	return table != NULL && table->is_in_doubt &&
	       find_any(thread, number, &descriptor) == WASI_SUCCESS && is_of_files(descriptor);
}

void descriptor_set_roots(struct thread *thread)
{
	struct descriptors *table = table_of(thread, 0);
	if (table != NULL)
		table->is_in_doubt = false;
}

void descriptor_restore_root(struct thread *thread, uint64_t root, uint64_t handle)
{
	struct descriptors *table = table_of(thread, 0);
	for (uint32_t i = 0; table != NULL && i < table->capacity; i++) {
		struct descriptor *descriptor = &table->entries[i];
		if (descriptor->kind != DESCRIPTOR_DIRECTORY || !descriptor->is_preopen ||
		    descriptor->offset != root)
			continue;
		descriptor->handle = handle;
		descriptor->is_lost = false;
	}
}

/* ---- Closing ---- */

/* Nobody waits for it: where it cannot be sent, the handle stays open until the process ends. */
static void close_connection(struct thread *thread, uint64_t handle)
{
	struct ask ask;
	tcp_close_encode(ask_open(&ask), &(struct tcp_close_call){handle});
	ask_tell(thread, tcp_interface, &ask);
}

void descriptor_release(struct thread *thread, const struct descriptor *descriptor)
{
	struct ask ask;
	switch (descriptor->kind) {
	case DESCRIPTOR_FILE:
	case DESCRIPTOR_DIRECTORY:
		if (descriptor->is_preopen || descriptor->is_lost)
			return;
		files_close_encode(ask_open(&ask), &(struct files_close_call){descriptor->handle});
		ask_tell(thread, files_interface, &ask);
		return;
	case DESCRIPTOR_LISTENER:
		if (descriptor->offset != 0)
			close_connection(thread, descriptor->offset);
		close_connection(thread, descriptor->handle);
		return;
	case DESCRIPTOR_CONNECTION:
		close_connection(thread, descriptor->handle);
		return;
	default:
		return;
	}
}

static void set_closed(struct thread *thread, uint32_t number)
{
	struct descriptors *table = table_of(thread, 0);
	table->entries[number].kind = DESCRIPTOR_CLOSED;
	if (number < table->first_free)
		table->first_free = number;
}

static enum wasm_host_result close_descriptor(struct thread *thread, uint64_t *slots)
{
	struct descriptor *descriptor;
	uint32_t number = wasi_argument(slots, 0);
	enum wasi_error error = find_any(thread, number, &descriptor);
	if (error == WASI_SUCCESS) {
		const struct descriptor closed = *descriptor;
		set_closed(thread, number);
		descriptor_release(thread, &closed);
	}
	return wasi_result(slots, error);
}

enum wasm_host_result wasi_fd_close(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_descriptor(wasm, slots, close_descriptor);
}

/* Moves slots[0] to the number slots[1], which is closed by that; both must exist. */
static enum wasm_host_result renumber(struct thread *thread, uint64_t *slots)
{
	struct descriptor *from;
	struct descriptor *to;
	uint32_t number = wasi_argument(slots, 0);
	enum wasi_error error = find_any(thread, number, &from);
	if (error == WASI_SUCCESS)
		error = find_any(thread, wasi_argument(slots, 1), &to);
	if (error != WASI_SUCCESS || from == to)
		return wasi_result(slots, error);
	const struct descriptor closed = *to;
	*to = *from;
	set_closed(thread, number);
	descriptor_release(thread, &closed);
	return wasi_result(slots, WASI_SUCCESS);
}

enum wasm_host_result wasi_fd_renumber(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return preopen_for_all(wasm, slots, renumber);
}

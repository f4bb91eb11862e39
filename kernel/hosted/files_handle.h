/*
 * files_handle: what each process has open, by the numbers of its handles, and its roots. A handle
 * is an open file of the host. It lives in its process's table until it is closed or the process
 * ends, and as long as a request is at work on it.
 *
 * A number names a place in the table and says how often that was used before, so that a handle
 * which was closed is never taken for a later one.
 */
#ifndef HOSTED_FILES_HANDLE_H
#define HOSTED_FILES_HANDLE_H

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "core/kernel.h"
#include "files_cookies.h"

struct files_job;
struct files_process;

enum {
	/* Open handles of one process; what Linux gives a process is 1,024, or 4,096 at most. */
	FILES_HANDLES_MAX = 4096,
	/* Roots of one process: each is an open directory. */
	FILES_ROOTS_MAX = 64,
	FILES_PROCESS_BUCKETS = 256
};

/* One scope, as long as a handle is below it. */
struct files_open_root {
	uint32_t references;
	bool is_writable;
	bool is_revoked; /* the grant has it no longer */
	uint64_t handle;
	char *scope; /* as the grant has it */
	size_t scope_size;
	char *name;
};

struct files_handle {
	uint32_t references; /* of the table, and of requests */
	struct files_open_root *root;
	int fd;
	bool is_root;
	bool is_stream; /* a pipe or the like: no offsets, and it may have nothing to read yet */
	bool is_append;
	bool can_read;
	bool can_write;
	bool cannot_nowait; /* the host told so for this kind of file */

	/* Requests for it, the first of which is served: files_job. */
	struct files_job *first;
	struct files_job *last;

	bool is_polling; /* `poll` is an open handle of the loop */
	uv_poll_t poll;
	uint32_t *open_count; /* of the table of all; counts this one */

	struct files_cookies cookies;   /* of a directory; whoever serves a request has them */
	_Atomic uint32_t *cookie_count; /* of the table of all */
};

struct files_slot {
	struct files_handle *handle; /* NULL where it is free */
	uint32_t uses;
	uint32_t next_free;
};

/* What a process has: made by its first message, gone with it. */
struct files_process {
	struct files_process *next; /* of the bucket */
	uint64_t pid;
	bool has_grant;
	uint32_t grant; /* by whose scopes the roots were opened */
	struct files_open_root *roots[FILES_ROOTS_MAX];
	uint32_t root_count;
	struct files_slot *slots;
	uint32_t slot_count;
	uint32_t first_free;
	uint32_t handle_count; /* with those that are being opened */
};

struct files_table {
	struct files_process *buckets[FILES_PROCESS_BUCKETS];
	uint32_t open_count; /* handles of all processes */
	uint32_t open_max;
	_Atomic uint32_t cookie_count;
};

void files_table_init(struct files_table *table);
void files_table_reset(struct files_table *table);

/* Finds or makes the process's record; NULL where there is no memory. */
struct files_process *files_process_open(struct files_table *table, uint64_t pid);
void files_process_end(struct files_table *table, uint64_t pid);

/* Opens the roots of these scopes in place of those that it had. Handles below a root whose scope
 * is not among them are gone. */
void files_process_set_scopes(struct files_table *table, struct files_process *process,
			      const struct wasm_name *scopes, uint32_t count);

/* NULL where the process has none of that number. */
struct files_handle *files_handle_find(const struct files_process *process, uint64_t number);

/* Takes room for a handle that is about to be opened; false where there is none. */
bool files_handle_reserve(struct files_table *table, struct files_process *process);

/* Puts an open file into the room that was taken: its number, or 0 where there is no memory, and
 * `fd` is closed. `process` is NULL where that has ended meanwhile. */
uint64_t files_handle_add(struct files_table *table, struct files_process *process,
			  struct files_open_root *root, int fd, struct files_handle **out);
/* Gives the room back; the same. */
void files_handle_unreserve(struct files_table *table, struct files_process *process);

/* Takes it out of its process's table. */
void files_handle_close(struct files_table *table, struct files_process *process, uint64_t number);

void files_handle_hold(struct files_handle *handle);
void files_handle_drop(struct files_handle *handle);

void files_root_hold(struct files_open_root *root);
void files_root_drop(struct files_open_root *root);

#endif

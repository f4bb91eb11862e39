/*
 * files_job: a request under way. Requests for one handle are served in their order, one at a time;
 * one for two handles (a rename) waits until it is the first for both. What can be done without
 * blocking is done at once, on the loop's thread; what cannot, on a thread of libuv's pool, or, for
 * a pipe, when the loop says that it is ready.
 *
 *     files_job_create -> files_job_submit -> the operation's attempt, perform, and then answer,
 *     which consumes the request; the record is freed behind it
 */
#ifndef HOSTED_FILES_JOB_H
#define HOSTED_FILES_JOB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include <uv.h>

#include <cairn/files.h>

#include "core/kernel.h"
#include "files_handle.h"

struct files_job;

enum { FILES_TRANSFER_MAX = 1024 * 1024, FILES_BUFFERS_KEPT = 4 };

/* Requests of all processes, and what they share. */
struct files {
	uv_loop_t *loop;
	struct files_table table;
	struct files_job *ready_first; /* the first for all of their handles, not yet begun */
	struct files_job *ready_last;
	bool is_running_ready;
	bool is_closing;
	uint32_t threaded_count; /* jobs that a thread has */
	uv_async_t wake;

	/* Buffers for reading, each of FILES_TRANSFER_MAX bytes: fresh ones would have to be mapped
	 * page by page. */
	uint8_t *buffers[FILES_BUFFERS_KEPT];
	uint32_t buffer_count;
};

struct files_operation {
	/* Each returns 0 or more, or a negative errno. NULL, or -EAGAIN: it would block. */
	int64_t (*attempt)(struct files_job *job);
	int64_t (*perform)(struct files_job *job); /* on any thread; NULL: it never blocks */
	void (*answer)(struct files_job *job);
	short events; /* that a pipe is waited for */
};

enum files_job_state { FILES_JOB_WAITING, FILES_JOB_READY, FILES_JOB_POLLING, FILES_JOB_THREADED };

struct files_job {
	struct files *files;
	struct kernel_request *request; /* its body stays where it is until the answer */
	uint64_t pid;
	const struct files_operation *operation;
	struct files_handle *handles[2]; /* the second is NULL, mostly */
	struct files_job *next[2];       /* in the queue of each */
	struct files_job *next_ready;
	enum files_job_state state;
	uv_work_t work;
	int64_t result;

	/* What the operation is given, and what it found. */
	const char *paths[2];
	uint64_t offset;
	uint64_t size;
	int flags;
	bool is_option; /* follow, a directory, with metadata: the operation's one yes or no */
	struct wire_bytes data;
	struct timespec times[2];
	struct statx about;
	uint8_t *buffer; /* FILES_TRANSFER_MAX bytes, or NULL */
	uint64_t done;
	struct files_entry_list entries;

	char text[]; /* what `paths` point to */
};

/* NULL where there is no memory; the request is refused then. */
struct files_job *files_job_create(struct files *files, struct kernel_request *request,
				   const struct files_operation *operation, size_t text_bytes);

/* With its handles set, which it holds from now on. */
void files_job_submit(struct files_job *job);

/* Gives up; what a thread has already is still answered when it is done. */
void files_job_cancel(struct files_job *job);

/* The handle was closed: a job that waits for its pipe would wait for ever. */
void files_job_handle_closed(struct files *files, struct files_handle *handle);

/* Begins what has become the first of its queues. */
void files_run_ready(struct files *files);

/* NULL where there is no memory. The loop's thread alone. */
uint8_t *files_buffer_take(struct files *files);

enum files_error files_error_of(int64_t result);

/* Answers of type result<_, error>, with the result's error. */
struct files_nothing_or_error files_nothing_of(const struct files_job *job);

#endif

/*
 * The functions of `files` that take a path. All of them may have to wait for a disk, so they are
 * done on a thread of libuv's pool; opening what the host has in its cache is not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cairn/files_serve.h>

#include "files_call.h"
#include "files_path.h"

/* Submits a job for a path below one directory. */
static void submit(struct files_job *job, struct files_handle *directory)
{
	if (job == NULL)
		return;
	job->handles[0] = directory;
	files_job_submit(job);
}

/* ---- open ---- */

static int64_t attempt_open(struct files_job *job)
{
	if (job->flags & (O_CREAT | O_TRUNC))
		return -EAGAIN;
	return files_path_open(job->handles[0]->fd, job->paths[0], job->flags, true);
}

static int64_t perform_open(struct files_job *job)
{
	return files_path_open(job->handles[0]->fd, job->paths[0], job->flags, false);
}

static void refuse_open(struct kernel_request *request, enum files_error error)
{
	const struct files_u64_or_error result = {.is_error = true, .error = error};
	files_open_answer(request, &result);
}

/* Whether the process is still there; its end is told after its requests were cancelled. */
static struct files_process *process_of(struct files_job *job)
{
	struct files_table *table = &job->files->table;
	struct files_process *at = table->buckets[job->pid % FILES_PROCESS_BUCKETS];
	while (at != NULL && at->pid != job->pid)
		at = at->next;
	return at;
}

static void answer_open(struct files_job *job)
{
	struct files_table *table = &job->files->table;
	struct files_process *process = process_of(job);
	struct files_open_root *root = job->handles[0]->root;
	int fd = (int)job->result;
	struct stat about;
	if (fd < 0) {
		files_handle_unreserve(table, process);
		refuse_open(job->request, files_error_of(job->result));
		return;
	}
	struct files_handle *handle;
	uint64_t number = files_handle_add(table, process, root, fd, &handle);
	if (number == 0) {
		refuse_open(job->request, FILES_ERROR_LIMIT);
		return;
	}
	int access = job->flags & O_ACCMODE;
	handle->can_read = access != O_WRONLY;
	handle->can_write = access != O_RDONLY;
	handle->is_append = job->is_option;
	if (fstat(fd, &about) == 0)
		handle->is_stream =
		    !S_ISREG(about.st_mode) && !S_ISBLK(about.st_mode) && !S_ISDIR(about.st_mode);
	const struct files_u64_or_error result = {.value = number};
	files_open_answer(job->request, &result);
}

static bool has_option(uint16_t options, uint16_t option)
{
	return (options & option) != 0;
}

/* What open(2) calls it; false where it makes no sense. A terminal never becomes the node's, and
 * nobody waits inside open for the other end of a pipe. */
static bool flags_of(uint16_t options, int *flags)
{
	bool reads = has_option(options, FILES_OPEN_OPTIONS_READ);
	bool writes = has_option(options, FILES_OPEN_OPTIONS_WRITE);
	if (!reads && !writes)
		return false;
	int found = O_NOCTTY | O_NONBLOCK |
		    (reads && writes ? O_RDWR
		     : reads         ? O_RDONLY
				     : O_WRONLY);
	if (has_option(options, FILES_OPEN_OPTIONS_CREATE))
		found |= O_CREAT;
	if (has_option(options, FILES_OPEN_OPTIONS_EXCLUSIVE))
		found |= O_EXCL;
	if (has_option(options, FILES_OPEN_OPTIONS_TRUNCATE))
		found |= O_TRUNC;
	if (has_option(options, FILES_OPEN_OPTIONS_DIRECTORY))
		found |= O_DIRECTORY;
	if (!has_option(options, FILES_OPEN_OPTIONS_FOLLOW))
		found |= O_NOFOLLOW;
	if (has_option(options, FILES_OPEN_OPTIONS_SYNCHRONOUS))
		found |= O_SYNC;
	*flags = found;
	/* The host takes both together for something that it does not have. */
	return !(found & O_CREAT && found & O_DIRECTORY) && (found & O_CREAT || !(found & O_EXCL));
}

void files_open(void *self, void *message, const struct files_open_call *call)
{
	static const struct files_operation operation = {
	    .attempt = attempt_open, .perform = perform_open, .answer = answer_open};
	struct files *files = self;
	struct files_handle *directory =
	    files_call_handle(files, message, call->directory, FILES_NEED_ANY, refuse_open);
	int flags;
	if (directory == NULL)
		return;
	if (!flags_of(call->options, &flags)) {
		refuse_open(message, FILES_ERROR_INVALID);
		return;
	}
	bool changes = (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC);
	if (changes && !directory->root->is_writable) {
		refuse_open(message, FILES_ERROR_NOT_PERMITTED);
		return;
	}
	struct files_process *process = files_call_process(files, message);
	if (!files_handle_reserve(&files->table, process)) {
		refuse_open(message, FILES_ERROR_LIMIT);
		return;
	}
	const struct files_call_paths paths = {.first = call->path};
	struct files_job *job =
	    files_call_path_job(files, message, &operation, &paths, refuse_open);
	if (job == NULL) {
		files_handle_unreserve(&files->table, process);
		return;
	}
	job->flags = flags;
	job->is_option = has_option(call->options, FILES_OPEN_OPTIONS_APPEND);
	submit(job, directory);
}

/* ---- Looking ---- */

static int64_t perform_describe(struct files_job *job)
{
	return files_path_describe(job->handles[0]->fd, job->paths[0], job->is_option, &job->about);
}

void files_describe_path(void *self, void *message, const struct files_describe_path_call *call)
{
	static const struct files_operation operation = {.perform = perform_describe,
							 .answer = files_answer_info};
	struct files_handle *directory =
	    files_call_handle(self, message, call->directory, FILES_NEED_ANY, files_refuse_info);
	if (directory == NULL)
		return;
	const struct files_call_paths paths = {.first = call->path};
	struct files_job *job =
	    files_call_path_job(self, message, &operation, &paths, files_refuse_info);
	if (job != NULL)
		job->is_option = call->follow;
	submit(job, directory);
}

static int64_t perform_read_link(struct files_job *job)
{
	return files_path_read_link(job->handles[0]->fd, job->paths[0], (char *)job->buffer,
				    FILES_TRANSFER_MAX);
}

static void refuse_bytes(struct kernel_request *request, enum files_error error)
{
	const struct files_bytes_or_error result = {.is_error = true, .error = error};
	files_read_link_answer(request, &result);
}

static void answer_read_link(struct files_job *job)
{
	if (job->result < 0) {
		refuse_bytes(job->request, files_error_of(job->result));
		return;
	}
	const struct files_bytes_or_error result = {.value = {job->buffer, (uint32_t)job->result}};
	files_read_link_answer(job->request, &result);
}

void files_read_link(void *self, void *message, const struct files_read_link_call *call)
{
	static const struct files_operation operation = {.perform = perform_read_link,
							 .answer = answer_read_link};
	struct files_handle *directory =
	    files_call_handle(self, message, call->directory, FILES_NEED_ANY, refuse_bytes);
	if (directory == NULL)
		return;
	const struct files_call_paths paths = {.first = call->path};
	struct files_job *job =
	    files_call_path_job(self, message, &operation, &paths, refuse_bytes);
	if (job == NULL)
		return;
	job->buffer = files_buffer_take(self);
	if (job->buffer == NULL) {
		refuse_bytes(message, FILES_ERROR_LIMIT);
		free(job);
		return;
	}
	submit(job, directory);
}

/* ---- Changing what has a name: all of them answer result<_, error> ---- */

/* One that changes what is below one directory. */
static void change(struct files *files, struct kernel_request *request, uint64_t number,
		   const struct files_operation *operation, struct wire_bytes path)
{
	struct files_handle *directory = files_call_handle(
	    files, request, number, FILES_NEED_WRITABLE_ROOT, files_refuse_nothing);
	if (directory == NULL)
		return;
	const struct files_call_paths paths = {.first = path};
	submit(files_call_path_job(files, request, operation, &paths, files_refuse_nothing),
	       directory);
}

static int64_t perform_create_directory(struct files_job *job)
{
	return files_path_create_directory(job->handles[0]->fd, job->paths[0]);
}

void files_create_directory(void *self, void *message,
			    const struct files_create_directory_call *call)
{
	static const struct files_operation operation = {.perform = perform_create_directory,
							 .answer = files_answer_nothing};
	change(self, message, call->directory, &operation, call->path);
}

static int64_t perform_remove_directory(struct files_job *job)
{
	return files_path_remove(job->handles[0]->fd, job->paths[0], true);
}

void files_remove_directory(void *self, void *message,
			    const struct files_remove_directory_call *call)
{
	static const struct files_operation operation = {.perform = perform_remove_directory,
							 .answer = files_answer_nothing};
	change(self, message, call->directory, &operation, call->path);
}

static int64_t perform_remove_file(struct files_job *job)
{
	return files_path_remove(job->handles[0]->fd, job->paths[0], false);
}

void files_remove_file(void *self, void *message, const struct files_remove_file_call *call)
{
	static const struct files_operation operation = {.perform = perform_remove_file,
							 .answer = files_answer_nothing};
	change(self, message, call->directory, &operation, call->path);
}

static int64_t perform_symbolic_link(struct files_job *job)
{
	return files_path_symbolic_link(job->paths[0], job->handles[0]->fd, job->paths[1]);
}

void files_symbolic_link(void *self, void *message, const struct files_symbolic_link_call *call)
{
	static const struct files_operation operation = {.perform = perform_symbolic_link,
							 .answer = files_answer_nothing};
	struct files_handle *directory = files_call_handle(
	    self, message, call->directory, FILES_NEED_WRITABLE_ROOT, files_refuse_nothing);
	if (directory == NULL)
		return;
	const struct files_call_paths paths = {
	    .first = call->target, .second = call->path, .is_pair = true, .is_target = true};
	submit(files_call_path_job(self, message, &operation, &paths, files_refuse_nothing),
	       directory);
}

static int64_t perform_set_times(struct files_job *job)
{
	return files_path_set_times(job->handles[0]->fd, job->paths[0], job->is_option, job->times);
}

void files_set_times_of_path(void *self, void *message,
			     const struct files_set_times_of_path_call *call)
{
	static const struct files_operation operation = {.perform = perform_set_times,
							 .answer = files_answer_nothing};
	struct files_handle *directory = files_call_handle(
	    self, message, call->directory, FILES_NEED_WRITABLE_ROOT, files_refuse_nothing);
	if (directory == NULL)
		return;
	const struct files_call_paths paths = {.first = call->path};
	struct files_job *job =
	    files_call_path_job(self, message, &operation, &paths, files_refuse_nothing);
	if (job == NULL)
		return;
	job->is_option = call->follow;
	files_times_of(&call->accessed, &call->modified, job->times);
	submit(job, directory);
}

/* ---- Two directories. Both roots are changed: a link makes what it leads to writable. ---- */

static struct files_path_pair pair_of(const struct files_job *job)
{
	const struct files_handle *target =
	    job->handles[1] == NULL ? job->handles[0] : job->handles[1];
	return (struct files_path_pair){job->handles[0]->fd, job->paths[0], target->fd,
					job->paths[1]};
}

static int64_t perform_rename(struct files_job *job)
{
	const struct files_path_pair pair = pair_of(job);
	return files_path_rename(&pair);
}

static int64_t perform_link(struct files_job *job)
{
	const struct files_path_pair pair = pair_of(job);
	return files_path_link(&pair, job->is_option);
}

struct pair_call {
	uint64_t old_directory;
	struct wire_bytes old_path;
	uint64_t new_directory;
	struct wire_bytes new_path;
};

static void change_pair(struct files *files, struct kernel_request *request,
			const struct pair_call *call, const struct files_operation *operation,
			bool follow)
{
	struct files_handle *from = files_call_handle(
	    files, request, call->old_directory, FILES_NEED_WRITABLE_ROOT, files_refuse_nothing);
	if (from == NULL)
		return;
	struct files_handle *to = files_call_handle(files, request, call->new_directory,
						    FILES_NEED_WRITABLE_ROOT, files_refuse_nothing);
	if (to == NULL)
		return;
	const struct files_call_paths paths = {
	    .first = call->old_path, .second = call->new_path, .is_pair = true};
	struct files_job *job =
	    files_call_path_job(files, request, operation, &paths, files_refuse_nothing);
	if (job == NULL)
		return;
	job->handles[1] = to;
	job->is_option = follow;
	submit(job, from);
}

void files_rename(void *self, void *message, const struct files_rename_call *call)
{
	static const struct files_operation operation = {.perform = perform_rename,
							 .answer = files_answer_nothing};
	const struct pair_call pair = {call->old_directory, call->old_path, call->new_directory,
				       call->new_path};
	change_pair(self, message, &pair, &operation, false);
}

void files_link(void *self, void *message, const struct files_link_call *call)
{
	static const struct files_operation operation = {.perform = perform_link,
							 .answer = files_answer_nothing};
	const struct pair_call pair = {call->old_directory, call->old_path, call->new_directory,
				       call->new_path};
	change_pair(self, message, &pair, &operation, call->follow);
}

/*
 * The functions of `files` that take what is open. What the host has in its cache is read at once;
 * what it has to fetch, and what goes to a disk, on a thread of libuv's pool.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cairn/files_serve.h>

#include "files_call.h"
#include "files_path.h"

static int64_t own_errno(int64_t result)
{
	return result < 0 ? -errno : result;
}

/* ---- read ---- */

static void refuse_read(struct kernel_request *request, enum files_error error)
{
	const struct files_bytes_or_error result = {.is_error = true, .error = error};
	files_read_answer(request, &result);
}

static void answer_read(struct files_job *job)
{
	if (job->result < 0) {
		refuse_read(job->request, files_error_of(job->result));
		return;
	}
	const struct files_bytes_or_error result = {.value = {job->buffer, (uint32_t)job->done}};
	files_read_answer(job->request, &result);
}

/* Goes on until all is read, or the end is met, or, with RWF_NOWAIT, it would block. */
static int64_t read_on(struct files_job *job, int flags)
{
	while (job->done < job->size) {
		struct iovec part = {job->buffer + job->done, job->size - job->done};
		ssize_t count =
		    preadv2(job->handles[0]->fd, &part, 1, (off_t)(job->offset + job->done), flags);
		if (count == 0)
			return 0;
		if (count > 0)
			job->done += (uint64_t)count;
		else if (errno != EINTR)
			return -errno;
	}
	return 0;
}

/* A pipe says that it is at its end before anybody has opened the other one, so it is asked first
 * whether there is something to hear. */
static int64_t read_stream(struct files_job *job)
{
	struct pollfd ready = {.fd = job->handles[0]->fd, .events = POLLIN};
	int found;
	do
		found = poll(&ready, 1, 0);
	while (found < 0 && errno == EINTR);
	if (found == 0)
		return -EAGAIN;
	int64_t count = own_errno(read(job->handles[0]->fd, job->buffer, job->size));
	if (count > 0)
		job->done = (uint64_t)count;
	return count;
}

static int64_t attempt_read(struct files_job *job)
{
	struct files_handle *handle = job->handles[0];
	if (handle->is_stream)
		return read_stream(job);
	if (handle->cannot_nowait)
		return -EAGAIN;
	int64_t result = read_on(job, RWF_NOWAIT);
	handle->cannot_nowait = result == -EOPNOTSUPP;
	return handle->cannot_nowait ? -EAGAIN : result;
}

static int64_t perform_read(struct files_job *job)
{
	return read_on(job, 0);
}

/* Checks what reading and writing have in common. */
static bool check_range(const struct files_handle *handle, uint64_t offset, uint64_t size,
			enum files_error *error)
{
	*error = FILES_ERROR_LIMIT;
	if (size > FILES_TRANSFER_MAX)
		return false;
	*error = FILES_ERROR_NO_OFFSETS;
	if (handle->is_stream)
		return offset == 0 || offset == UINT64_MAX;
	*error = FILES_ERROR_TOO_LARGE;
	return offset <= INT64_MAX - FILES_TRANSFER_MAX || offset == UINT64_MAX;
}

void files_read(void *self, void *message, const struct files_read_call *call)
{
	static const struct files_operation operation = {.attempt = attempt_read,
							 .perform = perform_read,
							 .answer = answer_read,
							 .events = POLLIN};
	struct files *files = self;
	struct files_handle *handle =
	    files_call_handle(files, message, call->file, FILES_NEED_READABLE, refuse_read);
	enum files_error error;
	if (handle == NULL)
		return;
	if (!check_range(handle, call->offset, call->size, &error)) {
		refuse_read(message, error);
		return;
	}
	if (call->offset == UINT64_MAX) {
		refuse_read(message, FILES_ERROR_TOO_LARGE);
		return;
	}
	struct files_job *job = files_call_job(files, message, &operation, handle);
	if (job == NULL)
		return;
	job->buffer = files_buffer_take(files);
	if (job->buffer == NULL) {
		free(job);
		refuse_read(message, FILES_ERROR_LIMIT);
		return;
	}
	job->offset = call->offset;
	job->size = call->size;
	files_job_submit(job);
}

/* ---- write ---- */

static void refuse_write(struct kernel_request *request, enum files_error error)
{
	const struct files_u64_or_error result = {.is_error = true, .error = error};
	files_write_answer(request, &result);
}

static void answer_write(struct files_job *job)
{
	if (job->result < 0) {
		refuse_write(job->request, files_error_of(job->result));
		return;
	}
	const struct files_u64_or_error result = {.value = (uint64_t)job->result};
	files_write_answer(job->request, &result);
}

/* All of the data, or a negative errno. At the end of the file the host counts for itself. */
static int64_t write_on(struct files_job *job, int flags)
{
	bool is_append = job->offset == UINT64_MAX;
	while (job->done < job->size) {
		struct iovec part = {(void *)(job->data.data + job->done), job->size - job->done};
		ssize_t count =
		    is_append ? pwritev2(job->handles[0]->fd, &part, 1, -1, RWF_APPEND | flags)
			      : pwritev2(job->handles[0]->fd, &part, 1,
					 (off_t)(job->offset + job->done), flags);
		if (count >= 0)
			job->done += (uint64_t)count;
		else if (errno != EINTR)
			return -errno;
	}
	return is_append ? own_errno(lseek(job->handles[0]->fd, 0, SEEK_CUR))
			 : (int64_t)(job->offset + job->done);
}

static int64_t write_stream(struct files_job *job)
{
	while (job->done < job->size) {
		ssize_t count =
		    write(job->handles[0]->fd, job->data.data + job->done, job->size - job->done);
		if (count >= 0)
			job->done += (uint64_t)count;
		else if (errno != EINTR)
			return -errno;
	}
	return (int64_t)job->done;
}

static int64_t attempt_write(struct files_job *job)
{
	struct files_handle *handle = job->handles[0];
	if (handle->is_stream)
		return write_stream(job);
	if (handle->cannot_nowait || job->size == 0)
		return -EAGAIN;
	int64_t result = write_on(job, RWF_NOWAIT);
	handle->cannot_nowait = result == -EOPNOTSUPP;
	return handle->cannot_nowait ? -EAGAIN : result;
}

static int64_t perform_write(struct files_job *job)
{
	return write_on(job, 0);
}

void files_write(void *self, void *message, const struct files_write_call *call)
{
	static const struct files_operation operation = {.attempt = attempt_write,
							 .perform = perform_write,
							 .answer = answer_write,
							 .events = POLLOUT};
	struct files_handle *handle =
	    files_call_handle(self, message, call->file, FILES_NEED_WRITABLE, refuse_write);
	enum files_error error;
	if (handle == NULL)
		return;
	if (!check_range(handle, call->offset, call->data.size, &error)) {
		refuse_write(message, error);
		return;
	}
	struct files_job *job = files_call_job(self, message, &operation, handle);
	if (job == NULL)
		return;
	job->data = call->data;
	job->size = call->data.size;
	job->offset = handle->is_append && !handle->is_stream ? UINT64_MAX : call->offset;
	files_job_submit(job);
}

/* ---- What is open ---- */

static int64_t perform_describe(struct files_job *job)
{
	return files_path_describe_open(job->handles[0]->fd, &job->about);
}

/* What is open the host knows without asking a disk; and somebody may wait for a pipe's data. */
void files_describe(void *self, void *message, const struct files_describe_call *call)
{
	static const struct files_operation operation = {.attempt = perform_describe,
							 .answer = files_answer_info};
	struct files_handle *handle =
	    files_call_handle(self, message, call->handle, FILES_NEED_ANY, files_refuse_info);
	if (handle != NULL && handle->is_stream) {
		struct files_info_or_error result = {0};
		struct statx about;
		int64_t status = files_path_describe_open(handle->fd, &about);
		result.is_error = status < 0;
		if (result.is_error)
			result.error = files_error_of(status);
		else
			result.value = files_info_of(&about);
		files_describe_answer(message, &result);
		return;
	}
	struct files_job *job = files_call_job(self, message, &operation, handle);
	if (job != NULL)
		files_job_submit(job);
}

static int64_t perform_set_size(struct files_job *job)
{
	return own_errno(ftruncate(job->handles[0]->fd, (off_t)job->size));
}

void files_set_size(void *self, void *message, const struct files_set_size_call *call)
{
	static const struct files_operation operation = {.perform = perform_set_size,
							 .answer = files_answer_nothing};
	struct files_handle *handle =
	    files_call_handle(self, message, call->file, FILES_NEED_WRITABLE, files_refuse_nothing);
	if (handle != NULL && call->size > INT64_MAX) {
		files_refuse_nothing(message, FILES_ERROR_TOO_LARGE);
		return;
	}
	struct files_job *job = files_call_job(self, message, &operation, handle);
	if (job == NULL)
		return;
	job->size = call->size;
	files_job_submit(job);
}

static int64_t perform_allocate(struct files_job *job)
{
	int64_t result;
	do
		result = own_errno(
		    fallocate(job->handles[0]->fd, 0, (off_t)job->offset, (off_t)job->size));
	while (result == -EINTR);
	return result;
}

void files_allocate(void *self, void *message, const struct files_allocate_call *call)
{
	static const struct files_operation operation = {.perform = perform_allocate,
							 .answer = files_answer_nothing};
	struct files_handle *handle =
	    files_call_handle(self, message, call->file, FILES_NEED_WRITABLE, files_refuse_nothing);
	if (handle == NULL)
		return;
	if (call->size == 0 || call->offset > INT64_MAX || call->size > INT64_MAX - call->offset) {
		files_refuse_nothing(message,
				     call->size == 0 ? FILES_ERROR_INVALID : FILES_ERROR_TOO_LARGE);
		return;
	}
	struct files_job *job = files_call_job(self, message, &operation, handle);
	if (job == NULL)
		return;
	job->offset = call->offset;
	job->size = call->size;
	files_job_submit(job);
}

static int64_t perform_advise(struct files_job *job)
{
	static const int advices[] = {
	    [FILES_ADVICE_NORMAL] = POSIX_FADV_NORMAL,
	    [FILES_ADVICE_SEQUENTIAL] = POSIX_FADV_SEQUENTIAL,
	    [FILES_ADVICE_RANDOM] = POSIX_FADV_RANDOM,
	    [FILES_ADVICE_WILL_NEED] = POSIX_FADV_WILLNEED,
	    [FILES_ADVICE_DONT_NEED] = POSIX_FADV_DONTNEED,
	    [FILES_ADVICE_NO_REUSE] = POSIX_FADV_NOREUSE,
	};
	return -posix_fadvise(job->handles[0]->fd, (off_t)job->offset, (off_t)job->size,
			      advices[job->flags]);
}

void files_advise(void *self, void *message, const struct files_advise_call *call)
{
	static const struct files_operation operation = {.perform = perform_advise,
							 .answer = files_answer_nothing};
	struct files_handle *handle =
	    files_call_handle(self, message, call->file, FILES_NEED_ANY, files_refuse_nothing);
	if (handle == NULL)
		return;
	if (call->offset > INT64_MAX || call->size > INT64_MAX) {
		files_refuse_nothing(message, FILES_ERROR_TOO_LARGE);
		return;
	}
	struct files_job *job = files_call_job(self, message, &operation, handle);
	if (job == NULL)
		return;
	job->offset = call->offset;
	job->size = call->size;
	job->flags = call->advice;
	files_job_submit(job);
}

static int64_t perform_set_times(struct files_job *job)
{
	return own_errno(futimens(job->handles[0]->fd, job->times));
}

void files_set_times(void *self, void *message, const struct files_set_times_call *call)
{
	static const struct files_operation operation = {.perform = perform_set_times,
							 .answer = files_answer_nothing};
	struct files_handle *handle = files_call_handle(
	    self, message, call->handle, FILES_NEED_WRITABLE_ROOT, files_refuse_nothing);
	struct files_job *job = files_call_job(self, message, &operation, handle);
	if (job == NULL)
		return;
	files_times_of(&call->accessed, &call->modified, job->times);
	files_job_submit(job);
}

static int64_t perform_sync(struct files_job *job)
{
	int fd = job->handles[0]->fd;
	return own_errno(job->is_option ? fsync(fd) : fdatasync(fd));
}

void files_sync(void *self, void *message, const struct files_sync_call *call)
{
	static const struct files_operation operation = {.perform = perform_sync,
							 .answer = files_answer_nothing};
	struct files_handle *handle =
	    files_call_handle(self, message, call->file, FILES_NEED_ANY, files_refuse_nothing);
	struct files_job *job = files_call_job(self, message, &operation, handle);
	if (job == NULL)
		return;
	job->is_option = call->metadata;
	files_job_submit(job);
}

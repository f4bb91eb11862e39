#include "files_job.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "core/port.h"
#include "core/request.h"

enum files_error files_error_of(int64_t result)
{
	switch (-result) {
	case ENOENT:
		return FILES_ERROR_NOT_FOUND;
	case EEXIST:
		return FILES_ERROR_EXISTS;
	case EACCES:
	case EPERM:
	case EBADF: /* read or written without having been opened for that */
		return FILES_ERROR_NOT_PERMITTED;
	case ENOTDIR:
		return FILES_ERROR_NOT_A_DIRECTORY;
	case EISDIR:
		return FILES_ERROR_IS_A_DIRECTORY;
	case ENOTEMPTY:
		return FILES_ERROR_NOT_EMPTY;
	case EINVAL:
		return FILES_ERROR_INVALID;
	case ENAMETOOLONG:
		return FILES_ERROR_NAME_TOO_LONG;
	case ELOOP:
		return FILES_ERROR_LOOP;
	case EXDEV:
		return FILES_ERROR_CROSS_DEVICE;
	case EROFS:
		return FILES_ERROR_READ_ONLY;
	case ENOSPC:
		return FILES_ERROR_NO_SPACE;
	case EDQUOT:
		return FILES_ERROR_QUOTA;
	case EFBIG:
	case EOVERFLOW:
		return FILES_ERROR_TOO_LARGE;
	case EBUSY:
	case ETXTBSY:
	case EAGAIN:
	case ENXIO: /* nobody reads the pipe yet */
		return FILES_ERROR_BUSY;
	case ESPIPE:
		return FILES_ERROR_NO_OFFSETS;
	case ENOSYS:
	case EOPNOTSUPP:
		return FILES_ERROR_NOT_SUPPORTED;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case EMLINK:
		return FILES_ERROR_LIMIT;
	case ESTALE:
		return FILES_ERROR_NO_SUCH_HANDLE;
	default:
		return FILES_ERROR_INPUT_OUTPUT;
	}
}

struct files_nothing_or_error files_nothing_of(const struct files_job *job)
{
	struct files_nothing_or_error result = {.is_error = job->result < 0};
	if (result.is_error)
		result.error = files_error_of(job->result);
	return result;
}

/* ---- Records ---- */

struct files_job *files_job_create(struct files *files, struct kernel_request *request,
				   const struct files_operation *operation, size_t text_bytes)
{
	struct files_job *job = calloc(1, sizeof *job + text_bytes);
	if (job == NULL) {
		request_refuse(request);
		return NULL;
	}
	job->files = files;
	job->request = request;
	job->pid = kernel_request_process(request);
	job->operation = operation;
	kernel_request_set_user(request, job);
	return job;
}

uint8_t *files_buffer_take(struct files *files)
{
	return files->buffer_count > 0 ? files->buffers[--files->buffer_count]
				       : malloc(FILES_TRANSFER_MAX);
}

static void release_buffer(struct files *files, uint8_t *buffer)
{
	if (buffer != NULL && files->buffer_count < FILES_BUFFERS_KEPT)
		files->buffers[files->buffer_count++] = buffer;
	else
		free(buffer);
}

static void destroy(struct files_job *job)
{
	release_buffer(job->files, job->buffer);
	for (int i = 0; i < 2; i++)
		if (job->handles[i] != NULL)
			files_handle_drop(job->handles[i]);
	free(job);
}

/* ---- Queues ---- */

/* Which of the job's links is in the queue of that handle. */
static int link_of(const struct files_job *job, const struct files_handle *handle)
{
	return job->handles[0] == handle ? 0 : 1;
}

static bool is_first(const struct files_job *job)
{
	for (int i = 0; i < 2; i++)
		if (job->handles[i] != NULL && job->handles[i]->first != job)
			return false;
	return true;
}

static void make_ready(struct files_job *job)
{
	struct files *files = job->files;
	job->state = FILES_JOB_READY;
	job->next_ready = NULL;
	if (files->ready_first == NULL)
		files->ready_first = job;
	else
		files->ready_last->next_ready = job;
	files->ready_last = job;
}

static void append(struct files_handle *handle, struct files_job *job)
{
	if (handle->first == NULL)
		handle->first = job;
	else
		handle->last->next[link_of(handle->last, handle)] = job;
	handle->last = job;
}

static void remove_from(struct files_handle *handle, struct files_job *job)
{
	struct files_job *before = NULL;
	struct files_job *at = handle->first;
	while (at != job) {
		before = at;
		at = at->next[link_of(at, handle)];
	}
	struct files_job *next = job->next[link_of(job, handle)];
	if (before == NULL)
		handle->first = next;
	else
		before->next[link_of(before, handle)] = next;
	if (handle->last == job)
		handle->last = before;
	if (before == NULL && next != NULL && next->state == FILES_JOB_WAITING && is_first(next))
		make_ready(next);
}

/* Out of all queues: what waited behind it may begin. */
static void leave(struct files_job *job)
{
	for (int i = 0; i < 2; i++)
		if (job->handles[i] != NULL)
			remove_from(job->handles[i], job);
}

static void finish(struct files_job *job)
{
	leave(job);
	job->operation->answer(job);
	destroy(job);
}

static void refuse(struct files_job *job)
{
	leave(job);
	request_refuse(job->request);
	destroy(job);
}

/* ---- Serving ---- */

static void perform(uv_work_t *work)
{
	struct files_job *job = work->data;
	job->result = job->operation->perform(job);
}

static void on_performed(uv_work_t *work, int status)
{
	struct files_job *job = work->data;
	struct files *files = job->files;
	files->threaded_count--;
	if (status == 0)
		finish(job);
	else
		refuse(job);
	files_run_ready(files);
}

static void start_thread(struct files_job *job)
{
	job->work.data = job;
	job->state = FILES_JOB_THREADED;
	if (uv_queue_work(job->files->loop, &job->work, perform, on_performed) == 0) {
		job->files->threaded_count++;
		return;
	}
	job->result = -ENOMEM;
	finish(job);
}

static void begin(struct files_job *job);

/* Whatever the event is: the next attempt tells. */
static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct files_handle *handle = poll->data;
	uv_poll_stop(poll);
	struct files_job *job = handle->first;
	if (job == NULL || job->state != FILES_JOB_POLLING)
		return;
	struct files *files = job->files;
	begin(job);
	files_run_ready(files);
}

static void start_polling(struct files_job *job)
{
	struct files_handle *handle = job->handles[0];
	int status = 0;
	if (!handle->is_polling) {
		status = uv_poll_init(job->files->loop, &handle->poll, handle->fd);
		handle->is_polling = status == 0;
		handle->poll.data = handle;
	}
	int events = job->operation->events == POLLIN ? UV_READABLE : UV_WRITABLE;
	if (status == 0)
		status = uv_poll_start(&handle->poll, events | UV_DISCONNECT, on_poll);
	if (status == 0) {
		job->state = FILES_JOB_POLLING;
		return;
	}
	job->result = -EIO; /* It is not ready, and cannot be waited for. */
	finish(job);
}

static void begin(struct files_job *job)
{
	const struct files_operation *operation = job->operation;
	job->result = operation->attempt == NULL ? -EAGAIN : operation->attempt(job);
	if (job->result != -EAGAIN)
		finish(job);
	else if (operation->events != 0 && job->handles[0]->is_stream)
		start_polling(job);
	else if (operation->perform != NULL)
		start_thread(job);
	else
		finish(job);
}

void files_run_ready(struct files *files)
{
	if (files->is_running_ready)
		return;
	files->is_running_ready = true;
	while (files->ready_first != NULL) {
		struct files_job *job = files->ready_first;
		files->ready_first = job->next_ready;
		if (files->is_closing)
			refuse(job);
		else
			begin(job);
	}
	files->is_running_ready = false;
}

void files_job_submit(struct files_job *job)
{
	if (job->handles[1] == job->handles[0])
		job->handles[1] = NULL;
	for (int i = 0; i < 2; i++) {
		if (job->handles[i] == NULL)
			continue;
		files_handle_hold(job->handles[i]);
		append(job->handles[i], job);
	}
	if (is_first(job))
		make_ready(job);
	files_run_ready(job->files);
}

/* ---- Giving up ---- */

static void forget_ready(struct files_job *job)
{
	struct files *files = job->files;
	struct files_job *before = NULL;
	struct files_job *at = files->ready_first;
	while (at != job) {
		before = at;
		at = at->next_ready;
	}
	if (before == NULL)
		files->ready_first = job->next_ready;
	else
		before->next_ready = job->next_ready;
	if (files->ready_last == job)
		files->ready_last = before;
}

/* What may begin now does so from the loop: the kernel is in the middle of something. */
void files_job_cancel(struct files_job *job)
{
	struct files *files = job->files;
	if (job->state == FILES_JOB_THREADED) {
		uv_cancel((uv_req_t *)&job->work);
		return;
	}
	if (job->state == FILES_JOB_POLLING)
		uv_poll_stop(&job->handles[0]->poll);
	if (job->state == FILES_JOB_READY)
		forget_ready(job);
	refuse(job);
	if (files->ready_first != NULL)
		uv_async_send(&files->wake);
}

void files_job_handle_closed(struct files *files, struct files_handle *handle)
{
	files_run_ready(files);
	files_handle_hold(handle);
	while (handle->first != NULL && handle->first->state == FILES_JOB_POLLING) {
		struct files_job *job = handle->first;
		uv_poll_stop(&handle->poll);
		job->result = -ESTALE;
		finish(job);
		/* Those behind it would wait as well. */
		files_run_ready(files);
	}
	files_handle_drop(handle);
}

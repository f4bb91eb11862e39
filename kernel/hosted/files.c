#include "files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cairn/files_serve.h>

#include "core/port.h"
#include "files_call.h"
#include "files_job.h"

/* ---- Who asks, and for what ---- */

struct files_process *files_call_process(struct files *files, struct kernel_request *request)
{
	struct files_process *process =
	    files_process_open(&files->table, kernel_request_process(request));
	if (process == NULL) {
		request_refuse(request);
		return NULL;
	}
	/* A decision was taken or taken back: there is another grant, with a number of its own. */
	uint32_t grant = kernel_request_grant(request);
	if (!process->has_grant || process->grant != grant) {
		const struct kernel_scopes scopes = kernel_request_scopes(request);
		files_process_set_scopes(&files->table, process, scopes.items, scopes.count);
		process->has_grant = true;
		process->grant = grant;
	}
	return process;
}

static bool is_met(const struct files_handle *handle, enum files_need need)
{
	switch (need) {
	case FILES_NEED_ANY:
		return true;
	case FILES_NEED_READABLE:
		return handle->can_read;
	case FILES_NEED_WRITABLE:
		return handle->can_write && handle->root->is_writable;
	case FILES_NEED_WRITABLE_ROOT:
		return handle->root->is_writable;
	}
	return false;
}

struct files_handle *files_call_handle(struct files *files, struct kernel_request *request,
				       uint64_t number, enum files_need need, files_refusal refusal)
{
	const struct files_process *process = files_call_process(files, request);
	if (process == NULL)
		return NULL;
	struct files_handle *handle = files_handle_find(process, number);
	if (handle == NULL) {
		refusal(request, FILES_ERROR_NO_SUCH_HANDLE);
		return NULL;
	}
	if (is_met(handle, need))
		return handle;
	refusal(request, FILES_ERROR_NOT_PERMITTED);
	return NULL;
}

struct files_job *files_call_job(struct files *files, struct kernel_request *request,
				 const struct files_operation *operation,
				 struct files_handle *handle)
{
	struct files_job *job =
	    handle == NULL ? NULL : files_job_create(files, request, operation, 0);
	if (job != NULL)
		job->handles[0] = handle;
	return job;
}

/* What is wrong with a path, before the host is asked. */
static bool check_path(struct wire_bytes path, bool may_be_absolute, enum files_error *error)
{
	*error = FILES_ERROR_INVALID;
	if (path.size == 0 || memchr(path.data, '\0', path.size) != NULL)
		return false;
	if (!may_be_absolute && path.data[0] == '/')
		return false;
	*error = FILES_ERROR_NAME_TOO_LONG;
	return path.size < PATH_MAX;
}

struct files_job *files_call_path_job(struct files *files, struct kernel_request *request,
				      const struct files_operation *operation,
				      const struct files_call_paths *paths, files_refusal refusal)
{
	enum files_error error;
	if (!check_path(paths->first, paths->is_target, &error) ||
	    (paths->is_pair && !check_path(paths->second, false, &error))) {
		refusal(request, error);
		return NULL;
	}
	size_t first_size = paths->first.size + 1;
	size_t second_size = paths->is_pair ? paths->second.size + 1 : 0;
	struct files_job *job =
	    files_job_create(files, request, operation, first_size + second_size);
	if (job == NULL)
		return NULL;
	memcpy(job->text, paths->first.data, paths->first.size);
	job->paths[0] = job->text;
	if (paths->is_pair) {
		memcpy(job->text + first_size, paths->second.data, paths->second.size);
		job->paths[1] = job->text + first_size;
	}
	return job;
}

/* ---- Answers of types that several functions have ---- */

/* All results of that type are encoded alike. */
void files_refuse_nothing(struct kernel_request *request, enum files_error error)
{
	const struct files_nothing_or_error result = {.is_error = true, .error = error};
	files_sync_answer(request, &result);
}

void files_refuse_info(struct kernel_request *request, enum files_error error)
{
	const struct files_info_or_error result = {.is_error = true, .error = error};
	files_describe_answer(request, &result);
}

void files_answer_nothing(struct files_job *job)
{
	const struct files_nothing_or_error result = files_nothing_of(job);
	files_sync_answer(job->request, &result);
}

enum files_kind files_kind_of(unsigned mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return FILES_KIND_REGULAR_FILE;
	case S_IFDIR:
		return FILES_KIND_DIRECTORY;
	case S_IFLNK:
		return FILES_KIND_SYMBOLIC_LINK;
	case S_IFCHR:
		return FILES_KIND_CHARACTER_DEVICE;
	case S_IFBLK:
		return FILES_KIND_BLOCK_DEVICE;
	case S_IFIFO:
		return FILES_KIND_FIFO;
	case S_IFSOCK:
		return FILES_KIND_SOCKET;
	default:
		return FILES_KIND_OTHER;
	}
}

/* Before 1970 is 1970, and what does not fit is the last that does. */
static uint64_t nanoseconds_of(struct statx_timestamp time)
{
	uint64_t ns;
	if (time.tv_sec < 0)
		return 0;
	if (__builtin_mul_overflow((uint64_t)time.tv_sec, 1000000000, &ns) ||
	    __builtin_add_overflow(ns, time.tv_nsec, &ns))
		return UINT64_MAX;
	return ns;
}

struct files_info files_info_of(const struct statx *about)
{
	return (struct files_info){
	    .inode = about->stx_ino,
	    .device = (uint64_t)about->stx_dev_major << 32 | about->stx_dev_minor,
	    .kind = files_kind_of(about->stx_mode),
	    .links = about->stx_nlink,
	    .size = about->stx_size,
	    .accessed = nanoseconds_of(about->stx_atime),
	    .modified = nanoseconds_of(about->stx_mtime),
	    .changed = nanoseconds_of(about->stx_ctime),
	};
}

void files_answer_info(struct files_job *job)
{
	if (job->result < 0) {
		files_refuse_info(job->request, files_error_of(job->result));
		return;
	}
	const struct files_info_or_error result = {.value = files_info_of(&job->about)};
	files_describe_answer(job->request, &result);
}

static struct timespec timespec_of(const struct files_new_time *time)
{
	switch (time->kind) {
	case FILES_NEW_TIME_KEEP:
		return (struct timespec){.tv_nsec = UTIME_OMIT};
	case FILES_NEW_TIME_NOW:
		return (struct timespec){.tv_nsec = UTIME_NOW};
	case FILES_NEW_TIME_AT:
		break;
	}
	return (struct timespec){.tv_sec = (time_t)(time->as.at / 1000000000),
				 .tv_nsec = (long)(time->as.at % 1000000000)};
}

void files_times_of(const struct files_new_time *accessed, const struct files_new_time *modified,
		    struct timespec out[2])
{
	out[0] = timespec_of(accessed);
	out[1] = timespec_of(modified);
}

/* ---- What needs no file of the host's ---- */

static void close_handle(void *self, void *message, const struct files_close_call *call)
{
	struct files *files = self;
	struct files_process *process = files_call_process(files, message);
	if (process == NULL)
		return;
	struct files_handle *handle = files_handle_find(process, call->handle);
	if (handle != NULL && !handle->is_root) {
		files_handle_hold(handle);
		files_handle_close(&files->table, process, call->handle);
		files_job_handle_closed(files, handle);
		files_handle_drop(handle);
	}
	request_done(message);
}

static void roots(void *self, void *message)
{
	const struct files_process *process = files_call_process(self, message);
	if (process == NULL)
		return;
	struct files_root items[FILES_ROOTS_MAX];
	size_t size = sizeof(uint32_t);
	for (uint32_t i = 0; i < process->root_count; i++) {
		const struct files_open_root *root = process->roots[i];
		items[i] = (struct files_root){
		    .handle = root->handle,
		    .name = {(const uint8_t *)root->name, (uint32_t)strlen(root->name)},
		    .is_writable = root->is_writable,
		};
		size += sizeof(uint64_t) + sizeof(uint32_t) + items[i].name.size + 1;
	}
	const struct files_root_list list = {.items = items, .count = process->root_count};
	uint8_t *buffer = malloc(size);
	struct wire_part part;
	struct wire_out out = wire_out_parts(buffer, buffer == NULL ? 0 : size, &part, 1);
	files_roots_answer(message, &out, &list);
	free(buffer);
}

/* ---- The service ---- */

static void receive(void *self, struct kernel_request *request)
{
	static const struct files_handler handler = {
	    .advise = files_advise,
	    .allocate = files_allocate,
	    .close = close_handle,
	    .create_directory = files_create_directory,
	    .describe = files_describe,
	    .describe_path = files_describe_path,
	    .link = files_link,
	    .open = files_open,
	    .read = files_read,
	    .read_directory = files_read_directory,
	    .read_link = files_read_link,
	    .remove_directory = files_remove_directory,
	    .remove_file = files_remove_file,
	    .rename = files_rename,
	    .roots = roots,
	    .set_size = files_set_size,
	    .set_times = files_set_times,
	    .set_times_of_path = files_set_times_of_path,
	    .symbolic_link = files_symbolic_link,
	    .sync = files_sync,
	    .write = files_write,
	};
	files_serve(&handler, self, request);
}

static void cancel(void *self, struct kernel_request *request)
{
	files_job_cancel(kernel_request_user(request));
}

static void ended(void *self, uint64_t process)
{
	struct files *files = self;
	files_process_end(&files->table, process);
}

static void on_wake(uv_async_t *wake)
{
	files_run_ready(wake->data);
}

enum status files_create(struct kernel *kernel, uv_loop_t *loop, struct files **out)
{
	static const struct digest interface = {FILES_DIGEST};
	static const struct kernel_service service = {
	    .receive = receive, .cancel = cancel, .ended = ended};
	struct files *files = calloc(1, sizeof *files);
	if (files == NULL)
		return STATUS_NO_MEMORY;
	files->loop = loop;
	files_table_init(&files->table);
	if (uv_async_init(loop, &files->wake, on_wake) != 0) {
		free(files);
		return STATUS_NO_MEMORY;
	}
	files->wake.data = files;
	*out = files;
	return kernel_serve(kernel, &interface, &service, files);
}

void files_close(struct files *files)
{
	if (files == NULL)
		return;
	files->is_closing = true;
	while (files->threaded_count > 0)
		uv_run(files->loop, UV_RUN_ONCE);
}

static void on_wake_closed(uv_handle_t *wake)
{
	struct files *files = wake->data;
	while (files->buffer_count > 0)
		free(files->buffers[--files->buffer_count]);
	free(files);
}

void files_destroy(struct files *files)
{
	if (files == NULL)
		return;
	files_table_reset(&files->table);
	uv_close((uv_handle_t *)&files->wake, on_wake_closed);
}

/*
 * read-directory, on a thread of libuv's pool. Each request says where it goes on, so that requests
 * of several readers of one handle may come in any order.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cairn/files_serve.h>

#include "files_call.h"

enum {
	/* One call of the host's fills so much; an entry takes 280 bytes at most. */
	ENTRIES_BYTES = 64 * 1024,
	ENTRIES_MAX = 1024
};

/* As getdents64 gives it. */
struct host_entry {
	uint64_t inode;
	int64_t next;
	uint16_t size;
	uint8_t type;
	char name[];
};

static enum files_kind kind_of_entry(int directory, const struct host_entry *entry)
{
	struct stat about;
	if (entry->type != DT_UNKNOWN)
		return files_kind_of(DTTOIF(entry->type));
	if (fstatat(directory, entry->name, &about, AT_SYMLINK_NOFOLLOW) != 0)
		return FILES_KIND_OTHER;
	return files_kind_of(about.st_mode);
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Takes entries out of what the host gave, up to `size` bytes of names; -ENOBUFS where not even the
 * first one has room. */
static int64_t take_entries(struct files_job *job, uint8_t *bytes, int64_t byte_count,
			    struct files_entry *entries)
{
	struct files_handle *handle = job->handles[0];
	uint32_t count = 0;
	uint64_t names = 0;
	for (int64_t at = 0; at < byte_count && count < ENTRIES_MAX;) {
		const struct host_entry *entry = (const struct host_entry *)(bytes + at);
		at += entry->size;
		if (is_dots(entry->name))
			continue;
		uint32_t size = (uint32_t)strlen(entry->name);
		if (names + size > job->size)
			return count > 0 ? (int64_t)count : -EOVERFLOW;
		names += size;
		entries[count++] = (struct files_entry){
		    .cookie =
			files_cookies_tell(&handle->cookies, handle->cookie_count, entry->next),
		    .inode = entry->inode,
		    .kind = kind_of_entry(handle->fd, entry),
		    .name = {(const uint8_t *)entry->name, size},
		};
	}
	return count;
}

/* The buffer has room for all: what the host gives, the entries, and the answer. */
static struct files_entry *entries_in(struct files_job *job)
{
	return (struct files_entry *)(job->buffer + ENTRIES_BYTES);
}

static int64_t perform_read_directory(struct files_job *job)
{
	int fd = job->handles[0]->fd;
	int64_t place;
	if (!files_cookies_find(&job->handles[0]->cookies, job->offset, &place))
		return -EINVAL;
	if (lseek(fd, (off_t)place, SEEK_SET) < 0)
		return -errno;
	for (;;) {
		ssize_t size = getdents64(fd, job->buffer, ENTRIES_BYTES);
		if (size <= 0)
			return size < 0 ? -errno : 0;
		int64_t count = take_entries(job, job->buffer, size, entries_in(job));
		if (count != 0)
			return count;
	}
}

static void refuse_entries(struct kernel_request *request, enum files_error error)
{
	uint8_t buffer[8];
	struct wire_part part;
	struct wire_out out = wire_out_parts(buffer, sizeof buffer, &part, 1);
	const struct files_entry_list_or_error result = {.is_error = true, .error = error};
	files_read_directory_answer(request, &out, &result);
}

static void answer_read_directory(struct files_job *job)
{
	if (job->result < 0) {
		refuse_entries(job->request, job->result == -EOVERFLOW
						 ? FILES_ERROR_LIMIT
						 : files_error_of(job->result));
		return;
	}
	size_t used = ENTRIES_BYTES + ENTRIES_MAX * sizeof(struct files_entry);
	struct wire_part part;
	struct wire_out out =
	    wire_out_parts(job->buffer + used, FILES_TRANSFER_MAX - used, &part, 1);
	const struct files_entry_list_or_error result = {
	    .value = {.items = entries_in(job), .count = (uint32_t)job->result}};
	files_read_directory_answer(job->request, &out, &result);
}

void files_read_directory(void *self, void *message, const struct files_read_directory_call *call)
{
	static const struct files_operation operation = {.perform = perform_read_directory,
							 .answer = answer_read_directory};
	struct files_handle *handle =
	    files_call_handle(self, message, call->directory, FILES_NEED_READABLE, refuse_entries);
	if (handle == NULL)
		return;
	struct files_job *job = files_call_job(self, message, &operation, handle);
	if (job == NULL)
		return;
	job->buffer = files_buffer_take(self);
	if (job->buffer == NULL) {
		free(job);
		refuse_entries(message, FILES_ERROR_LIMIT);
		return;
	}
	job->offset = call->cookie;
	job->size = call->size;
	files_job_submit(job);
}

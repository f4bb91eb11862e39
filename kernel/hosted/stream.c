#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/port.h"

/* A pipe that says it is ready takes that much without blocking, but maybe no more. */
enum { READY_WRITE_BYTES = 4096 };

/*
 * A tty says that it is ready while it has room for a single byte, and a longer write blocks. It
 * can be opened once more by its name, though: that is an open file of our own, with a mode of its
 * own.
 */
static void reopen_tty(struct stream *stream)
{
	char name[32];
	snprintf(name, sizeof name, "/proc/self/fd/%d", stream->fd);
	int direction = stream->is_output ? O_WRONLY : O_RDONLY;
	int own = open(name, direction | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (own < 0) /* A tty of another user's, say: it is asked whether it is ready. */
		return;
	close(stream->fd);
	stream->fd = own;
	stream->is_own = true;
}

void stream_open(struct stream *stream, uv_loop_t *loop, int fd, bool is_output)
{
	*stream = (struct stream){.fd = fd, .is_output = is_output, .loop = loop, .watch_fd = -1};
	if (fd < 0)
		return;
	struct stat about;
	stream->is_file =
	    fstat(fd, &about) == 0 && (S_ISREG(about.st_mode) || S_ISBLK(about.st_mode));
	stream->is_terminal = isatty(fd) == 1;
	if (stream->is_terminal)
		reopen_tty(stream);
}

static void finish_close(struct stream *stream)
{
	if (stream->fd >= 0)
		close(stream->fd);
	stream->fd = -1;
	stream->is_own = false;
	if (stream->closed != NULL)
		stream->closed(stream->closed_context);
}

/* The poll handle's close callback: only now does the loop no longer know the set. */
static void close_watch(uv_handle_t *handle)
{
	struct stream *stream = handle->data;
	close(stream->watch_fd);
	stream->watch_fd = -1;
	stream->is_polling = false;
	finish_close(stream);
}

void stream_close(struct stream *stream, void (*closed)(void *context), void *context)
{
	stream_stop_waiting(stream);
	stream->closed = closed;
	stream->closed_context = context;
	if (stream->is_polling)
		uv_close((uv_handle_t *)&stream->poll, close_watch);
	else if (stream->is_fetching)
		stream->is_closing = true;
	else
		finish_close(stream);
}

/* ---- Reading and writing ---- */

/* For files that cannot be told not to block: 0 where `events` are there, or a negative errno. */
static int check_ready(const struct stream *stream, short events)
{
	struct pollfd ready = {.fd = stream->fd, .events = events};
	int count;
	do
		count = poll(&ready, 1, 0);
	while (count < 0 && errno == EINTR);
	if (count < 0)
		return -errno;
	return count == 0 ? -EAGAIN : 0;
}

static bool is_unsupported(int error)
{
	return error == EOPNOTSUPP || error == ENOSYS || error == EINVAL || error == ESPIPE;
}

int stream_check_readable(const struct stream *stream)
{
	int status = stream->fd < 0 || stream->error != 0 ? 0 : check_ready(stream, POLLIN);
	return status == -EAGAIN ? status : 0;
}

static ssize_t read_when_ready(struct stream *stream, void *data, size_t size)
{
	int status = stream->is_own ? 0 : check_ready(stream, POLLIN);
	if (status != 0)
		return status;
	ssize_t count;
	do
		count = read(stream->fd, data, size);
	while (count < 0 && errno == EINTR);
	return count < 0 ? -errno : count;
}

ssize_t stream_read(struct stream *stream, void *data, size_t size)
{
	core_assert(!stream->is_output && size != 0);
	if (stream->fd < 0)
		return -EBADF;
	if (stream->error != 0) {
		int error = stream->error;
		stream->error = 0;
		return -error;
	}
	if (stream->cannot_nowait || stream->is_own)
		return read_when_ready(stream, data, size);
	struct iovec part = {.iov_base = data, .iov_len = size};
	ssize_t count;
	do
		count = preadv2(stream->fd, &part, 1, -1, RWF_NOWAIT);
	while (count < 0 && errno == EINTR);
	if (count >= 0)
		return count;
	if (!is_unsupported(errno))
		return -errno;
	stream->cannot_nowait = true;
	return read_when_ready(stream, data, size);
}

/* What goes to a file goes to the host's cache, and all at once. */
static ssize_t write_when_ready(struct stream *stream, const void *data, size_t size)
{
	bool takes_all = stream->is_file || stream->is_own;
	int status = takes_all ? 0 : check_ready(stream, POLLOUT);
	if (status != 0)
		return status;
	if (size > READY_WRITE_BYTES && !takes_all)
		size = READY_WRITE_BYTES;
	ssize_t count;
	do
		count = write(stream->fd, data, size);
	while (count < 0 && errno == EINTR);
	return count < 0 ? -errno : count;
}

ssize_t stream_write(struct stream *stream, const void *data, size_t size)
{
	core_assert(stream->is_output);
	if (stream->fd < 0)
		return -EBADF;
	if (stream->cannot_nowait || stream->is_file || stream->is_own)
		return write_when_ready(stream, data, size);
	struct iovec part = {.iov_base = (void *)data, .iov_len = size};
	ssize_t count;
	do
		count = pwritev2(stream->fd, &part, 1, -1, RWF_NOWAIT);
	while (count < 0 && errno == EINTR);
	if (count >= 0)
		return count;
	if (!is_unsupported(errno))
		return -errno;
	stream->cannot_nowait = true;
	return write_when_ready(stream, data, size);
}

/* ---- Waiting ---- */

static void wake(struct stream *stream)
{
	if (!stream->is_waiting)
		return;
	stream->is_waiting = false;
	stream->ready(stream->context);
}

/* Whatever the event is, an error too: the next try tells. */
static void on_poll(uv_poll_t *poll, int status, int events)
{
	uv_poll_stop(poll);
	wake(poll->data);
}

/*
 * Opens `poll` on an epoll set that holds nothing but the stream. The detour keeps libuv from
 * switching the stream itself to O_NONBLOCK.
 */
static int open_watch(struct stream *stream)
{
	int set = epoll_create1(EPOLL_CLOEXEC);
	if (set < 0)
		return -errno;
	struct epoll_event event = {.events = stream->is_output ? EPOLLOUT : EPOLLIN};
	if (epoll_ctl(set, EPOLL_CTL_ADD, stream->fd, &event) != 0) {
		int error = errno;
		close(set);
		return -error;
	}
	int status = uv_poll_init(stream->loop, &stream->poll, set);
	if (status != 0) {
		close(set);
		return status;
	}
	stream->poll.data = stream;
	stream->watch_fd = set;
	stream->is_polling = true;
	return 0;
}

static void on_fetch(uv_fs_t *fetch)
{
	struct stream *stream = fetch->data;
	stream->is_fetching = false;
	if (fetch->result < 0)
		stream->error = (int)-fetch->result;
	uv_fs_req_cleanup(fetch);
	if (stream->is_closing)
		finish_close(stream);
	else
		wake(stream);
}

/* A regular file is not ready when its next bytes are on a disk: a thread of libuv's pool reads the
 * first of them, which brings its surroundings into the host's cache, and moves no position. */
static int fetch_file(struct stream *stream)
{
	if (stream->is_fetching)
		return 0;
	off_t position = lseek(stream->fd, 0, SEEK_CUR);
	if (position < 0)
		return -errno;
	uv_buf_t room = uv_buf_init(&stream->fetched, 1);
	stream->fetch.data = stream;
	int status =
	    uv_fs_read(stream->loop, &stream->fetch, stream->fd, &room, 1, position, on_fetch);
	stream->is_fetching = status == 0;
	return status;
}

static int watch(struct stream *stream)
{
	int status = stream->is_polling ? 0 : open_watch(stream);
	return status != 0 ? status : uv_poll_start(&stream->poll, UV_READABLE, on_poll);
}

int stream_wait(struct stream *stream, void (*ready)(void *context), void *context)
{
	core_assert(!stream->is_waiting && stream->fd >= 0);
	int status = stream->is_file ? fetch_file(stream) : watch(stream);
	if (status != 0)
		return status;
	stream->is_waiting = true;
	stream->ready = ready;
	stream->context = context;
	return 0;
}

void stream_stop_waiting(struct stream *stream)
{
	stream->is_waiting = false;
	if (stream->is_polling)
		uv_poll_stop(&stream->poll);
}

/*
 * stream: one standard stream of the host, in one direction, without ever blocking and without
 * changing its mode. O_NONBLOCK belongs to the open file, which the shell and other processes
 * share, so each call asks for itself not to block; a tty is opened once more instead; where the
 * host can do neither, it is asked first whether the stream is ready.
 *
 *     stream_open -> stream_read or stream_write -> (-EAGAIN: stream_wait, then again) ->
 * stream_close
 *
 * Nothing is read before somebody asks for it: what the program leaves belongs to whoever comes
 * next.
 */
#ifndef HOSTED_STREAM_H
#define HOSTED_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <uv.h>

struct stream {
	int fd;      /* -1 where the stream was closed before the node began */
	bool is_own; /* `fd` is a tty, opened once more: ours alone, and O_NONBLOCK */
	bool is_output;
	bool is_file;       /* a regular file or a disk: always ready, as the host sees it */
	bool cannot_nowait; /* the host told so for this kind of file */
	bool is_waiting;
	bool is_fetching; /* `fetch` is under way */
	int error;        /* a failure met while waiting, for the next read; positive */
	void (*ready)(void *context);
	void *context;
	uv_loop_t *loop;
	int watch_fd;    /* an epoll set with just `fd` in it, or -1 */
	bool is_polling; /* `poll` is an open handle of the loop */
	uv_poll_t poll;
	uv_fs_t fetch;
	char fetched; /* by `fetch`, and of no interest */
};

/* Takes the place of standard streams that are closed, so that no other file gets their numbers;
 * called before anything is opened. Calling it again changes nothing. */
void stream_guard_standard(void);

/* Standard stream `fd` (0, 1 or 2); 0 is an input, the others are outputs. */
void stream_open(struct stream *stream, uv_loop_t *loop, int fd);

/* Forgets who waits. The struct must outlive the loop's next run, which closes its handles. */
void stream_close(struct stream *stream);

/* How many bytes were read (0: the end) or written, or a negative errno. */
ssize_t stream_read(struct stream *stream, void *data, size_t size);
ssize_t stream_write(struct stream *stream, const void *data, size_t size);

/* After -EAGAIN: calls `ready` once when another try is worth while. 0, or a negative errno. */
int stream_wait(struct stream *stream, void (*ready)(void *context), void *context);

/* Takes that back. */
void stream_stop_waiting(struct stream *stream);

#endif

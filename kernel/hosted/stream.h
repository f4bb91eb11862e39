/*
 * stream: one stream of the host that a command was started with, in one direction, without ever
 * blocking and without changing its mode. O_NONBLOCK belongs to the open file, which the shell and
 * other processes share, so each call asks for itself not to block; a tty is opened once more
 * instead; where the host can do neither, it is asked first whether the stream is ready.
 *
 *     stream_open -> stream_read or stream_write -> (-EAGAIN: stream_wait, then again) ->
 *     stream_close
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
	int fd;      /* -1 where the command was started with the stream closed */
	bool is_own; /* `fd` is a tty, opened once more: ours alone, and O_NONBLOCK */
	bool is_output;
	bool is_terminal;
	bool is_file;       /* a regular file or a disk: always ready, as the host sees it */
	bool cannot_nowait; /* the host told so for this kind of file */
	bool is_waiting;
	bool is_fetching; /* `fetch` is under way */
	bool is_closing;  /* when it is over */
	int error;        /* a failure met while waiting, for the next read; positive */
	void (*ready)(void *context);
	void *context;
	uv_loop_t *loop;
	int watch_fd;    /* an epoll set with just `fd` in it, or -1 */
	bool is_polling; /* `poll` is an open handle of the loop */
	uv_poll_t poll;
	uv_fs_t fetch;
	char fetched; /* by `fetch`, and of no interest */
	void (*closed)(void *context);
	void *closed_context;
};

/* Takes over the descriptor `fd`; -1 is a stream that was closed from the start. */
void stream_open(struct stream *stream, uv_loop_t *loop, int fd, bool is_output);

/* Forgets who waits, and calls `closed` (unless it is NULL) when the struct is not used any more:
 * at once or from the loop. */
void stream_close(struct stream *stream, void (*closed)(void *context), void *context);

/* How many bytes were read (0: the end) or written, or a negative errno. */
ssize_t stream_read(struct stream *stream, void *data, size_t size);
ssize_t stream_write(struct stream *stream, const void *data, size_t size);

/* After -EAGAIN: calls `ready` once when another try is worth while. 0, or a negative errno. */
int stream_wait(struct stream *stream, void (*ready)(void *context), void *context);

/* Whether reading would not wait, also at the end and where it fails: 0, or -EAGAIN. */
int stream_check_readable(const struct stream *stream);

/* Takes stream_wait back. */
void stream_stop_waiting(struct stream *stream);

#endif

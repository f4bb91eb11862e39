/*
 * session: the streams of one command and the terminal behind them, for the programs that it runs.
 * Requests for one stream are served one after the other, as they came; a write is answered when
 * the host has all of it, so that a slow reader slows the program down.
 *
 *     session_open -> session_read, _write, ... -> session_close, which frees it when the loop is
 *     done with it
 *
 * It is silent while it is paused (a question is asked at its terminal), and while it is stopped
 * (its command is); from a terminal in whose background its command runs, it does not read. What
 * it is asked for meanwhile waits.
 */
#ifndef HOSTED_SESSION_H
#define HOSTED_SESSION_H

#include <termios.h>

#include <uv.h>

#include <cairn/terminal_serve.h>

#include "core/port.h"
#include "stream.h"

enum {
	SESSION_STREAMS = 3,
	SESSION_READ_BYTES_MAX = 256 * 1024 /* what one read yields at most; four pipes full */
};

struct session;

/* A list of requests that wait, through their user pointers. */
struct requests {
	struct kernel_request *first;
	struct kernel_request *last;
};

/* A stream and what waits for it: reads of the input and waits until it is readable, or writes. */
struct channel {
	struct session *session;
	struct stream stream;
	struct requests waiting;
	size_t first_written; /* bytes of the first request that the host has already */
};

/* Who is told what a session cannot do by itself. */
struct session_watcher {
	/* A program reads from the terminal while it must not; told once until session_resume. */
	void (*input_wanted)(void *self);
	void *self;
};

struct session {
	struct session *next; /* terminal.c's */
	uint64_t number;
	struct session_watcher watcher;
	struct channel channels[SESSION_STREAMS];
	struct requests resizes; /* waits for another size */
	uint8_t *buffer;         /* of SESSION_READ_BYTES_MAX, shared by all sessions */
	int open_streams;        /* whose stream_close is not over */
	bool is_closed;

	/* The terminal: the first stream that is one, or -1; and how its input was taken before. */
	int terminal;
	dev_t device;
	struct termios original;
	uint64_t raw_for; /* the process that wants each key, or 0 */

	int pauses;
	bool is_stopped;
	bool is_in_background;
	bool was_input_wanted;
	uint32_t lines_missed; /* of the log, during a pause */
};

/* Takes over the descriptors (-1 for a closed stream), also where there is no memory: then NULL. */
struct session *session_open(uv_loop_t *loop, const int streams[SESSION_STREAMS], uint8_t *buffer);

/* Fails what waits, and leaves the terminal as it was. */
void session_close(struct session *session);

/* Each of these consumes the request; the stream exists. */
void session_read(struct session *session, struct kernel_request *request);
void session_wait_readable(struct session *session, struct kernel_request *request);
void session_write(struct session *session, uint32_t stream, struct kernel_request *request);
void session_wait_resize(struct session *session, struct kernel_request *request);

/* The request waits here; what was written stays written, the rest of it is dropped. */
void session_cancel(struct session *session, struct kernel_request *request);

/* STATUS_UNSUPPORTED where the stream is not the session's terminal; STATUS_IO. */
must_check enum status session_set_mode(struct session *session, uint32_t stream,
					enum terminal_mode mode, uint64_t process);
must_check enum status session_size_of(const struct session *session, uint32_t stream,
				       struct terminal_size *out);
void session_process_ended(struct session *session, uint64_t process);

/* A question is being asked at its terminal, any number of times. */
void session_pause(struct session *session);
void session_unpause(struct session *session);

/* Its command is being stopped, and goes on. It is for the command to mend the terminal's mode
 * before it stops; the session takes it up again. */
void session_stop(struct session *session);
void session_resume(struct session *session, bool is_in_background);

void session_resized(struct session *session);

/* A line of the log on its error stream; lost where that would wait. */
void session_log(struct session *session, const char *text, size_t size);

#endif

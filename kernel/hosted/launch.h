/*
 * launch: a program that a command runs, and all that comes of it: the processes that it starts,
 * their streams and their log. It ends with its program, and what is left of it is killed.
 *
 *     launch_start -> (its watcher is told) -> launch_drop
 */
#ifndef HOSTED_LAUNCH_H
#define HOSTED_LAUNCH_H

#include <stdbool.h>

#include "core/kernel.h"
#include "session.h"

struct hosted;
struct trace_tap;

/* How a program ended, as the kernel tells it. */
struct launch_end {
	enum kernel_end_cause cause;
	enum status status; /* of a start that failed */
	uint32_t code;
	struct fault fault;
	char *backtrace;       /* lines of text, or NULL */
	uint64_t memory_bytes; /* as in struct kernel_end */
};

struct launch_watcher {
	/* Its program has ended, its streams are closed and its terminal is as it was. Told from
	 * launches_settle. */
	void (*ended)(void *self);
	void (*input_wanted)(void *self);
	void *self;
};

struct launch {
	struct launch *next;
	struct hosted *hosted;
	uint64_t number; /* kernel_terminal_of its processes */
	uint64_t process;
	struct session *session; /* NULL when it is closed */
	struct trace_tap *tap;   /* NULL where it is not traced */
	bool is_quiet;
	bool has_ended;
	bool is_settled;
	bool is_dropped;
	struct launch_end end;
	struct launch_watcher watcher;
};

struct launches {
	struct launch *first;
	uint32_t count; /* whose end has not been told */
	uint64_t next_number;
};

/* What a command asks for. The descriptors are -1 where there is none. */
struct launch_order {
	struct kernel_start start;       /* but for `ended`, `context`, `terminal` and `handlers` */
	struct kernel_handler *handlers; /* but for `terminal` */
	uint32_t handler_count;
	int streams[SESSION_STREAMS];
	int trace;
	bool is_quiet;
	bool is_in_background;
};

/* Takes over the descriptors in any case. */
must_check enum status launch_start(struct hosted *hosted, const struct launch_order *order,
				    const struct launch_watcher *watcher, struct launch **out,
				    struct fault *fault);

/* Ends its program, which is told as any other end. */
void launch_kill(struct launch *launch);

/* Nobody is told any more, and what still runs is killed; freed when it has ended. */
void launch_drop(struct launch *launch);

/* Its programs can neither read nor write any more, and its terminal is as it was. */
void launch_close_streams(struct launch *launch);

/* Tells of what has ended; called when the kernel does not run. */
void launches_settle(struct hosted *hosted);

/* Frees all of them, after the kernel has gone. */
void launches_reset(struct launches *launches);

/* That of a terminal's number, or NULL. */
struct launch *launch_find(const struct launches *launches, uint64_t number);

#endif

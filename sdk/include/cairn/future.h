/*
 * future: something that will be there later: the answer to a message, a point in time, room for
 * another message, or the end of something of yours. A loop (loop.h) waits for any number of them
 * at once.
 *
 *     static void on_block(struct future *future)
 *     {
 *             struct blocks_bytes_or_error block;
 *             if (blocks_get_finish(future->answer, &block) == CALL_OK) ...
 *     }
 *
 *     struct future future = {.done = on_block};
 *     future_begin(&loop, &future, blocks_get_start(cid));
 *     future_until(&future, loop_now(&loop) + 5 * LOOP_SECOND);
 *     loop_run(&loop);
 *
 * The generated NAME_start gives what future_begin takes, an id or an error; NAME_finish takes what
 * a future has in the end, whatever came of it: a future that was cancelled, that ran out of time
 * or could not be sent has an answer too, without a body, whose status says so.
 *
 * The memory of a future is yours. All zeros is one that is idle; it must not be moved nor given
 * back while it is pending (future_forget ends that). Once it is done it may begin again, also from
 * inside `done`.
 */
#ifndef CAIRN_FUTURE_H
#define CAIRN_FUTURE_H

#include <cairn/call.h>
#include <cairn/deadlines.h>

struct loop;

enum future_state {
	FUTURE_IDLE,   /* never begun, forgotten, or done and told */
	FUTURE_ANSWER, /* awaits the answer to `message` */
	FUTURE_ROOM,   /* awaits room, after BUSY */
	FUTURE_TIME,   /* awaits its deadline only */
	FUTURE_OPEN,   /* awaits future_complete */
	FUTURE_UNTOLD  /* is done, and the loop is going to call `done` */
};

struct future {
	/* Yours. `done` is called by the loop, once, with nothing else of yours on the stack; it
	 * may begin, cancel and forget any future, give this one's memory back, and send. */
	void (*done)(struct future *future);
	void *owner;

	/* Yours: memory for the answer. Without it an answer lies in the loop's buffer and is gone
	 * when the loop waits again. An answer that has no room in it becomes CALL_NO_ROOM. */
	struct call_buffer *keep;

	/* Never NULL once it is done, and NULL while it is pending. */
	const struct cairn_notification *answer;

	/* The loop's. */
	struct loop *loop;
	enum future_state state;
	uint64_t message;
	struct future *next;  /* in a chain of the loop's table, or in one of its queues */
	struct future **link; /* in a queue: what points to it */
	struct deadline deadline;
};

/* The record of that type that a future is the member of. */
#define future_record(future, type, member)                                                        \
	((type *)(void *)((char *)(future) - offsetof(type, member)))

/* ---- Beginning ---- */

/* Awaits the answer to a message, which was sent with CAIRN_SEND_ANSWER. The error of a send is
 * fine too: the future is then done, with it. */
void future_begin(struct loop *loop, struct future *future, int64_t message);

/* Awaits a time of time.now, in nanoseconds. */
void future_sleep(struct loop *loop, struct future *future, uint64_t deadline_ns);

/* Awaits room after a send has returned BUSY. When there is some at any handler, all that wait are
 * done: each tries again, and may find that others were faster. */
void future_room(struct loop *loop, struct future *future);

/* Awaits future_complete, by whoever makes futures of their own: groups and tasks do. */
void future_open(struct loop *loop, struct future *future);

/* ---- Ending ---- */

/* Gives a pending future a time after which it is done with CALL_TIMED_OUT, in place of one that it
 * had. Its message is cancelled by then. */
void future_until(struct future *future, uint64_t deadline_ns);

/* A pending future is done now, with CALL_CANCELLED; `done` is called by the loop later. The
 * handler of its message is told; the answer that it owes all the same goes nowhere. */
void future_cancel(struct future *future);

/* The same, but nobody is told: from now on the memory is free for anything. */
void future_forget(struct future *future);

/* An open future is done now, with that status; `done` is called by the loop later. */
void future_complete(struct future *future, enum call_status status);

static inline bool future_is_done(const struct future *future)
{
	return future->answer != NULL;
}

/* What came of it; CALL_OK says that there is an answer, which NAME_finish may still refuse. */
static inline enum call_status future_status(const struct future *future)
{
	return (enum call_status)future->answer->status;
}

#endif

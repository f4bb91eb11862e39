/*
 * task: a function that waits in the middle and goes on where it was, so that what happens one
 * after the other reads so.
 *
 *     struct copy {
 *             struct task task;
 *             struct future future;
 *             struct cid from;
 *     };
 *
 *     static void copy(struct task *task)
 *     {
 *             struct copy *self = future_record(task, struct copy, task);
 *             struct blocks_bytes_or_error block;
 *
 *             TASK_BEGIN(task);
 *             TASK_CALL(task, &self->future, blocks_get_start(self->from));
 *             if (blocks_get_finish(self->future.answer, &block) != CALL_OK)
 *                     TASK_RETURN(task);
 *             ...
 *             TASK_END(task);
 *     }
 *
 *     task_start(&loop, &copying.task, copy);
 *
 * A task is its own future (`task.future`), so that one can await another. There is no stack behind
 * it: an await returns from the function, and when the future is done the function is called again
 * and jumps to where it was. Therefore, exactly:
 *
 *   - Local variables do not survive an await. What has to is a member of the record. What comes
 *     before TASK_BEGIN runs each time, which is the place to find the record again.
 *   - An answer lives in the loop's buffer until the task awaits again, as everywhere (future.h).
 *   - No await inside a `switch` of the task's own: its label would be that switch's. The task
 *     traps when it comes back. Loops, `if` and blocks are fine.
 *   - One await a line. Two do not compile.
 *   - Functions that the task calls cannot await in its name: they are tasks themselves, whose
 *     future it awaits.
 *   - No jump over TASK_BEGIN or TASK_END, no `return` but TASK_RETURN.
 *
 * The record is the caller's memory. It is free once the task's future is done, and must not move
 * before; nothing runs when it is simply given back: a task is made to end by task_cancel.
 */
#ifndef CAIRN_TASK_H
#define CAIRN_TASK_H

#include <cairn/future.h>

/* All zeros before it is started for the first time. */
struct task {
	struct future future; /* of its end */
	void (*run)(struct task *task);
	struct future *awaited; /* NULL while it runs, and when it has ended */
	uint32_t place;
	bool is_sent;
};

/* Runs the task up to its first await, or its end. One that has ended may be started again. */
void task_start(struct loop *loop, struct task *task, void (*run)(struct task *task));

/* Cancels what the task awaits: the await is over with CALL_CANCELLED, and the task decides. */
void task_cancel(struct task *task);

#define TASK_BEGIN(task)                                                                           \
	switch ((task)->place) {                                                                   \
	case 0:;

/* Waits for a future that has begun. */
#define TASK_AWAIT(task, awaited_future)                                                           \
	do {                                                                                       \
		(task)->place = __LINE__;                                                          \
		__attribute__((fallthrough));                                                      \
	case __LINE__:                                                                             \
		if (task_awaits(task, awaited_future))                                             \
			return;                                                                    \
	} while (false)

/*
 * Sends, and waits for the answer. `start` is a call of a NAME_start; where that is told BUSY, the
 * task waits for room and `start` is evaluated again. Afterwards the future has an answer, if only
 * one that says why not. The second form gives up at a time (CALL_TIMED_OUT).
 */
#define TASK_CALL(task, idle_future, start) TASK_CALL_UNTIL(task, idle_future, start, UINT64_MAX)
#define TASK_CALL_UNTIL(task, idle_future, start, deadline_ns)                                     \
	do {                                                                                       \
		task_prepare(task, idle_future);                                                   \
		(task)->place = __LINE__;                                                          \
		__attribute__((fallthrough));                                                      \
	case __LINE__:                                                                             \
		if (task_is_to_send(task, idle_future))                                            \
			task_sent(task, idle_future, (start), deadline_ns);                        \
		if (task_awaits(task, idle_future))                                                \
			return;                                                                    \
	} while (false)

/* Waits until a time of time.now. */
#define TASK_SLEEP(task, idle_future, deadline_ns)                                                 \
	do {                                                                                       \
		future_sleep((task)->future.loop, idle_future, deadline_ns);                       \
		TASK_AWAIT(task, idle_future);                                                     \
	} while (false)

/* Ends the task early. */
#define TASK_RETURN(task)                                                                          \
	do {                                                                                       \
		task_finish(task);                                                                 \
		return;                                                                            \
	} while (false)

#define TASK_END(task)                                                                             \
	task_finish(task);                                                                         \
	return;                                                                                    \
	default:                                                                                   \
		__builtin_trap(); /* an await inside a switch */                                   \
		}

/* ---- What the macros are made of ---- */

bool task_awaits(struct task *task, struct future *future);
void task_prepare(struct task *task, struct future *future);
bool task_is_to_send(const struct task *task, const struct future *future);
void task_sent(struct task *task, struct future *future, int64_t message, uint64_t deadline_ns);
void task_finish(struct task *task);

#endif

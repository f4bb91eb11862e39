#include <cairn/task.h>

static void go_on(struct future *future)
{
	struct task *task = future->owner;
	task->awaited = NULL;
	task->run(task);
}

void task_start(struct loop *loop, struct task *task, void (*run)(struct task *task))
{
	future_open(loop, &task->future);
	task->run = run;
	task->place = 0;
	run(task);
}

void task_cancel(struct task *task)
{
	if (task->awaited != NULL)
		future_cancel(task->awaited);
}

bool task_awaits(struct task *task, struct future *future)
{
	if (future_is_done(future))
		return false;
	future->done = go_on;
	future->owner = task;
	task->awaited = future;
	return true;
}

/* What fails at once is then not told, but seen by task_awaits. */
void task_prepare(struct task *task, struct future *future)
{
	task->is_sent = false;
	future->done = NULL;
	future->answer = NULL;
}

/* At first, and when there was room. A wait for room that ended otherwise is the end of it. */
bool task_is_to_send(const struct task *task, const struct future *future)
{
	return !task->is_sent && (!future_is_done(future) || future_status(future) == CALL_OK);
}

void task_sent(struct task *task, struct future *future, int64_t message, uint64_t deadline_ns)
{
	struct loop *loop = task->future.loop;
	future->done = NULL;
	task->is_sent = message != CAIRN_BUSY;
	if (task->is_sent)
		future_begin(loop, future, message);
	else
		future_room(loop, future);
	if (deadline_ns != UINT64_MAX)
		future_until(future, deadline_ns);
}

void task_finish(struct task *task)
{
	future_complete(&task->future, CALL_OK);
}

#include "threads.h"

#include <cairn/threads_serve.h>

#include "kernel_state.h"
#include "mem.h"

/* ---- Numbers ---- */

/* The thread of that number that has not ended, or NULL. */
static struct thread *find(const struct process *process, uint32_t number)
{
	list_for_each(link, &process->threads)
	{
		struct thread *thread = list_record(link, struct thread, of_process);
		if (thread->number == number && !thread->is_leaving)
			return thread;
	}
	return NULL;
}

/* One that no thread has now; all others come before it is used again. */
static uint32_t next_number(struct process *process)
{
	do
		process->last_thread =
		    process->last_thread == THREAD_NUMBER_MAX ? 1 : process->last_thread + 1;
	while (find(process, process->last_thread) != NULL);
	return process->last_thread;
}

/* ---- Beginnings ---- */

static enum status prepare_ends(struct process *process)
{
	if (process->ends != NULL)
		return STATUS_OK;
	process->ends = budget_allocate(&process->party.records, sizeof *process->ends);
	if (process->ends == NULL)
		return STATUS_NO_MEMORY;
	memset(process->ends, 0, sizeof *process->ends);
	return STATUS_OK;
}

enum status threads_spawn(struct process *process, uint64_t argument, uint32_t *number)
{
	const struct engine *engine = process->kernel->engine;
	if (process->thread_count >= process->party.limits->threads)
		return STATUS_LIMIT;
	enum status status = prepare_ends(process);
	if (status != STATUS_OK)
		return status;
	uint32_t chosen = next_number(process);
	struct thread *thread;
	status = engine->spawn(process, chosen, argument, &thread);
	if (status != STATUS_OK)
		return status;
	thread->number = chosen;
	*number = chosen;
	return STATUS_OK;
}

/* ---- Ends ---- */

static void answer(struct kernel_request *request, const enum threads_wait_error *error)
{
	struct threads_nothing_or_wait_error result = {.is_error = error != NULL};
	if (error != NULL)
		result.error = *error;
	threads_wait_end_answer(request, &result);
}

/* Whoever has waited is told, else it is kept for who asks later. */
static void tell_end(struct thread *thread)
{
	struct thread_ends *ends = thread->process->ends;
	if (thread->end_requests == NULL && ends != NULL) {
		ends->numbers[ends->next] = thread->number + 1;
		ends->next = (ends->next + 1) % THREAD_ENDS_MAX;
	}
	while (thread->end_requests != NULL) {
		struct kernel_request *request = thread->end_requests;
		thread->end_requests = kernel_request_user(request);
		answer(request, NULL);
	}
}

void threads_leave(struct thread *thread)
{
	thread->is_leaving = true;
}

void threads_end(struct thread *thread)
{
	struct process *process = thread->process;
	thread->is_leaving = true;
	thread->state = THREAD_STOPPED;
	tell_end(thread);
	thread_destroy(thread);
	if (process->thread_count == 0)
		process_exit(process, 0);
}

/* Whether that thread has ended and nobody was told; somebody is, now. */
static bool take_end(struct process *process, uint32_t number)
{
	struct thread_ends *ends = process->ends;
	if (ends == NULL || number > THREAD_NUMBER_MAX)
		return false;
	for (uint32_t i = 0; i < THREAD_ENDS_MAX; i++) {
		if (ends->numbers[i] != number + 1)
			continue;
		ends->numbers[i] = 0;
		return true;
	}
	return false;
}

void threads_wait_end(const struct thread *waiting, uint32_t number, struct kernel_request *request)
{
	static const enum threads_wait_error unknown = THREADS_WAIT_ERROR_NO_SUCH_THREAD;
	static const enum threads_wait_error itself = THREADS_WAIT_ERROR_SELF;
	struct process *process = waiting->process;
	struct thread *thread = find(process, number);
	if (number == waiting->number) {
		answer(request, &itself);
	} else if (thread != NULL) {
		kernel_request_set_user(request, thread->end_requests);
		thread->end_requests = request;
	} else {
		answer(request, take_end(process, number) ? NULL : &unknown);
	}
}

/* Takes the request out of those that wait for the thread; false where it is none of them. */
static bool take_out(struct thread *thread, const struct kernel_request *request)
{
	struct kernel_request *before = NULL;
	for (struct kernel_request *at = thread->end_requests; at != NULL;
	     before = at, at = kernel_request_user(at)) {
		if (at != request)
			continue;
		if (before == NULL)
			thread->end_requests = kernel_request_user(at);
		else
			kernel_request_set_user(before, kernel_request_user(at));
		return true;
	}
	return false;
}

void threads_cancel(struct process *process, struct kernel_request *request)
{
	list_for_each(link, &process->threads)
	{
		if (take_out(list_record(link, struct thread, of_process), request))
			return;
	}
}

void threads_reset(struct process *process)
{
	budget_release(&process->party.records, process->ends, sizeof *process->ends);
	process->ends = NULL;
}

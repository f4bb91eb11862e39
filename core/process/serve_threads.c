#include <cairn/threads_serve.h>

#include "kernel_state.h"
#include "mem.h"
#include "serve.h"
#include "threads.h"

/*
 * The thread that sends this: messages for the core's interfaces are served inside send(), on the
 * CPU of the sender. NULL where no thread of the process sends it.
 */
static struct thread *sending(struct kernel_request *request)
{
	const struct process *process = serve_sender(request);
	if (process == NULL || process->kernel->cpu->running == NULL)
		return NULL;
	struct thread *thread = process->kernel->cpu->running;
	return thread->process == process ? thread : NULL;
}

static void tell_current(void *self, void *message)
{
	threads_current_answer(message, sending(message)->number);
}

static void leave(void *self, void *message)
{
	threads_leave(sending(message));
	request_done(message);
}

static void tell_parallelism(void *self, void *message)
{
	const struct kernel *kernel = self;
	threads_parallelism_answer(message, kernel->cpu_count);
}

static void set_name(void *self, void *message, const struct threads_set_name_call *call)
{
	struct thread *thread = sending(message);
	size_t size = call->name.size < THREAD_NAME_BYTES ? call->name.size : THREAD_NAME_BYTES;
	thread->name_size = (uint32_t)size;
	if (size > 0)
		memcpy(thread->name, call->name.data, size);
	request_done(message);
}

static void spawn(void *self, void *message, const struct threads_spawn_call *call)
{
	struct threads_u32_or_spawn_error result = {0};
	enum status status =
	    threads_spawn(sending(message)->process, call->argument, &result.value);
	result.is_error = status != STATUS_OK;
	if (result.is_error)
		result.error = status == STATUS_NOT_FOUND ? THREADS_SPAWN_ERROR_NO_ENTRY
							  : THREADS_SPAWN_ERROR_LIMIT;
	threads_spawn_answer(message, &result);
}

static void wait_end(void *self, void *message, const struct threads_wait_end_call *call)
{
	if (kernel_request_wants_answer(message))
		threads_wait_end(sending(message), call->thread, message);
	else
		request_refuse(message);
}

static void receive(void *self, struct kernel_request *request)
{
	static const struct threads_handler handler = {
	    .current = tell_current,
	    .exit = leave,
	    .parallelism = tell_parallelism,
	    .set_name = set_name,
	    .spawn = spawn,
	    .wait_end = wait_end,
	};
	if (sending(request) == NULL)
		request_refuse(request);
	else
		threads_serve(&handler, self, request);
}

static void cancel(void *self, struct kernel_request *request)
{
	threads_cancel(kernel_find(self, kernel_request_process(request)), request);
	request_refuse(request);
}

const struct kernel_service serve_threads = {.receive = receive, .cancel = cancel};

#include <cairn/time_serve.h>

#include "kernel_state.h"
#include "serve.h"

static void tell_now(void *self, void *message)
{
	time_now_answer(message, port_monotonic_ns());
}

/* Answers at once where the time has come already. */
static void sleep_until(void *self, void *message, const struct time_sleep_until_call *call)
{
	struct kernel *kernel = self;
	uint64_t now = port_monotonic_ns();
	if (call->deadline <= now || !kernel_request_wants_answer(message))
		time_sleep_until_answer(message, now);
	else if (timers_add(&kernel->timers, call->deadline, message) != STATUS_OK)
		request_refuse(message);
	else
		cpu_call_for_deadline(kernel);
}

static void tell_wall(void *self, void *message)
{
	time_wall_answer(message, port_wall_ns());
}

static void receive(void *self, struct kernel_request *request)
{
	static const struct time_handler handler = {
	    .now = tell_now, .sleep_until = sleep_until, .wall = tell_wall};
	time_serve(&handler, self, request);
}

static void cancel(void *self, struct kernel_request *request)
{
	struct kernel *kernel = self;
	timers_remove(&kernel->timers, request);
	request_refuse(request);
}

const struct kernel_service serve_time = {.receive = receive, .cancel = cancel};

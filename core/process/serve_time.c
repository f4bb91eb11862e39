#include <cairn/messages.h>

#include "kernel_state.h"
#include "serve.h"

/* Answers at once where the time has come already. */
static void sleep_until(struct kernel *kernel, struct kernel_request *request, uint64_t deadline)
{
	uint64_t now = port_monotonic_ns();
	if (deadline <= now || !kernel_request_wants_answer(request))
		serve_answer(request, &now, sizeof now);
	else if (timers_add(&kernel->timers, deadline, request) != STATUS_OK)
		serve_refuse(request);
}

static void receive(void *self, struct kernel_request *request)
{
	struct bytes in = serve_body(request);
	uint32_t function = bytes_u32(&in);
	uint64_t deadline = function == TIME_SLEEP_UNTIL ? bytes_u64(&in) : 0;
	uint64_t now;
	if (!serve_is_whole(&in) || function > TIME_WALL) {
		serve_refuse(request);
		return;
	}
	if (function == TIME_SLEEP_UNTIL) {
		sleep_until(self, request, deadline);
		return;
	}
	now = function == TIME_NOW ? port_monotonic_ns() : port_wall_ns();
	serve_answer(request, &now, sizeof now);
}

static void cancel(void *self, struct kernel_request *request)
{
	struct kernel *kernel = self;
	timers_remove(&kernel->timers, request);
	serve_refuse(request);
}

const struct kernel_service serve_time = {.receive = receive, .cancel = cancel};

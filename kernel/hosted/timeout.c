#include "timeout.h"

#include <stdlib.h>

#include <uv.h>

#include "core/port.h"

struct timeout {
	uv_timer_t timer;
	void (*expired)(void *context);
	void *context;
};

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void on_timer(uv_timer_t *timer)
{
	struct timeout *timeout = timer->data;
	timeout_cancel(timeout);
	timeout->expired(timeout->context);
}

struct timeout *timeout_start(struct uv_loop_s *loop, uint32_t milliseconds,
			      void (*expired)(void *context), void *context)
{
	struct timeout *timeout = calloc(1, sizeof *timeout);
	if (timeout == NULL)
		return NULL;
	timeout->expired = expired;
	timeout->context = context;
	core_assert(uv_timer_init(loop, &timeout->timer) == 0);
	timeout->timer.data = timeout;
	/* The loop's time is that of its latest turn, which may be long ago. */
	uv_update_time(loop);
	core_assert(uv_timer_start(&timeout->timer, on_timer, milliseconds, 0) == 0);
	return timeout;
}

void timeout_cancel(struct timeout *timeout)
{
	if (timeout != NULL)
		uv_close((uv_handle_t *)&timeout->timer, on_closed);
}

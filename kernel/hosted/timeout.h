/*
 * timeout: one call in so many milliseconds, from the loop. Each is a record of its own that lives
 * until the loop has closed it, so that its user may go away at any time.
 */
#ifndef HOSTED_TIMEOUT_H
#define HOSTED_TIMEOUT_H

#include <stdint.h>

struct uv_loop_s;
struct timeout;

/* NULL where there is no memory. It is gone when `expired` is called. */
struct timeout *timeout_start(struct uv_loop_s *loop, uint32_t milliseconds,
			      void (*expired)(void *context), void *context);

/* NULL is ignored. */
void timeout_cancel(struct timeout *timeout);

#endif

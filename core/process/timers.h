/*
 * timers: requests that are answered when their time has come, earliest first. A binary heap; its
 * array grows by doubling, and each request knows its place in it.
 */
#ifndef PROCESS_TIMERS_H
#define PROCESS_TIMERS_H

#include "core/kernel.h"

struct timer {
	uint64_t deadline_ns;
	struct kernel_request *request;
};

/* Zeroed at first. */
struct timers {
	struct timer *heap;
	uint32_t count;
	uint32_t capacity;
};

/* STATUS_NO_MEMORY: the request is still the caller's. */
must_check enum status timers_add(struct timers *timers, uint64_t deadline_ns,
				  struct kernel_request *request);

/* Takes a request out that was added; it is the caller's again. */
void timers_remove(struct timers *timers, struct kernel_request *request);

/* Answers all whose deadline is `now_ns` or before with the time. */
void timers_fire(struct timers *timers, uint64_t now_ns);

/* The earliest deadline; UINT64_MAX where there is none. */
static inline uint64_t timers_next_ns(const struct timers *timers)
{
	return timers->count == 0 ? UINT64_MAX : timers->heap[0].deadline_ns;
}

/* No request may be left. */
void timers_reset(struct timers *timers);

#endif

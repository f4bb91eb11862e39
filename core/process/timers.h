/*
 * timers: requests that are answered when their time has come, and threads whose wait is over then,
 * earliest first. A binary heap; its array grows by doubling, and each of them knows its place.
 */
#ifndef PROCESS_TIMERS_H
#define PROCESS_TIMERS_H

#include <stdatomic.h>

#include "core/kernel.h"

struct thread;

/* Of a request, or of a thread that waits at an address (futex.h). */
struct timer {
	uint64_t deadline_ns;
	struct kernel_request *request;
	struct thread *thread;
};

/* Zeroed at first. */
struct timers {
	struct timer *heap;
	uint32_t count;
	uint32_t capacity;
	_Atomic uint64_t first_ns; /* for who does not hold the lock; 0 where there is none */
};

/* STATUS_NO_MEMORY: the request is still the caller's. */
must_check enum status timers_add(struct timers *timers, uint64_t deadline_ns,
				  struct kernel_request *request);

/* Takes a request out that was added; it is the caller's again. */
void timers_remove(struct timers *timers, struct kernel_request *request);

/* The same for the thread's wait. */
must_check enum status timers_add_thread(struct timers *timers, uint64_t deadline_ns,
					 struct thread *thread);
void timers_remove_thread(struct timers *timers, struct thread *thread);

/* Answers all whose deadline is `now_ns` or before with the time, and ends their waits. */
void timers_fire(struct timers *timers, uint64_t now_ns);

/* The earliest deadline; UINT64_MAX where there is none. */
static inline uint64_t timers_next_ns(const struct timers *timers)
{
	return timers->count == 0 ? UINT64_MAX : timers->heap[0].deadline_ns;
}

/* The same for who does not hold the lock; 0 where there is none. */
static inline uint64_t timers_glance_ns(const struct timers *timers)
{
	return atomic_load_explicit(&timers->first_ns, memory_order_relaxed);
}

/* No request may be left. */
void timers_reset(struct timers *timers);

#endif

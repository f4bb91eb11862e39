/*
 * The port's clocks. CLOCK_MONOTONIC stands still while the machine is suspended, which is what
 * deadlines of programs want.
 */
#include "core/port.h"

#include <time.h>

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;
	core_assert(clock_gettime(clock, &now) == 0);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t port_monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

uint64_t port_cpu_ns(void)
{
	return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t port_wall_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

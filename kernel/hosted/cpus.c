#include "cpus.h"

#include <sched.h>

#include "core/port.h"

static _Thread_local uint32_t own_number;

uint32_t port_cpu(void)
{
	return own_number;
}

/* The other CPU may be one that the host does not run at present. */
void port_cpu_relax(uint32_t tries)
{
	enum { TRIES_AT_ONCE = 128 };
	if (tries < TRIES_AT_ONCE)
		__builtin_ia32_pause();
	else
		sched_yield();
}

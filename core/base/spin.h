/*
 * spin: a lock that is held for an instant, by one CPU at a time. Who waits for it asks the port
 * what to do meanwhile (port_cpu_relax). It is not recursive, and zeroed at first.
 */
#ifndef BASE_SPIN_H
#define BASE_SPIN_H

#include <stdatomic.h>
#include <stdbool.h>

#include "core/port.h"

struct spin {
	atomic_bool is_held;
};

static inline void spin_lock(struct spin *spin)
{
	for (uint32_t tries = 0;
	     atomic_exchange_explicit(&spin->is_held, true, memory_order_acquire); tries++)
		while (atomic_load_explicit(&spin->is_held, memory_order_relaxed))
			port_cpu_relax(tries++);
}

static inline void spin_unlock(struct spin *spin)
{
	atomic_store_explicit(&spin->is_held, false, memory_order_release);
}

#endif

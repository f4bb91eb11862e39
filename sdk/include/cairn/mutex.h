/*
 * mutex: one thread at a time. Zeroed, it is free; it needs no destruction. Not recursive, and not
 * fair. A thread that ends while it holds one leaves it held: others wait for ever, or as long as
 * they have said.
 */
#ifndef CAIRN_MUTEX_H
#define CAIRN_MUTEX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct mutex {
	_Atomic uint32_t state; /* 0 free, 1 held, 2 held and others may wait */
};

void mutex_lock(struct mutex *mutex);
bool mutex_try_lock(struct mutex *mutex);

/* False where it was not free for so long. */
bool mutex_lock_within(struct mutex *mutex, int64_t ns);
void mutex_unlock(struct mutex *mutex);

#endif

/*
 * park: the two instructions that threads wait with, on words that are atomic.
 */
#ifndef SDK_PARK_H
#define SDK_PARK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { PARK_FOR_EVER = -1, PARK_ALL = INT32_MAX };

/* Waits until it is woken, while the word has that value. False where the time was up. */
static inline bool park(_Atomic uint32_t *word, uint32_t value, int64_t ns)
{
	enum { TIMED_OUT = 2 };
	return __builtin_wasm_memory_atomic_wait32((int *)(void *)word, (int)value, ns) !=
	       TIMED_OUT;
}

static inline void unpark(_Atomic uint32_t *word, uint32_t count)
{
	__builtin_wasm_memory_atomic_notify((int *)(void *)word, count);
}

#endif

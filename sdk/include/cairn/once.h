/*
 * once: what is done by whichever thread comes first, and is done when once_run returns. Zeroed at
 * first.
 */
#ifndef CAIRN_ONCE_H
#define CAIRN_ONCE_H

#include <stdatomic.h>
#include <stdint.h>

struct once {
	_Atomic uint32_t state; /* 0 nobody came, 1 being done, 2 done */
};

void once_run(struct once *once, void (*run)(void));

#endif

/*
 * watch: a watcher of the kernel's messages (core/trace.h), which holds what it is told against
 * what that header promises.
 */
#ifndef SIM_WATCH_H
#define SIM_WATCH_H

#include <stdbool.h>

#include "core/trace.h"

/* Forgets everything. NULL where this run is to do without. */
const struct kernel_trace *watch_reset(bool is_wanted);

/* After the kernel's end: all that was begun is over. */
void watch_check_end(void);

#endif

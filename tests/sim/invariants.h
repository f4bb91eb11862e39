/*
 * invariants: what must be true of a kernel between any two steps. invariants.c opens with the
 * list.
 */
#ifndef SIM_INVARIANTS_H
#define SIM_INVARIANTS_H

#include "kernel_state.h"

/* Walks all that the kernel holds; sim_fail names the number of whatever is broken. */
void invariants_check(struct kernel *kernel);

/* After the last process has done all that it can: nobody waits for anything that will not come. */
void invariants_check_rest(struct kernel *kernel);

/* Prints who is in which state, for a run that is replayed. */
void invariants_trace(struct kernel *kernel);

/* What a whole walk has counted last: for the trace. */
uint32_t invariants_live_messages(void);

#endif

/*
 * cpus: the CPUs of the simulated node, of which one makes a step at a time, in an order that comes
 * from the seed. The first one is the port's: it holds the kernel (kernel_hold) between its steps.
 */
#ifndef SIM_CPUS_H
#define SIM_CPUS_H

#include "kernel_state.h"
#include "sim.h"

/* Begins a run, and chooses how many CPUs its kernel has. */
void cpus_reset(uint64_t seed, struct kernel_settings *settings);

/* The kernel has been made; the first CPU holds it from now on. */
void cpus_use(struct kernel *kernel);

/* The port has something for the first CPU, which may sleep. */
void cpus_wake_first(void);

/* One step of one that is awake; false where all of them sleep. */
bool cpus_step(void);

/* Everybody leaves the kernel, before it is destroyed. */
void cpus_halt(void);

/* Nobody sleeps past what there is to do. */
void cpus_check_sleep(void);

#endif

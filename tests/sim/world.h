/*
 * world: one run of the simulator: a kernel, a few processes, a device of the port's, and a
 * schedule and faults that the seed decides.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdint.h>

/* Runs the seed to its end; sim_fail where something is wrong. */
void world_run(uint64_t seed);

#endif

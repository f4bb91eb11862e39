/*
 * sim: what the files of the simulator share: chance, the trace, and complaints. All of a run's
 * chance comes from one seed, so a seed is a run.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>

/* ---- Chance (splitmix64) ---- */

struct chance {
	uint64_t state;
};

uint64_t chance_next(struct chance *chance);

/* A number from 0 to `bound` - 1. */
uint32_t chance_below(struct chance *chance, uint32_t bound);

/* True in `percent` of 100 cases. */
bool chance_percent(struct chance *chance, uint32_t percent);

/* ---- The trace ---- */

extern bool sim_is_verbose;

/* Prints a line of the run, when it is replayed with --verbose. */
__attribute__((format(printf, 1, 2))) void sim_trace(const char *format, ...);

/* The run broke a promise: prints why, with seed and step, and ends the process. */
__attribute__((format(printf, 1, 2))) _Noreturn void sim_fail(const char *format, ...);

/* For sim_fail. */
extern uint64_t sim_seed;
extern uint64_t sim_step;

/* ---- The port's knobs ---- */

/* Begins a run: the clock stands at its start, and no memory is held. */
void sim_port_reset(uint64_t seed, uint32_t refuse_percent);
void sim_port_advance(uint64_t ns);

/* Whether allocations may be refused now. */
void sim_port_set_faults(bool on);

/* The CPU that runs; and what happens while one watches (cpus.c). */
extern uint32_t sim_cpu;
void sim_relax(void);

/* What was allocated and not released. */
uint64_t sim_port_live_bytes(void);

#endif

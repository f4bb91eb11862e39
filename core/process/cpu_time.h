/*
 * cpu_time: how long the threads of a process have had a CPU. Reading the clock costs as much as a
 * short turn, so it is read for a sample of the turns only, about one in 64, at random distances;
 * the others count as long as those are on the average. A turn that the port's timer has cut off is
 * long, and is taken for what it was. What the host gave to others meanwhile does not count.
 *
 *     cpu_time_begin -> (the turn) -> cpu_time_end, for each turn
 */
#ifndef PROCESS_CPU_TIME_H
#define PROCESS_CPU_TIME_H

#include "cpu.h"

/* Zeroed at first; the very first turn is of the sample. */
struct cpu_time {
	uint64_t turns; /* that were not cut off */
	uint64_t sampled_turns;
	uint64_t sampled_ns;
	uint64_t next_sample; /* when so many turns are over */
	uint64_t cut_off_ns;  /* of the turns that were */
};

/* Whether the turn that begins now is of the sample. */
static inline bool cpu_time_begin(struct cpu_time *time, struct cpu *cpu)
{
	bool is_sampled = time->turns++ == time->next_sample;
	if (__builtin_expect(is_sampled, false))
		cpu->cpu_read_ns = port_cpu_ns();
	return is_sampled;
}

void cpu_time_note(struct cpu_time *time, struct cpu *cpu, bool is_cut_off);

static inline void cpu_time_end(struct cpu_time *time, struct cpu *cpu, bool is_sampled)
{
	bool is_cut_off = cpu_is_interrupted(cpu);
	if (__builtin_expect(is_sampled | is_cut_off, false))
		cpu_time_note(time, cpu, is_cut_off);
}

/* All of it, as far as that is known. */
uint64_t cpu_time_ns(const struct cpu_time *time);

#endif

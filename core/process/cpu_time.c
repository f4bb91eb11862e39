#include "cpu_time.h"

enum {
	/* From one turn of the sample to the next: at least so many, and up to so many more. */
	SAMPLE_GAP = 32,
	SAMPLE_GAP_MORE = 64, /* a power of two */
	FRACTION_BITS = 8
};

/* A turn that was cut off began when a clock was read last, but for some short ones: when the
 * latest one was, by what it took at most. One that began with a look at the queue is known
 * exactly. */
void cpu_time_note(struct cpu_time *time, struct cpu *cpu, bool is_cut_off)
{
	uint64_t now = port_monotonic_ns();
	uint64_t cpu_now = port_cpu_ns();
	uint64_t read_ns = cpu->charged_ns > cpu->read_ns ? cpu->charged_ns : cpu->read_ns;
	uint64_t elapsed_ns = now - read_ns;
	uint64_t used_ns = cpu_now - cpu->cpu_read_ns;
	cpu->read_ns = now;
	cpu->cpu_read_ns = cpu_now;
	if (is_cut_off) {
		time->turns--;
		time->cut_off_ns += elapsed_ns < used_ns ? elapsed_ns : used_ns;
	} else {
		time->sampled_turns++;
		time->sampled_ns += used_ns;
	}
	/* The clock's last bits are random enough for not keeping step with what programs do. */
	if (!is_cut_off || time->next_sample < time->turns)
		time->next_sample = time->turns + SAMPLE_GAP + (now & (SAMPLE_GAP_MORE - 1));
}

uint64_t cpu_time_ns(const struct cpu_time *time)
{
	if (time->sampled_turns == 0)
		return time->cut_off_ns;
	uint64_t mean = (time->sampled_ns << FRACTION_BITS) / time->sampled_turns;
	return time->cut_off_ns + (mean * time->turns >> FRACTION_BITS);
}

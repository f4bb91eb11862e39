/*
 * cpu: what belongs to one CPU: which thread runs, which is next, which are ready. A thread that
 * was handed a notification runs next, on the CPU of who handed it, as soon as that one waits; so a
 * message and its answer never leave the caches. So that such pairs do not keep the others out, the
 * queue has its turn after a number of hand-overs.
 */
#ifndef PROCESS_CPU_H
#define PROCESS_CPU_H

#include <stdatomic.h>

#include "core/kernel.h"
#include "execution.h"
#include "kernel_limits.h"
#include "list.h"

struct cpu {
	struct thread *next; /* to run before the queue; NULL for nobody */
	struct list ready;   /* threads, longest ready first */
	struct thread *running;
	uint32_t handovers; /* since the queue had its turn */

	/* What kernel_interrupt may touch: set while the CPU is inside `resume`. */
	struct execution *_Atomic interruptible;
	atomic_bool was_interrupted;

	uint64_t read_ns; /* the clock, when it was read last */

	/* Scratch of send() and answer(): the parts of a body, checked. */
	struct wire_part parts[SEND_PARTS_MAX];
};

void cpu_init(struct cpu *cpu);

/* The thread may go on: at the end of the queue, or at once when the running thread waits. */
void cpu_ready(struct cpu *cpu, struct thread *thread);
void cpu_ready_next(struct cpu *cpu, struct thread *thread);

/* Takes a thread out that is ready, because it ends. */
void cpu_forget(struct cpu *cpu, struct thread *thread);

/* Who runs now; NULL when nobody is ready. */
struct thread *cpu_take(struct cpu *cpu);

/* Only a signal handler of this very CPU looks on: the order of the program is enough. */
static inline void cpu_set_interruptible(struct cpu *cpu, struct execution *execution)
{
	atomic_store_explicit(&cpu->interruptible, execution, memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
}

static inline bool cpu_is_interrupted(const struct cpu *cpu)
{
	return atomic_load_explicit(&cpu->was_interrupted, memory_order_relaxed);
}

/* Tells of an interrupt once. */
static inline bool cpu_take_interrupt(struct cpu *cpu)
{
	if (!cpu_is_interrupted(cpu))
		return false;
	atomic_store_explicit(&cpu->was_interrupted, false, memory_order_relaxed);
	return true;
}

static inline bool cpu_is_idle(const struct cpu *cpu)
{
	return cpu->next == NULL && list_is_empty(&cpu->ready);
}

#endif

/*
 * cpu: the CPUs that run a kernel, and which thread runs on which of them.
 *
 * A thread that was handed a notification runs next, on the CPU of who handed it, as soon as that
 * one waits; so a message and its answer never leave the caches. So that such pairs do not keep the
 * others out, the queue has its turn after a number of hand-overs, and when the CPU is interrupted.
 *
 * The queue is one for all CPUs: who has nothing to do takes from it, and a thread that becomes
 * ready while this CPU is busy brings another one in. It is fair (fair.h) twice over: among
 * processes, so that many threads are worth no more than one, and among the threads of each. Where
 * all CPUs run somebody, one that becomes ready interrupts the CPU whose thread is furthest ahead
 * of it, if that is by more than PREEMPT_LEAD_NS.
 *
 * Whoever was taken from the queue is charged for the CPU's time until the next one is: also for
 * those to whom it hands the CPU over. Who asks pays, and to tell them apart would need a look at
 * the clock for each message.
 *
 * The kernel's records are one CPU's at a time: the one that holds the kernel's lock (kernel->cpu).
 * It is given up while a program's own code runs, and taken where that calls the host. As long as
 * no second CPU was needed there is nobody to lock out, and it costs nothing.
 */
#ifndef PROCESS_CPU_H
#define PROCESS_CPU_H

#include <stdatomic.h>

#include "core/kernel.h"
#include "execution.h"
#include "kernel_limits.h"
#include "list.h"

enum cpu_state {
	CPU_BUSY,
	CPU_WATCHING, /* it has nothing to do, and looks at `is_called` for a moment */
	CPU_ASLEEP    /* it was, or will be, given back to the port, which wakes it */
};

/* What belongs to one CPU. But for what is marked, it is touched by who holds the kernel's lock. */
struct cpu {
	struct kernel *kernel;
	uint32_t number;
	enum cpu_state state;
	struct thread *next; /* to run before the queue; NULL for nobody */
	struct thread *running;
	uint32_t handovers; /* since the queue had its turn */

	struct thread *account; /* who is charged for the CPU's time; NULL for nobody */
	uint64_t charged_ns;    /* until when it was */

	bool has_lock;         /* its own alone */
	atomic_bool is_called; /* by another CPU, while CPU_WATCHING */

	/* What kernel_interrupt may touch: set while the CPU is inside `resume`. */
	struct execution *_Atomic interruptible;
	atomic_bool was_interrupted;
	atomic_bool is_recalled; /* the port wants the CPU back */

	uint64_t read_ns;     /* the monotonic clock, when it was read last */
	uint64_t cpu_read_ns; /* and that of CPU time */

	/* Scratch of send() and answer(): the parts of a body, checked. */
	struct wire_part parts[SEND_PARTS_MAX];
};

/* Makes the CPUs of a kernel's settings; STATUS_NO_MEMORY. */
must_check enum status cpu_create_all(struct kernel *kernel);
void cpu_destroy_all(struct kernel *kernel);

/* The thread may go on: by the queue, or at once when the running thread waits; where none runs,
 * nobody hands over anything, and it goes to the queue as well. */
void cpu_ready(struct cpu *cpu, struct thread *thread);
void cpu_ready_next(struct cpu *cpu, struct thread *thread);

/* It was interrupted: the same as cpu_ready, but it interrupts nobody. */
void cpu_ready_again(struct cpu *cpu, struct thread *thread);

/* Takes a thread out that is ready, because it ends. */
void cpu_forget(struct cpu *cpu, struct thread *thread);

/* The thread is destroyed, and has paid until now: who runs on the CPU pays from then on. */
void cpu_close_account(struct kernel *kernel, const struct thread *thread);

/* Charges the CPU's time until now; and closes the account, where what follows is nobody's. */
void cpu_charge(struct cpu *cpu, uint64_t now_ns);
void cpu_charge_last(struct cpu *cpu, uint64_t now_ns);

/* Who runs now; NULL when nobody is ready. */
struct thread *cpu_take(struct cpu *cpu);

/* Brings a CPU into the kernel soon, whatever it does. */
void cpu_call(struct cpu *cpu);

/* Something is there that only the first CPU does: what the port serves, ends, deadlines. */
void cpu_call_first(struct kernel *kernel);

/* A deadline was added: the first CPU must not sleep past it. */
void cpu_call_for_deadline(struct kernel *kernel);

/* The first CPU is about to need others: from now on the lock is one, and it has it. Only between
 * two threads, when it is known who has what. */
void cpu_become_parallel(struct cpu *cpu);

/* Waits a moment for other CPUs to bring something, without the lock; false where nothing came: the
 * CPU is asleep from then on. */
bool cpu_watch(struct cpu *cpu);

/* Nothing is ready for this CPU. */
bool cpu_is_idle(const struct cpu *cpu);

/* A signal handler of this very CPU looks on (the order of the program is enough), and other CPUs
 * that hold the lock. */
static inline void cpu_set_interruptible(struct cpu *cpu, struct execution *execution)
{
	atomic_store_explicit(&cpu->interruptible, execution, memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
}

/* Sets the flags that the running program and the kernel look at. */
void cpu_interrupt(struct cpu *cpu);

static inline bool cpu_is_interrupted(const struct cpu *cpu)
{
	return atomic_load_explicit(&cpu->was_interrupted, memory_order_relaxed);
}

/* Tells of an interrupt once; the queue has its turn then. */
static inline bool cpu_take_interrupt(struct cpu *cpu)
{
	if (!cpu_is_interrupted(cpu))
		return false;
	atomic_store_explicit(&cpu->was_interrupted, false, memory_order_relaxed);
	cpu->handovers = HANDOVERS_MAX;
	return true;
}

#endif

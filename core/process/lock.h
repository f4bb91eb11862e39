/*
 * lock: who is in the kernel. cpu.h says when.
 *
 * The functions of kernel.h that the port may call while programs run come through kernel_enter:
 * they may be called by a part of the port that serves a request, whose CPU has the lock already.
 */
#ifndef PROCESS_LOCK_H
#define PROCESS_LOCK_H

#include "kernel_state.h"

/* The CPU that calls this. */
static inline struct cpu *kernel_this_cpu(const struct kernel *kernel)
{
	return &kernel->cpus[kernel->is_parallel ? port_cpu() : 0];
}

/* The CPU does not have it. */
static inline void kernel_lock(struct kernel *kernel, struct cpu *cpu)
{
	if (kernel->is_parallel)
		spin_lock(&kernel->lock);
	cpu->has_lock = true;
	kernel->cpu = cpu;
}

static inline void kernel_unlock(struct kernel *kernel, struct cpu *cpu)
{
	cpu->has_lock = false;
	if (kernel->is_parallel)
		spin_unlock(&kernel->lock);
}

/* Around a program's own code: as long as there is one CPU, it keeps what nobody else wants. */
static inline void kernel_lend(struct kernel *kernel, struct cpu *cpu)
{
	if (kernel->is_parallel)
		kernel_unlock(kernel, cpu);
}

static inline void kernel_take_back(struct kernel *kernel, struct cpu *cpu)
{
	if (!cpu->has_lock)
		kernel_lock(kernel, cpu);
}

/* Takes the lock unless this CPU has it; true where it was taken, and kernel_leave gives it back.
 */
static inline bool kernel_enter(struct kernel *kernel)
{
	struct cpu *cpu = kernel_this_cpu(kernel);
	if (cpu->has_lock)
		return false;
	kernel_lock(kernel, cpu);
	return true;
}

static inline void kernel_leave(struct kernel *kernel, bool has_entered)
{
	if (has_entered)
		kernel_unlock(kernel, kernel_this_cpu(kernel));
}

#endif

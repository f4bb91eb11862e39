#include "cpu.h"

#include "lock.h"
#include "mem.h"
#include "thread.h"

enum status cpu_create_all(struct kernel *kernel)
{
	uint32_t count = kernel->settings.cpu_count == 0 ? 1 : kernel->settings.cpu_count;
	if (count > CPUS_MAX)
		count = CPUS_MAX;
	kernel->cpus = port_allocate(count * sizeof *kernel->cpus);
	if (kernel->cpus == NULL)
		return STATUS_NO_MEMORY;
	memset(kernel->cpus, 0, count * sizeof *kernel->cpus);
	for (uint32_t i = 0; i < count; i++) {
		kernel->cpus[i].kernel = kernel;
		kernel->cpus[i].number = i;
		kernel->cpus[i].state = i == 0 ? CPU_BUSY : CPU_ASLEEP;
	}
	kernel->cpu_count = count;
	kernel->cpu = kernel->cpus;
	return STATUS_OK;
}

void cpu_destroy_all(struct kernel *kernel)
{
	port_release(kernel->cpus, kernel->cpu_count * sizeof *kernel->cpus);
}

/* ---- Other CPUs ---- */

void cpu_interrupt(struct cpu *cpu)
{
	atomic_store(&cpu->was_interrupted, true);
	struct execution *execution =
	    atomic_load_explicit(&cpu->interruptible, memory_order_relaxed);
	if (execution != NULL)
		execution->kind->interrupt(execution);
}

void cpu_call(struct cpu *cpu)
{
	struct kernel *kernel = cpu->kernel;
	const struct kernel_settings *settings = &kernel->settings;
	switch (cpu->state) {
	case CPU_BUSY:
		cpu_interrupt(cpu);
		return;
	case CPU_WATCHING:
		cpu->state = CPU_BUSY;
		atomic_store_explicit(&cpu->is_called, true, memory_order_release);
		return;
	case CPU_ASLEEP:
		if (settings->wake == NULL || kernel->is_halted)
			return;
		if (!kernel->is_parallel) {
			kernel->wants_parallel = true;
			cpu_interrupt(kernel->cpu);
			return;
		}
		/* One that the port does not have stays asleep. */
		if (settings->wake(settings->wake_self, cpu->number))
			cpu->state = CPU_BUSY;
		return;
	}
}

void cpu_call_first(struct kernel *kernel)
{
	if (kernel->cpu->number != 0)
		cpu_call(&kernel->cpus[0]);
}

void cpu_call_for_deadline(struct kernel *kernel)
{
	if (kernel->cpus[0].state != CPU_BUSY)
		cpu_call_first(kernel);
}

/* There is more to run than this CPU will at once: one that has nothing to do comes in. */
static void share(struct cpu *cpu)
{
	struct kernel *kernel = cpu->kernel;
	uint32_t waiting = kernel->ready_count;
	if (cpu->running == NULL && waiting > 0 && cpu->next == NULL)
		waiting--;
	if (waiting == 0)
		return;
	struct cpu *asleep = NULL;
	for (uint32_t i = 0; i < kernel->cpu_count; i++) {
		struct cpu *other = &kernel->cpus[i];
		if (other == cpu || other->state == CPU_BUSY)
			continue;
		if (other->state == CPU_WATCHING) {
			cpu_call(other);
			return;
		}
		if (asleep == NULL)
			asleep = other;
	}
	if (asleep != NULL)
		cpu_call(asleep);
}

void cpu_become_parallel(struct cpu *cpu)
{
	struct kernel *kernel = cpu->kernel;
	core_assert(cpu->number == 0 && cpu->has_lock && !kernel->is_parallel);
	spin_lock(&kernel->lock);
	kernel->is_parallel = true;
	share(cpu);
}

bool cpu_watch(struct cpu *cpu)
{
	struct kernel *kernel = cpu->kernel;
	uint64_t end = port_monotonic_ns() + WATCH_NS;
	bool is_called = false;
	bool is_watching = false;
	for (uint32_t i = 0; i < kernel->cpu_count; i++)
		is_watching =
		    is_watching || (i != cpu->number && kernel->cpus[i].state == CPU_BUSY);
	if (is_watching) {
		atomic_store_explicit(&cpu->is_called, false, memory_order_relaxed);
		cpu->state = CPU_WATCHING;
		kernel_unlock(kernel, cpu);
		for (uint32_t tries = 0;
		     !is_called && (tries % 64 != 63 || port_monotonic_ns() < end); tries++) {
			port_cpu_relax(0);
			is_called = atomic_load_explicit(&cpu->is_called, memory_order_acquire);
		}
		kernel_lock(kernel, cpu);
		is_called = cpu->state == CPU_BUSY;
	}
	cpu->state = is_called ? CPU_BUSY : CPU_ASLEEP;
	return is_called;
}

/* ---- Threads that are ready ---- */

static void enqueue(struct kernel *kernel, struct thread *thread)
{
	list_append(&kernel->ready, &thread->of_queue);
	kernel->ready_count++;
}

static void dequeue(struct kernel *kernel, struct thread *thread)
{
	list_remove(&thread->of_queue);
	kernel->ready_count--;
}

void cpu_ready(struct cpu *cpu, struct thread *thread)
{
	thread->state = THREAD_READY;
	enqueue(cpu->kernel, thread);
	if (cpu->kernel->cpu_count > 1)
		share(cpu);
}

void cpu_ready_next(struct cpu *cpu, struct thread *thread)
{
	if (cpu->next != NULL) {
		cpu_ready(cpu, thread);
		return;
	}
	thread->state = THREAD_READY;
	cpu->next = thread;
}

void cpu_forget(struct cpu *cpu, struct thread *thread)
{
	struct kernel *kernel = cpu->kernel;
	if (list_is_linked(&thread->of_queue)) {
		dequeue(kernel, thread);
		return;
	}
	for (uint32_t i = 0; i < kernel->cpu_count; i++)
		if (kernel->cpus[i].next == thread)
			kernel->cpus[i].next = NULL;
}

static struct thread *choose(struct cpu *cpu)
{
	struct kernel *kernel = cpu->kernel;
	struct thread *thread = cpu->next;
	cpu->next = NULL;
	if (thread != NULL && (cpu->handovers < HANDOVERS_MAX || list_is_empty(&kernel->ready))) {
		cpu->handovers++;
		return thread;
	}
	if (thread != NULL)
		enqueue(kernel, thread);
	cpu->handovers = 0;
	if (list_is_empty(&kernel->ready))
		return NULL;
	thread = list_record(list_first(&kernel->ready), struct thread, of_queue);
	dequeue(kernel, thread);
	return thread;
}

struct thread *cpu_take(struct cpu *cpu)
{
	struct thread *thread;
	while ((thread = choose(cpu)) != NULL && thread->process->state == PROCESS_ENDING)
		thread->state = THREAD_STOPPED;
	return thread;
}

bool cpu_is_idle(const struct cpu *cpu)
{
	return cpu->next == NULL && cpu->running == NULL && list_is_empty(&cpu->kernel->ready);
}

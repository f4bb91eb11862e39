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

/* One that has nothing to do: it watches, or sleeps; NULL where all are busy. */
static struct cpu *find_idle(const struct cpu *cpu)
{
	const struct kernel *kernel = cpu->kernel;
	struct cpu *asleep = NULL;
	for (uint32_t i = 0; i < kernel->cpu_count; i++) {
		struct cpu *other = &kernel->cpus[i];
		if (other == cpu || other->state == CPU_BUSY)
			continue;
		if (other->state == CPU_WATCHING)
			return other;
		if (asleep == NULL)
			asleep = other;
	}
	return asleep;
}

/* There is more to run than this CPU will at once: one that has nothing to do comes in. False where
 * there is, and all are busy. */
static bool share(struct cpu *cpu)
{
	const struct kernel *kernel = cpu->kernel;
	uint32_t waiting = kernel->ready_count;
	if (cpu->running == NULL && waiting > 0 && cpu->next == NULL)
		waiting--;
	if (waiting == 0)
		return true;
	struct cpu *idle = find_idle(cpu);
	if (idle != NULL)
		cpu_call(idle);
	return idle != NULL;
}

void cpu_become_parallel(struct cpu *cpu)
{
	struct kernel *kernel = cpu->kernel;
	core_assert(cpu->number == 0 && cpu->has_lock && !kernel->is_parallel);
	spin_lock(&kernel->lock);
	kernel->is_parallel = true;
	(void)!share(cpu);
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

/* ---- Who is charged ---- */

void cpu_charge(struct cpu *cpu, uint64_t now_ns)
{
	struct thread *thread = cpu->account;
	uint64_t passed_ns = now_ns - cpu->charged_ns;
	cpu->charged_ns = now_ns;
	if (thread == NULL)
		return;
	fair_charge(&cpu->kernel->ready, &thread->process->share, passed_ns);
	fair_charge(&thread->process->ready, &thread->share, passed_ns);
}

void cpu_charge_last(struct cpu *cpu, uint64_t now_ns)
{
	cpu_charge(cpu, now_ns);
	cpu->account = NULL;
}

void cpu_close_account(struct kernel *kernel, const struct thread *thread)
{
	for (uint32_t i = 0; i < kernel->cpu_count; i++) {
		struct cpu *cpu = &kernel->cpus[i];
		if (cpu->account != thread)
			continue;
		cpu_charge(cpu, port_monotonic_ns());
		cpu->account = cpu->running;
	}
}

/* How far the one that the CPU's time is charged to is ahead of the thread: as processes, or as
 * threads of the same. */
static uint64_t lead_ns(const struct cpu *cpu, const struct thread *thread, uint64_t now_ns)
{
	const struct thread *other = cpu->account;
	bool is_own = other->process == thread->process;
	uint64_t used_ns = is_own ? other->share.used_ns : other->process->share.used_ns;
	uint64_t least_ns = is_own ? thread->share.used_ns : thread->process->share.used_ns;
	used_ns += now_ns - cpu->charged_ns;
	return used_ns > least_ns ? used_ns - least_ns : 0;
}

/* All CPUs are busy: the one that is furthest ahead gives way, unless one comes to the queue at
 * once. */
static void preempt(const struct kernel *kernel, const struct thread *thread)
{
	uint64_t now_ns = port_monotonic_ns();
	uint64_t most_ns = PREEMPT_LEAD_NS;
	struct cpu *furthest = NULL;
	for (uint32_t i = 0; i < kernel->cpu_count; i++) {
		struct cpu *cpu = &kernel->cpus[i];
		if (cpu->running == NULL || cpu->account == NULL || cpu_is_interrupted(cpu))
			continue;
		/* Who wakes a thread of its own process is about to wait for it, as a rule. */
		if (cpu == kernel->cpu && cpu->running->process == thread->process)
			continue;
		uint64_t lead = lead_ns(cpu, thread, now_ns);
		if (lead > most_ns) {
			most_ns = lead;
			furthest = cpu;
		}
	}
	if (furthest != NULL)
		cpu_interrupt(furthest);
}

/* ---- Threads that are ready ---- */

static void enqueue(struct kernel *kernel, struct thread *thread)
{
	struct process *process = thread->process;
	fair_add(&process->ready, &thread->share);
	if (!process->share.is_queued)
		fair_add(&kernel->ready, &process->share);
	kernel->ready_count++;
}

static void dequeue(struct kernel *kernel, struct thread *thread)
{
	struct process *process = thread->process;
	fair_remove(&process->ready, &thread->share);
	if (fair_is_empty(&process->ready))
		fair_remove(&kernel->ready, &process->share);
	kernel->ready_count--;
}

void cpu_ready_again(struct cpu *cpu, struct thread *thread)
{
	thread->state = THREAD_READY;
	enqueue(cpu->kernel, thread);
	if (cpu->kernel->cpu_count > 1)
		(void)!share(cpu);
}

/* The first of the queue is what a CPU takes that runs nobody. */
static bool is_first(const struct kernel *kernel, const struct thread *thread)
{
	return kernel->ready.first == &thread->process->share &&
	       thread->process->ready.first == &thread->share;
}

void cpu_ready(struct cpu *cpu, struct thread *thread)
{
	struct kernel *kernel = cpu->kernel;
	thread->state = THREAD_READY;
	enqueue(kernel, thread);
	bool is_taken = cpu->running == NULL && cpu->next == NULL && is_first(kernel, thread);
	if (!share(cpu) && !is_taken)
		preempt(kernel, thread);
}

void cpu_ready_next(struct cpu *cpu, struct thread *thread)
{
	if (cpu->next != NULL || cpu->running == NULL) {
		cpu_ready(cpu, thread);
		return;
	}
	thread->state = THREAD_READY;
	cpu->next = thread;
}

void cpu_forget(struct cpu *cpu, struct thread *thread)
{
	struct kernel *kernel = cpu->kernel;
	if (thread->share.is_queued) {
		dequeue(kernel, thread);
		return;
	}
	for (uint32_t i = 0; i < kernel->cpu_count; i++)
		if (kernel->cpus[i].next == thread)
			kernel->cpus[i].next = NULL;
}

/* Whoever had the CPU is charged before, which may change who is first. */
static struct thread *take_first(struct cpu *cpu)
{
	struct kernel *kernel = cpu->kernel;
	cpu_charge(cpu, port_monotonic_ns());
	struct process *process = list_record(fair_take(&kernel->ready), struct process, share);
	struct thread *thread = list_record(fair_take(&process->ready), struct thread, share);
	if (!fair_is_empty(&process->ready))
		fair_add(&kernel->ready, &process->share);
	kernel->ready_count--;
	cpu->account = thread;
	return thread;
}

static struct thread *choose(struct cpu *cpu)
{
	struct kernel *kernel = cpu->kernel;
	struct thread *thread = cpu->next;
	cpu->next = NULL;
	if (kernel->ready_count == 0)
		cpu->handovers = 0;
	if (thread != NULL && cpu->handovers < HANDOVERS_MAX) {
		cpu->handovers++;
		if (cpu->account == NULL)
			cpu->account = thread;
		return thread;
	}
	if (thread != NULL)
		enqueue(kernel, thread);
	cpu->handovers = 0;
	return kernel->ready_count == 0 ? NULL : take_first(cpu);
}

/* Apart from cpu_take, so that this costs nothing where a message is handed over. */
__attribute__((noinline)) static struct thread *take(struct cpu *cpu)
{
	struct thread *thread;
	while ((thread = choose(cpu)) != NULL && thread->process->state == PROCESS_ENDING)
		thread->state = THREAD_STOPPED;
	return thread;
}

struct thread *cpu_take(struct cpu *cpu)
{
	struct thread *thread = cpu->next;
	bool is_handed_over = thread != NULL && cpu->handovers < HANDOVERS_MAX &&
			      cpu->account != NULL && thread->process->state != PROCESS_ENDING;
	if (!is_handed_over)
		return take(cpu);
	cpu->next = NULL;
	cpu->handovers++;
	return thread;
}

bool cpu_is_idle(const struct cpu *cpu)
{
	return cpu->next == NULL && cpu->running == NULL && cpu->kernel->ready_count == 0;
}

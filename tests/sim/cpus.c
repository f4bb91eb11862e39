#include "cpus.h"

#include "lock.h"

enum { CPUS_OF_NODE_MAX = 3, RELAX_NS = 2000 };

static struct kernel *kernel;
static struct chance chance;
static uint64_t slept_until; /* the first deadline, when the first CPU fell asleep */

static bool wake(void *self, uint32_t number)
{
	if (number >= kernel->cpu_count || kernel->cpus[number].state != CPU_ASLEEP)
		sim_fail("CPU %u is woken, which does not sleep", number);
	sim_trace("  CPU %u wakes", number);
	return true;
}

void cpus_reset(uint64_t seed, struct kernel_settings *settings)
{
	chance = (struct chance){seed ^ 0x63707573};
	kernel = NULL;
	settings->cpu_count = 1 + chance_below(&chance, CPUS_OF_NODE_MAX);
	if (settings->cpu_count > 1)
		settings->wake = wake;
}

void cpus_use(struct kernel *used)
{
	kernel = used;
	kernel_hold(kernel);
}

void cpus_wake_first(void)
{
	kernel->cpus[0].state = CPU_BUSY;
}

/* ---- Steps ---- */

/* What kernel_run does at a time, by the CPU that has the lock. */
static bool step(struct cpu *cpu)
{
	if (cpu->number == 0 && kernel->wants_parallel && !kernel->is_parallel &&
	    chance_percent(&chance, 70))
		cpu_become_parallel(cpu);
	if (cpu->number != 0)
		sim_trace("  on CPU %u:", cpu->number);
	bool has_done = kernel_step(kernel);
	(void)!cpu_take_interrupt(cpu);
	if (cpu->running != NULL && (cpu->running->cpu != cpu || cpu->interruptible != NULL))
		sim_fail("CPU %u has left a thread that it does not know", cpu->number);
	return has_done;
}

/* It goes to sleep where it has nothing to do, and looks around before. */
static void run(struct cpu *cpu)
{
	if (kernel_run(kernel, 0) != (cpu->state == CPU_ASLEEP))
		sim_fail("CPU %u sleeps, and does not say so", cpu->number);
	if (cpu->number == 0)
		slept_until = timers_next_ns(&kernel->timers);
}

static void step_or_run(struct cpu *cpu)
{
	bool has_entered = kernel_enter(kernel);
	bool has_done = !chance_percent(&chance, 5) && step(cpu);
	kernel_leave(kernel, has_entered);
	if (!has_done)
		run(cpu);
}

/* The first one gives the kernel to the other, and gets it back. */
static void step_on(struct cpu *cpu)
{
	if (cpu->number == 0) {
		step_or_run(cpu);
		return;
	}
	kernel_let_go(kernel);
	sim_cpu = cpu->number;
	step_or_run(cpu);
	if (cpu->has_lock)
		sim_fail("CPU %u leaves with the kernel's lock", cpu->number);
	sim_cpu = 0;
	kernel_hold(kernel);
}

static struct cpu *choose(void)
{
	struct cpu *awake[CPUS_OF_NODE_MAX];
	uint32_t count = 0;
	for (uint32_t i = 0; i < kernel->cpu_count; i++)
		if (kernel->cpus[i].state == CPU_BUSY)
			awake[count++] = &kernel->cpus[i];
	return count == 0 ? NULL : awake[chance_below(&chance, count)];
}

bool cpus_step(void)
{
	struct cpu *cpu = choose();
	if (cpu == NULL)
		return false;
	step_on(cpu);
	return true;
}

/* A CPU watches: others go on meanwhile. */
void sim_relax(void)
{
	uint32_t watching = sim_cpu;
	sim_port_advance(RELAX_NS);
	struct cpu *cpu = chance_percent(&chance, 5) ? choose() : NULL;
	if (cpu == NULL)
		return;
	if (kernel->cpus[watching].has_lock || cpu->has_lock)
		sim_fail("CPU %u watches with the kernel's lock", watching);
	sim_cpu = cpu->number;
	bool has_entered = kernel_enter(kernel);
	step(cpu);
	kernel_leave(kernel, has_entered);
	sim_cpu = watching;
}

/* ---- Ends ---- */

void cpus_halt(void)
{
	kernel_halt(kernel);
	kernel_let_go(kernel);
	for (uint32_t i = 0; i < kernel->cpu_count; i++) {
		struct cpu *cpu = &kernel->cpus[i];
		sim_cpu = i;
		if (cpu->running == NULL)
			continue;
		bool has_entered = kernel_enter(kernel);
		step(cpu);
		kernel_leave(kernel, has_entered);
		if (cpu->running != NULL)
			sim_fail("CPU %u does not leave a thread when it is told to", i);
	}
	sim_cpu = 0;
}

static bool has_ended_process(void)
{
	list_for_each(link, &kernel->ending)
	{
		if (list_record(link, struct process, of_queue)->running_count == 0)
			return true;
	}
	return false;
}

void cpus_check_sleep(void)
{
	const struct cpu *first = &kernel->cpus[0];
	bool is_anybody_awake = false;
	for (uint32_t i = 0; i < kernel->cpu_count; i++) {
		const struct cpu *cpu = &kernel->cpus[i];
		is_anybody_awake = is_anybody_awake || cpu->state == CPU_BUSY;
		if (cpu->state != CPU_BUSY && (cpu->next != NULL || cpu->running != NULL))
			sim_fail("CPU %u sleeps, and has a thread to run", i);
	}
	if (first->state == CPU_ASLEEP &&
	    (has_ended_process() || exchange_has_passed(&kernel->exchange)))
		sim_fail("the first CPU sleeps, and others wait for it");
	if (first->state == CPU_ASLEEP && timers_next_ns(&kernel->timers) < slept_until)
		sim_fail("the first CPU sleeps past a deadline");
	if (!is_anybody_awake && (kernel->ready_count > 0 || !list_is_empty(&kernel->starting) ||
				  inspect_is_due(kernel)))
		sim_fail("all CPUs sleep, and there is something to do");
}

#include "cpus.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "core/port.h"
#include "preempt.h"

/* The kernel takes no more, and asks for no more. */
enum { COUNT_MAX = 64 };

struct host_cpu {
	struct cpus *cpus;
	uint32_t number;
	bool is_started;
	pthread_t thread;
	sem_t woken;
};

struct cpus {
	struct kernel *kernel;
	uint32_t count;
	atomic_bool is_stopped;
	uv_async_t wake_first;
	struct host_cpu all[COUNT_MAX];
};

static _Thread_local uint32_t own_number;

uint32_t port_cpu(void)
{
	return own_number;
}

/* The other CPU may be one that the host does not run at present. */
void port_cpu_relax(uint32_t tries)
{
	enum { TRIES_AT_ONCE = 128 };
	if (tries < TRIES_AT_ONCE)
		__builtin_ia32_pause();
	else
		sched_yield();
}

/* ---- Other CPUs ---- */

static void *run(void *argument)
{
	struct host_cpu *cpu = argument;
	struct kernel *kernel = cpu->cpus->kernel;
	own_number = cpu->number;
	/* Without a timer of its own a thread that spins keeps this CPU, until others call it. */
	bool has_timer = preempt_create(kernel) == STATUS_OK;
	while (!atomic_load(&cpu->cpus->is_stopped)) {
		if (has_timer)
			preempt_start();
		if (!kernel_run(kernel, UINT64_MAX))
			continue;
		if (has_timer)
			preempt_stop();
		while (sem_wait(&cpu->woken) != 0)
			core_assert(errno == EINTR);
	}
	if (has_timer)
		preempt_destroy();
	return NULL;
}

/* Signals for the process are the first thread's. */
static bool start(struct host_cpu *cpu)
{
	sigset_t all, before;
	sigfillset(&all);
	sigdelset(&all, preempt_signal());
	if (sem_init(&cpu->woken, 0, 0) != 0)
		return false;
	pthread_sigmask(SIG_SETMASK, &all, &before);
	cpu->is_started = pthread_create(&cpu->thread, NULL, run, cpu) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!cpu->is_started)
		sem_destroy(&cpu->woken);
	return cpu->is_started;
}

/* kernel_settings.wake: called by one CPU at a time. */
static bool wake(void *self, uint32_t number)
{
	struct cpus *cpus = self;
	struct host_cpu *cpu = &cpus->all[number];
	if (number == 0)
		return uv_async_send(&cpus->wake_first) == 0;
	if (!cpu->is_started)
		return start(cpu);
	return sem_post(&cpu->woken) == 0;
}

/* ---- From the first one ---- */

/* That the loop comes back is all that is wanted. */
static void on_wake(uv_async_t *handle)
{
}

/* As many as the host gives this process, or what CAIRN_CPUS says. */
static uint32_t count_of_host(void)
{
	cpu_set_t set;
	const char *wanted = getenv("CAIRN_CPUS");
	if (wanted != NULL && *wanted >= '1' && *wanted <= '9')
		return (uint32_t)strtoul(wanted, NULL, 10);
	if (sched_getaffinity(0, sizeof set, &set) != 0)
		return 1;
	return (uint32_t)CPU_COUNT(&set);
}

struct cpus *cpus_create(uv_loop_t *loop)
{
	struct cpus *cpus = calloc(1, sizeof *cpus);
	if (cpus == NULL)
		return NULL;
	cpus->count = count_of_host();
	if (cpus->count > COUNT_MAX)
		cpus->count = COUNT_MAX;
	for (uint32_t i = 0; i < cpus->count; i++) {
		cpus->all[i].cpus = cpus;
		cpus->all[i].number = i;
	}
	core_assert(uv_async_init(loop, &cpus->wake_first, on_wake) == 0);
	return cpus;
}

void cpus_offer(struct cpus *cpus, struct kernel_settings *settings)
{
	settings->cpu_count = cpus->count;
	settings->wake = wake;
	settings->wake_self = cpus;
}

void cpus_use(struct cpus *cpus, struct kernel *kernel)
{
	cpus->kernel = kernel;
}

void cpus_stop(struct cpus *cpus)
{
	if (cpus->kernel == NULL)
		return;
	atomic_store(&cpus->is_stopped, true);
	kernel_halt(cpus->kernel);
	for (uint32_t i = 1; i < cpus->count; i++) {
		struct host_cpu *cpu = &cpus->all[i];
		if (!cpu->is_started)
			continue;
		sem_post(&cpu->woken);
		pthread_join(cpu->thread, NULL);
		sem_destroy(&cpu->woken);
	}
}

void cpus_close(struct cpus *cpus)
{
	uv_close((uv_handle_t *)&cpus->wake_first, NULL);
}

void cpus_destroy(struct cpus *cpus)
{
	free(cpus);
}

#include "thread.h"

#include "lock.h"
#include "process.h"
#include "threads.h"

enum status thread_create(struct process *process, struct execution *execution, struct thread **out)
{
	if (process->thread_count >= process->party.limits->threads)
		return STATUS_LIMIT;
	struct thread *thread = budget_allocate(&process->party.records, sizeof *thread);
	if (thread == NULL)
		return STATUS_NO_MEMORY;
	*thread = (struct thread){.process = process, .execution = execution};
	waiter_init(&thread->waiter, &process->party);
	list_append(&process->threads, &thread->of_process);
	process->thread_count++;
	cpu_ready(process->kernel->cpu, thread);
	*out = thread;
	return STATUS_OK;
}

void thread_destroy(struct thread *thread)
{
	struct process *process = thread->process;
	core_assert(thread->state != THREAD_RUNNING);
	if (thread->state == THREAD_READY)
		cpu_forget(process->kernel->cpu, thread);
	if (thread->state == THREAD_PARKED)
		futex_forget(thread);
	cpu_close_account(process->kernel, thread);
	waiter_reset(&thread->waiter);
	call_abandon(thread);
	thread->execution->kind->destroy(thread->execution);
	list_remove(&thread->of_process);
	process->thread_count--;
	budget_release(&process->party.records, thread, sizeof *thread);
}

static enum execution_outcome resume(struct cpu *cpu, struct thread *thread)
{
	struct kernel *kernel = cpu->kernel;
	struct execution *execution = thread->execution;
	if (thread->call.is_answered) {
		enum wasm_host_result result = call_advance(thread);
		if (result == WASM_HOST_SUSPEND)
			return EXECUTION_SUSPENDED;
		call_finish(thread);
	}
	cpu_set_interruptible(cpu, execution);
	kernel_lend(kernel, cpu);
	enum execution_outcome outcome = execution->kind->resume(execution);
	/* One that suspends has kept the lock: it must not be resumed before it has left. */
	kernel_take_back(kernel, cpu);
	cpu_set_interruptible(cpu, NULL);
	return outcome;
}

static void arrive(struct cpu *cpu, struct thread *thread)
{
	cpu->running = thread;
	thread->cpu = cpu;
	thread->state = THREAD_RUNNING;
	thread->process->running_count++;
}

/* Whoever reaps the process waits for the last one. */
static void depart(struct cpu *cpu, struct thread *thread)
{
	struct process *process = thread->process;
	cpu->running = NULL;
	process->running_count--;
	if (process->state == PROCESS_ENDING)
		process_has_paused(process);
}

/* The program's first function returned, which ends the program (as main does in C), or that of a
 * thread. */
static void finish(struct thread *thread)
{
	if (thread->number != 0) {
		threads_end(thread);
		return;
	}
	thread->state = THREAD_STOPPED;
	process_exit(thread->process, 0);
}

void thread_run(struct cpu *cpu, struct thread *thread)
{
	struct process *process = thread->process;
	if (thread->state != THREAD_RUNNING)
		arrive(cpu, thread);
	bool is_sampled = cpu_time_begin(&process->cpu_time, cpu);
	enum execution_outcome outcome = resume(cpu, thread);
	cpu_time_end(&process->cpu_time, cpu, is_sampled);
	bool is_over = process->state == PROCESS_ENDING || thread->is_leaving;
	if (outcome == EXECUTION_RUNNING && !is_over)
		return;
	depart(cpu, thread);
	if (process->state == PROCESS_ENDING) {
		if (thread->state == THREAD_RUNNING)
			thread->state = THREAD_STOPPED;
		return;
	}
	if (thread->is_leaving) {
		threads_end(thread);
		return;
	}
	switch (outcome) {
	case EXECUTION_FINISHED:
		finish(thread);
		break;
	case EXECUTION_TRAPPED:
		thread->state = THREAD_STOPPED;
		process_trap(process, thread);
		break;
	case EXECUTION_SUSPENDED:
		core_assert(thread->state == THREAD_WAITING || thread->state == THREAD_CALLING ||
			    thread->state == THREAD_PARKED || thread->state == THREAD_READY);
		break;
	case EXECUTION_INTERRUPTED:
		cpu_ready_again(cpu, thread);
		break;
	case EXECUTION_RUNNING:
		break;
	}
}

void thread_fault(struct thread *thread, const char *text)
{
	struct process *process = thread->process;
	struct cpu *cpu = thread->cpu;
	depart(cpu, thread);
	cpu_set_interruptible(cpu, NULL);
	thread->state = THREAD_STOPPED;
	process_fault(process, text);
}

void thread_woken(struct waiter *waiter, int32_t result)
{
	struct thread *thread = list_record(waiter, struct thread, waiter);
	core_assert(thread->state == THREAD_WAITING);
	thread->slots[0] = (uint32_t)result;
	cpu_ready_next(thread->process->kernel->cpu, thread);
}

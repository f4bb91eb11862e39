#include "cpu.h"

#include "thread.h"

void cpu_init(struct cpu *cpu)
{
	cpu->next = NULL;
	cpu->running = NULL;
	cpu->handovers = 0;
	cpu->read_ns = 0;
	cpu_set_interruptible(cpu, NULL);
	atomic_store(&cpu->was_interrupted, false);
	list_init(&cpu->ready);
}

void cpu_ready(struct cpu *cpu, struct thread *thread)
{
	thread->state = THREAD_READY;
	list_append(&cpu->ready, &thread->of_queue);
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
	if (cpu->next == thread)
		cpu->next = NULL;
	else
		list_remove(&thread->of_queue);
}

struct thread *cpu_take(struct cpu *cpu)
{
	struct thread *thread = cpu->next;
	cpu->next = NULL;
	if (thread != NULL && (cpu->handovers < HANDOVERS_MAX || list_is_empty(&cpu->ready))) {
		cpu->handovers++;
		return thread;
	}
	if (thread != NULL)
		list_append(&cpu->ready, &thread->of_queue);
	cpu->handovers = 0;
	if (list_is_empty(&cpu->ready))
		return NULL;
	thread = list_record(list_first(&cpu->ready), struct thread, of_queue);
	list_remove(&thread->of_queue);
	return thread;
}

#include "futex.h"

#include "kernel_state.h"
#include "mem.h"
#include "process.h"

/* Other threads write there meanwhile. */
static uint64_t load(const uint8_t *at, uint32_t bytes)
{
	if (bytes == sizeof(uint32_t))
		return __atomic_load_n((const uint32_t *)(const void *)at, __ATOMIC_SEQ_CST);
	return __atomic_load_n((const uint64_t *)(const void *)at, __ATOMIC_SEQ_CST);
}

static enum wasm_host_result finish(uint64_t *slots, uint32_t result)
{
	slots[0] = result;
	return WASM_HOST_CONTINUE;
}

static uint64_t deadline_after(uint64_t timeout_ns)
{
	uint64_t deadline;
	bool is_never = __builtin_add_overflow(port_monotonic_ns(), timeout_ns, &deadline);
	return is_never ? UINT64_MAX : deadline;
}

enum wasm_host_result futex_wait(struct thread *thread, uint64_t *slots, uint32_t bytes)
{
	struct process *process = thread->process;
	struct futex_wait *wait = &thread->futex;
	struct execution_memory memory = thread_memory(thread);
	int64_t timeout_ns = (int64_t)slots[2];
	core_assert(slots[0] + bytes <= memory.size);
	if (load(memory.base + slots[0], bytes) != slots[1])
		return finish(slots, FUTEX_NOT_EQUAL);
	if (timeout_ns == 0)
		return finish(slots, FUTEX_TIMED_OUT);
	wait->has_timer = timeout_ns > 0;
	if (wait->has_timer &&
	    timers_add_thread(&process->kernel->timers, deadline_after((uint64_t)timeout_ns),
			      thread) != STATUS_OK) {
		thread->execution->kind->fail(thread->execution,
					      "no room for the deadline of a wait");
		return WASM_HOST_TRAP;
	}
	if (wait->has_timer)
		cpu_call_for_deadline(process->kernel);
	wait->address = slots[0];
	list_append(&process->futex_waits, &wait->of_process);
	thread->slots = slots;
	thread->state = THREAD_PARKED;
	return WASM_HOST_SUSPEND;
}

/* The wait is over; its timer is not among the others any more. */
static void wake(struct thread *thread, uint32_t result)
{
	list_remove(&thread->futex.of_process);
	thread->slots[0] = result;
	cpu_ready(thread->process->kernel->cpu, thread);
}

static void remove_timer(struct thread *thread)
{
	if (thread->futex.has_timer)
		timers_remove_thread(&thread->process->kernel->timers, thread);
}

uint32_t futex_notify(struct process *process, uint64_t address, uint32_t count)
{
	uint32_t woken = 0;
	struct list_link *next;
	for (struct list_link *link = list_first(&process->futex_waits);
	     link != NULL && woken < count; link = next) {
		struct thread *thread = list_record(link, struct thread, futex.of_process);
		next = link->next == &process->futex_waits.head ? NULL : link->next;
		if (thread->futex.address != address)
			continue;
		remove_timer(thread);
		wake(thread, FUTEX_WOKEN);
		woken++;
	}
	return woken;
}

void futex_time_out(struct thread *thread)
{
	wake(thread, FUTEX_TIMED_OUT);
}

void futex_forget(struct thread *thread)
{
	core_assert(thread->state == THREAD_PARKED);
	remove_timer(thread);
	list_remove(&thread->futex.of_process);
}

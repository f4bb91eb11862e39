/*
 * thread: one stack of execution inside a process, and what it waits for.
 *
 *     thread_create -> thread_run, whenever it is ready -> thread_destroy
 */
#ifndef PROCESS_THREAD_H
#define PROCESS_THREAD_H

#include "call_state.h"
#include "execution.h"
#include "fair.h"
#include "futex.h"
#include "inbox.h"
#include "kernel_limits.h"
#include "list.h"

struct cpu;
struct process;

enum thread_state {
	THREAD_READY,   /* in its CPU's queue, or next */
	THREAD_RUNNING, /* the CPU is inside it */
	THREAD_WAITING, /* inside wait() */
	THREAD_CALLING, /* inside a call of the kernel's in its name */
	THREAD_PARKED,  /* inside memory.atomic.wait */
	THREAD_STOPPED  /* it will not run again */
};

struct thread {
	struct waiter waiter;
	struct process *process;
	struct list_link of_process;
	struct fair_entry
	    share; /* of what its process gets; queued while it is ready, but not next */
	enum thread_state state;
	struct cpu *cpu;             /* while THREAD_RUNNING */
	struct execution *execution; /* owned */
	uint64_t *slots;             /* where the result of what it waits for goes */
	struct call_state call;

	/* threads.h */
	uint32_t number;
	bool is_leaving;                     /* it ends when it leaves its CPU */
	struct kernel_request *end_requests; /* wait-end, linked by their user pointers */
	struct futex_wait futex;
	uint32_t name_size;
	char name[THREAD_NAME_BYTES];
};

/* A ready thread of the process, on its account, which owns `execution` from then on. STATUS_LIMIT,
 * STATUS_NO_MEMORY. */
must_check enum status thread_create(struct process *process, struct execution *execution,
				     struct thread **out);

/* It must not be running. */
void thread_destroy(struct thread *thread);

/* Runs it on the CPU until it waits, is interrupted, or its process ends. The lock is given up
 * while its own code runs. */
void thread_run(struct cpu *cpu, struct thread *thread);

/* The running thread's code touched what it must not, and its frames on the CPU's stack are gone:
 * its process ends with a trap of that text. */
void thread_fault(struct thread *thread, const char *text);

/* Its wait() is over, with this result (exchange_hooks). */
void thread_woken(struct waiter *waiter, int32_t result);

static inline struct execution_memory thread_memory(const struct thread *thread)
{
	return thread->execution->kind->memory(thread->execution);
}

#endif

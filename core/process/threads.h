/*
 * threads: the threads of a process by their numbers: how further ones begin, how one of them ends,
 * and who is told of that. The one that began at `_start` has the number 0.
 */
#ifndef PROCESS_THREADS_H
#define PROCESS_THREADS_H

#include "core/kernel.h"
#include "kernel_limits.h"
#include "process.h"

/* Ends of threads that nobody has asked for yet: the newest are kept. */
struct thread_ends {
	uint32_t next;                     /* place of the next end */
	uint32_t numbers[THREAD_ENDS_MAX]; /* plus 1; 0 where there is none */
};

/*
 * Starts a thread in the export `wasi_thread_start`, with its number and the argument.
 * STATUS_NOT_FOUND where the program has no such entry or no shared memory; STATUS_LIMIT,
 * STATUS_NO_MEMORY.
 */
must_check enum status threads_spawn(struct process *process, uint64_t argument, uint32_t *number);

/* The running thread does not return to its program, and ends when it leaves its CPU. */
void threads_leave(struct thread *thread);

/* A thread has ended that runs no more, of a process that goes on; with the last one that ends too.
 */
void threads_end(struct thread *thread);

/* Answers a wait-end of the thread `waiting` now or later. */
void threads_wait_end(const struct thread *waiting, uint32_t number,
		      struct kernel_request *request);

/* Forgets a wait-end request. */
void threads_cancel(struct process *process, struct kernel_request *request);

/* What it keeps about the process is given back. */
void threads_reset(struct process *process);

#endif

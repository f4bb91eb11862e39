/*
 * thread: further threads of a program without a C library. All of them share its memory, and run
 * at the same time where there are several CPUs. Variables that are `_Thread_local` are each
 * thread's own.
 *
 *     static uint8_t memory[65536];
 *     struct thread worker;
 *     thread_start(&worker, work, &job, (struct thread_memory){memory, sizeof memory});
 *     thread_join(&worker);
 *
 * A program that uses this is compiled and linked for threads (THREADED in sdk/program.mk). The
 * rest of the SDK (loops, futures) belongs to the thread that uses it: two threads each have a loop
 * of their own, and no future goes from one to the other. System calls may be made by any thread.
 */
#ifndef CAIRN_THREAD_H
#define CAIRN_THREAD_H

#include <stddef.h>
#include <stdint.h>

#include <cairn/threads_calls.h>

/* What a thread has of its own: a stack, growing down from the end, and its thread-local
 * variables. It is the starter's again when the thread was joined. */
struct thread_memory {
	void *data;
	size_t size;
};

/* A little more than the frames of what the SDK calls itself, and a few thread-locals. */
enum { THREAD_MEMORY_MIN = 1024 };

enum thread_result {
	THREAD_STARTED,
	THREAD_NO_ENTRY, /* the program was not linked for threads */
	THREAD_LIMIT,    /* no more threads are allowed */
	THREAD_NO_ROOM,  /* its memory is too small */
	THREAD_FAILED    /* the system does not answer */
};

/* Lives until the thread was joined, or has begun where it never is. */
struct thread {
	void *stack_top;    /* where the entry in entry.c looks for them */
	void *thread_local; /* at these places */
	void (*run)(void *argument);
	void *argument;
	uint32_t number;
};

/* Calls run(argument) in a new thread. */
enum thread_result thread_start(struct thread *thread, void (*run)(void *argument), void *argument,
				struct thread_memory memory);

/* Waits for the end of a thread. CALL_OK, or what kept the system from telling. */
enum call_status thread_join(const struct thread *thread);

/* Ends the calling thread. The program goes on until its last thread has ended, or `_start` returns
 * or somebody ends the process. */
_Noreturn void thread_exit(void);

/* The calling thread's number; 0 is the one that began at `_start`. */
uint32_t thread_number(void);

/* How many threads can run at the same time. */
uint32_t thread_parallelism(void);

#endif

/*
 * What the programs of this folder share: memory for threads, and ends that tell a step by its
 * number.
 */
#ifndef THREADS_TOOLS_H
#define THREADS_TOOLS_H

#include <cairn/channel.h>
#include <cairn/condition.h>
#include <cairn/mutex.h>
#include <cairn/once.h>
#include <cairn/thread.h>
#include <cairn/time_calls.h>

#include "standard.h"

void _start(void);

enum { CREW_MAX = 32, STACK_BYTES = 16384 };

static uint8_t crew_memory[CREW_MAX][STACK_BYTES] __attribute__((aligned(16)));
static struct thread crew[CREW_MAX];

static inline struct thread_memory memory_of(uint32_t index)
{
	return (struct thread_memory){crew_memory[index], STACK_BYTES};
}

static inline void check(bool is_right, uint32_t step)
{
	if (!is_right)
		standard_exit(step);
}

/* Starts `count` threads, with their index as argument; a failure ends the program with `step`. */
static inline void start_crew(uint32_t count, void (*run)(void *argument), uint32_t step)
{
	for (uint32_t i = 0; i < count; i++)
		check(thread_start(&crew[i], run, (void *)(uintptr_t)i, memory_of(i)) ==
			  THREAD_STARTED,
		      step);
}

static inline void join_crew(uint32_t count, uint32_t step)
{
	for (uint32_t i = 0; i < count; i++)
		check(thread_join(&crew[i]) == CALL_OK, step);
}

#endif

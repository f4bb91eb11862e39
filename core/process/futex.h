/*
 * futex: threads of a process that wait at an address of its shared memory (memory.atomic.wait),
 * and who wakes them. The engine has checked the address. All of it happens while the kernel's
 * records are one CPU's alone, so between the comparison and the wait no notification is lost.
 */
#ifndef PROCESS_FUTEX_H
#define PROCESS_FUTEX_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wasm.h"
#include "list.h"

struct process;
struct thread;

/* The part of a thread that waits at an address. */
struct futex_wait {
	struct list_link of_process; /* longest waiting first */
	uint64_t address;
	bool has_timer;
	uint32_t timer_place; /* in the kernel's timers */
};

/* What a wait results in (threads proposal). */
enum { FUTEX_WOKEN, FUTEX_NOT_EQUAL, FUTEX_TIMED_OUT };

/*
 * Slots: the address, what is expected there in `bytes` bytes (4 or 8), and how long at most, in
 * nanoseconds; for ever where that is negative. The result goes into the first slot.
 */
enum wasm_host_result futex_wait(struct thread *thread, uint64_t *slots, uint32_t bytes);

/* Wakes at most `count` threads that wait there, the longest waiting first; tells how many. */
uint32_t futex_notify(struct process *process, uint64_t address, uint32_t count);

/* The time of a waiting thread is up (timers.h). */
void futex_time_out(struct thread *thread);

/* A waiting thread ends. */
void futex_forget(struct thread *thread);

#endif

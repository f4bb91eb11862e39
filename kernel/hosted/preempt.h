/*
 * preempt: a timer that takes long-running programs off the CPU. It counts the CPU time of the
 * thread that runs the kernel, so it costs nothing while nothing runs, and a busy machine does not
 * shorten a program's slice. Each thread that runs the kernel has one.
 *
 *     preempt_create -> preempt_start, preempt_stop ... -> preempt_destroy, on each ->
 * preempt_forget
 *
 * One kernel at a time: a signal handler has no other way to it than a global.
 */
#ifndef HOSTED_PREEMPT_H
#define HOSTED_PREEMPT_H

#include <stdint.h>

#include "core/kernel.h"

enum { PREEMPT_SLICE_NS = 10 * 1000 * 1000 };

/* Called on the thread that will call kernel_run. STATUS_LIMIT where the host has no timer left. */
must_check enum status preempt_create(struct kernel *kernel);

/* Before kernel_run, and before the thread goes to sleep. Both do nothing when it is so already. */
void preempt_start(void);
void preempt_stop(void);

void preempt_destroy(void);

/* No thread has a timer any more. */
void preempt_forget(void);

/* A real-time signal of our own, so that nobody else's handler is replaced. */
int preempt_signal(void);

#endif

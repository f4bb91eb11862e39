/*
 * glance: while programs run on the first CPU, its loop does not. So a timer asks every two
 * milliseconds whether the loop has something to do or a deadline has passed, and takes the program
 * off the CPU only then.
 *
 *     glance_create -> kernel_run, sleeping with glance_sleep_mask, ... -> glance_destroy
 *
 * All of it on the thread that runs the loop. The timer is never stopped in between: its signal is
 * blocked while the thread sleeps, and one that is blocked is not sent again. So sleeping and
 * waking cost no system call for it, and a node that sleeps is left asleep.
 */
#ifndef HOSTED_GLANCE_H
#define HOSTED_GLANCE_H

#include <signal.h>
#include <uv.h>

#include "core/kernel.h"

enum { GLANCE_NS = 2 * 1000 * 1000 };

/* STATUS_LIMIT where the host has no timer left. Both outlive it. */
must_check enum status glance_create(struct kernel *kernel, const uv_loop_t *loop);

/* The signals to block while the thread sleeps: those that it blocks anyhow, and the timer's. */
const sigset_t *glance_sleep_mask(void);

/* Whether libuv has yet to tell the host of a descriptor: it does so when it looks next. */
bool glance_has_untold(const uv_loop_t *loop);

void glance_destroy(void);

#endif

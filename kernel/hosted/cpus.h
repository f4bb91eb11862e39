/*
 * cpus: the CPUs that the port lends to the core: threads of the host. The first one is the thread
 * that creates the node and runs its loop; another one begins when the kernel first wakes it, and
 * sleeps whenever it has nothing to run.
 *
 *     cpus_create -> kernel_create with what cpus_offer says -> cpus_use -> ... -> cpus_stop ->
 *     kernel_destroy -> (the loop runs out) -> cpus_destroy
 */
#ifndef HOSTED_CPUS_H
#define HOSTED_CPUS_H

#include <uv.h>

#include "core/kernel.h"

struct cpus;

/* As many as the host gives this process, or the environment's CAIRN_CPUS says. NULL: out of
 * memory. */
struct cpus *cpus_create(uv_loop_t *loop) must_check;

/* Fills in what the kernel has to know of them. */
void cpus_offer(struct cpus *cpus, struct kernel_settings *settings);
void cpus_use(struct cpus *cpus, struct kernel *kernel);

/* Halts the kernel; when it returns, no other thread is inside it. */
void cpus_stop(struct cpus *cpus);

/* Closes its handle of the loop; the struct lives until cpus_destroy. */
void cpus_close(struct cpus *cpus);
void cpus_destroy(struct cpus *cpus);

#endif

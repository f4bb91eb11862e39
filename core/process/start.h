/*
 * start: how a process comes from a CID to its first instruction:
 *
 *     start_encoded: the pid is there, and messages for it may be held
 *     start_step: its blocks are taken from the CAR of boot programs, or asked of `loader`
 * (fetch.h); then its code is loaded, unless some process runs it already; then the engine makes
 * its instance and its first thread
 *
 * Whatever fails on the way is the process's end, with a fault of one line.
 */
#ifndef PROCESS_START_H
#define PROCESS_START_H

#include "process.h"

/* kernel_start with rights, which are shared, in place of start->grants. STATUS_DENIED while the
 * kernel is being destroyed. */
must_check enum status start_with_rights(struct kernel *kernel, const struct kernel_start *start,
					 struct rights *rights, struct process **out);

/* The same with arguments and environment that are encoded already; consumed on success. */
must_check enum status start_encoded(struct kernel *kernel, const struct cid *program,
				     struct rights *rights, struct startup *startup,
				     struct process **out);

/* The next step of a process in kernel->starting. */
void start_step(struct process *process);

#endif

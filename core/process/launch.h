/*
 * launch: the routes that hold for one start and all that comes of it (kernel_start.handlers). Its
 * processes share it: those that were started keep it, the handlers that were started for it do
 * not: they are killed when the last one that keeps it has ended, and then it is freed.
 *
 *     launch_create -> launch_join ... -> launch_leave, once for each that has joined
 */
#ifndef PROCESS_LAUNCH_H
#define PROCESS_LAUNCH_H

#include "core/kernel.h"
#include "list.h"

struct process;

struct launch {
	struct list stops;    /* by of_route, in the order in which they were named */
	struct list handlers; /* by of_bucket */
	struct list members;  /* processes, by of_launch */
	uint32_t keepers;
};

/* STATUS_INVALID where an interface cannot be given away, or one program is named for it twice;
 * STATUS_LIMIT, STATUS_NO_MEMORY. */
must_check enum status launch_create(struct kernel *kernel, const struct kernel_start *start,
				     struct launch **out);

/* A launch that nobody has joined. */
void launch_destroy(struct launch *launch);

/* The process has sent nothing yet. */
void launch_join(struct launch *launch, struct process *process, bool keeps);

/* A process that ends; nothing where it is of no launch. */
void launch_leave(struct process *process);

#endif

/*
 * children: what a process remembers of those that it started, until it has asked how they ended.
 * The records are on the starter's account; a child whose starter ends goes on by itself.
 */
#ifndef PROCESS_CHILDREN_H
#define PROCESS_CHILDREN_H

#include "core/kernel.h"
#include "list.h"
#include "process.h"

struct child {
	struct id_entry of_starter;     /* by pid */
	struct process *process;        /* NULL once it has ended */
	struct kernel_request *waiting; /* wait-end requests, linked by their user pointers */
	enum kernel_end_cause cause;
	uint32_t code;
	struct fault fault;
};

/* Takes a new child down. STATUS_LIMIT, STATUS_NO_MEMORY. */
must_check enum status children_add(struct process *starter, struct process *process);

/* The starter's record of that pid, or NULL. */
struct child *children_find(const struct process *starter, uint64_t pid);

/* The starter ends: its records go, its children stay. */
void children_orphan(struct process *starter);

/* The process ends: its starter's record takes that down, and who waits is answered. */
void children_tell_end(struct process *process);

/* Answers a wait-end now or later. */
void children_wait_end(struct process *starter, struct child *child,
		       struct kernel_request *request);

/* Forgets a wait-end request, of whichever child it is. */
void children_cancel(struct process *starter, struct kernel_request *request);

#endif

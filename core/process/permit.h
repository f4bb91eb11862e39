/*
 * permit: what processes may do, as far as it takes more than ipc/rights.h: the port's stored
 * decisions, a person's changes of mind, and what the operator is told of refusals.
 */
#ifndef PROCESS_PERMIT_H
#define PROCESS_PERMIT_H

#include "rights.h"
#include "text.h"

struct kernel;
struct party;
struct process;

/* Lines about refusals that a process is responsible for. */
struct refusals {
	uint64_t next_ns; /* no line before */
	uint64_t untold;  /* since the last one */
	uint32_t news;    /* lines about one more interface, which did not wait for their time */
};

/* The rights of a process of that program; terms->program is found here. STATUS_INVALID for stored
 * decisions that are none, STATUS_LIMIT, STATUS_NO_MEMORY. */
must_check enum status permit_create(struct kernel *kernel, const struct cid *program,
				     const struct rights_terms *terms, struct rights **out);

/* The same where the user starts it with those options, shared, which may be NULL. */
must_check enum status permit_launch(struct kernel *kernel, const struct cid *program,
				     struct grant_set *options, struct rights **out);

/* Of exchange_hooks. */
void permit_refused(struct party *sender, const struct digest *interface,
		    const struct judgement *judgement);
void permit_used(struct party *sender, const struct digest *interface, const struct grant *grant);

/* Tells the policy what happened to a process. */
void permit_observe(const struct process *process, const struct kernel_observation *observation);

/* ---- Words ---- */

/* What the user calls the program; false where he has no name for it. */
bool permit_petname(const struct kernel *kernel, const struct cid *program,
		    char out[KERNEL_PETNAME_BYTES]);

/* False for an interface that this node has no words for. */
bool permit_interface_words(const struct kernel *kernel, const struct digest *interface,
			    struct kernel_words *out);

#endif

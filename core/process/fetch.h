/*
 * fetch: the blocks of a program. They come from the CAR of boot programs where that has them, else
 * from whoever handles `loader`, by messages in the name of the process that is being started, at
 * most DAG_WALK_AHEAD at a time. Nobody is trusted: dag.h checks everything.
 */
#ifndef PROCESS_FETCH_H
#define PROCESS_FETCH_H

#include "core/dag.h"
#include "process.h"

/* A block that was asked for. */
struct asked_block {
	struct list_link of_fetch;
	struct process *process;
	struct cid cid;
	struct message *answer; /* NULL until it is there */
};

struct fetch {
	struct dag_walk *walk;
	bool is_from_boot;
	bool starts_over;     /* when nothing is under way any more */
	struct list asked;    /* blocks that are under way */
	struct list answered; /* blocks whose answer waits to be looked at */
	struct list refused;  /* blocks to be asked for again when there is room */
};

/* Begins, or takes what has come and asks for more. The process comes back into kernel->starting
 * when there are answers. */
must_check enum status fetch_step(struct process *process, struct fault *fault);

bool fetch_is_complete(const struct process *process);

/* The program's bytes, until fetch_destroy. */
struct wasm_name fetch_file(const struct process *process);

/* It has failed, or its file was of no use for want of memory: the next step begins it again, as
 * soon as what is under way has come. Nothing where there is none. */
void fetch_start_over(struct process *process);

/* Ends it, whole or not; nothing where there is none. */
void fetch_destroy(struct process *process);

#endif

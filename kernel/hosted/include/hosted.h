/*
 * hosted: a node of Cairn inside one process of Linux, on the thread that creates it and those that
 * it starts for further CPUs. It owns the kernel, an event loop and the interfaces of the platform:
 * `terminal` (this process's standard streams) and `blocks` (the store).
 *
 *     hosted_guard_streams (first of all) -> hosted_create -> hosted_run -> hosted_destroy
 *
 * There is at most one node in a process at a time, as there is one set of standard streams. While
 * it lives it handles SIGINT, SIGTERM and SIGHUP (where they are not ignored) and ignores SIGPIPE.
 */
#ifndef HOSTED_H
#define HOSTED_H

#include <stdbool.h>

#include "core/kernel.h"

struct hosted;
struct store;

struct hosted_settings {
	struct store *store; /* outlives the node */
	bool is_quiet;       /* log nothing but errors */
	uint32_t cpu_count;  /* CPUs that programs run on; 0: as many as the host has */
	const struct kernel_trace *trace; /* who watches the messages, or NULL; outlives the node */

	/* Programs that handle interfaces beside those of the boot image. */
	const struct kernel_handler *handlers;
	uint32_t handler_count;
};

/* Keeps the numbers of standard streams that are closed from being given to other files; called
 * before anything is opened. */
void hosted_guard_streams(void);

must_check enum status hosted_create(const struct hosted_settings *settings, struct hosted **out,
				     struct fault *fault);
void hosted_destroy(struct hosted *hosted);

/* How a program ended, as the kernel tells it, and what it was told to end by. */
struct hosted_end {
	enum kernel_end_cause cause;
	enum status status; /* of a start that failed */
	uint32_t code;
	int signal; /* that the user ended it with, or 0 */
	struct fault fault;
	char *backtrace; /* lines of text, or NULL */
};

/*
 * Starts a program and runs the node until it has ended. SIGINT, SIGTERM and SIGHUP kill it; a
 * second one ends the whole process at once. `ended` and `context` of `start` are not used.
 */
must_check enum status hosted_run(struct hosted *hosted, const struct kernel_start *start,
				  struct hosted_end *end);
void hosted_end_release(struct hosted_end *end);

#endif

/*
 * hosted: a node of Cairn on Linux, on the thread that creates it, and those that it
 * starts for further CPUs. It owns the kernel, an event
 * loop, the interfaces of the platform, and a socket at which commands ask it to run programs: it
 * takes over their streams and reads and writes for the programs that they start.
 *
 *     hosted_guard_streams (first of all) -> hosted_create -> hosted_run -> hosted_destroy
 *
 * There is at most one node in a process at a time. While it lives it handles SIGINT, SIGTERM and
 * SIGHUP (where they are not ignored): the first ends it in order, a second one at once. It ignores
 * SIGPIPE.
 */
#ifndef HOSTED_H
#define HOSTED_H

#include <stdbool.h>

#include "core/kernel.h"

struct hosted;
struct store;

struct hosted_settings {
	struct store *store; /* outlives hosted_run */
	const char *home;    /* for the files of the log; NULL keeps none */

	/* Where commands connect, and the first of them, or -1. Taken over. */
	int listener;
	int first_client;

	bool stays; /* when its last client has gone */

	/* Called by hosted_destroy when the node does not touch the home any more, before the
	 * last command is told how its program ended; or NULL. */
	void (*let_go)(void *context);
	void *context;
};

/* Keeps the numbers of standard streams that are closed from being given to other files; called
 * before anything is opened. */
void hosted_guard_streams(void);

/* False for a standard stream (0, 1, 2) that was closed when this process began. */
bool hosted_has_stream(int fd);

must_check enum status hosted_create(const struct hosted_settings *settings, struct hosted **out,
				     struct fault *fault);

/* Until a signal or a command ends it, or its last client has gone. */
void hosted_run(struct hosted *hosted);

/* Tells the commands, ends what runs, and frees everything. */
void hosted_destroy(struct hosted *hosted);

#endif

/*
 * watch: tells the owners of many descriptors when those are ready: one epoll set, which is itself
 * a single handle of libuv's loop.
 *
 *     watch_create -> watch_add, watch_remove ... -> watch_close -> the loop runs -> watch_destroy
 *
 * A descriptor is put into the set once and stays there until it is removed: it is told when it
 * becomes ready (edge-triggered), not as long as it is. So waiting costs no system call, and one
 * that nobody waits for costs nothing; its owner remembers that it is ready. libuv ends the process
 * when the host refuses to watch a descriptor; here that is an error.
 */
#ifndef HOSTED_WATCH_H
#define HOSTED_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"

struct uv_loop_s;
struct watch;

struct watched {
	int fd;
	bool is_added;
	void (*ready)(struct watched *watched, uint32_t events); /* EPOLL* */
	struct watched *next;                                    /* of those that are told soon */
	struct watched **link;
};

/* STATUS_NO_MEMORY, STATUS_LIMIT where no descriptor is left. */
must_check enum status watch_create(struct uv_loop_s *loop, struct watch **out);

/* From now on `ready` is called from the loop, first of all where it is ready already. It may add
 * and remove any. 0, or a negative errno. One that was added is left as it is. */
must_check int watch_add(struct watch *watch, struct watched *watched);

/* Calls `ready` without events from a turn of the loop to come, that is, when no program can run;
 * one such a turn. */
void watch_soon(struct watch *watch, struct watched *watched);

/* To be called before the descriptor is closed. */
void watch_remove(struct watch *watch, struct watched *watched);

/* Nothing may be in the set any more. */
void watch_close(struct watch *watch);
void watch_destroy(struct watch *watch);

#endif

/*
 * handlers: the programs that handle interfaces, and how each is started: by the first message for
 * it, under which name, with which grants, and how often. A program has one record for the node's
 * routing, and one for each launch that has routes of its own.
 *
 *     handlers_init -> handlers_make, handlers_pin ... -> handlers_reset
 *
 * A record goes with the last stop of its program, unless it is pinned.
 */
#ifndef PROCESS_HANDLERS_H
#define PROCESS_HANDLERS_H

#include <stdbool.h>

#include "core/cid.h"
#include "grants.h"
#include "kernel_limits.h"
#include "list.h"
#include "stop.h"

struct kernel;
struct launch;

struct handler {
	struct list_link of_bucket; /* of the node's, or of `launch` */
	struct kernel *kernel;
	struct launch *launch; /* whose routes it stands in; NULL: the node's */
	struct cid cid;
	struct list stops; /* by of_program */

	/* How the kernel or the port names it; without a name it is called by its CID. */
	bool is_pinned;
	char name[CID_TEXT_BYTES];
	struct grant_set *grants; /* NULL: none of its own */
	bool is_boot;             /* it comes with the kernel */
	uint64_t terminal;        /* the port's */

	/* When it was started last, a ring. */
	uint64_t starts_ns[HANDLER_STARTS_MAX];
	uint32_t start_count;
	bool is_held_back; /* and the operator has been told */
};

enum { HANDLER_BUCKETS = 256 };

/* By the first byte of the CID's hash. */
struct handlers {
	struct list buckets[HANDLER_BUCKETS];
};

void handlers_init(struct handlers *handlers);
void handlers_reset(struct handlers *handlers);

/* The node's record of the program, or NULL. */
struct handler *handlers_find(struct handlers *handlers, const struct cid *program);

/* The same, made where there is none. STATUS_NO_MEMORY. */
must_check enum status handlers_make(struct kernel *kernel, const struct cid *program,
				     struct handler **out);

/* A record for a launch's routes, in no bucket; the caller frees it by handler_destroy. */
must_check enum status handler_create(struct kernel *kernel, const struct cid *program,
				      struct handler **out);

/* Frees it when no stop is left; the caller has taken it out of its bucket, if it was in one. */
void handler_destroy(struct handler *handler);

/* Keeps the record whether or not it has stops, under that name (with a terminating zero), and
 * takes over the grants. One that is pinned keeps what it has. */
void handlers_pin(struct handler *handler, const char *name, struct grant_set *grants);

/* Frees the node's record unless it is pinned or has stops. */
void handlers_release(struct handler *handler);

/* Forgets how often it was started: somebody has just decided that it is to handle something. */
void handlers_forgive(struct handler *handler);

/* Starts the program that handles the stop (exchange_hooks): one process for all of its stops where
 * nobody is. STATUS_LIMIT where it was started too often lately. */
enum status handlers_start(struct exchange *exchange, struct stop *stop);

static inline struct handler *handler_of_stop(const struct stop *stop)
{
	return list_record(stop->program, struct handler, cid);
}

#endif

/*
 * handles: what processes have open at a service, each under a number of its process's own. A
 * number is never given twice, so that a closed one leads nowhere; another process's leads nowhere
 * either.
 *
 *     handles_init -> handles_add, handles_find, handles_remove ... -> handles_end of each process
 *     -> handles_reset
 *
 * The entries lie in the caller's records.
 */
#ifndef HOSTED_HANDLES_H
#define HOSTED_HANDLES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"

struct handle_owner;

struct handle {
	uint64_t number;
	struct handle_owner *owner; /* NULL while it is in no table */
};

struct handles {
	struct handle_owner *owners;
	struct handle_owner *latest; /* that was looked for; most requests come in rows */
	uint32_t each_max;           /* handles of one process */
};

void handles_init(struct handles *handles, uint32_t each_max);

/* Nothing may be open any more. */
void handles_reset(struct handles *handles);

/* Gives the handle a number. STATUS_LIMIT where the process has as many as it may,
 * STATUS_NO_MEMORY. */
must_check enum status handles_add(struct handles *handles, uint64_t process,
				   struct handle *handle);

/* Whether another one could be added. */
bool handles_has_room(const struct handles *handles, uint64_t process);

/* NULL where the process has nothing open under that number. */
struct handle *handles_find(struct handles *handles, uint64_t process, uint64_t number);

void handles_remove(struct handles *handles, struct handle *handle);

/* A number that the service keeps about the process; 0 at first. */
uint64_t *handles_account(const struct handle *handle);

/* Calls `close` with each handle of the process, which must remove it, and forgets the process. */
void handles_end(struct handles *handles, uint64_t process,
		 void (*close)(void *self, struct handle *handle), void *self);

/* The same for all processes. */
void handles_end_all(struct handles *handles, void (*close)(void *self, struct handle *handle),
		     void *self);

#endif

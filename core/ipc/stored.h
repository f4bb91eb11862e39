/*
 * stored: what the user has decided about programs, as far as it is in use: a record for each
 * program that runs, or whose rights still bind somebody. The port keeps the decisions themselves
 * (struct kernel_policy), and is asked for those of a program when its record is made.
 *
 *     stored_init -> stored_open (what it finds is empty at first: fill `decisions`) ->
 *     stored_share ... -> stored_release, once for each holder -> stored_reset
 */
#ifndef IPC_STORED_H
#define IPC_STORED_H

#include "core/cid.h"
#include "grants.h"
#include "list.h"

enum { STORED_BUCKETS = 4096 };

struct stored_program {
	struct list_link of_bucket;
	uint32_t references;
	struct cid cid;
	struct decisions decisions; /* one that was taken back stays, KERNEL_UNDECIDED */
	bool is_lost;               /* a denial could not be kept: all is denied */
	struct list rights;         /* of its processes, and of their ends' (rights.h) */
};

/* By the first bytes of the CID's hash. */
struct stored {
	struct list buckets[STORED_BUCKETS];
	uint64_t sequence; /* of the latest decision */
};

void stored_init(struct stored *stored);

/* All records must have been released. */
void stored_reset(struct stored *stored);

/* The record of the program, or NULL. */
struct stored_program *stored_find(struct stored *stored, const struct cid *program);

/* The same, shared, and made where there is none. STATUS_NO_MEMORY. */
must_check enum status stored_open(struct stored *stored, const struct cid *program,
				   struct stored_program **out, bool *is_new);

struct stored_program *stored_share(struct stored_program *program);
void stored_release(struct stored_program *program);

#endif

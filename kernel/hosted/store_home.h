/*
 * store_home: what the files of the store share: its folder, the faults that name it, and blocks
 * that somebody else checks.
 */
#ifndef HOSTED_STORE_HOME_H
#define HOSTED_STORE_HOME_H

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "store.h"

struct database;

struct store {
	char home[STORE_HOME_BYTES];
	atomic_bool is_swept;     /* of what killed writers left behind */
	struct database *records; /* NULL until a record is used */
};

struct store_path {
	char text[PATH_MAX];
};

/* HOME/folder/name. Neither is longer than a CID and a time, so it always fits. */
struct store_path store_home_path(const struct store *store, const char *folder, const char *name);

/* Creates a home, and what is above it. False, and errno, where that failed. */
bool store_home_make(const char *home);

/* Creates the home (and what is above it) and the folders in it, but for those that are there. */
must_check enum status store_home_create(const struct store *store, struct fault *fault);

/* Moves a file of the home to damaged/ under `name`; false where it could not. */
bool store_home_set_aside(const struct store *store, const struct store_path *path,
			  const char *name);

/* A fault: `what`, the system's reason where `error` is not 0, and the home. */
enum status store_home_fault(const struct store *store, enum status status, const char *what,
			     int error, struct fault *fault);

/* Like store_get, but for the check of the hash: the caller checks it, and says so when it is not
 * the block's. Both are in store.c. */
must_check enum status store_block_read(struct store *store, const struct cid *cid,
					struct store_block *block, struct fault *fault);

/* Moves a block whose bytes are wrong out of the way; returns STATUS_CORRUPT and the fault. */
enum status store_block_set_aside(struct store *store, const struct cid *cid, struct fault *fault);

/* Closes the database where it is open; in store_record.c. */
void store_record_close(struct store *store);

#endif

/*
 * database: one SQLite file of the home, which other processes may use at the same time.
 *
 *     a zeroed struct with `home` and `kind` -> database_run ... -> database_close
 *
 * SQLite must not have its file moved while anybody has it open: a process would go on with the old
 * file and the new log. So whoever uses the database holds a shared lock on the file NAME.lock, and
 * what is unusual (no database yet, a damaged one) is settled under an exclusive one, after which
 * it is opened like any other. A damaged file is moved to damaged/ under a name with the time,
 * named in the log, and begun anew.
 */
#ifndef HOSTED_DATABASE_H
#define HOSTED_DATABASE_H

#include <stdbool.h>

#include <sqlite3.h>

#include "store_home.h"

struct database;

struct database_kind {
	const char *name;    /* of the file, "node.db" */
	const char *version; /* what the schema sets user_version to */
	const char *schema;  /* makes an empty database one of that version; its transaction is left
			      * open, and ended here */
	bool is_durable;     /* what was committed survives a loss of power as well */

	/* Any may be NULL. `closing` lets go of prepared statements; `is_sound` knows of damage
	 * that SQLite does not see; `losing` is told before a damaged file is moved, and `begun`
	 * fills a new one, within the transaction of its schema. */
	void (*closing)(struct database *database);
	bool (*is_sound)(sqlite3 *sqlite);
	void (*losing)(struct database *database);
	int (*begun)(struct database *database);
};

struct database {
	const struct store *home;
	const struct database_kind *kind;
	sqlite3 *sqlite; /* NULL until it is used */
	int lock;        /* held while it is open */
};

typedef int (*database_operation)(struct database *database, void *context);

/* Runs an operation, which returns what SQLite says (SQLITE_DONE is as good as SQLITE_OK), and
 * once more on a new database where it came upon damage. */
must_check enum status database_run(struct database *database, database_operation operation,
				    void *context, struct fault *fault);

/* Whether there is a file at all: what only reads need not make one. */
bool database_exists(const struct database *database);

void database_close(struct database *database);

#endif

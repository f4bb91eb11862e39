/*
 * Records in SQLite. The database only says what was added and when: every block can be had without
 * it, so a damaged one is set aside and begun anew rather than let stand in the way.
 */
#include "store.h"

#include <stdlib.h>
#include <string.h>

#include "database.h"
#include "store_home.h"

#define SCHEMA_VERSION "1"

static const struct database_kind kind = {
    .name = "node.db",
    .version = SCHEMA_VERSION,
    .schema =
	"PRAGMA journal_mode = WAL;"
	"BEGIN IMMEDIATE;"
	"CREATE TABLE files ("
	"  cid TEXT NOT NULL, name BLOB NOT NULL, size INTEGER NOT NULL, added_ns INTEGER NOT NULL,"
	"  PRIMARY KEY (cid, name)) WITHOUT ROWID;"
	"PRAGMA user_version = " SCHEMA_VERSION ";",
};

static enum status run(struct store *store, database_operation operation, void *context,
		       struct fault *fault)
{
	if (store->records == NULL) {
		store->records = calloc(1, sizeof *store->records);
		if (store->records == NULL)
			return STATUS_NO_MEMORY;
		*store->records = (struct database){.home = store, .kind = &kind};
	}
	return database_run(store->records, operation, context, fault);
}

void store_record_close(struct store *store)
{
	if (store->records != NULL)
		database_close(store->records);
	free(store->records);
	store->records = NULL;
}

static int insert(struct database *database, void *context)
{
	static const char command[] =
	    "INSERT OR REPLACE INTO files (cid, name, size, added_ns) VALUES (?, ?, ?, ?)";
	const struct store_record *record = context;
	char name[CID_TEXT_BYTES];
	cid_to_text(&record->cid, name);
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2(database->sqlite, command, -1, &statement, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
	if (result == SQLITE_OK)
		result = sqlite3_bind_blob64(
		    statement, 2, record->name_size == 0 ? (const void *)"" : record->name,
		    record->name_size, SQLITE_STATIC);
	if (result == SQLITE_OK)
		result = sqlite3_bind_int64(statement, 3, (sqlite3_int64)record->size);
	if (result == SQLITE_OK)
		result = sqlite3_bind_int64(statement, 4, (sqlite3_int64)record->added_ns);
	if (result == SQLITE_OK)
		result = sqlite3_step(statement);
	sqlite3_finalize(statement);
	return result;
}

enum status store_record_add(struct store *store, const struct store_record *record,
			     struct fault *fault)
{
	struct store_record copy = *record;
	return run(store, insert, &copy, fault);
}

struct listing {
	void (*visit)(void *context, const struct store_record *record);
	void *context;
};

/* Passes one row on; one that holds no CID was written by nobody of ours, and is left out. */
static void visit_row(sqlite3_stmt *statement, const struct listing *listing)
{
	struct fault ignored;
	const char *cid = (const char *)sqlite3_column_text(statement, 0);
	struct store_record record = {
	    .name = sqlite3_column_blob(statement, 1),
	    .name_size = (size_t)sqlite3_column_bytes(statement, 1),
	    .size = (uint64_t)sqlite3_column_int64(statement, 2),
	    .added_ns = (uint64_t)sqlite3_column_int64(statement, 3),
	};
	if (cid != NULL && cid_from_text(cid, strlen(cid), &record.cid, &ignored) == STATUS_OK)
		listing->visit(listing->context, &record);
}

static int list(struct database *database, void *context)
{
	static const char command[] =
	    "SELECT cid, name, size, added_ns FROM files ORDER BY added_ns, cid, name";
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2(database->sqlite, command, -1, &statement, NULL);
	while (result == SQLITE_OK) {
		result = sqlite3_step(statement);
		if (result != SQLITE_ROW)
			break;
		visit_row(statement, context);
		result = SQLITE_OK;
	}
	sqlite3_finalize(statement);
	return result;
}

enum status store_record_list(struct store *store,
			      void (*visit)(void *context, const struct store_record *record),
			      void *context, struct fault *fault)
{
	struct listing listing = {.visit = visit, .context = context};
	const struct database nothing = {.home = store, .kind = &kind};
	if (!database_exists(&nothing))
		return STATUS_OK;
	return run(store, list, &listing, fault);
}

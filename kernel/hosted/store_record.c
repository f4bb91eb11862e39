/*
 * Records in SQLite. The database only says what was added and when: every block can be had without
 * it, so a damaged one is set aside and begun anew rather than let stand in the way.
 *
 * Opening is the fast path. Whatever is unusual (no database yet, one that is damaged) is settled
 * by one process at a time, under a lock on a file beside it: SQLite itself does not wait where two
 * processes turn a new database to WAL, and only one may move a damaged one away.
 */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/port.h"
#include "core/text.h"
#include "store_home.h"

enum { BUSY_MS = 10000 };

#define SCHEMA_VERSION "1"

static const char schema[] =
    "PRAGMA journal_mode = WAL;"
    "BEGIN IMMEDIATE;"
    "CREATE TABLE files ("
    "  cid TEXT NOT NULL, name BLOB NOT NULL, size INTEGER NOT NULL, added_ns INTEGER NOT NULL,"
    "  PRIMARY KEY (cid, name)) WITHOUT ROWID;"
    "PRAGMA user_version = " SCHEMA_VERSION ";"
    "COMMIT;";

static bool is_damage(int result)
{
	return (result & 0xff) == SQLITE_CORRUPT || (result & 0xff) == SQLITE_NOTADB;
}

static enum status fault_of(const struct store *store, const char *what, int result,
			    struct fault *fault)
{
	char line[FAULT_TEXT_BYTES];
	struct text text = text_over(line, sizeof line);
	text_string(&text, what);
	text_string(&text, " (");
	text_string(&text, sqlite3_errstr(result));
	text_string(&text, ")");
	return store_home_fault(store, is_damage(result) ? STATUS_CORRUPT : STATUS_IO, line, 0,
				fault);
}

/* ---- Opening ---- */

static void close_database(struct store *store)
{
	sqlite3_close(store->database);
	store->database = NULL;
}

static int open_database(struct store *store)
{
	struct store_path path = store_home_path(store, "node.db", "");
	int result = sqlite3_open_v2(path.text, &store->database,
				     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_busy_timeout(store->database, BUSY_MS);
	/* A record is not worth waiting for the disk: a kill loses none, and power that fails only
	 * the last ones. */
	if (result == SQLITE_OK)
		result =
		    sqlite3_exec(store->database, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
	if (result == SQLITE_OK)
		result =
		    sqlite3_db_config(store->database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (result != SQLITE_OK)
		close_database(store);
	return result;
}

enum { ANSWER_BYTES = 32 };

/* Runs a command that yields one value, as text. */
static int ask(struct store *store, const char *command, char answer[ANSWER_BYTES])
{
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2(store->database, command, -1, &statement, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_step(statement);
	if (result == SQLITE_ROW) {
		const char *value = (const char *)sqlite3_column_text(statement, 0);
		snprintf(answer, ANSWER_BYTES, "%s", value == NULL ? "" : value);
		result = SQLITE_OK;
	}
	sqlite3_finalize(statement);
	return result;
}

static void move_aside(struct store *store)
{
	static const char *const files[] = {"node.db", "node.db-wal", "node.db-shm"};
	unsigned long long now = port_wall_ns();
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		char name[64];
		snprintf(name, sizeof name, "%llu-%s", now, files[i]);
		struct store_path path = store_home_path(store, files[i], "");
		bool is_aside = store_home_set_aside(store, &path, name);
		if (i > 0 || !is_aside)
			continue;
		char line[4 * STORE_HOME_BYTES];
		struct text text = text_over(line, sizeof line);
		text_string(&text, "the database was damaged and is begun anew; the old one is ");
		path = store_home_path(store, "damaged", name);
		text_escaped(&text, (const uint8_t *)path.text, strlen(path.text));
		port_log(PORT_LOG_WARNING, line, text.used);
	}
}

/* Makes sure of a sound database with our schema, whatever was there. Under the lock. */
static int settle_alone(struct store *store)
{
	char soundness[ANSWER_BYTES] = "";
	int result = open_database(store);
	if (result == SQLITE_OK)
		result = ask(store, "PRAGMA quick_check(1)", soundness);
	if (is_damage(result) || (result == SQLITE_OK && strcmp(soundness, "ok") != 0)) {
		close_database(store);
		move_aside(store);
		result = open_database(store);
	}
	char version[ANSWER_BYTES] = "";
	if (result == SQLITE_OK)
		result = ask(store, "PRAGMA user_version", version);
	if (result == SQLITE_OK && strcmp(version, "0") == 0)
		result = sqlite3_exec(store->database, schema, NULL, NULL, NULL);
	if (result != SQLITE_OK)
		close_database(store);
	return result;
}

static enum status settle(struct store *store, struct fault *fault)
{
	close_database(store);
	struct store_path path = store_home_path(store, "node.lock", "");
	int lock = open(path.text, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int locked = lock;
	while (locked >= 0 && (locked = flock(lock, LOCK_EX)) < 0 && errno == EINTR)
		locked = 0;
	int error = errno;
	int result = locked < 0 ? SQLITE_OK : settle_alone(store);
	if (lock >= 0)
		close(lock);
	if (locked < 0)
		return store_home_fault(store, STATUS_IO, "cannot lock the database", error, fault);
	if (result != SQLITE_OK)
		return fault_of(store, "cannot open the database", result, fault);
	return STATUS_OK;
}

static enum status ensure_database(struct store *store, struct fault *fault)
{
	if (store->database != NULL)
		return STATUS_OK;
	enum status status = store_home_create(store, fault);
	if (status != STATUS_OK)
		return status;
	char version[ANSWER_BYTES] = "";
	int result = open_database(store);
	if (result == SQLITE_OK)
		result = ask(store, "PRAGMA user_version", version);
	if (is_damage(result) || (result == SQLITE_OK && strcmp(version, "0") == 0))
		return settle(store, fault);
	if (result == SQLITE_OK && strcmp(version, SCHEMA_VERSION) == 0)
		return STATUS_OK;
	close_database(store);
	if (result == SQLITE_OK)
		return store_home_fault(store, STATUS_UNSUPPORTED,
					"the database was made by a newer Cairn", 0, fault);
	return fault_of(store, "cannot open the database", result, fault);
}

/* ---- Records ---- */

typedef int (*operation)(sqlite3 *database, void *context);

/* Runs an operation, and once more on a new database where it came upon damage. */
static enum status run(struct store *store, operation operation, void *context, struct fault *fault)
{
	enum status status = ensure_database(store, fault);
	if (status != STATUS_OK)
		return status;
	int result = operation(store->database, context);
	if (is_damage(result)) {
		status = settle(store, fault);
		if (status != STATUS_OK)
			return status;
		result = operation(store->database, context);
	}
	if (result != SQLITE_OK)
		return fault_of(store, "cannot use the database", result, fault);
	return STATUS_OK;
}

static int insert(sqlite3 *database, void *context)
{
	static const char command[] =
	    "INSERT OR REPLACE INTO files (cid, name, size, added_ns) VALUES (?, ?, ?, ?)";
	const struct store_record *record = context;
	char name[CID_TEXT_BYTES];
	cid_to_text(&record->cid, name);
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2(database, command, -1, &statement, NULL);
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
	return result == SQLITE_DONE ? SQLITE_OK : result;
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

static int list(sqlite3 *database, void *context)
{
	static const char command[] =
	    "SELECT cid, name, size, added_ns FROM files ORDER BY added_ns, cid, name";
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2(database, command, -1, &statement, NULL);
	while (result == SQLITE_OK) {
		result = sqlite3_step(statement);
		if (result != SQLITE_ROW)
			break;
		visit_row(statement, context);
		result = SQLITE_OK;
	}
	sqlite3_finalize(statement);
	return result == SQLITE_DONE ? SQLITE_OK : result;
}

enum status store_record_list(struct store *store,
			      void (*visit)(void *context, const struct store_record *record),
			      void *context, struct fault *fault)
{
	struct listing listing = {.visit = visit, .context = context};
	if (access(store_home_path(store, "node.db", "").text, F_OK) != 0 && errno == ENOENT)
		return STATUS_OK;
	return run(store, list, &listing, fault);
}

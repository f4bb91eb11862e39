/*
 * Records in SQLite. The database only says what was added and when: every block can be had without
 * it, so a damaged one is set aside and begun anew rather than let stand in the way.
 *
 * SQLite must not have its file moved while anybody has it open: a process would go on with the old
 * file and the new log. So whoever uses the database holds a shared lock on the file node.lock, and
 * what is unusual (no database yet, a damaged one) is settled under an exclusive one, after which
 * it is opened like any other.
 */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "core/port.h"
#include "core/text.h"
#include "store_home.h"

enum { BUSY_MS = 10000, LOCK_PAUSE_MS = 5, OPEN_TRIES = 3 };

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

/* ---- The lock ---- */

/* Takes the lock, shared or exclusive. Whoever holds it lets go soon, or somebody stopped it: there
 * is an end to waiting. */
static enum status take_lock(struct store *store, int kind, struct fault *fault)
{
	struct store_path path = store_home_path(store, "node.lock", "");
	int lock = open(path.text, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int taken = lock < 0 ? -1 : flock(lock, kind | LOCK_NB);
	for (int waited = 0; lock >= 0 && taken < 0 && waited < BUSY_MS; waited += LOCK_PAUSE_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			break;
		nanosleep(&(struct timespec){.tv_nsec = LOCK_PAUSE_MS * 1000000L}, NULL);
		taken = flock(lock, kind | LOCK_NB);
	}
	if (taken == 0) {
		store->lock = lock;
		return STATUS_OK;
	}
	int error = errno;
	if (lock >= 0)
		close(lock);
	if (error == EWOULDBLOCK)
		return store_home_fault(store, STATUS_BUSY, "the database is in use by others", 0,
					fault);
	return store_home_fault(store, STATUS_IO, "cannot lock the database", error, fault);
}

/* ---- Opening ---- */

/* Closes the database where it is open, and lets go of the lock. */
static void close_database(struct store *store)
{
	sqlite3_close(store->database);
	store->database = NULL;
	close(store->lock);
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

/* Makes sure of a sound database with our schema, whatever was there. */
static int settle_alone(struct store *store)
{
	char soundness[ANSWER_BYTES] = "";
	int result = open_database(store);
	if (result == SQLITE_OK)
		result = ask(store, "PRAGMA quick_check(1)", soundness);
	if (is_damage(result) || (result == SQLITE_OK && strcmp(soundness, "ok") != 0)) {
		sqlite3_close(store->database);
		move_aside(store);
		result = open_database(store);
	}
	char version[ANSWER_BYTES] = "";
	if (result == SQLITE_OK)
		result = ask(store, "PRAGMA user_version", version);
	if (result == SQLITE_OK && strcmp(version, "0") == 0)
		result = sqlite3_exec(store->database, schema, NULL, NULL, NULL);
	return result;
}

static enum status settle(struct store *store, struct fault *fault)
{
	enum status status = take_lock(store, LOCK_EX, fault);
	if (status != STATUS_OK)
		return status;
	int result = settle_alone(store);
	close_database(store);
	if (result != SQLITE_OK)
		return fault_of(store, "cannot open the database", result, fault);
	return STATUS_OK;
}

/* STATUS_NOT_FOUND and STATUS_CORRUPT are for settling; nothing is open after an error. */
static enum status try_open(struct store *store, struct fault *fault)
{
	enum status status = take_lock(store, LOCK_SH, fault);
	if (status != STATUS_OK)
		return status;
	char version[ANSWER_BYTES] = "";
	int result = open_database(store);
	if (result == SQLITE_OK)
		result = ask(store, "PRAGMA user_version", version);
	if (result == SQLITE_OK && strcmp(version, SCHEMA_VERSION) == 0)
		return STATUS_OK;
	close_database(store);
	if (result != SQLITE_OK)
		return fault_of(store, "cannot open the database", result, fault);
	bool is_new = strcmp(version, "0") == 0;
	return store_home_fault(store, is_new ? STATUS_NOT_FOUND : STATUS_UNSUPPORTED,
				is_new ? "the database cannot be set up"
				       : "the database was made by a newer Cairn",
				0, fault);
}

static enum status ensure_database(struct store *store, struct fault *fault)
{
	if (store->database != NULL)
		return STATUS_OK;
	enum status status = store_home_create(store, fault);
	if (status == STATUS_OK)
		status = try_open(store, fault);
	for (int i = 1; i < OPEN_TRIES; i++) {
		if (status != STATUS_NOT_FOUND && status != STATUS_CORRUPT)
			break;
		status = settle(store, fault);
		if (status == STATUS_OK)
			status = try_open(store, fault);
	}
	return status;
}

void store_record_close(struct store *store)
{
	if (store->database != NULL)
		close_database(store);
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
		close_database(store);
		status = settle(store, fault);
		if (status == STATUS_OK)
			status = ensure_database(store, fault);
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

#include "database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "core/port.h"
#include "core/text.h"

enum { BUSY_MS = 10000, LOCK_PAUSE_MS = 5, OPEN_TRIES = 3, NAME_BYTES = 64 };

static bool is_damage(int result)
{
	return (result & 0xff) == SQLITE_CORRUPT || (result & 0xff) == SQLITE_NOTADB;
}

static enum status fault_of(const struct database *database, const char *what, int result,
			    struct fault *fault)
{
	char line[FAULT_TEXT_BYTES];
	struct text text = text_over(line, sizeof line);
	text_string(&text, what);
	text_string(&text, " ");
	text_string(&text, database->kind->name);
	text_string(&text, " (");
	text_string(&text, sqlite3_errstr(result));
	text_string(&text, ")");
	return store_home_fault(database->home, is_damage(result) ? STATUS_CORRUPT : STATUS_IO,
				line, 0, fault);
}

static enum status fault_without_result(const struct database *database, enum status status,
					const char *what, int error, struct fault *fault)
{
	char line[FAULT_TEXT_BYTES];
	struct text text = text_over(line, sizeof line);
	text_string(&text, what);
	text_string(&text, ": ");
	text_string(&text, database->kind->name);
	return store_home_fault(database->home, status, line, error, fault);
}

/* HOME/NAME and a suffix. */
static struct store_path path_of(const struct database *database, const char *suffix)
{
	char name[NAME_BYTES];
	snprintf(name, sizeof name, "%s%s", database->kind->name, suffix);
	return store_home_path(database->home, name, "");
}

bool database_exists(const struct database *database)
{
	return database->sqlite != NULL || access(path_of(database, "").text, F_OK) == 0 ||
	       errno != ENOENT;
}

/* ---- The lock ---- */

/* Signals do not make it shorter. */
static void pause_ms(long ms)
{
	struct timespec left = {.tv_nsec = ms * 1000000};
	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		continue;
}

/* Takes the lock, shared or exclusive. Whoever holds it lets go soon, or somebody stopped it: there
 * is an end to waiting. */
static enum status take_lock(struct database *database, int kind, struct fault *fault)
{
	struct store_path path = path_of(database, ".lock");
	int lock = open(path.text, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int taken = lock < 0 ? -1 : flock(lock, kind | LOCK_NB);
	for (int waited = 0; lock >= 0 && taken < 0 && waited < BUSY_MS; waited += LOCK_PAUSE_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			break;
		pause_ms(LOCK_PAUSE_MS);
		taken = flock(lock, kind | LOCK_NB);
	}
	if (taken == 0) {
		database->lock = lock;
		return STATUS_OK;
	}
	int error = errno;
	if (lock >= 0)
		close(lock);
	if (error == EWOULDBLOCK)
		return fault_without_result(database, STATUS_BUSY,
					    "the database is in use by others", 0, fault);
	return fault_without_result(database, STATUS_IO, "cannot lock the database", error, fault);
}

/* ---- Opening ---- */

void database_close(struct database *database)
{
	if (database->sqlite == NULL)
		return;
	if (database->kind->closing != NULL)
		database->kind->closing(database);
	sqlite3_close(database->sqlite);
	database->sqlite = NULL;
	close(database->lock);
}

/* SQLite would make a file that others may read; its log gets the rights of the file. */
static void make_private(const char *path)
{
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (file >= 0)
		close(file);
}

static int open_file(struct database *database)
{
	struct store_path path = path_of(database, "");
	make_private(path.text);
	int result = sqlite3_open_v2(path.text, &database->sqlite,
				     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_busy_timeout(database->sqlite, BUSY_MS);
	/* A kill loses nothing either way; power that fails loses the last records that are not
	 * worth waiting for the disk. */
	const char *pace = database->kind->is_durable ? "PRAGMA synchronous = EXTRA"
						      : "PRAGMA synchronous = NORMAL";
	if (result == SQLITE_OK)
		result = sqlite3_exec(database->sqlite, pace, NULL, NULL, NULL);
	if (result == SQLITE_OK)
		result =
		    sqlite3_db_config(database->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	return result;
}

enum { ANSWER_BYTES = 32 };

/* Runs a command that yields one value, as text. */
static int ask(struct database *database, const char *command, char answer[ANSWER_BYTES])
{
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2(database->sqlite, command, -1, &statement, NULL);
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

static void move_aside(struct database *database)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
	unsigned long long now = port_wall_ns();
	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
		char name[2 * NAME_BYTES];
		snprintf(name, sizeof name, "%llu-%s%s", now, database->kind->name, suffixes[i]);
		struct store_path path = path_of(database, suffixes[i]);
		bool is_aside = store_home_set_aside(database->home, &path, name);
		if (i > 0 || !is_aside)
			continue;
		char line[4 * STORE_HOME_BYTES];
		struct text text = text_over(line, sizeof line);
		text_string(&text, "the database was damaged and is begun anew; the old one is ");
		path = store_home_path(database->home, "damaged", name);
		text_escaped(&text, (const uint8_t *)path.text, strlen(path.text));
		port_log(PORT_LOG_WARNING, line, text.used);
	}
}

static bool is_sound(struct database *database, const char *answer)
{
	return strcmp(answer, "ok") == 0 &&
	       (database->kind->is_sound == NULL || database->kind->is_sound(database->sqlite));
}

static int begin_anew(struct database *database)
{
	int result = sqlite3_exec(database->sqlite, database->kind->schema, NULL, NULL, NULL);
	if (result == SQLITE_OK && database->kind->begun != NULL)
		result = database->kind->begun(database);
	if (result == SQLITE_OK)
		result = sqlite3_exec(database->sqlite, "COMMIT", NULL, NULL, NULL);
	return result;
}

/* Makes sure of a sound database with our schema, whatever was there. */
static int settle_alone(struct database *database)
{
	char soundness[ANSWER_BYTES] = "";
	int result = open_file(database);
	if (result == SQLITE_OK)
		result = ask(database, "PRAGMA quick_check(1)", soundness);
	if (is_damage(result) || (result == SQLITE_OK && !is_sound(database, soundness))) {
		sqlite3_close(database->sqlite);
		if (database->kind->losing != NULL)
			database->kind->losing(database);
		move_aside(database);
		result = open_file(database);
	}
	char version[ANSWER_BYTES] = "";
	if (result == SQLITE_OK)
		result = ask(database, "PRAGMA user_version", version);
	if (result == SQLITE_OK && strcmp(version, "0") == 0)
		result = begin_anew(database);
	return result;
}

static enum status settle(struct database *database, struct fault *fault)
{
	enum status status = take_lock(database, LOCK_EX, fault);
	if (status != STATUS_OK)
		return status;
	int result = settle_alone(database);
	database_close(database);
	if (result != SQLITE_OK)
		return fault_of(database, "cannot open the database", result, fault);
	return STATUS_OK;
}

/* STATUS_NOT_FOUND and STATUS_CORRUPT are for settling; nothing is open after an error. */
static enum status try_open(struct database *database, struct fault *fault)
{
	enum status status = take_lock(database, LOCK_SH, fault);
	if (status != STATUS_OK)
		return status;
	char version[ANSWER_BYTES] = "";
	int result = open_file(database);
	if (result == SQLITE_OK)
		result = ask(database, "PRAGMA user_version", version);
	if (result == SQLITE_OK && strcmp(version, database->kind->version) == 0)
		return STATUS_OK;
	database_close(database);
	if (result != SQLITE_OK)
		return fault_of(database, "cannot open the database", result, fault);
	bool is_new = strcmp(version, "0") == 0;
	return fault_without_result(database, is_new ? STATUS_NOT_FOUND : STATUS_UNSUPPORTED,
				    is_new ? "the database cannot be set up"
					   : "the database was made by a newer Cairn",
				    0, fault);
}

static enum status ensure_open(struct database *database, struct fault *fault)
{
	if (database->sqlite != NULL)
		return STATUS_OK;
	enum status status = store_home_create(database->home, fault);
	if (status == STATUS_OK)
		status = try_open(database, fault);
	for (int i = 1; i < OPEN_TRIES; i++) {
		if (status != STATUS_NOT_FOUND && status != STATUS_CORRUPT)
			break;
		status = settle(database, fault);
		if (status == STATUS_OK)
			status = try_open(database, fault);
	}
	return status;
}

enum status database_run(struct database *database, database_operation operation, void *context,
			 struct fault *fault)
{
	enum status status = ensure_open(database, fault);
	if (status != STATUS_OK)
		return status;
	int result = operation(database, context);
	if (is_damage(result)) {
		database_close(database);
		status = settle(database, fault);
		if (status == STATUS_OK)
			status = ensure_open(database, fault);
		if (status != STATUS_OK)
			return status;
		result = operation(database, context);
	}
	if (result != SQLITE_OK && result != SQLITE_DONE)
		return fault_of(database, "cannot use the database", result, fault);
	return STATUS_OK;
}

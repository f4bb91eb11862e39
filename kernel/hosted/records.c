#include "records.h"

#include <stdlib.h>
#include <string.h>

#include "core/port.h"
#include "core/text.h"
#include "records_state.h"

#define SCHEMA_VERSION "1"

/* (With a rollback journal, as every start reads and few things write: a log would have to be read
 * through by each process that finds itself alone.) */
static const char schema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE decisions ("
    "  program BLOB NOT NULL, interface BLOB NOT NULL, verdict INTEGER NOT NULL,"
    "  scopes BLOB NOT NULL, time_ns INTEGER NOT NULL, person TEXT NOT NULL,"
    "  reason TEXT NOT NULL, seal BLOB NOT NULL,"
    "  PRIMARY KEY (program, interface)) WITHOUT ROWID;"
    "CREATE TABLE audit ("
    "  number INTEGER PRIMARY KEY, program BLOB NOT NULL, interface BLOB NOT NULL,"
    "  event INTEGER NOT NULL, scopes BLOB NOT NULL, time_ns INTEGER NOT NULL,"
    "  times INTEGER NOT NULL, person TEXT NOT NULL, reason TEXT NOT NULL,"
    "  seal BLOB NOT NULL);"
    "CREATE INDEX audit_by_program ON audit (program, number);"
    "CREATE TABLE names ("
    "  kind INTEGER NOT NULL, name TEXT NOT NULL, target BLOB NOT NULL,"
    "  time_ns INTEGER NOT NULL, seal BLOB NOT NULL,"
    "  PRIMARY KEY (kind, name)) WITHOUT ROWID;"
    "CREATE INDEX names_by_target ON names (kind, target, time_ns);"
    "PRAGMA user_version = " SCHEMA_VERSION ";";

#define DECISION_COLUMNS "program, interface, verdict, scopes, time_ns, person, reason, seal"
#define ENTRY_COLUMNS    "program, interface, event, scopes, time_ns, times, person, reason, seal"
#define NAME_COLUMNS     "kind, name, target, time_ns, seal"

static const char *const commands[RECORDS_COMMAND_COUNT] = {
    [RECORDS_BEGIN] = "BEGIN IMMEDIATE",
    [RECORDS_BEGIN_READING] = "BEGIN",
    [RECORDS_COMMIT] = "COMMIT",
    [RECORDS_ROLLBACK] = "ROLLBACK",
    [RECORDS_PUT_DECISION] =
	"INSERT OR REPLACE INTO decisions (" DECISION_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    [RECORDS_FORGET_DECISION] = "DELETE FROM decisions WHERE program = ? AND interface = ?",
    [RECORDS_DECISIONS_OF] =
	"SELECT " DECISION_COLUMNS " FROM decisions WHERE program = ? ORDER BY interface",
    [RECORDS_ALL_DECISIONS] =
	"SELECT " DECISION_COLUMNS " FROM decisions ORDER BY program, interface",
    [RECORDS_ADD_ENTRY] =
	"INSERT INTO audit (" ENTRY_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [RECORDS_DROP_ENTRIES] =
	"DELETE FROM audit WHERE number <= (SELECT max(number) FROM audit) - ?",
    [RECORDS_LAST_ENTRIES] =
	"SELECT * FROM (SELECT number, " ENTRY_COLUMNS " FROM audit ORDER BY number DESC LIMIT ?)"
	" ORDER BY time_ns, number",
    [RECORDS_LAST_ENTRIES_OF] = "SELECT * FROM (SELECT number, " ENTRY_COLUMNS
				" FROM audit WHERE program = ? ORDER BY number DESC LIMIT ?)"
				" ORDER BY time_ns, number",
    [RECORDS_PUT_NAME] = "INSERT OR REPLACE INTO names (" NAME_COLUMNS ") VALUES (?, ?, ?, ?, ?)",
    [RECORDS_FORGET_NAME] = "DELETE FROM names WHERE kind = ? AND name = ?",
    [RECORDS_TARGET_OF_NAME] = "SELECT " NAME_COLUMNS " FROM names WHERE kind = ? AND name = ?",
    [RECORDS_NAME_OF_TARGET] = "SELECT " NAME_COLUMNS " FROM names WHERE kind = ? AND target = ?"
			       " ORDER BY time_ns DESC, name LIMIT 1",
    [RECORDS_NAMES_BY_TIME] = "SELECT " NAME_COLUMNS " FROM names ORDER BY time_ns, kind, name",
    [RECORDS_ALL_NAMES] = "SELECT " NAME_COLUMNS " FROM names ORDER BY kind, name",
};

/* ---- Opening ---- */

static void finalize_all(struct database *database)
{
	struct records *records = (struct records *)database;
	for (size_t i = 0; i < RECORDS_COMMAND_COUNT; i++) {
		sqlite3_finalize(records->statements[i]);
		records->statements[i] = NULL;
	}
}

static bool are_rows_whole(sqlite3 *sqlite, const char *command, const char *types);

/* n: a number, b: bytes, t: a text. */
static bool is_sound(sqlite3 *sqlite)
{
	return are_rows_whole(sqlite, "SELECT " DECISION_COLUMNS " FROM decisions", "bbnbntt") &&
	       are_rows_whole(sqlite, "SELECT " ENTRY_COLUMNS " FROM audit", "bbnbnntt") &&
	       are_rows_whole(sqlite, "SELECT " NAME_COLUMNS " FROM names", "ntbn");
}

static const struct database_kind kind = {
    .name = "decisions.db",
    .version = SCHEMA_VERSION,
    .schema = schema,
    .is_durable = true,
    .closing = finalize_all,
    .losing = records_copy_losing,
    .begun = records_copy_restore,
    .is_sound = is_sound,
};

enum status records_open(const char *home, struct records **out, struct fault *fault)
{
	struct records *records = calloc(1, sizeof *records);
	if (records == NULL)
		return STATUS_NO_MEMORY;
	enum status status = store_open(home, &records->home, fault);
	if (status != STATUS_OK) {
		free(records);
		return status;
	}
	records->database = (struct database){.home = records->home, .kind = &kind};
	*out = records;
	return STATUS_OK;
}

void records_close(struct records *records)
{
	if (records == NULL)
		return;
	records_flush(records);
	free(records->waiting);
	database_close(&records->database);
	store_close(records->home);
	free(records);
}

static int begin_reading(struct database *database, void *context)
{
	return records_run_command((struct records *)database, RECORDS_BEGIN_READING);
}

void records_hold(struct records *records)
{
	struct fault ignored;
	/* What is wrong with the database shows at the first read. */
	if (database_exists(&records->database))
		(void)!database_run(&records->database, begin_reading, NULL, &ignored);
}

void records_let_go(struct records *records)
{
	sqlite3 *sqlite = records->database.sqlite;
	if (sqlite != NULL && sqlite3_get_autocommit(sqlite) == 0)
		(void)records_run_command(records, RECORDS_COMMIT);
}

/* ---- Statements ---- */

static void seal_bytes(crypto_hash_sha256_state *seal, const void *data, size_t size)
{
	uint64_t length = size;
	crypto_hash_sha256_update(seal, (const uint8_t *)&length, sizeof length);
	crypto_hash_sha256_update(seal, data, size);
}

struct records_call records_prepare(struct records *records, enum records_command command)
{
	sqlite3_stmt **statement = &records->statements[command];
	struct records_call call = {.next = 1, .result = SQLITE_OK};
	if (*statement == NULL)
		call.result = sqlite3_prepare_v3(records->database.sqlite, commands[command], -1,
						 SQLITE_PREPARE_PERSISTENT, statement, NULL);
	if (*statement != NULL)
		sqlite3_reset(*statement);
	call.statement = *statement;
	crypto_hash_sha256_init(&call.seal);
	return call;
}

void records_bind_number(struct records_call *call, uint64_t value)
{
	if (call->result == SQLITE_OK)
		call->result =
		    sqlite3_bind_int64(call->statement, call->next++, (sqlite3_int64)value);
	seal_bytes(&call->seal, &value, sizeof value);
}

/* (A blob of no bytes at NULL would be no blob.) */
void records_bind_bytes(struct records_call *call, const void *data, size_t size)
{
	if (call->result == SQLITE_OK)
		call->result = sqlite3_bind_blob64(call->statement, call->next++,
						   size == 0 ? "" : data, size, SQLITE_TRANSIENT);
	seal_bytes(&call->seal, data, size);
}

void records_bind_text(struct records_call *call, const char *text)
{
	if (call->result == SQLITE_OK)
		call->result =
		    sqlite3_bind_text(call->statement, call->next++, text, -1, SQLITE_TRANSIENT);
	seal_bytes(&call->seal, text, strlen(text));
}

void records_bind_cid(struct records_call *call, const struct cid *cid)
{
	uint8_t binary[CID_BINARY_BYTES];
	cid_to_binary(cid, binary);
	records_bind_bytes(call, binary, sizeof binary);
}

void records_bind_seal(struct records_call *call)
{
	uint8_t hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_final(&call->seal, hash);
	if (call->result == SQLITE_OK)
		call->result = sqlite3_bind_blob64(call->statement, call->next++, hash, sizeof hash,
						   SQLITE_TRANSIENT);
}

int records_step(struct records_call *call)
{
	if (call->result != SQLITE_OK)
		return call->result;
	int result = sqlite3_step(call->statement);
	/* What is read to its end holds nobody up. */
	if (result != SQLITE_ROW)
		sqlite3_reset(call->statement);
	return result;
}

int records_run_command(struct records *records, enum records_command command)
{
	struct records_call call = records_prepare(records, command);
	return records_step(&call);
}

/* ---- Rows ---- */

static struct records_row row_of_statement(sqlite3_stmt *statement)
{
	struct records_row row = {.statement = statement};
	crypto_hash_sha256_init(&row.seal);
	return row;
}

struct records_row records_row_of(struct records_call *call)
{
	return row_of_statement(call->statement);
}

uint64_t records_row_number(struct records_row *row)
{
	row->is_damaged |= sqlite3_column_type(row->statement, row->next) != SQLITE_INTEGER;
	uint64_t value = (uint64_t)sqlite3_column_int64(row->statement, row->next++);
	seal_bytes(&row->seal, &value, sizeof value);
	return value;
}

const uint8_t *records_row_bytes(struct records_row *row, size_t *size)
{
	row->is_damaged |= sqlite3_column_type(row->statement, row->next) != SQLITE_BLOB;
	const uint8_t *data = sqlite3_column_blob(row->statement, row->next);
	*size = (size_t)sqlite3_column_bytes(row->statement, row->next++);
	seal_bytes(&row->seal, data, *size);
	return data;
}

const char *records_row_text(struct records_row *row)
{
	row->is_damaged |= sqlite3_column_type(row->statement, row->next) != SQLITE_TEXT;
	const char *text = (const char *)sqlite3_column_text(row->statement, row->next);
	size_t size = (size_t)sqlite3_column_bytes(row->statement, row->next++);
	if (text == NULL || strlen(text) != size) {
		row->is_damaged = true;
		return "";
	}
	seal_bytes(&row->seal, text, size);
	return text;
}

struct cid records_row_cid(struct records_row *row)
{
	size_t size;
	const uint8_t *data = records_row_bytes(row, &size);
	struct cid cid = {.codec = CID_RAW};
	struct fault ignored;
	if (data == NULL || cid_from_binary(data, size, &cid, &ignored) != STATUS_OK)
		row->is_damaged = true;
	return cid;
}

struct digest records_row_digest(struct records_row *row)
{
	size_t size;
	const uint8_t *data = records_row_bytes(row, &size);
	struct digest digest = {{0}};
	row->is_damaged |= size != sizeof digest.bytes;
	if (!row->is_damaged)
		memcpy(digest.bytes, data, sizeof digest.bytes);
	return digest;
}

bool records_row_is_whole(struct records_row *row)
{
	uint8_t hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_final(&row->seal, hash);
	const void *seal = sqlite3_column_blob(row->statement, row->next);
	size_t size = (size_t)sqlite3_column_bytes(row->statement, row->next);
	return !row->is_damaged && size == sizeof hash && memcmp(seal, hash, sizeof hash) == 0;
}

static bool is_row_whole(sqlite3_stmt *statement, const char *types)
{
	struct records_row row = row_of_statement(statement);
	size_t size;
	for (const char *type = types; *type != '\0'; type++) {
		if (*type == 'n')
			records_row_number(&row);
		else if (*type == 'b')
			records_row_bytes(&row, &size);
		else
			records_row_text(&row);
	}
	return records_row_is_whole(&row);
}

/* One that holds no table of ours is new, or made by another version. */
static bool are_rows_whole(sqlite3 *sqlite, const char *command, const char *types)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(sqlite, command, -1, &statement, NULL) != SQLITE_OK)
		return true;
	int result;
	bool is_whole = true;
	while (is_whole && (result = sqlite3_step(statement)) != SQLITE_DONE)
		is_whole = result == SQLITE_ROW && is_row_whole(statement, types);
	sqlite3_finalize(statement);
	return is_whole;
}

/* ---- Scopes ---- */

static enum status refuse_scope(const char *what, const struct wasm_name *scope,
				struct fault *fault)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, what);
	text_string(&text, ": ");
	text_escaped(&text, scope->data, scope->size);
	fault->offset = 0;
	return STATUS_INVALID;
}

static enum status check_scopes(const struct kernel_grant *grant, size_t *size, struct fault *fault)
{
	*size = 0;
	if (grant->scope_count > RECORDS_SCOPES_MAX) {
		struct text text = text_over(fault->text, sizeof fault->text);
		text_string(&text, "more scopes than a decision may have: ");
		text_decimal(&text, grant->scope_count);
		return STATUS_INVALID;
	}
	for (uint32_t i = 0; i < grant->scope_count; i++) {
		const struct wasm_name *scope = &grant->scopes[i];
		if (scope->size == 0)
			return refuse_scope("an empty scope", scope, fault);
		if (!records_is_text(scope))
			return refuse_scope("a scope with a zero in it, or not UTF-8", scope,
					    fault);
		if (scope->size > RECORDS_SCOPE_BYTES_MAX ||
		    *size - i + scope->size > RECORDS_SCOPE_BYTES_MAX)
			return refuse_scope("more than 16 KiB of scopes", scope, fault);
		*size += scope->size + 1;
	}
	return STATUS_OK;
}

enum status records_join_scopes(const struct kernel_grant *grant, uint8_t **out, size_t *size,
				struct fault *fault)
{
	size_t total;
	enum status status = check_scopes(grant, &total, fault);
	if (status != STATUS_OK)
		return status;
	uint8_t *joined = total == 0 ? NULL : malloc(total);
	if (joined == NULL && total > 0)
		return STATUS_NO_MEMORY;
	uint8_t *at = joined;
	for (uint32_t i = 0; i < grant->scope_count; i++) {
		memcpy(at, grant->scopes[i].data, grant->scopes[i].size);
		at += grant->scopes[i].size;
		*at++ = 0;
	}
	*out = joined;
	*size = total;
	return STATUS_OK;
}

bool records_split_scopes(const uint8_t *data, size_t size, struct records_scopes *out)
{
	out->count = 0;
	while (size > 0) {
		const uint8_t *end = memchr(data, 0, size);
		if (end == NULL || end == data || out->count == RECORDS_SCOPES_MAX)
			return false;
		size_t length = (size_t)(end - data);
		out->items[out->count++] = (struct wasm_name){.data = data, .size = length};
		data += length + 1;
		size -= length + 1;
	}
	return true;
}

/*
 * records_state: what the files of `records` share. A row is written and read column by column, and
 * what passes goes into a hash that is the row's last column: a bit that has turned over on the
 * disk makes no other decision of it.
 */
#ifndef HOSTED_RECORDS_STATE_H
#define HOSTED_RECORDS_STATE_H

#include <sodium.h>

#include "database.h"
#include "records.h"

/* Prepared once, used for as long as the database is open. */
enum records_command {
	RECORDS_BEGIN,
	RECORDS_BEGIN_READING,
	RECORDS_COMMIT,
	RECORDS_ROLLBACK,
	RECORDS_PUT_DECISION,
	RECORDS_FORGET_DECISION,
	RECORDS_DECISIONS_OF,
	RECORDS_ALL_DECISIONS,
	RECORDS_ADD_ENTRY,
	RECORDS_DROP_ENTRIES,
	RECORDS_LAST_ENTRIES,
	RECORDS_LAST_ENTRIES_OF,
	RECORDS_PUT_NAME,
	RECORDS_FORGET_NAME,
	RECORDS_TARGET_OF_NAME,
	RECORDS_NAME_OF_TARGET,
	RECORDS_ALL_NAMES,
	RECORDS_NAMES_BY_TIME,
	RECORDS_COMMAND_COUNT
};

/* Entries of the audit that are not written yet. */
enum { RECORDS_WAITING_MAX = 64 };

struct records_waiting {
	struct records_entry entry;
	uint8_t *scopes; /* joined; what `entry` points to is in them and in the strings below */
	size_t scopes_size;
	char person[RECORDS_WORDS_BYTES_MAX];
	char reason[RECORDS_WORDS_BYTES_MAX];
};

struct records {
	struct database database; /* first: it is how `closing` finds the statements */
	struct store *home;
	sqlite3_stmt *statements[RECORDS_COMMAND_COUNT];
	struct records_waiting *waiting; /* RECORDS_WAITING_MAX of them, once there were any */
	uint32_t waiting_count;
	uint64_t waiting_since_ns; /* monotonic */
};

/* ---- Statements ---- */

/* A statement whose parameters are bound one after the other; remembers the first error. */
struct records_call {
	sqlite3_stmt *statement;
	int next;
	int result;
	crypto_hash_sha256_state seal;
};

struct records_call records_prepare(struct records *records, enum records_command command);
void records_bind_number(struct records_call *call, uint64_t value);
void records_bind_bytes(struct records_call *call, const void *data, size_t size);
void records_bind_text(struct records_call *call, const char *text);
void records_bind_cid(struct records_call *call, const struct cid *cid);
/* The hash of all that was bound before. */
void records_bind_seal(struct records_call *call);
/* SQLITE_ROW, SQLITE_DONE or an error. */
int records_step(struct records_call *call);

int records_run_command(struct records *records, enum records_command command);

/* ---- Rows ---- */

/* What is read of the row is valid until the next step. */
struct records_row {
	sqlite3_stmt *statement;
	int next;
	bool is_damaged; /* something was not of the form that it is written in */
	crypto_hash_sha256_state seal;
};

struct records_row records_row_of(struct records_call *call);
uint64_t records_row_number(struct records_row *row);
const uint8_t *records_row_bytes(struct records_row *row, size_t *size);
const char *records_row_text(struct records_row *row);
struct cid records_row_cid(struct records_row *row);
struct digest records_row_digest(struct records_row *row);
/* Reads the seal; whether the row is as it was written. */
bool records_row_is_whole(struct records_row *row);

/* ---- Characters ---- */

/* The size of the well-formed UTF-8 character at `data`, or 0; its code point in `point`. */
size_t records_character(const uint8_t *data, size_t size, uint32_t *point);

/* UTF-8 without a zero. */
bool records_is_text(const struct wasm_name *text);

/* ---- Scopes, as one column: a zero behind each ---- */

/* malloc'ed bytes, NULL for none. STATUS_INVALID where they cannot be scopes. */
must_check enum status records_join_scopes(const struct kernel_grant *grant, uint8_t **out,
					   size_t *size, struct fault *fault);

struct records_scopes {
	struct wasm_name items[RECORDS_SCOPES_MAX];
	uint32_t count;
};

/* False where they are not as they are written; they point into `data`. */
bool records_split_scopes(const uint8_t *data, size_t size, struct records_scopes *out);

/* ---- The audit ---- */

/* Adds an entry within a transaction; its scopes are given joined. */
int records_write_entry(struct records *records, const struct records_entry *entry,
			const uint8_t *scopes, size_t scopes_size);

/* ---- Names ---- */

/* Binds the columns of a name, and their seal. */
void records_bind_name(struct records_call *call, enum records_kind kind, const char *name,
		       const struct cid *target, uint64_t time_ns);

/* The name of a row; false where it is damaged. */
bool records_row_to_name(struct records_call *call, struct records_name *out);

/* ---- Their copy (records_copy.c) ---- */

bool records_has_copy(const struct records *records);

/* Writes it anew from the database, within the transaction that changes a name; it is on the disk
 * then. SQLITE_OK or an error. */
int records_write_copy(struct records *records);

/* Before a damaged database is set aside: notes that names are lost unless the copy has them all.
 */
void records_copy_losing(struct database *database);

/* Puts the names of the copy into a database that was just begun. What is no line of a copy is left
 * out and named in the log. */
int records_copy_restore(struct database *database);

#endif

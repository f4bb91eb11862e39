/*
 * The audit. What somebody decides is written together with the decision (records_decide.c); what
 * merely happens is gathered here for up to a second first, so that a program that knocks a million
 * times at a closed door makes a line a second and not a million.
 */
#include <stdlib.h>
#include <string.h>

#include "core/port.h"
#include "records_state.h"

static const uint64_t gather_ns = 1000000000;

const char *records_event_text(enum records_event event)
{
	static const char *const texts[RECORDS_EVENT_COUNT] = {
	    [RECORDS_ALLOWED] = "allowed",
	    [RECORDS_DENIED] = "denied",
	    [RECORDS_REVOKED] = "revoked",
	    [RECORDS_REFUSED] = "refused",
	    [RECORDS_ALLOWED_ONCE] = "allowed once",
	    [RECORDS_DENIED_ONCE] = "denied once",
	    [RECORDS_ALLOWED_RUN] = "allowed for a run",
	    [RECORDS_DENIED_RUN] = "denied for a run",
	};
	return texts[event];
}

/* ---- Writing ---- */

/* Now and then what is too old goes: not with each entry, as looking for it costs something. */
static int drop_old(struct records *records)
{
	sqlite3_int64 number = sqlite3_last_insert_rowid(records->database.sqlite);
	if (number % 256 != 0)
		return SQLITE_DONE;
	struct records_call call = records_prepare(records, RECORDS_DROP_ENTRIES);
	records_bind_number(&call, RECORDS_AUDIT_ROWS_MAX);
	return records_step(&call);
}

int records_write_entry(struct records *records, const struct records_entry *entry,
			const uint8_t *scopes, size_t scopes_size)
{
	struct records_call call = records_prepare(records, RECORDS_ADD_ENTRY);
	records_bind_cid(&call, &entry->program);
	records_bind_bytes(&call, entry->interface.bytes, sizeof entry->interface.bytes);
	records_bind_number(&call, entry->event);
	records_bind_bytes(&call, scopes, scopes_size);
	records_bind_number(&call, entry->time_ns);
	records_bind_number(&call, entry->times);
	records_bind_text(&call, entry->person);
	records_bind_text(&call, entry->reason);
	records_bind_seal(&call);
	int result = records_step(&call);
	return result == SQLITE_DONE ? drop_old(records) : result;
}

static int write_waiting(struct database *database, void *context)
{
	struct records *records = (struct records *)database;
	int result = records_run_command(records, RECORDS_BEGIN);
	if (result != SQLITE_DONE)
		return result;
	for (uint32_t i = 0; i < records->waiting_count && result == SQLITE_DONE; i++) {
		const struct records_waiting *waiting = &records->waiting[i];
		result = records_write_entry(records, &waiting->entry, waiting->scopes,
					     waiting->scopes_size);
	}
	if (result == SQLITE_DONE)
		result = records_run_command(records, RECORDS_COMMIT);
	if (result != SQLITE_DONE && sqlite3_get_autocommit(database->sqlite) == 0)
		(void)records_run_command(records, RECORDS_ROLLBACK);
	return result;
}

/* Nobody was promised these, so the disk is not waited for. */
void records_flush(struct records *records)
{
	struct fault fault = {0};
	if (records->waiting_count == 0)
		return;
	enum status status = database_run(&records->database, write_waiting, NULL, &fault);
	if (status != STATUS_OK)
		port_log(PORT_LOG_WARNING, fault.text, strlen(fault.text));
	for (uint32_t i = 0; i < records->waiting_count; i++)
		free(records->waiting[i].scopes);
	records->waiting_count = 0;
}

uint64_t records_flush_due_ns(const struct records *records)
{
	return records->waiting_count == 0 ? UINT64_MAX : records->waiting_since_ns + gather_ns;
}

static void copy_words(char out[RECORDS_WORDS_BYTES_MAX], const char *words)
{
	size_t size = words == NULL ? 0 : strnlen(words, RECORDS_WORDS_BYTES_MAX - 1);
	memcpy(out, words == NULL ? "" : words, size);
	out[size] = '\0';
}

static bool is_same(const struct records_waiting *waiting, const struct records_waiting *other)
{
	return waiting->entry.event == other->entry.event &&
	       cid_is_equal(&waiting->entry.program, &other->entry.program) &&
	       memcmp(&waiting->entry.interface, &other->entry.interface, sizeof(struct digest)) ==
		   0 &&
	       waiting->scopes_size == other->scopes_size &&
	       (waiting->scopes_size == 0 ||
		memcmp(waiting->scopes, other->scopes, waiting->scopes_size) == 0) &&
	       strcmp(waiting->person, other->person) == 0 &&
	       strcmp(waiting->reason, other->reason) == 0;
}

/* Counts it where an equal one waits; else it waits as well, and `scopes` are its own. */
static void add_waiting(struct records *records, struct records_waiting *added)
{
	uint64_t now = port_monotonic_ns();
	if (records->waiting_count == RECORDS_WAITING_MAX)
		records_flush(records);
	if (records->waiting_count == 0)
		records->waiting_since_ns = now;
	for (uint32_t i = 0; i < records->waiting_count; i++) {
		struct records_waiting *waiting = &records->waiting[i];
		if (!is_same(waiting, added))
			continue;
		waiting->entry.times++;
		waiting->entry.time_ns = added->entry.time_ns;
		free(added->scopes);
		added = NULL;
		break;
	}
	if (added != NULL) {
		struct records_waiting *waiting = &records->waiting[records->waiting_count++];
		*waiting = *added;
		waiting->entry.person = waiting->person;
		waiting->entry.reason = waiting->reason;
	}
	if (now - records->waiting_since_ns >= gather_ns)
		records_flush(records);
}

void records_observe(struct records *records, const struct records_entry *entry)
{
	struct fault ignored;
	const struct kernel_grant grant = {.scopes = entry->scopes,
					   .scope_count = entry->scope_count};
	struct records_waiting waiting = {.entry = *entry};
	if (records->waiting == NULL)
		records->waiting = calloc(RECORDS_WAITING_MAX, sizeof *records->waiting);
	if (records->waiting == NULL ||
	    records_join_scopes(&grant, &waiting.scopes, &waiting.scopes_size, &ignored) !=
		STATUS_OK)
		return;
	copy_words(waiting.person, entry->person);
	copy_words(waiting.reason, entry->reason);
	waiting.entry.times = 1;
	waiting.entry.time_ns = port_wall_ns();
	add_waiting(records, &waiting);
}

/* ---- Reading ---- */

struct listing {
	const struct cid *program;
	uint64_t limit;
	records_entry_visit visit;
	void *context;
};

static bool visit_row(struct records_call *call, const struct listing *listing)
{
	struct records_row row = records_row_of(call);
	struct records_scopes scopes;
	struct records_entry entry;
	size_t size;
	entry.number = (uint64_t)sqlite3_column_int64(call->statement, row.next++);
	entry.program = records_row_cid(&row);
	entry.interface = records_row_digest(&row);
	uint64_t event = records_row_number(&row);
	const uint8_t *joined = records_row_bytes(&row, &size);
	entry.time_ns = records_row_number(&row);
	entry.times = records_row_number(&row);
	entry.person = records_row_text(&row);
	entry.reason = records_row_text(&row);
	if (!records_row_is_whole(&row) || !records_split_scopes(joined, size, &scopes) ||
	    event >= RECORDS_EVENT_COUNT)
		return false;
	entry.event = (enum records_event)event;
	entry.scopes = scopes.items;
	entry.scope_count = scopes.count;
	listing->visit(listing->context, &entry);
	return true;
}

static int list(struct database *database, void *context)
{
	struct records *records = (struct records *)database;
	const struct listing *listing = context;
	struct records_call call = records_prepare(
	    records, listing->program == NULL ? RECORDS_LAST_ENTRIES : RECORDS_LAST_ENTRIES_OF);
	if (listing->program != NULL)
		records_bind_cid(&call, listing->program);
	records_bind_number(&call, listing->limit < INT64_MAX ? listing->limit : INT64_MAX);
	int result;
	while ((result = records_step(&call)) == SQLITE_ROW) {
		if (!visit_row(&call, listing)) {
			sqlite3_reset(call.statement);
			return SQLITE_CORRUPT;
		}
	}
	return result;
}

enum status records_audit(struct records *records, const struct cid *program, uint64_t limit,
			  records_entry_visit visit, void *context, struct fault *fault)
{
	struct listing listing = {
	    .program = program, .limit = limit, .visit = visit, .context = context};
	records_flush(records);
	if (!database_exists(&records->database))
		return STATUS_OK;
	return database_run(&records->database, list, &listing, fault);
}

/*
 * Decisions. A change and its line in the audit are one transaction, so neither is ever without the
 * other.
 */
#include <stdlib.h>

#include "core/port.h"
#include "records_state.h"

struct change {
	const struct records_decision *decision;
	uint8_t *scopes;
	size_t scopes_size;
	bool is_missing; /* there was nothing to forget */
};

static int put(struct records *records, const struct change *change)
{
	const struct records_decision *decision = change->decision;
	struct records_call call = records_prepare(records, RECORDS_PUT_DECISION);
	records_bind_cid(&call, &decision->program);
	records_bind_bytes(&call, decision->grant.interface.bytes,
			   sizeof decision->grant.interface.bytes);
	records_bind_number(&call, decision->grant.verdict);
	records_bind_bytes(&call, change->scopes, change->scopes_size);
	records_bind_number(&call, decision->time_ns);
	records_bind_text(&call, decision->person);
	records_bind_text(&call, decision->reason);
	records_bind_seal(&call);
	return records_step(&call);
}

static int forget(struct records *records, struct change *change)
{
	const struct records_decision *decision = change->decision;
	struct records_call call = records_prepare(records, RECORDS_FORGET_DECISION);
	records_bind_cid(&call, &decision->program);
	records_bind_bytes(&call, decision->grant.interface.bytes,
			   sizeof decision->grant.interface.bytes);
	int result = records_step(&call);
	change->is_missing = sqlite3_changes(records->database.sqlite) == 0;
	return result;
}

static int note(struct records *records, const struct change *change)
{
	static const enum records_event events[] = {
	    [KERNEL_UNDECIDED] = RECORDS_REVOKED,
	    [KERNEL_ALLOWED] = RECORDS_ALLOWED,
	    [KERNEL_DENIED] = RECORDS_DENIED,
	};
	const struct records_decision *decision = change->decision;
	const struct records_entry entry = {
	    .time_ns = decision->time_ns,
	    .times = 1,
	    .program = decision->program,
	    .interface = decision->grant.interface,
	    .event = events[decision->grant.verdict],
	    .person = decision->person,
	    .reason = decision->reason,
	};
	return records_write_entry(records, &entry, change->scopes, change->scopes_size);
}

static int change(struct database *database, void *context)
{
	struct records *records = (struct records *)database;
	struct change *change = context;
	int result = records_run_command(records, RECORDS_BEGIN);
	if (result != SQLITE_DONE)
		return result;
	result = change->decision->grant.verdict == KERNEL_UNDECIDED ? forget(records, change)
								     : put(records, change);
	if (result == SQLITE_DONE && !change->is_missing)
		result = note(records, change);
	if (result == SQLITE_DONE)
		result = records_run_command(records, RECORDS_COMMIT);
	if (result != SQLITE_DONE && sqlite3_get_autocommit(database->sqlite) == 0)
		(void)records_run_command(records, RECORDS_ROLLBACK);
	return result;
}

enum status records_decide(struct records *records, const struct records_decision *decision,
			   struct fault *fault)
{
	struct change about = {.decision = decision};
	enum status status =
	    records_join_scopes(&decision->grant, &about.scopes, &about.scopes_size, fault);
	if (status != STATUS_OK)
		return status;
	bool is_nothing =
	    decision->grant.verdict == KERNEL_UNDECIDED && !database_exists(&records->database);
	if (is_nothing)
		about.is_missing = true;
	else
		status = database_run(&records->database, change, &about, fault);
	free(about.scopes);
	if (status != STATUS_OK || !about.is_missing)
		return status;
	fault->text[0] = '\0';
	return STATUS_NOT_FOUND;
}

/* ---- Listing ---- */

struct listing {
	const struct cid *program;
	records_decision_visit visit;
	void *context;
};

/* False where the row is not as it was written. */
static bool take_row(struct records_call *call, const struct listing *listing, bool is_visited)
{
	struct records_row row = records_row_of(call);
	struct records_scopes scopes;
	struct records_decision decision;
	size_t size;
	decision.program = records_row_cid(&row);
	decision.grant.interface = records_row_digest(&row);
	uint64_t verdict = records_row_number(&row);
	const uint8_t *joined = records_row_bytes(&row, &size);
	decision.time_ns = records_row_number(&row);
	decision.person = records_row_text(&row);
	decision.reason = records_row_text(&row);
	if (!records_row_is_whole(&row) || !records_split_scopes(joined, size, &scopes) ||
	    (verdict != KERNEL_ALLOWED && verdict != KERNEL_DENIED))
		return false;
	decision.grant.verdict = (enum kernel_verdict)verdict;
	decision.grant.scopes = scopes.items;
	decision.grant.scope_count = scopes.count;
	if (is_visited)
		listing->visit(listing->context, &decision);
	return true;
}

static int read_rows(struct records *records, const struct listing *listing, bool is_visited)
{
	struct records_call call = records_prepare(
	    records, listing->program == NULL ? RECORDS_ALL_DECISIONS : RECORDS_DECISIONS_OF);
	if (listing->program != NULL)
		records_bind_cid(&call, listing->program);
	int result;
	while ((result = records_step(&call)) == SQLITE_ROW) {
		if (!take_row(&call, listing, is_visited)) {
			sqlite3_reset(call.statement);
			return SQLITE_CORRUPT;
		}
	}
	return result;
}

/* Damage must show before anything is passed on: what is allowed may stand before what is denied.
 */
static int list(struct database *database, void *context)
{
	struct records *records = (struct records *)database;
	int result = read_rows(records, context, false);
	return result == SQLITE_DONE ? read_rows(records, context, true) : result;
}

enum status records_decisions(struct records *records, const struct cid *program,
			      records_decision_visit visit, void *context, struct fault *fault)
{
	struct listing listing = {.program = program, .visit = visit, .context = context};
	if (!database_exists(&records->database))
		return STATUS_OK;
	return database_run(&records->database, list, &listing, fault);
}

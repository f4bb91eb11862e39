/*
 * records: what the user of a node has decided, and what he calls things. One SQLite file of the
 * home, decisions.db:
 *
 *     decisions   a program may or may not send to an interface, within scopes; who said so, when,
 * why audit       what was decided, asked and denied, one line after the other names       petnames
 * of programs and of interfaces
 *
 *     records_open -> any of the others -> records_close
 *
 * What returns STATUS_OK after a change is on the disk: neither a kill nor a loss of power undoes
 * it. Only the audit of what nobody decided is written behind. Any number of processes may have the
 * same records open; a thread has its own. Nothing is created before the first change, and what is
 * damaged (SQLite says so, or a row is not as it was written) is moved to damaged/, named in the
 * log and begun anew: then nothing is decided, and so nothing allowed. The names come back from
 * their copy, the text HOME/names.
 *
 * Faults name the file; every string in them is escaped. Strings that are passed to `visit` and
 * structs with pointers in them are valid during the call.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/kernel.h"
#include "core/status.h"

enum {
	RECORDS_SCOPES_MAX = 256, /* of one decision, and their bytes: as many as the core takes */
	RECORDS_SCOPE_BYTES_MAX = 16 * 1024,
	RECORDS_NAME_BYTES = 65,         /* a petname, its zero included */
	RECORDS_WORDS_BYTES_MAX = 512,   /* of a person or a reason; what is longer is cut */
	RECORDS_AUDIT_ROWS_MAX = 100000, /* older ones are dropped */
};

struct records;

must_check enum status records_open(const char *home, struct records **out, struct fault *fault);
void records_close(struct records *records);

/* Between the two, what is read is of one moment, and read faster. Nothing may be changed. */
void records_hold(struct records *records);
void records_let_go(struct records *records);

/* ---- Decisions ---- */

struct records_decision {
	struct cid program;
	struct kernel_grant grant;
	uint64_t time_ns; /* since 1970 */
	const char *person;
	const char *reason;
};

/* Takes the place of an earlier decision about the same program and interface. KERNEL_UNDECIDED
 * forgets it; STATUS_NOT_FOUND where there is none. STATUS_INVALID for scopes that cannot be. */
must_check enum status records_decide(struct records *records,
				      const struct records_decision *decision, struct fault *fault);

typedef void (*records_decision_visit)(void *context, const struct records_decision *decision);

/* Those about a program, or all (NULL), by program and interface. */
must_check enum status records_decisions(struct records *records, const struct cid *program,
					 records_decision_visit visit, void *context,
					 struct fault *fault);

/* ---- The audit ---- */

enum records_event {
	RECORDS_ALLOWED,      /* somebody decided so */
	RECORDS_DENIED,       /* somebody decided so */
	RECORDS_REVOKED,      /* a decision was forgotten */
	RECORDS_REFUSED,      /* a message was denied because nobody had decided */
	RECORDS_ALLOWED_ONCE, /* for one message */
	RECORDS_DENIED_ONCE,
	RECORDS_ALLOWED_RUN, /* for one run */
	RECORDS_DENIED_RUN,
	RECORDS_EVENT_COUNT
};

/* allowed, denied, revoked, ... */
const char *records_event_text(enum records_event event);

struct records_entry {
	uint64_t number;  /* ascending */
	uint64_t time_ns; /* since 1970; of the last one, where there were several */
	uint64_t times;
	struct cid program;
	struct digest interface;
	enum records_event event;
	const struct wasm_name *scopes;
	uint32_t scope_count;
	const char *person; /* empty for nobody */
	const char *reason; /* may be empty */
};

/* Notes what happened. Equal ones that follow within a second become one entry, written later: by
 * the next one, by records_flush, or at the end. `number`, `time_ns` and `times` are not used.
 * Never waits for the disk, and never fails: the audit is not worth a program's life. */
void records_observe(struct records *records, const struct records_entry *entry);

/* Writes what records_observe has put off. */
void records_flush(struct records *records);

/* When that is due, by port_monotonic_ns; UINT64_MAX where nothing waits. */
uint64_t records_flush_due_ns(const struct records *records);

typedef void (*records_entry_visit)(void *context, const struct records_entry *entry);

/* The latest `limit` of them, by time; about a program, or all (NULL). */
must_check enum status records_audit(struct records *records, const struct cid *program,
				     uint64_t limit, records_entry_visit visit, void *context,
				     struct fault *fault);

/* ---- Names ---- */

enum records_kind { RECORDS_PROGRAM, RECORDS_INTERFACE };

/* Names are for people: 1 to 64 bytes of letters of any script, digits and "._+-", not beginning
 * with "-" or "."; nothing that moves, hides or reorders other characters, and nothing that reads
 * as a CID or as 64 hexadecimal digits. STATUS_INVALID says what is wrong. */
must_check enum status records_check_name(const char *name, struct fault *fault);

/* The 32 bytes of a digest or the CID; of an interface, its digest under the raw codec. A name that
 * is in use goes over to `target`; `target` NULL removes it: STATUS_NOT_FOUND. */
must_check enum status records_set_name(struct records *records, enum records_kind kind,
					const char *name, const struct cid *target,
					struct fault *fault);

/* STATUS_NOT_FOUND, without a text. */
must_check enum status records_find_name(struct records *records, enum records_kind kind,
					 const char *name, struct cid *target, struct fault *fault);

/* The latest name of it. STATUS_NOT_FOUND, without a text. */
must_check enum status records_name_of(struct records *records, enum records_kind kind,
				       const struct cid *target, char out[RECORDS_NAME_BYTES],
				       struct fault *fault);

struct records_name {
	enum records_kind kind;
	const char *name;
	struct cid target;
	uint64_t time_ns;
};

/* All of them, by kind and name. */
must_check enum status records_names(struct records *records,
				     void (*visit)(void *context, const struct records_name *name),
				     void *context, struct fault *fault);

/* Whether a damaged database was begun anew without all of its names, as their copy was gone or
 * damaged as well; and the word that they are all known again. */
bool records_names_are_lost(const struct records *records);
void records_names_are_found(const struct records *records);

#endif

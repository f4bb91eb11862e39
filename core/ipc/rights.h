/*
 * rights: what one process may send to, and why. Nothing is copied when a process is started: each
 * time that it has to be known (access.h), the rights of all its starters are looked at as they are
 * then.
 *
 * Who was started by the user, or by a launcher on his behalf, has the user's own decisions: the
 * options of that start, and those about its program. Who was started by an ordinary process has
 * what that may at this moment, as far as it was passed on, and of that nothing which is denied to
 * its own program. Where nobody has decided yet, an answer of the authorizer's is about one
 * process.
 *
 *     rights_create -> rights_share ... -> rights_release, once for each holder
 *
 * A process that has ended leaves its rights to those that it started: they go on to bind them. One
 * that adds nothing to a chain is taken out of it.
 */
#ifndef IPC_RIGHTS_H
#define IPC_RIGHTS_H

#include "grants.h"
#include "stored.h"

struct exchange;

struct rights_terms {
	struct stored_program *program; /* NULL for a part of the kernel, which sends nothing */
	struct grant_set *options;      /* of the start by the user; or NULL */
	struct rights *starter;         /* NULL where the user started it */
	struct grant_set *passed;       /* by the starter; NULL: see is_launch */
	bool is_launch; /* by a launcher: the user's own decisions count, and of what the starter
			   has only what `passed` names; else all that it has, or `passed` of it */
	bool is_boot;   /* it comes with the kernel, and so do its options */
	bool asks;      /* what is undecided is put to the authorizer */
};

struct rights {
	struct list_link of_program;
	uint32_t references;
	uint64_t process; /* its pid */
	bool is_over;     /* it has ended */
	struct rights_terms terms;
	uint64_t sequence; /* of the latest decision when it was started */

	struct decisions answered; /* for this process; `sequence` counts denials (rights.c) */
	struct decisions narrowed; /* made of the starter's; `sequence` is the number of that */
};

/* Shares what the terms name. STATUS_LIMIT where too many starters stand behind one another,
 * STATUS_NO_MEMORY. */
must_check enum status rights_create(const struct rights_terms *terms, uint64_t sequence,
				     struct rights **out);
struct rights *rights_share(struct rights *rights);
void rights_release(struct rights *rights);

/* What a process is charged for its rights at its start, those of its starters included: they may
 * outlive them for its sake. */
size_t rights_bytes(const struct rights *rights);

struct judgement {
	enum kernel_verdict verdict;
	struct grant *grant;        /* of KERNEL_ALLOWED */
	const struct rights *where; /* whose decision, or lack of one, it was */
};

/* What was decided at this moment; what every program may do is not looked at. */
struct judgement rights_judge(struct exchange *exchange, struct rights *rights,
			      const struct digest *interface);

/* ---- Answers about one process ---- */

/* STATUS_LIMIT, STATUS_NO_MEMORY, STATUS_INVALID for scopes that are none. */
must_check enum status rights_answer(struct exchange *exchange, struct rights *rights,
				     const struct kernel_grant *answer);

/* Counts a message that was denied alone, for the process and for those that it was started by;
 * true where that makes it a denial for one of them. */
bool rights_deny_once(struct rights *rights, const struct digest *interface);

/* The same for those alone that it was started by: or a program could have a person asked for ever,
 * by ever new processes. */
bool rights_deny_start(struct rights *rights, const struct digest *interface);

/* Forgets what was answered about the interface. */
void rights_forget(struct rights *rights, const struct digest *interface);

#endif

/*
 * party: who sends and receives: the message side of a process, or of a part of the kernel that
 * handles an interface.
 *
 *     party_init -> (exchange.h) -> exchange_end -> party_reset
 *
 * A party must not be moved, and outlives nothing: `exchange_end` lets go of all that it has to do
 * with others.
 */
#ifndef IPC_PARTY_H
#define IPC_PARTY_H

#include <stdbool.h>
#include <stdint.h>

#include "budget.h"
#include "core/kernel.h"
#include "id_table.h"
#include "inbox.h"
#include "list.h"
#include "rights.h"

struct exchange;

struct party {
	struct exchange *exchange;
	uint64_t serial; /* a process's pid; never reused */
	const struct kernel_limits *limits;

	/* Accounts: what the kernel allocates for it, and bodies that it is charged for. */
	struct budget records;
	struct budget bodies;
	uint32_t message_count; /* that it has sent and not seen the end of */

	uint64_t sent_count; /* messages, ever */
	uint64_t received_count;

	/* Messages by the number that its program knows them by. One counter serves both. */
	uint64_t next_id;
	struct id_table sent;
	struct id_table received;
	struct inbox inbox;

	/* What leads its messages: its program, NULL for a part of the kernel, and the stops of
	 * the routes that hold for its launch alone, NULL where there are none. */
	const struct cid *program;
	const struct list *launch_stops;

	/* What it may send to, and has sent to. */
	struct rights *rights;
	struct id_table accesses; /* by route */
	struct list past;         /* accesses of handlers that it was led away from */
	struct list channels_out; /* to handlers */
	struct list channels_in;  /* from senders */
	struct list stops;        /* that it handles, or was started for */

	/* Messages of senders that have ended: still to be taken, or owed for form's sake. What is
	 * in it is bounded like what one sender may have under way. */
	struct list estate;
	uint32_t estate_count;
	uint64_t estate_bytes;

	/* A part of the kernel is told by these; NULL for a process. */
	const struct kernel_service *service;
	void *service_self;
	bool is_core; /* what expects no answer is over when `receive` returns */
};

/* Takes the next serial. Shares `rights`. */
void party_init(struct party *party, struct exchange *exchange, const struct kernel_limits *limits,
		struct rights *rights);

/* After exchange_end; checks that nothing is left. */
void party_reset(struct party *party);

#endif

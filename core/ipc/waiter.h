/*
 * waiter: a thread as the one who waits: which lists it stands in (of its inbox, of messages whose
 * answer it awaits), and where a notification is to be written.
 *
 *     waiter_init -> (delivery_wait links it, or takes it out again) -> waiter_reset
 */
#ifndef IPC_WAITER_H
#define IPC_WAITER_H

#include <stdint.h>

#include "core/status.h"
#include "list.h"

struct party;

/* One entry of a blocked wait(), in the list of what it names. */
struct wait_entry {
	struct list_link link;
	struct waiter *waiter;
	uint32_t index; /* in the caller's ids */
};

enum { WAIT_ENTRIES_SMALL = 4 };

/* The part of a thread that waits. While it does, `out` is room for `out_size` bytes. */
struct waiter {
	struct party *party;
	uint8_t *out;
	uint64_t out_size;
	uint32_t entry_count; /* 0 while it does not wait */
	uint32_t entry_capacity;
	struct wait_entry *entries;
	struct wait_entry small[WAIT_ENTRIES_SMALL];
};

void waiter_init(struct waiter *waiter, struct party *party);

/* Ends a wait, if there is one, and gives the entries back. */
void waiter_reset(struct waiter *waiter);

/* Makes room for `count` entries, on the party's account. STATUS_NO_MEMORY. */
must_check enum status waiter_reserve(struct waiter *waiter, uint32_t count);

/* Takes all entries of a waiting thread out of their lists. */
void waiter_unlink(struct waiter *waiter);

#endif

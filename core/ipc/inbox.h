/*
 * inbox: what a party has been told and has not taken yet, and which of its threads wait for it.
 *
 * There are three queues, one for each entry of wait() that is no message's id; answers are found
 * by their id too. A queued notification lies inside the record that it tells about (a message, a
 * channel, an access), so that telling never fails for want of memory.
 *
 * What always holds: no queued notification matches a waiting thread.
 */
#ifndef IPC_INBOX_H
#define IPC_INBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "list.h"
#include "waiter.h"

enum inbox_queue {
	INBOX_INCOMING, /* kinds 2 to 5 */
	INBOX_ROOM,     /* kind 6 */
	INBOX_ANSWERS,  /* kind 1 */
	INBOX_QUEUES
};

struct notification {
	struct list_link link;
	uint64_t sequence; /* per party, so that "oldest" is exact across its queues */
	uint32_t kind;     /* CAIRN_KIND_* */
};

struct inbox {
	struct list queued[INBOX_QUEUES];  /* notifications, oldest first */
	struct list waiting[INBOX_QUEUES]; /* wait entries, longest waiting first */
	uint64_t next_sequence;
};

void inbox_init(struct inbox *inbox);

/* Puts a notification at the end of a queue. */
void inbox_queue(struct inbox *inbox, enum inbox_queue queue, struct notification *notification,
		 uint32_t kind);

/* Takes it out of its queue; one that is in none is ignored. */
void inbox_remove(struct notification *notification);

/* The oldest of a queue, or NULL. */
static inline struct notification *inbox_oldest(const struct inbox *inbox, enum inbox_queue queue)
{
	struct list_link *link = list_first(&inbox->queued[queue]);
	return link == NULL ? NULL : list_record(link, struct notification, link);
}

/* The entry of the longest waiting thread with room for `size` bytes, or NULL. */
struct wait_entry *inbox_fitting(const struct list *waiting, uint64_t size);

#endif

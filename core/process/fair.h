/*
 * fair: who is next, by what each has used. An entry counts the CPU time that it has had; the one
 * with the least goes first, and of several who have had the same the one that has been waiting
 * longest. So nobody gets more than the others for long, however it mixes work and waiting, and who
 * uses little finds nobody before it.
 *
 * Who comes back after a while must not have saved up its share: it is put at most FAIR_CREDIT_NS
 * before where the others have come to (`reached_ns`). That is all the precedence that waiting
 * gives.
 *
 * The queue is a pairing heap, whose links live inside the entries: adding takes a step, taking the
 * first out or any other a number of steps that grows as the logarithm of their number.
 */
#ifndef PROCESS_FAIR_H
#define PROCESS_FAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed at first: it has had nothing. */
struct fair_entry {
	uint64_t used_ns;
	uint64_t order; /* among those that have used the same: who was added first */
	bool is_queued;
	struct fair_entry *child;    /* the first of those that come behind it */
	struct fair_entry *next;     /* child of the same parent */
	struct fair_entry *previous; /* the one before, or the parent; NULL for the first of all */
};

/* Zeroed at first. The entries outlive their being queued. */
struct fair_queue {
	struct fair_entry *first; /* NULL for none */
	uint64_t reached_ns;      /* the most that one had used when it was taken */
	uint64_t orders;          /* that were given */
};

void fair_add(struct fair_queue *queue, struct fair_entry *entry);
void fair_remove(struct fair_queue *queue, struct fair_entry *entry);

/* Removes the first one, of which there must be one, and returns it. */
struct fair_entry *fair_take(struct fair_queue *queue);

/* It has had a CPU for so long, whether it is queued or not. */
void fair_charge(struct fair_queue *queue, struct fair_entry *entry, uint64_t ns);

static inline bool fair_is_empty(const struct fair_queue *queue)
{
	return queue->first == NULL;
}

#endif

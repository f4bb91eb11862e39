#include "fair.h"

#include "core/port.h"
#include "kernel_limits.h"

static bool is_before(const struct fair_entry *left, const struct fair_entry *right)
{
	if (left->used_ns != right->used_ns)
		return left->used_ns < right->used_ns;
	return left->order < right->order;
}

/* ---- The heap ---- */

/* Of two heaps one; neither has siblings, and each may be NULL. */
static struct fair_entry *meld(struct fair_entry *left, struct fair_entry *right)
{
	if (left == NULL || right == NULL)
		return left == NULL ? right : left;
	struct fair_entry *above = is_before(left, right) ? left : right;
	struct fair_entry *below = above == left ? right : left;
	below->next = above->child;
	if (below->next != NULL)
		below->next->previous = below;
	below->previous = above;
	above->child = below;
	return above;
}

/* Takes an entry out of a row of siblings; what follows it. */
static struct fair_entry *detach(struct fair_entry *entry)
{
	struct fair_entry *next = entry->next;
	entry->next = NULL;
	entry->previous = NULL;
	return next;
}

/* Of a row of siblings one heap: pairs from the front, and these from the back, which is what keeps
 * the heap flat. The pairs are kept in a row by their `next`. */
static struct fair_entry *meld_row(struct fair_entry *row)
{
	struct fair_entry *pairs = NULL;
	while (row != NULL) {
		struct fair_entry *left = row;
		struct fair_entry *right = detach(left);
		row = right == NULL ? NULL : detach(right);
		struct fair_entry *pair = meld(left, right);
		pair->next = pairs;
		pairs = pair;
	}
	struct fair_entry *all = NULL;
	while (pairs != NULL) {
		struct fair_entry *pair = pairs;
		pairs = detach(pair);
		all = meld(all, pair);
	}
	return all;
}

static void insert(struct fair_queue *queue, struct fair_entry *entry)
{
	entry->order = queue->orders++;
	queue->first = meld(queue->first, entry);
}

static void take_out(struct fair_queue *queue, struct fair_entry *entry)
{
	struct fair_entry *behind = meld_row(entry->child);
	entry->child = NULL;
	if (queue->first == entry) {
		queue->first = behind;
		return;
	}
	if (entry->previous->child == entry)
		entry->previous->child = entry->next;
	else
		entry->previous->next = entry->next;
	if (entry->next != NULL)
		entry->next->previous = entry->previous;
	detach(entry);
	queue->first = meld(queue->first, behind);
}

/* ---- The rule ---- */

void fair_add(struct fair_queue *queue, struct fair_entry *entry)
{
	core_assert(!entry->is_queued);
	if (entry->used_ns + FAIR_CREDIT_NS < queue->reached_ns)
		entry->used_ns = queue->reached_ns - FAIR_CREDIT_NS;
	entry->is_queued = true;
	insert(queue, entry);
}

void fair_remove(struct fair_queue *queue, struct fair_entry *entry)
{
	core_assert(entry->is_queued);
	entry->is_queued = false;
	take_out(queue, entry);
}

struct fair_entry *fair_take(struct fair_queue *queue)
{
	struct fair_entry *entry = queue->first;
	fair_remove(queue, entry);
	if (entry->used_ns > queue->reached_ns)
		queue->reached_ns = entry->used_ns;
	return entry;
}

void fair_charge(struct fair_queue *queue, struct fair_entry *entry, uint64_t ns)
{
	if (entry->is_queued)
		take_out(queue, entry);
	entry->used_ns += ns;
	if (entry->is_queued)
		insert(queue, entry);
}

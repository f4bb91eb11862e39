#include "invariants_walk.h"

#include <stdlib.h>
#include <string.h>

/* ---- 1: lists ---- */

uint32_t walk_list_length(const struct list *list)
{
	uint32_t length = 0;
	const struct list_link *link = &list->head;
	do {
		check(1, link->next->previous == link && link->previous->next == link);
		check(1, length < 1000000);
		link = link->next;
		length++;
	} while (link != &list->head);
	return length - 1;
}

bool walk_list_holds(const struct list *list, const struct list_link *wanted)
{
	list_for_each(link, list)
	{
		if (link == wanted)
			return true;
	}
	return false;
}

/* ---- What a walk collects ---- */

struct seen walk_seen[MESSAGES_MAX];
static uint16_t walk_index[MESSAGES_MAX * 2];
uint32_t walk_seen_count;
struct kernel *walk_kernel;

void walk_begin(struct kernel *kernel)
{
	walk_kernel = kernel;
	walk_seen_count = 0;
	memset(walk_index, 0, sizeof walk_index);
}

struct seen *walk_see(struct message *message)
{
	enum { MASK = MESSAGES_MAX * 2 - 1 };
	uint32_t slot = (uint32_t)(((uintptr_t)message >> 4) * 2654435761u) & MASK;
	while (walk_index[slot] != 0 && walk_seen[walk_index[slot] - 1].message != message)
		slot = (slot + 1) & MASK;
	if (walk_index[slot] == 0) {
		if (walk_seen_count == MESSAGES_MAX)
			abort();
		walk_seen[walk_seen_count] = (struct seen){.message = message};
		walk_index[slot] = (uint16_t)++walk_seen_count;
	}
	return &walk_seen[walk_index[slot] - 1];
}

uint64_t walk_table_bytes(const struct id_table *table)
{
	return table->chains == table->small
		   ? 0
		   : (uint64_t)(table->mask + 1) * sizeof(struct id_entry *);
}

struct party *walk_service_party(struct list_link *link)
{
	return &list_record(link, struct service, of_kernel)->party;
}

bool walk_is_alive(const struct party *party)
{
	for (struct id_entry *entry = id_table_next(&walk_kernel->processes, NULL); entry != NULL;
	     entry = id_table_next(&walk_kernel->processes, entry))
		if (&list_record(entry, struct process, by_pid)->party == party)
			return true;
	list_for_each(link, &walk_kernel->services)
	{
		if (party == walk_service_party(link))
			return true;
	}
	return party == &walk_kernel->undecided;
}

/* ---- 12: tables of ids ---- */

void walk_check_table(const struct id_table *table, uint64_t next_id)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i <= table->mask; i++) {
		for (struct id_entry *entry = table->chains[i]; entry != NULL;
		     entry = entry->next) {
			check(12, i >= table->first && (entry->id & table->mask) == i);
			check(12, entry->id != 0 && entry->id < next_id);
			check(12, id_table_find(table, entry->id) == entry);
			count++;
		}
	}
	check(12, count == table->count);
}

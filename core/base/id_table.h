/*
 * id_table: finds records by a number, in constant time. The links live inside the records, so that
 * adding one never fails; the array of chains grows with the count where its budget allows, and
 * where not, chains get longer. Numbers that are handed out one after the other spread evenly.
 *
 * A table owns its array only, and must not be moved. `id_table_reset` gives the array back.
 */
#ifndef BASE_ID_TABLE_H
#define BASE_ID_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "budget.h"

/* Inside a record. Chains are linked one way only, so that adding and removing an entry hardly ever
 * touches another record: with thousands of them, each would be a cache miss. */
struct id_entry {
	struct id_entry *next;
	uint64_t id; /* 0 while it is in no table */
};

enum { ID_TABLE_SMALL = 4 };

struct id_table {
	struct id_entry **chains;
	uint32_t mask;
	uint32_t count;
	uint32_t first;        /* no chain before this one has an entry */
	struct budget *budget; /* of the array; NULL where nobody is charged */
	struct id_entry *small[ID_TABLE_SMALL];
};

void id_table_init(struct id_table *table, struct budget *budget);

/* The table must be empty. */
void id_table_reset(struct id_table *table);

/* The id is not 0, and not in the table. */
void id_table_add(struct id_table *table, struct id_entry *entry, uint64_t id);
void id_table_remove(struct id_table *table, struct id_entry *entry);

static inline bool id_entry_is_linked(const struct id_entry *entry)
{
	return entry->id != 0;
}

static inline struct id_entry *id_table_find(const struct id_table *table, uint64_t id)
{
	struct id_entry *entry = table->chains[id & table->mask];
	while (entry != NULL && entry->id != id)
		entry = entry->next;
	return entry;
}

/* Any entry, or NULL when the table is empty: for taking all of them out, which costs one walk
 * through the chains altogether. */
struct id_entry *id_table_any(struct id_table *table);

/* The entry after `previous` (NULL: the first) in no particular order; for walking all of them. */
struct id_entry *id_table_next(const struct id_table *table, const struct id_entry *previous);

#endif

#include "id_table.h"

#include "mem.h"

enum { GROWTH = 4, MASK_MAX = (1 << 24) - 1 };

void id_table_init(struct id_table *table, struct budget *budget)
{
	*table = (struct id_table){.mask = ID_TABLE_SMALL - 1, .budget = budget};
	table->chains = table->small;
}

static size_t array_bytes(uint32_t mask)
{
	return ((size_t)mask + 1) * sizeof(struct id_entry *);
}

static void release_array(struct id_table *table, struct id_entry **chains, uint32_t mask)
{
	if (chains == table->small)
		return;
	if (table->budget != NULL)
		budget_release(table->budget, chains, array_bytes(mask));
	else
		port_release(chains, array_bytes(mask));
}

void id_table_reset(struct id_table *table)
{
	core_assert(table->count == 0);
	release_array(table, table->chains, table->mask);
	id_table_init(table, table->budget);
}

static void link_entry(struct id_entry **chain, struct id_entry *entry)
{
	entry->next = *chain;
	*chain = entry;
}

/* Does nothing where there is no room: longer chains are slower, and as right. */
static void grow(struct id_table *table)
{
	uint32_t mask = (table->mask + 1) * GROWTH - 1;
	if (mask > MASK_MAX)
		return;
	struct id_entry **chains = table->budget != NULL
				       ? budget_allocate(table->budget, array_bytes(mask))
				       : port_allocate(array_bytes(mask));
	if (chains == NULL)
		return;
	memset(chains, 0, array_bytes(mask));
	for (uint32_t i = 0; i <= table->mask; i++) {
		struct id_entry *entry = table->chains[i];
		while (entry != NULL) {
			struct id_entry *next = entry->next;
			link_entry(&chains[entry->id & mask], entry);
			entry = next;
		}
	}
	release_array(table, table->chains, table->mask);
	table->chains = chains;
	table->mask = mask;
	table->first = 0;
}

void id_table_add(struct id_table *table, struct id_entry *entry, uint64_t id)
{
	core_assert(id != 0);
	if (table->count > table->mask)
		grow(table);
	uint32_t chain = (uint32_t)id & table->mask;
	entry->id = id;
	link_entry(&table->chains[chain], entry);
	if (chain < table->first)
		table->first = chain;
	table->count++;
}

void id_table_remove(struct id_table *table, struct id_entry *entry)
{
	struct id_entry **link = &table->chains[entry->id & table->mask];
	while (*link != entry) {
		core_assert(*link != NULL);
		link = &(*link)->next;
	}
	*link = entry->next;
	entry->next = NULL;
	entry->id = 0;
	table->count--;
}

static struct id_entry *first_from(const struct id_table *table, uint32_t chain)
{
	for (uint32_t i = chain; i <= table->mask; i++)
		if (table->chains[i] != NULL)
			return table->chains[i];
	return NULL;
}

struct id_entry *id_table_any(struct id_table *table)
{
	if (table->count == 0)
		return NULL;
	struct id_entry *entry = first_from(table, table->first);
	table->first = (uint32_t)entry->id & table->mask;
	return entry;
}

struct id_entry *id_table_next(const struct id_table *table, const struct id_entry *previous)
{
	if (previous == NULL)
		return first_from(table, 0);
	if (previous->next != NULL)
		return previous->next;
	return first_from(table, (uint32_t)(previous->id & table->mask) + 1);
}

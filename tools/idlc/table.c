#include "table.h"

#include <stdbool.h>
#include <stdint.h>

struct table_entry {
	const char *name; /* NULL: free */
	void *value;
};

static char lower(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static bool is_same(const char *a, const char *b)
{
	while (*a != '\0' && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

/* FNV-1a */
static size_t hash(const char *name)
{
	uint64_t value = 0xcbf29ce484222325u;
	for (; *name != '\0'; name++)
		value = (value ^ (uint8_t)lower(*name)) * 0x100000001b3u;
	return (size_t)(value ^ value >> 32);
}

/* The entry of that name, or the free one where it belongs. */
static struct table_entry *slot(const struct table *table, const char *name)
{
	size_t mask = table->capacity - 1;
	size_t i = hash(name) & mask;
	while (table->entries[i].name != NULL && !is_same(table->entries[i].name, name))
		i = (i + 1) & mask;
	return &table->entries[i];
}

static void grow(struct table *table, struct pool *pool)
{
	struct table larger = {.capacity = table->capacity == 0 ? 16 : table->capacity * 2,
			       .count = table->count};
	larger.entries = pool_new_array(pool, struct table_entry, larger.capacity);
	for (size_t i = 0; i < table->capacity; i++)
		if (table->entries[i].name != NULL)
			*slot(&larger, table->entries[i].name) = table->entries[i];
	*table = larger;
}

void *table_put(struct table *table, struct pool *pool, const char *name, void *value)
{
	if (table->count * 2 >= table->capacity)
		grow(table, pool);
	struct table_entry *entry = slot(table, name);
	if (entry->name != NULL)
		return entry->value;
	*entry = (struct table_entry){.name = name, .value = value};
	table->count++;
	return NULL;
}

void *table_find(const struct table *table, const char *name)
{
	return table->capacity == 0 ? NULL : slot(table, name)->value;
}

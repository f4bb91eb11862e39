/*
 * table: finds records by name, letters' case ignored: two names that differ in nothing else are
 * one name to WIT, and would be to C. A zeroed struct table is empty.
 */
#ifndef IDLC_TABLE_H
#define IDLC_TABLE_H

#include "pool.h"

struct table_entry;

struct table {
	struct table_entry *entries;
	size_t capacity; /* a power of two, or 0 */
	size_t count;
};

/* Puts `value` under `name`, which must live as long as the table. Returns NULL, or the value that
 * already stands there and stays. */
void *table_put(struct table *table, struct pool *pool, const char *name, void *value);

/* NULL where there is none. */
void *table_find(const struct table *table, const char *name);

#endif

#include "runtime.h"

#include "mem.h"

enum { TABLE_ROOM_MIN = 16 };

static void release_elements(struct wasm_table *table)
{
	port_release(table->elements, table->capacity * sizeof *table->elements);
	table->elements = NULL;
	table->capacity = 0;
}

/* Makes room for `size` elements; the store's limit covers all tables together. */
static enum status make_room(struct wasm_table *table, uint64_t size)
{
	struct wasm_store *store = table->store;
	if (size - table->size > store->limits.table_elements - store->table_elements)
		return STATUS_LIMIT;
	if (size <= table->capacity)
		return STATUS_OK;
	uint64_t capacity = table->capacity < TABLE_ROOM_MIN ? TABLE_ROOM_MIN : table->capacity * 2;
	if (capacity < size)
		capacity = size;
	uint64_t bytes;
	if (__builtin_mul_overflow(capacity, sizeof *table->elements, &bytes))
		return STATUS_LIMIT;
	uint64_t *elements = port_allocate(bytes);
	if (elements == NULL)
		return STATUS_NO_MEMORY;
	if (table->size > 0)
		memcpy(elements, table->elements, table->size * sizeof *elements);
	release_elements(table);
	table->elements = elements;
	table->capacity = capacity;
	return STATUS_OK;
}

static void append(struct wasm_table *table, uint64_t count, uint64_t value)
{
	for (uint64_t i = 0; i < count; i++)
		table->elements[table->size + i] = value;
	table->size += count;
	table->store->table_elements += count;
}

enum status table_create(struct wasm_store *store, const struct wasm_table_type *type,
			 struct wasm_table **out)
{
	void *record;
	enum status status = store_take(store, 1, sizeof(struct wasm_table), &record);
	if (status != STATUS_OK)
		return status;
	struct wasm_table *table = record;
	table->store = store;
	table->type = type->element;
	table->size_max = type->limits.has_max ? type->limits.max : UINT64_MAX;
	spin_lock(&store->growth);
	status = make_room(table, type->limits.min);
	if (status == STATUS_OK)
		append(table, type->limits.min, 0);
	spin_unlock(&store->growth);
	if (status != STATUS_OK)
		return status;
	table->next = store->tables;
	store->tables = table;
	*out = table;
	return STATUS_OK;
}

void table_release_all(struct wasm_store *store)
{
	for (struct wasm_table *table = store->tables; table != NULL; table = table->next)
		release_elements(table);
	store->tables = NULL;
}

void table_reset(struct wasm_table *table, const struct wasm_table_type *type)
{
	spin_lock(&table->store->growth);
	table->store->table_elements -= table->size - type->limits.min;
	table->size = type->limits.min;
	for (uint64_t i = 0; i < table->size; i++)
		table->elements[i] = 0;
	spin_unlock(&table->store->growth);
}

/* A size has 32 bits (core specification 2.0, 4.2.7). */
static int64_t grow(struct wasm_table *table, uint64_t count, uint64_t value)
{
	uint64_t old = table->size;
	uint64_t most = table->size_max < UINT32_MAX ? table->size_max : UINT32_MAX;
	if (count > most - old || make_room(table, old + count) != STATUS_OK)
		return -1;
	append(table, count, value);
	return (int64_t)old;
}

int64_t table_grow(struct wasm_table *table, uint64_t count, uint64_t value)
{
	spin_lock(&table->store->growth);
	int64_t old = grow(table, count, value);
	spin_unlock(&table->store->growth);
	return old;
}

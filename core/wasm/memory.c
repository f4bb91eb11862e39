#include "runtime.h"

#include "limits.h"

/* So many pages a memory of this type can have here. */
static uint64_t pages_possible(const struct wasm_store *store, uint64_t pages_max)
{
	uint64_t pages = store->limits.memory_bytes / PORT_PAGE_BYTES;
	if (pages > WASM_MEMORY_PAGES_MAX)
		pages = WASM_MEMORY_PAGES_MAX;
	return pages < pages_max ? pages : pages_max;
}

/* The store's limit covers all memories together. */
static bool is_allowed(const struct wasm_memory *memory, uint64_t bytes)
{
	return bytes <= memory->store->limits.memory_bytes - memory->store->memory_bytes;
}

enum status memory_create(struct wasm_store *store, const struct wasm_memory_type *type,
			  struct wasm_memory **out)
{
	void *record;
	enum status status = store_take(store, 1, sizeof(struct wasm_memory), &record);
	if (status != STATUS_OK)
		return status;
	struct wasm_memory *memory = record;
	memory->store = store;
	memory->is_shared = type->is_shared;
	memory->pages_max = type->limits.has_max ? type->limits.max : UINT64_MAX;
	uint64_t possible = pages_possible(store, memory->pages_max);
	uint64_t bytes = type->limits.min * PORT_PAGE_BYTES;
	if (type->limits.min > possible || !is_allowed(memory, bytes))
		return STATUS_LIMIT;
	status = port_region_reserve(possible * PORT_PAGE_BYTES, &memory->region);
	if (status == STATUS_OK && bytes > 0)
		status = port_region_commit(&memory->region, bytes);
	if (status != STATUS_OK) {
		port_region_release(&memory->region);
		return status;
	}
	memory->base = memory->region.base;
	atomic_store_explicit(&memory->size, bytes, memory_order_relaxed);
	store->memory_bytes += bytes;
	memory->next = store->memories;
	store->memories = memory;
	*out = memory;
	return STATUS_OK;
}

void memory_release_all(struct wasm_store *store)
{
	for (struct wasm_memory *memory = store->memories; memory != NULL; memory = memory->next)
		port_region_release(&memory->region);
	store->memories = NULL;
}

/* Who sees the new size may touch what it adds. */
static enum status grow(struct wasm_memory *memory, uint64_t pages, int64_t *old_pages)
{
	uint64_t size = memory_size_now(memory);
	uint64_t old = size / PORT_PAGE_BYTES;
	*old_pages = (int64_t)old;
	if (pages == 0)
		return STATUS_OK;
	uint64_t bytes = pages * PORT_PAGE_BYTES;
	if (pages > memory->region.reserved / PORT_PAGE_BYTES - old || !is_allowed(memory, bytes))
		return STATUS_LIMIT;
	enum status status = port_region_commit(&memory->region, size + bytes);
	if (status != STATUS_OK)
		return status;
	atomic_store_explicit(&memory->size, size + bytes, memory_order_release);
	memory->store->memory_bytes += bytes;
	return STATUS_OK;
}

static enum status grow_locked(struct wasm_memory *memory, uint64_t pages, int64_t *old_pages)
{
	spin_lock(&memory->store->growth);
	enum status status = grow(memory, pages, old_pages);
	spin_unlock(&memory->store->growth);
	return status;
}

/* Room is made without the lock: that may need others. */
int64_t memory_grow(struct wasm_memory *memory, uint64_t pages)
{
	int64_t old_pages;
	enum status status = grow_locked(memory, pages, &old_pages);
	if (status == STATUS_NO_MEMORY && store_make_room(memory->store))
		status = grow_locked(memory, pages, &old_pages);
	return status == STATUS_OK ? old_pages : -1;
}

uint8_t *wasm_memory_base(const struct wasm_memory *memory)
{
	return memory->base;
}

uint64_t wasm_memory_size(const struct wasm_memory *memory)
{
	return memory_size_now(memory);
}

bool wasm_memory_is_shared(const struct wasm_memory *memory)
{
	return memory->is_shared;
}

bool wasm_memory_is_64(const struct wasm_memory *memory)
{
	return false;
}

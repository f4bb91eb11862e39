#include "memory/paging.h"

#include "core/port.h"
#include "cpu/cpu.h"
#include "mem.h"
#include "memory/frames.h"
#include "memory/image.h"

static const uint64_t PRESENT = 1, WRITABLE = 2, UNCACHED = 0x18, LARGE = 0x80;
static const uint64_t NO_EXECUTE = (uint64_t)1 << 63;
static const uint64_t FRAME_MASK = 0x000ffffffffff000;

enum {
	LEVEL_PAGE = 1,
	LEVEL_LARGE = 2,
	LEVEL_ROOT = 4,
	LEVEL_BITS = 9,
	PAGE_BITS = 12,
	LARGE_BYTES = 1 << (PAGE_BITS + LEVEL_BITS)
};

static uint64_t *root;

static uint64_t *table_of(uint64_t entry)
{
	return (uint64_t *)(uintptr_t)(entry & FRAME_MASK);
}

static unsigned index_of(uint64_t address, unsigned level)
{
	return address >> (PAGE_BITS + LEVEL_BITS * (level - 1)) & ((1 << LEVEL_BITS) - 1);
}

/* A zeroed table; NULL where there is no frame for it. */
static uint64_t *create_table(void)
{
	uint64_t *table = (uint64_t *)(uintptr_t)frames_take();
	if (table != NULL)
		memset(table, 0, FRAME_BYTES);
	return table;
}

/* The entry of `address` in the table of that level; NULL where the tables above it do not exist.
 */
static uint64_t *find(uint64_t address, unsigned level)
{
	uint64_t *table = root;
	for (unsigned at = LEVEL_ROOT; at > level; at--) {
		uint64_t entry = table[index_of(address, at)];
		if ((entry & PRESENT) == 0)
			return NULL;
		table = table_of(entry);
	}
	return &table[index_of(address, level)];
}

/* The same, and makes the tables that are missing; NULL where there is no memory for them. */
static uint64_t *make(uint64_t address, unsigned level)
{
	uint64_t *table = root;
	for (unsigned at = LEVEL_ROOT; at > level; at--) {
		uint64_t *entry = &table[index_of(address, at)];
		if ((*entry & PRESENT) == 0) {
			uint64_t *fresh = create_table();
			if (fresh == NULL)
				return NULL;
			*entry = (uintptr_t)fresh | PRESENT | WRITABLE;
		}
		table = table_of(*entry);
	}
	return &table[index_of(address, level)];
}

/* ---- The kernel's own map ---- */

static uint64_t flags_of(uint64_t page)
{
	if (page == 0 || page == (uintptr_t)kernel_stack_guard)
		return 0;
	if (page < image_start() || page >= (uintptr_t)link_rodata_end)
		return PRESENT | WRITABLE | NO_EXECUTE;
	return image_is_code(page) ? PRESENT : PRESENT | NO_EXECUTE;
}

static enum status map_pages(uint64_t base)
{
	for (uint64_t page = base; page < base + LARGE_BYTES; page += FRAME_BYTES) {
		uint64_t *entry = make(page, LEVEL_PAGE);
		if (entry == NULL)
			return STATUS_NO_MEMORY;
		uint64_t flags = flags_of(page);
		*entry = flags == 0 ? 0 : page | flags;
	}
	return STATUS_OK;
}

static enum status map_large(uint64_t base, uint64_t flags)
{
	uint64_t *entry = make(base, LEVEL_LARGE);
	if (entry == NULL)
		return STATUS_NO_MEMORY;
	*entry = base | flags | PRESENT | WRITABLE | NO_EXECUTE | LARGE;
	return STATUS_OK;
}

enum status paging_init(void)
{
	root = create_table();
	if (root == NULL)
		return STATUS_NO_MEMORY;
	enum status status = STATUS_OK;
	uint64_t end = frames_end();
	for (uint64_t base = 0; base < end && status == STATUS_OK; base += LARGE_BYTES) {
		bool has_image = base < image_end() && base + LARGE_BYTES > image_start();
		status = base == 0 || has_image ? map_pages(base) : map_large(base, 0);
	}
	if (status == STATUS_OK)
		cpu_set_page_root((uintptr_t)root);
	return status;
}

enum status paging_map_device(uint64_t address)
{
	return map_large(address & ~(uint64_t)(LARGE_BYTES - 1), UNCACHED);
}

/* ---- Spans ---- */

enum status paging_prepare(uint64_t base, uint64_t size)
{
	uint64_t last = base + size - 1;
	for (uint64_t at = base; at <= last; at = (at | (LARGE_BYTES - 1)) + 1)
		if (make(at, LEVEL_PAGE) == NULL)
			return STATUS_NO_MEMORY;
	return STATUS_OK;
}

void paging_fill(uint64_t page)
{
	uint64_t *entry = find(page, LEVEL_PAGE);
	core_assert(entry != NULL && *entry == 0);
	uint64_t frame = frames_take_promised();
	memset((void *)(uintptr_t)frame, 0, FRAME_BYTES);
	*entry = frame | PRESENT | WRITABLE | NO_EXECUTE;
}

bool paging_is_filled(uint64_t page)
{
	const uint64_t *entry = find(page, LEVEL_PAGE);
	return entry != NULL && *entry != 0;
}

/* The pages of one table from `base` on, `size` bytes. */
static uint64_t clear_table(uint64_t *entry, uint64_t size)
{
	uint64_t count = 0;
	for (uint64_t i = 0; i < size / FRAME_BYTES; i++) {
		if (entry[i] == 0)
			continue;
		frames_give(entry[i] & FRAME_MASK);
		entry[i] = 0;
		count++;
	}
	return count;
}

uint64_t paging_clear(uint64_t base, uint64_t size)
{
	uint64_t count = 0;
	uint64_t end = base + size;
	while (base < end) {
		uint64_t next = (base | (LARGE_BYTES - 1)) + 1;
		uint64_t part = (next < end ? next : end) - base;
		uint64_t *entry = find(base, LEVEL_PAGE);
		if (entry != NULL)
			count += clear_table(entry, part);
		if (entry != NULL && part == LARGE_BYTES) {
			frames_give((uintptr_t)entry);
			*find(base, LEVEL_LARGE) = 0;
		}
		base += part;
	}
	cpu_set_page_root((uintptr_t)root);
	return count;
}

/*
 * The port's memory. Records up to half a page are cut from pages of their size class, which keep
 * them for the next of that size; larger ones are spans. Regions are spans as well.
 */
#include "core/port.h"
#include "memory/frames.h"
#include "memory/spans.h"

struct free_record {
	struct free_record *next;
};

static const uint16_t class_bytes[] = {16,  32,  48,  64,  96,   128,  192,
				       256, 384, 512, 768, 1024, 1360, 2048};
enum {
	CLASS_COUNT = sizeof class_bytes / sizeof class_bytes[0],
	SMALL_BYTES_MAX = 2048,
};

static struct free_record *free_records[CLASS_COUNT];

static unsigned class_of(size_t size)
{
	unsigned class = 0;
	while (class_bytes[class] < size)
		class ++;
	return class;
}

/* Cuts a fresh page into records of the class. */
static bool refill(unsigned class)
{
	uint64_t frame = frames_take();
	if (frame == 0)
		return false;
	uint64_t bytes = class_bytes[class];
	for (uint64_t at = FRAME_BYTES / bytes; at-- > 0;) {
		struct free_record *record = (void *)(uintptr_t)(frame + at * bytes);
		record->next = free_records[class];
		free_records[class] = record;
	}
	return true;
}

static void *allocate_span(size_t size)
{
	uint8_t *base;
	if (spans_reserve(size, SPAN_KERNEL, &base) != STATUS_OK)
		return NULL;
	if (spans_commit(base, size) == STATUS_OK)
		return base;
	spans_release(base);
	return NULL;
}

void *port_allocate(size_t size)
{
	if (size > SMALL_BYTES_MAX)
		return allocate_span(size);
	unsigned class = class_of(size);
	if (free_records[class] == NULL && !refill(class))
		return NULL;
	struct free_record *record = free_records[class];
	free_records[class] = record->next;
	return record;
}

void port_release(void *address, size_t size)
{
	if (address == NULL)
		return;
	if (size > SMALL_BYTES_MAX) {
		spans_release(address);
		return;
	}
	unsigned class = class_of(size);
	struct free_record *record = address;
	record->next = free_records[class];
	free_records[class] = record;
}

/* ---- Regions ---- */

enum status port_region_reserve(uint64_t reserve_bytes, struct port_region *out)
{
	core_assert(reserve_bytes % PORT_PAGE_BYTES == 0);
	uint8_t *base;
	enum status status = spans_reserve(reserve_bytes, SPAN_PROGRAM, &base);
	if (status == STATUS_OK)
		*out = (struct port_region){.base = base, .reserved = reserve_bytes};
	return status;
}

enum status port_region_commit(struct port_region *region, uint64_t commit_bytes)
{
	core_assert(commit_bytes <= region->reserved && commit_bytes % PORT_PAGE_BYTES == 0);
	if (commit_bytes <= region->committed)
		return STATUS_OK;
	enum status status = spans_commit(region->base, commit_bytes);
	if (status == STATUS_OK)
		region->committed = commit_bytes;
	return status;
}

void port_region_release(struct port_region *region)
{
	if (region->base != NULL)
		spans_release(region->base);
	*region = (struct port_region){0};
}

#include "memory/spans.h"

#include "core/port.h"
#include "mem.h"
#include "memory/frames.h"
#include "memory/paging.h"

static const uint64_t WINDOWS_BASE = 0xffff800000000000;

enum {
	ORDER_MIN = 13,
	ORDER_MAX = 39, /* 512 GiB */
	ORDER_COUNT = ORDER_MAX - ORDER_MIN + 1,
	WINDOW_BITS = 42,
	CHUNK_SLOTS = 256, /* records of a chunk fill a frame */
	CHUNKS_MAX = 256,
	NO_SLOT = -1
};

struct slot {
	uint64_t committed;
	int32_t next_free;
	uint32_t kind; /* enum span_kind; 0 while it is free */
};

_Static_assert(CHUNK_SLOTS * sizeof(struct slot) == FRAME_BYTES, "a chunk is a frame");

/* All spans of one size. */
struct window {
	struct slot *chunks[CHUNKS_MAX];
	int32_t used; /* slots that were ever in use */
	int32_t first_free;
};

static struct window windows[ORDER_COUNT];

/* Where a span lies: its window and its number there. */
struct place {
	unsigned order;
	uint64_t index;
};

static struct window *window_of(unsigned order)
{
	return &windows[order - ORDER_MIN];
}

static struct slot *slot_at(unsigned order, uint64_t index)
{
	return &window_of(order)->chunks[index / CHUNK_SLOTS][index % CHUNK_SLOTS];
}

static uint64_t base_of(unsigned order, uint64_t index)
{
	return WINDOWS_BASE + ((uint64_t)(order - ORDER_MIN) << WINDOW_BITS) + (index << order);
}

static bool find(uint64_t address, struct place *place)
{
	uint64_t offset = address - WINDOWS_BASE;
	if (address < WINDOWS_BASE || offset >> WINDOW_BITS >= ORDER_COUNT)
		return false;
	place->order = ORDER_MIN + (unsigned)(offset >> WINDOW_BITS);
	place->index = (offset & (((uint64_t)1 << WINDOW_BITS) - 1)) >> place->order;
	return place->index < (uint64_t)window_of(place->order)->used;
}

static struct slot *slot_of(const uint8_t *base)
{
	struct place place;
	core_assert(find((uintptr_t)base, &place));
	struct slot *slot = slot_at(place.order, place.index);
	core_assert(slot->kind != 0 && base_of(place.order, place.index) == (uintptr_t)base);
	return slot;
}

static uint64_t round_up(uint64_t size)
{
	return (size + FRAME_BYTES - 1) & ~(uint64_t)(FRAME_BYTES - 1);
}

/* The record of a slot that was never in use. */
static enum status add_slot(unsigned order, int32_t *index)
{
	struct window *window = window_of(order);
	int32_t most = CHUNKS_MAX * CHUNK_SLOTS;
	if (window->used == most || (uint64_t)window->used >> (WINDOW_BITS - order) != 0)
		return STATUS_NO_MEMORY;
	struct slot **chunk = &window->chunks[window->used / CHUNK_SLOTS];
	if (*chunk == NULL)
		*chunk = (struct slot *)(uintptr_t)frames_take();
	if (*chunk == NULL)
		return STATUS_NO_MEMORY;
	*index = window->used++;
	return STATUS_OK;
}

enum status spans_reserve(uint64_t size, enum span_kind kind, uint8_t **base)
{
	unsigned order = ORDER_MIN;
	while (order <= ORDER_MAX && (uint64_t)1 << order < round_up(size) + FRAME_BYTES)
		order++;
	if (order > ORDER_MAX)
		return STATUS_NO_MEMORY;
	/* Numbers of free slots are kept as n + 1, so that a cleared window has none. */
	struct window *window = window_of(order);
	int32_t index = window->first_free - 1;
	if (index != NO_SLOT)
		window->first_free = slot_at(order, (uint64_t)index)->next_free;
	else if (add_slot(order, &index) != STATUS_OK)
		return STATUS_NO_MEMORY;
	*slot_at(order, (uint64_t)index) = (struct slot){.kind = kind};
	*base = (uint8_t *)(uintptr_t)base_of(order, (uint64_t)index);
	return STATUS_OK;
}

enum status spans_commit(uint8_t *base, uint64_t size)
{
	struct slot *slot = slot_of(base);
	uint64_t more = round_up(size);
	if (more <= slot->committed)
		return STATUS_OK;
	more -= slot->committed;
	if (!frames_promise(more / FRAME_BYTES))
		return STATUS_NO_MEMORY;
	if (paging_prepare((uintptr_t)base + slot->committed, more) != STATUS_OK) {
		frames_release_promise(more / FRAME_BYTES);
		return STATUS_NO_MEMORY;
	}
	slot->committed += more;
	return STATUS_OK;
}

void spans_release(uint8_t *base)
{
	struct slot *slot = slot_of(base);
	if (slot->committed > 0) {
		uint64_t filled = paging_clear((uintptr_t)base, slot->committed);
		frames_release_promise(slot->committed / FRAME_BYTES - filled);
	}
	struct place place;
	core_assert(find((uintptr_t)base, &place));
	struct window *window = window_of(place.order);
	*slot = (struct slot){.next_free = window->first_free};
	window->first_free = (int32_t)place.index + 1;
}

enum span_touch spans_touch(uint64_t address)
{
	struct place place;
	if (!find(address, &place))
		return SPAN_NOWHERE;
	const struct slot *slot = slot_at(place.order, place.index);
	uint64_t page = address & ~(uint64_t)(FRAME_BYTES - 1);
	if (slot->kind == 0)
		return SPAN_NOWHERE;
	if (address - base_of(place.order, place.index) >= slot->committed)
		return slot->kind == SPAN_PROGRAM ? SPAN_GUARD : SPAN_GUARD_KERNEL;
	if (paging_is_filled(page))
		return SPAN_NOWHERE;
	paging_fill(page);
	return SPAN_FILLED;
}

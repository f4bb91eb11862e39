#include "arena.h"

#include <stdalign.h>
#include "mem.h"

#include "core/port.h"

struct arena_block {
	struct arena_block *older;
	size_t size;
	alignas(16) uint8_t data[];
};

enum { FIRST_BLOCK_BYTES = 4096, LARGEST_BLOCK_BYTES = 1 << 20 };

void arena_init(struct arena *arena, uint64_t limit_bytes)
{
	*arena = (struct arena){.limit_bytes = limit_bytes};
}

void arena_reset(struct arena *arena)
{
	while (arena->blocks != NULL) {
		struct arena_block *older = arena->blocks->older;
		port_release(arena->blocks, arena->blocks->size);
		arena->blocks = older;
	}
	arena_init(arena, arena->limit_bytes);
}

static enum status add_block(struct arena *arena, size_t room)
{
	size_t size = arena->blocks == NULL ? FIRST_BLOCK_BYTES : arena->blocks->size * 2;
	size_t needed = room + sizeof(struct arena_block);
	uint64_t left = arena->limit_bytes - arena->held_bytes;
	if (size > LARGEST_BLOCK_BYTES)
		size = LARGEST_BLOCK_BYTES;
	if (size < needed)
		size = needed;
	if (arena->limit_bytes != 0 && size > left) {
		if (needed > left)
			return STATUS_LIMIT;
		size = (size_t)left;
	}
	struct arena_block *block = port_allocate(size);
	if (block == NULL)
		return STATUS_NO_MEMORY;
	block->older = arena->blocks;
	block->size = size;
	arena->blocks = block;
	arena->next = block->data;
	arena->end = (uint8_t *)block + size;
	arena->held_bytes += size;
	return STATUS_OK;
}

void *arena_array(struct arena *arena, uint64_t count, size_t size)
{
	uint64_t bytes;
	arena->refusal = STATUS_LIMIT;
	if (__builtin_mul_overflow(count, (uint64_t)size, &bytes) || bytes > SIZE_MAX / 4)
		return NULL;
	bytes = (bytes + 15) & ~(uint64_t)15;
	if (arena->next == NULL || bytes > (uint64_t)(arena->end - arena->next)) {
		arena->refusal = add_block(arena, (size_t)bytes);
		if (arena->refusal != STATUS_OK)
			return NULL;
	}
	void *taken = arena->next;
	arena->next += bytes;
	memset(taken, 0, (size_t)bytes);
	return taken;
}

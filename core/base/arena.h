/*
 * arena: memory with one lifetime (a module's, a process's, a call's). What is taken from it is
 * given back all at once by `arena_reset`. It asks the port for blocks that double in size.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	uint8_t *next;
	uint8_t *end;
	uint64_t held_bytes;  /* asked of the port: what the owner is charged */
	uint64_t limit_bytes; /* at most so much is asked of the port; 0 means no limit */
	enum status refusal;  /* why arena_array has returned NULL: STATUS_LIMIT or _NO_MEMORY */
};

void arena_init(struct arena *arena, uint64_t limit_bytes);
void arena_reset(struct arena *arena);

/* `count` records of `size` bytes, zeroed, aligned to 16; NULL when refused or out of range. A
 * count of 0 yields a valid pointer that must not be read. */
void *arena_array(struct arena *arena, uint64_t count, size_t size) must_check;

#define arena_new(arena, type)              ((type *)arena_array(arena, 1, sizeof(type)))
#define arena_new_array(arena, type, count) ((type *)arena_array(arena, count, sizeof(type)))

#endif

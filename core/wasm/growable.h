/*
 * growable: an array that doubles when it is full, for what the translator collects before it knows
 * how much there will be. The memory is the port's; items move when it grows.
 */
#ifndef WASM_GROWABLE_H
#define WASM_GROWABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct growable {
	void *items;
	uint32_t count;
	uint32_t capacity;
	uint32_t item_bytes;
};

void growable_init(struct growable *array, uint32_t item_bytes);
void growable_reset(struct growable *array);

/* What it holds, room for more included. */
static inline uint64_t growable_bytes(const struct growable *array)
{
	return (uint64_t)array->capacity * array->item_bytes;
}

/* Makes the array larger; what growable_reserve does where there is no room. */
bool growable_extend(struct growable *array, uint32_t more);

/* Room for `more` items behind the last one; false when memory is refused. */
static inline bool growable_reserve(struct growable *array, uint32_t more)
{
	return more <= array->capacity - array->count || growable_extend(array, more);
}

#endif

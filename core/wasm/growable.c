#include "growable.h"

#include "mem.h"

#include "core/port.h"

/* At least; whoever knows better asks for it. */
enum { FIRST_CAPACITY = 64 };

void growable_init(struct growable *array, uint32_t item_bytes)
{
	*array = (struct growable){.item_bytes = item_bytes};
}

void growable_reset(struct growable *array)
{
	port_release(array->items, (size_t)array->capacity * array->item_bytes);
	growable_init(array, array->item_bytes);
}

bool growable_extend(struct growable *array, uint32_t more)
{
	uint64_t needed = (uint64_t)array->count + more;
	uint64_t capacity = array->capacity == 0 ? FIRST_CAPACITY : (uint64_t)array->capacity * 2;
	if (capacity < needed)
		capacity = needed;
	if (capacity > UINT32_MAX)
		return false;
	uint8_t *items = port_allocate((size_t)capacity * array->item_bytes);
	if (items == NULL)
		return false;
	if (array->count > 0)
		memcpy(items, array->items, (size_t)array->count * array->item_bytes);
	port_release(array->items, (size_t)array->capacity * array->item_bytes);
	array->items = items;
	array->capacity = (uint32_t)capacity;
	return true;
}

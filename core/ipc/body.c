#include "body.h"

#include "mem.h"

bool body_size(const struct wire_part *parts, uint32_t part_count, uint64_t *size)
{
	uint64_t sum = 0;
	for (uint32_t i = 0; i < part_count; i++)
		if (__builtin_add_overflow(sum, (uint64_t)parts[i].size, &sum))
			return false;
	*size = sum;
	return true;
}

void body_copy(const struct body *body, uint8_t *out)
{
	for (uint32_t i = 0; i < body->part_count; i++) {
		if (body->parts[i].size == 0)
			continue;
		if (out != body->parts[i].data)
			memmove(out, body->parts[i].data, body->parts[i].size);
		out += body->parts[i].size;
	}
}

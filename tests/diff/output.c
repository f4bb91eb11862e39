#include "output.h"

#include <stdlib.h>
#include <string.h>

#include "core/port.h"

void output_reset(struct output *out)
{
	free(out->data);
	*out = (struct output){0};
}

void output_bytes(struct output *out, const void *data, size_t size)
{
	if (out->capacity - out->size < size) {
		out->capacity = (out->capacity + size) * 2;
		out->data = realloc(out->data, out->capacity);
		core_assert(out->data != NULL);
	}
	if (size > 0)
		memcpy(out->data + out->size, data, size);
	out->size += size;
}

void output_byte(struct output *out, uint8_t byte)
{
	output_bytes(out, &byte, 1);
}

void output_u32(struct output *out, uint32_t value)
{
	for (; value >= 0x80; value >>= 7)
		output_byte(out, (uint8_t)(value | 0x80));
	output_byte(out, (uint8_t)value);
}

void output_s64(struct output *out, int64_t value)
{
	for (; value < -64 || value > 63; value >>= 7)
		output_byte(out, (uint8_t)(value | 0x80));
	output_byte(out, (uint8_t)(value & 0x7f));
}

void output_fixed32(struct output *out, uint32_t value)
{
	output_bytes(out, &value, sizeof value);
}

void output_fixed64(struct output *out, uint64_t value)
{
	output_bytes(out, &value, sizeof value);
}

void output_name(struct output *out, const char *name)
{
	output_u32(out, (uint32_t)strlen(name));
	output_bytes(out, name, strlen(name));
}

void output_sized(struct output *out, struct output *payload)
{
	output_u32(out, (uint32_t)payload->size);
	output_bytes(out, payload->data, payload->size);
	payload->size = 0;
}

#include "startup.h"

#include "core/port.h"
#include "kernel_limits.h"
#include "mem.h"

static bool has_zero(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (data[i] == 0)
			return true;
	return false;
}

static void put_u32(uint8_t **out, uint32_t value)
{
	memcpy(*out, &value, sizeof value);
	*out += sizeof value;
}

enum status startup_encode(const struct wasm_name *strings, uint32_t count,
			   struct startup_list *out)
{
	uint64_t size = sizeof(uint32_t);
	if (count > STARTUP_STRINGS_MAX)
		return STATUS_LIMIT;
	for (uint32_t i = 0; i < count; i++) {
		if (strings[i].size > STARTUP_BYTES_MAX)
			return STATUS_LIMIT;
		if (has_zero(strings[i].data, strings[i].size))
			return STATUS_INVALID;
		size += sizeof(uint32_t) + strings[i].size;
	}
	if (size > STARTUP_BYTES_MAX)
		return STATUS_LIMIT;
	uint8_t *data = port_allocate(size);
	if (data == NULL)
		return STATUS_NO_MEMORY;
	uint8_t *next = data;
	put_u32(&next, count);
	for (uint32_t i = 0; i < count; i++) {
		put_u32(&next, (uint32_t)strings[i].size);
		if (strings[i].size > 0)
			memcpy(next, strings[i].data, strings[i].size);
		next += strings[i].size;
	}
	*out = (struct startup_list){data, (uint32_t)size};
	return STATUS_OK;
}

enum status startup_decode(struct bytes *in, struct startup_list *out)
{
	const uint8_t *start = in->next;
	uint32_t count = bytes_u32(in);
	for (uint32_t i = 0; i < count && bytes_ok(in); i++) {
		uint32_t size = bytes_u32(in);
		const uint8_t *data = bytes_take(in, size);
		if (data != NULL && has_zero(data, size))
			bytes_fail(in, "a string holds a zero");
	}
	if (!bytes_ok(in))
		return bytes_status(in);
	size_t size = (size_t)(in->next - start);
	if (count > STARTUP_STRINGS_MAX || size > STARTUP_BYTES_MAX)
		return STATUS_LIMIT;
	uint8_t *data = port_allocate(size);
	if (data == NULL)
		return STATUS_NO_MEMORY;
	memcpy(data, start, size);
	*out = (struct startup_list){data, (uint32_t)size};
	return STATUS_OK;
}

void startup_release(struct startup_list *list)
{
	port_release(list->data, list->size);
	*list = (struct startup_list){0};
}

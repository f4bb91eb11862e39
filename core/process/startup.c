#include "startup.h"

#include "core/port.h"
#include "kernel_limits.h"
#include "mem.h"

static enum status check_string(const uint8_t *data, uint64_t size)
{
	if (size > STARTUP_BYTES_MAX)
		return STATUS_LIMIT;
	for (size_t i = 0; i < size; i++)
		if (data[i] == 0)
			return STATUS_INVALID;
	return STATUS_OK;
}

static void put_strings(struct wire_out *out, const struct wasm_name *strings, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		wire_put_bytes(out,
			       (struct wire_bytes){strings[i].data, (uint32_t)strings[i].size});
}

/* Room for a list of so many strings. */
static enum status allocate(uint64_t size, uint32_t count, uint8_t **out)
{
	uint8_t *data = NULL;
	if (count > STARTUP_STRINGS_MAX || size > STARTUP_BYTES_MAX)
		return STATUS_LIMIT;
	if (size > 0 && (data = port_allocate(size)) == NULL)
		return STATUS_NO_MEMORY;
	*out = data;
	return STATUS_OK;
}

enum status startup_encode(const struct wasm_name *strings, uint32_t count,
			   struct wire_bytes_list *out)
{
	enum status status = count > STARTUP_STRINGS_MAX ? STATUS_LIMIT : STATUS_OK;
	for (uint32_t i = 0; i < count && status == STATUS_OK; i++)
		status = check_string(strings[i].data, strings[i].size);
	if (status != STATUS_OK)
		return status;
	struct wire_out measure = wire_out_over(NULL, 0);
	put_strings(&measure, strings, count);
	uint8_t *data;
	status = allocate(measure.size, count, &data);
	if (status != STATUS_OK)
		return status;
	struct wire_out encoded = wire_out_over(data, (size_t)measure.size);
	put_strings(&encoded, strings, count);
	*out = (struct wire_bytes_list){
	    .encoded = data, .size = (uint32_t)measure.size, .count = count};
	return STATUS_OK;
}

enum status startup_copy(struct wire_bytes_list list, struct wire_bytes_list *out)
{
	uint8_t *data;
	enum status status = STATUS_OK;
	struct wire_bytes_list rest = list;
	struct wire_bytes item;
	while (status == STATUS_OK && wire_bytes_list_next(&rest, &item))
		status = check_string(item.data, item.size);
	if (status == STATUS_OK)
		status = allocate(list.size, list.count, &data);
	if (status != STATUS_OK)
		return status;
	if (list.size > 0)
		memcpy(data, list.encoded, list.size);
	*out = (struct wire_bytes_list){.encoded = data, .size = list.size, .count = list.count};
	return STATUS_OK;
}

void startup_release(struct startup *startup)
{
	port_release((void *)startup->arguments.encoded, startup->arguments.size);
	port_release((void *)startup->environment.encoded, startup->environment.size);
	*startup = (struct startup){0};
}

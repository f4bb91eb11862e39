#include "iovecs.h"

#include "guest.h"
#include "mem.h"

/* A buffer of the array, checked: NULL where it is not inside the program's memory. The array was
 * checked when it was opened, and a memory never shrinks. */
static uint8_t *buffer_at(const struct iovecs *iovecs, uint32_t index, uint32_t *size)
{
	const uint8_t *at = guest_bytes(iovecs->thread, iovecs->address + index * WASI_IOVEC_BYTES,
					WASI_IOVEC_BYTES);
	if (at == NULL)
		return NULL;
	*size = guest_load_u32(at + WASI_IOVEC_SIZE);
	return guest_bytes(iovecs->thread, guest_load_u32(at + WASI_IOVEC_ADDRESS), *size);
}

enum wasi_error iovecs_open(struct thread *thread, uint32_t address, uint32_t count,
			    struct iovecs *out, uint32_t *size)
{
	if (guest_bytes(thread, address, (uint64_t)count * WASI_IOVEC_BYTES) == NULL)
		return WASI_EFAULT;
	struct iovecs iovecs = {thread, address, count < IOVECS_MAX ? count : IOVECS_MAX};
	uint64_t total = 0;
	for (uint32_t i = 0; i < iovecs.count; i++) {
		uint32_t buffer_size;
		if (buffer_at(&iovecs, i, &buffer_size) == NULL)
			return WASI_EFAULT;
		total += buffer_size;
	}
	*out = iovecs;
	*size = total < IOVECS_BYTES_MAX ? (uint32_t)total : IOVECS_BYTES_MAX;
	return WASI_SUCCESS;
}

enum wasi_error iovecs_gather(const struct iovecs *iovecs, uint32_t skip, uint32_t size_max,
			      struct kernel_part *parts, uint32_t parts_max, uint32_t *part_count,
			      uint32_t *size)
{
	uint32_t used = 0;
	uint32_t gathered = 0;
	for (uint32_t i = 0; i < iovecs->count && used < parts_max && gathered < size_max; i++) {
		uint32_t buffer_size;
		const uint8_t *buffer = buffer_at(iovecs, i, &buffer_size);
		if (buffer == NULL)
			return WASI_EFAULT;
		if (buffer_size <= skip) {
			skip -= buffer_size;
			continue;
		}
		uint32_t taken = buffer_size - skip;
		if (taken > size_max - gathered)
			taken = size_max - gathered;
		parts[used++] = (struct kernel_part){buffer + skip, taken};
		gathered += taken;
		skip = 0;
	}
	*part_count = used;
	*size = gathered;
	return WASI_SUCCESS;
}

enum wasi_error iovecs_scatter(const struct iovecs *iovecs, const uint8_t *data, uint32_t size,
			       uint32_t *written)
{
	uint32_t done = 0;
	for (uint32_t i = 0; i < iovecs->count && done < size; i++) {
		uint32_t buffer_size;
		uint8_t *buffer = buffer_at(iovecs, i, &buffer_size);
		if (buffer == NULL)
			return WASI_EFAULT;
		uint32_t taken = buffer_size < size - done ? buffer_size : size - done;
		memcpy(buffer, data + done, taken);
		done += taken;
	}
	*written = done;
	return WASI_SUCCESS;
}

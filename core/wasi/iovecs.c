#include "iovecs.h"

#include "guest.h"
#include "mem.h"

/* A buffer of the array, checked: NULL where it is not inside the program's memory. */
static uint8_t *buffer_at(const struct iovecs *iovecs, uint32_t index, uint32_t *size)
{
	const uint8_t *at = guest_inside(iovecs->memory, iovecs->address + index * WASI_IOVEC_BYTES,
					 WASI_IOVEC_BYTES);
	if (at == NULL)
		return NULL;
	*size = guest_load_u32(at + WASI_IOVEC_SIZE);
	return guest_inside(iovecs->memory, guest_load_u32(at + WASI_IOVEC_ADDRESS), *size);
}

enum wasi_error iovecs_open(struct thread *thread, uint32_t address, uint32_t count,
			    struct iovecs *out)
{
	struct call_memory memory = call_memory(thread);
	if (guest_inside(memory, address, (uint64_t)count * WASI_IOVEC_BYTES) == NULL)
		return WASI_EFAULT;
	*out = (struct iovecs){
	    .memory = memory,
	    .address = address,
	    .count = count < IOVECS_MAX ? count : IOVECS_MAX,
	};
	return WASI_SUCCESS;
}

enum wasi_error iovecs_check(const struct iovecs *iovecs, uint32_t *size)
{
	uint64_t total = 0;
	for (uint32_t i = 0; i < iovecs->count; i++) {
		uint32_t buffer_size;
		if (buffer_at(iovecs, i, &buffer_size) == NULL)
			return WASI_EFAULT;
		total += buffer_size;
	}
	*size = total < IOVECS_BYTES_MAX ? (uint32_t)total : IOVECS_BYTES_MAX;
	return WASI_SUCCESS;
}

/*
 * The rest of the buffer where the transfer stands, at most `size_max` of it (1 or more); NULL
 * where it is outside the memory. The transfer then stands behind what was taken. Size 0 where that
 * buffer is at its end, or has shrunk since.
 */
static uint8_t *take(struct iovecs *iovecs, uint32_t size_max, uint32_t *size)
{
	uint32_t buffer_size;
	uint8_t *buffer = buffer_at(iovecs, iovecs->index, &buffer_size);
	if (buffer == NULL)
		return NULL;
	uint32_t offset = iovecs->offset < buffer_size ? iovecs->offset : buffer_size;
	uint32_t left = buffer_size - offset;
	if (left > size_max) {
		iovecs->offset = offset + size_max;
		*size = size_max;
	} else {
		iovecs->index++;
		iovecs->offset = 0;
		*size = left;
	}
	return buffer + offset;
}

enum wasi_error iovecs_gather(struct iovecs *iovecs, uint32_t size_max, struct wire_part *parts,
			      uint32_t parts_max, uint32_t *part_count, uint32_t *size)
{
	uint32_t used = 0;
	uint32_t gathered = 0;
	while (iovecs->index < iovecs->count && used < parts_max && gathered < size_max) {
		uint32_t taken;
		const uint8_t *data = take(iovecs, size_max - gathered, &taken);
		if (data == NULL)
			return WASI_EFAULT;
		if (taken > 0)
			parts[used++] = (struct wire_part){data, taken};
		gathered += taken;
	}
	*part_count = used;
	*size = gathered;
	return WASI_SUCCESS;
}

enum wasi_error iovecs_scatter(struct iovecs *iovecs, const uint8_t *data, uint32_t size,
			       uint32_t *written)
{
	uint32_t done = 0;
	while (iovecs->index < iovecs->count && done < size) {
		uint32_t taken;
		uint8_t *to = take(iovecs, size - done, &taken);
		if (to == NULL)
			return WASI_EFAULT;
		memcpy(to, data + done, taken);
		done += taken;
	}
	*written = done;
	return WASI_SUCCESS;
}

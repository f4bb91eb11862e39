#include "devices/virtio_rng.h"

#include <stdalign.h>

#include "core/port.h"
#include "cpu/cpu.h"
#include "mem.h"

/* ---- PCI's configuration space, as PCs have it since 1992 ---- */

enum {
	CONFIG_ADDRESS = 0xcf8,
	CONFIG_DATA = 0xcfc,
	SLOTS = 32,
	REGISTER_ID = 0x00,
	REGISTER_COMMAND = 0x04,
	REGISTER_BAR0 = 0x10,
	COMMAND_PORTS_AND_MASTER = 0x05,
	BAR_IS_PORTS = 0x01
};
static const uint32_t CONFIG_ENABLE = 0x80000000;
static const uint32_t ID_VIRTIO_RNG = 0x10051af4;

static void select(uint32_t slot, uint32_t number)
{
	cpu_out32(CONFIG_ADDRESS, CONFIG_ENABLE | slot << 11 | number);
}

static uint32_t read_config(uint32_t slot, uint32_t number)
{
	select(slot, number);
	return cpu_in32(CONFIG_DATA);
}

/* The device's first port; 0 where there is none. */
static uint16_t find_device(void)
{
	for (uint32_t slot = 0; slot < SLOTS; slot++) {
		if (read_config(slot, REGISTER_ID) != ID_VIRTIO_RNG)
			continue;
		uint32_t bar = read_config(slot, REGISTER_BAR0);
		if ((bar & BAR_IS_PORTS) == 0)
			continue;
		uint32_t command = read_config(slot, REGISTER_COMMAND);
		cpu_out32(CONFIG_DATA, (command & 0xffff) | COMMAND_PORTS_AND_MASTER);
		return bar & 0xfffc;
	}
	return 0;
}

/* ---- The device, and its one queue ---- */

enum {
	PORT_FEATURES = 4,
	PORT_QUEUE_PAGE = 8,
	PORT_QUEUE_SIZE = 12,
	PORT_QUEUE_SELECT = 14,
	PORT_QUEUE_NOTIFY = 16,
	PORT_STATUS = 18,
	STATUS_RESET = 0,
	STATUS_DRIVER = 0x03, /* acknowledged, and there is a driver */
	STATUS_RUNNING = 0x07,
	PAGE = 4096,
	QUEUE_MAX = 128, /* so many descriptors and their ring fit in a page */
	DEVICE_WRITES = 2,
	NO_INTERRUPT = 1
};
static const uint64_t PATIENCE_NS = 1000000000;

struct descriptor {
	uint64_t address;
	uint32_t size;
	uint16_t flags;
	uint16_t next;
};

struct available {
	uint16_t flags;
	uint16_t index;
	uint16_t ring[];
};

struct used {
	uint16_t flags;
	uint16_t index;
	struct {
		uint32_t descriptor;
		uint32_t size;
	} ring[];
};

/* Descriptors and what is available, and in the next page what was used. It, and the bytes, lie at
 * the addresses that the device knows them by (paging.h). */
static alignas(PAGE) uint8_t queue[2 * PAGE];
static uint8_t bytes[VIRTIO_RNG_BYTES_MAX];

/* Gives the device room for `size` bytes; returns how many it has written, 0 for none in time. */
static uint32_t ask(uint16_t port, uint16_t queue_size, uint16_t number, uint32_t size)
{
	struct descriptor *descriptor = (void *)queue;
	struct available *available = (void *)(descriptor + queue_size);
	volatile struct used *used = (void *)(queue + PAGE);
	*descriptor = (struct descriptor){(uintptr_t)bytes, size, DEVICE_WRITES, 0};
	available->flags = NO_INTERRUPT;
	available->ring[number % queue_size] = 0;
	__atomic_store_n(&available->index, (uint16_t)(number + 1), __ATOMIC_SEQ_CST);
	cpu_out16(port + PORT_QUEUE_NOTIFY, 0);
	uint64_t start = port_monotonic_ns();
	while (used->index != (uint16_t)(number + 1)) {
		if (port_monotonic_ns() - start > PATIENCE_NS)
			return 0;
		cpu_pause();
	}
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	uint32_t written = used->ring[number % queue_size].size;
	return written < size ? written : size;
}

/* It may give fewer bytes than there is room for. */
static enum status fill(uint16_t port, uint16_t queue_size, uint8_t *out, size_t size)
{
	for (uint16_t number = 0; size > 0; number++) {
		uint32_t written = ask(port, queue_size, number, (uint32_t)size);
		if (written == 0)
			return STATUS_IO;
		memcpy(out, bytes, written);
		out += written;
		size -= written;
	}
	return STATUS_OK;
}

enum status virtio_rng_read(void *out, size_t size)
{
	core_assert(size <= sizeof bytes);
	uint16_t port = find_device();
	if (port == 0)
		return STATUS_NOT_FOUND;
	cpu_out8(port + PORT_STATUS, STATUS_RESET);
	cpu_out8(port + PORT_STATUS, STATUS_DRIVER);
	cpu_out32(port + PORT_FEATURES, 0);
	cpu_out16(port + PORT_QUEUE_SELECT, 0);
	uint16_t queue_size = cpu_in16(port + PORT_QUEUE_SIZE);
	enum status status = STATUS_IO;
	if (queue_size > 0 && queue_size <= QUEUE_MAX) {
		cpu_out32(port + PORT_QUEUE_PAGE, (uint32_t)((uintptr_t)queue / PAGE));
		cpu_out8(port + PORT_STATUS, STATUS_RUNNING);
		status = fill(port, queue_size, out, size);
	}
	/* The device forgets the queue, whose memory it could write to otherwise. */
	cpu_out8(port + PORT_STATUS, STATUS_RESET);
	memset(bytes, 0, sizeof bytes);
	return status;
}

#include "syscall.h"

#include <cairn/abi.h>

#include "delivery.h"
#include "kernel_state.h"
#include "mem.h"

static const char out_of_bounds[] = "out of bounds memory access";

static enum wasm_host_result trap(struct thread *thread)
{
	thread->execution->kind->fail(thread->execution, out_of_bounds);
	return WASM_HOST_TRAP;
}

static enum wasm_host_result finish(uint64_t *slots, uint64_t result)
{
	slots[0] = result;
	return WASM_HOST_CONTINUE;
}

static uint64_t i32_result(int32_t value)
{
	return (uint32_t)value;
}

/* `size` bytes of the program's memory at `address`, or NULL where that leads outside. */
static uint8_t *at(const struct execution_memory *memory, uint64_t address, uint64_t size)
{
	if (address > memory->size || size > memory->size - address)
		return NULL;
	return memory->base + address;
}

/* ---- Bodies ---- */

struct part_32 {
	uint32_t address;
	uint32_t size;
};

struct part_64 {
	uint64_t address;
	uint64_t size;
};

/* Reads a descriptor, once: other threads of the program may write to it meanwhile. */
static struct part_64 read_part(const uint8_t *descriptors, uint32_t index, bool is_64)
{
	struct part_64 wide;
	struct part_32 narrow;
	if (is_64) {
		memcpy(&wide, descriptors + index * sizeof wide, sizeof wide);
		return wide;
	}
	memcpy(&narrow, descriptors + index * sizeof narrow, sizeof narrow);
	return (struct part_64){narrow.address, narrow.size};
}

/* The array of part descriptors, or NULL where it leads outside. */
static const uint8_t *part_array(const struct execution_memory *memory, uint64_t address,
				 uint32_t count)
{
	size_t each = memory->is_64 ? sizeof(struct part_64) : sizeof(struct part_32);
	return at(memory, address, count * each);
}

/* Checks all parts of a body, and lists them in the CPU's scratch; false where one lies outside. */
static bool read_body(struct thread *thread, const struct execution_memory *memory,
		      const uint8_t *descriptors, uint32_t count, struct body *out)
{
	struct wire_part *parts = thread->process->kernel->cpu->parts;
	uint64_t size = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct part_64 part = read_part(descriptors, i, memory->is_64);
		uint8_t *data = at(memory, part.address, part.size);
		if (data == NULL)
			return false;
		parts[i] = (struct wire_part){data, part.size};
		if (__builtin_add_overflow(size, part.size, &size))
			size = UINT64_MAX;
	}
	*out = (struct body){parts, count, size};
	return true;
}

/* ---- The calls ---- */

enum wasm_host_result syscall_send(struct thread *thread, uint64_t *slots)
{
	uint32_t part_count = (uint32_t)slots[2];
	uint32_t flags = (uint32_t)slots[3];
	struct execution_memory memory = thread_memory(thread);
	const uint8_t *address = at(&memory, slots[0], CAIRN_DIGEST_SIZE);
	const uint8_t *descriptors = part_array(&memory, slots[1], part_count);
	if (address == NULL || descriptors == NULL)
		return trap(thread);
	if (part_count > SEND_PARTS_MAX || (flags & ~(uint32_t)CAIRN_SEND_ANSWER) != 0)
		return finish(slots, (uint64_t)CAIRN_INVALID);
	struct body body;
	if (!read_body(thread, &memory, descriptors, part_count, &body))
		return trap(thread);
	struct digest interface;
	memcpy(interface.bytes, address, sizeof interface.bytes);
	struct process *process = thread->process;
	struct outgoing out = {.sender = &process->party,
			       .interface = &interface,
			       .body = body,
			       .wants_answer = (flags & CAIRN_SEND_ANSWER) != 0};
	int64_t result = exchange_send(&process->kernel->exchange, &out);
	if (process->state == PROCESS_ENDING || thread->is_leaving)
		return WASM_HOST_SUSPEND;
	return finish(slots, (uint64_t)result);
}

enum wasm_host_result syscall_answer(struct thread *thread, uint64_t *slots)
{
	uint64_t id = slots[0];
	uint32_t part_count = (uint32_t)slots[2];
	uint32_t flags = (uint32_t)slots[3];
	struct execution_memory memory = thread_memory(thread);
	const uint8_t *descriptors = part_array(&memory, slots[1], part_count);
	if (descriptors == NULL)
		return trap(thread);
	if (part_count > SEND_PARTS_MAX || (flags & ~(uint32_t)CAIRN_ANSWER_REFUSED) != 0)
		return finish(slots, i32_result(CAIRN_INVALID));
	struct body body;
	if (!read_body(thread, &memory, descriptors, part_count, &body))
		return trap(thread);
	uint32_t status =
	    (flags & CAIRN_ANSWER_REFUSED) != 0 ? CAIRN_STATUS_REFUSED : CAIRN_STATUS_OK;
	struct process *process = thread->process;
	int32_t result =
	    exchange_answer(&process->kernel->exchange, &process->party, id, status, &body);
	return finish(slots, i32_result(result));
}

enum wasm_host_result syscall_wait(struct thread *thread, uint64_t *slots)
{
	uint32_t id_count = (uint32_t)slots[1];
	uint32_t out_size = (uint32_t)slots[3];
	uint32_t flags = (uint32_t)slots[4];
	struct execution_memory memory = thread_memory(thread);
	const uint8_t *ids = at(&memory, slots[0], (uint64_t)id_count * sizeof(uint64_t));
	uint8_t *out = at(&memory, slots[2], out_size);
	if (ids == NULL || out == NULL)
		return trap(thread);
	if (id_count > WAIT_IDS_MAX || (flags & ~(uint32_t)CAIRN_WAIT_BLOCK) != 0)
		return finish(slots, i32_result(CAIRN_INVALID));
	thread->waiter.out = out;
	thread->waiter.out_size = out_size;
	int32_t result =
	    delivery_wait(&thread->process->kernel->exchange, &thread->waiter,
			  (struct wait_ids){ids, id_count}, (flags & CAIRN_WAIT_BLOCK) != 0);
	if (result != DELIVERY_WAITS)
		return finish(slots, i32_result(result));
	thread->slots = slots;
	thread->state = THREAD_WAITING;
	return WASM_HOST_SUSPEND;
}

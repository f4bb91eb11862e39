/*
 * Atomic accesses, with shared memories and others, and what waits for other threads: there are
 * none, so that a wait ends at once or after its time.
 */
#include "body.h"

#include <string.h>

static bool is_named_with(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

/* Bytes that an atomic access touches, by its name: those with a number behind the type or the kind
 * touch fewer than the type has. */
static uint32_t access_bytes(uint32_t code)
{
	const char *text = wasm_opcode_info(code)->text;
	if (code == WASM_OP_ATOMIC_NOTIFY || code == WASM_OP_ATOMIC_WAIT32)
		return 4;
	if (code == WASM_OP_ATOMIC_WAIT64)
		return 8;
	const char *name = strstr(text, "atomic.");
	if (is_named_with(name, "8"))
		return 1;
	if (is_named_with(name, "16"))
		return 2;
	return is_named_with(name, "32") || text[1] == '3' ? 4 : 8;
}

static void cut_down(struct body *b, uint32_t bytes)
{
	if (bytes == 1)
		return;
	body_i32(b, -(int32_t)bytes);
	body_op(b, WASM_OP_I32_AND);
}

/* Pushes an address that fits the access together with the offset that is returned. Seldom it is
 * the first one outside, or not aligned; hardly ever both, for engines do not agree on which of the
 * two they say. */
static uint32_t push_address(struct body *b, uint32_t bytes)
{
	uint32_t size = b->plan->memory.min * 65536;
	uint32_t kind = random_below(b->random, 100);
	if (size == 0 || kind < 70) {
		uint32_t offset = memory_push_address(b, bytes);
		cut_down(b, bytes);
		return offset & ~(bytes - 1);
	}
	uint32_t end = size - bytes + (kind == 70 ? bytes : 0);
	uint32_t offset = random_below(b->random, random_chance(b->random, 80) ? 64 : 65536);
	uint32_t address = random_chance(b->random, 30) ? end - offset : end - (size - offset) / 2;
	if (kind > 71)
		address = end - offset - ((end - address - offset) & ~(bytes - 1));
	body_i32(b, (int32_t)address);
	body_push(b, 'i', true);
	return offset;
}

static void emit(struct body *b, uint32_t code, uint32_t offset)
{
	uint32_t bytes = access_bytes(code);
	body_op(b, code);
	output_u32(b->out, bytes == 8 ? 3 : bytes / 2);
	output_u32(b->out, offset);
}

/* All operands but the address, as the opcode's signature has them; then the instruction. */
static void access(struct body *b, uint32_t code)
{
	const char *letter = wasm_opcode_info(code)->signature;
	uint32_t offset = push_address(b, access_bytes(code));
	uint32_t count = 1;
	for (letter++; *letter != ':'; letter++, count++)
		value_push(b, *letter, 1);
	emit(b, code, offset);
	body_take(b, count);
	if (letter[1] != '\0')
		body_push(b, letter[1], true);
}

/* Compares with what is there, so that it is replaced. */
static void replace(struct body *b, uint32_t code)
{
	char letter = wasm_opcode_info(code)->signature[1];
	uint32_t address = value_pick_local(b, 'i');
	if (address == UINT32_MAX) {
		access(b, code);
		return;
	}
	uint32_t offset = push_address(b, access_bytes(code));
	body_op_u32(b, WASM_OP_LOCAL_TEE, address);
	body_op_u32(b, WASM_OP_LOCAL_GET, address);
	body_push(b, 'i', true);
	uint32_t load = WASM_OP_I32_ATOMIC_LOAD + (code - WASM_OP_I32_ATOMIC_RMW_CMPXCHG);
	emit(b, load, offset);
	body_take(b, 1);
	body_push(b, letter, true);
	value_push(b, letter, 1);
	emit(b, code, offset);
	body_take(b, 3);
	body_push(b, letter, true);
}

/* Nobody notifies, so it must not wait for long; what is expected is often there. */
static void wait(struct body *b, uint32_t code)
{
	static const uint32_t timeouts[] = {0, 0, 0, 1, 1000};
	uint32_t bytes = access_bytes(code);
	char letter = bytes == 8 ? 'I' : 'i';
	uint32_t address = value_pick_local(b, 'i');
	uint32_t offset = push_address(b, bytes);
	if (address != UINT32_MAX && random_chance(b->random, 60)) {
		body_op_u32(b, WASM_OP_LOCAL_TEE, address);
		body_op_u32(b, WASM_OP_LOCAL_GET, address);
		body_push(b, 'i', true);
		emit(b, bytes == 8 ? WASM_OP_I64_ATOMIC_LOAD : WASM_OP_I32_ATOMIC_LOAD, offset);
		body_take(b, 1);
		body_push(b, letter, true);
	} else {
		value_push(b, letter, 1);
	}
	body_op(b, WASM_OP_I64_CONST);
	output_s64(b->out, timeouts[random_below(b->random, 5)]);
	body_push(b, 'I', true);
	emit(b, code, offset);
	body_take(b, 3);
	body_push(b, 'i', true);
}

void atomic_step(struct body *b)
{
	uint32_t kind = random_below(b->random, 100);
	if (kind < 3) {
		body_op_u32(b, WASM_OP_ATOMIC_FENCE, 0);
	} else if (kind < 10) {
		access(b, WASM_OP_ATOMIC_NOTIFY);
	} else if (kind < 20) {
		/* Elsewhere it is a trap, and one is enough. */
		if (b->plan->memory.is_shared || random_chance(b->random, 2))
			wait(b, WASM_OP_ATOMIC_WAIT32 + random_below(b->random, 2));
	} else if (kind < 35) {
		replace(b, WASM_OP_I32_ATOMIC_RMW_CMPXCHG + random_below(b->random, 7));
	} else {
		access(b, WASM_OP_I32_ATOMIC_LOAD +
			      random_below(b->random, WASM_OP_I64_ATOMIC_RMW32_CMPXCHG -
							  WASM_OP_I32_ATOMIC_LOAD + 1));
	}
}

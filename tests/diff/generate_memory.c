#include "body.h"

/* Bytes that an access touches, from i32.load on, and its natural alignment as an exponent. */
static const uint8_t exponents[] = {2, 3, 2, 3, 0, 0, 1, 1, 0, 0, 1, 1,
				    2, 2, 2, 3, 2, 3, 0, 1, 0, 1, 2};

static uint32_t access_bytes(uint32_t code)
{
	return 1u << exponents[code - WASM_OP_I32_LOAD];
}

/* Pushes an i32 below 256, perhaps by way of a local, or `known`, a local that holds one. */
static void push_small(struct body *b, uint32_t known)
{
	if (known != UINT32_MAX && random_chance(b->random, 80)) {
		body_op_u32(b, WASM_OP_LOCAL_GET, known);
		body_push(b, 'i', true);
		return;
	}
	value_push(b, 'i', 1);
	body_i32(b, 0xff);
	body_op(b, WASM_OP_I32_AND);
	uint32_t local = value_pick_local(b, 'i');
	if (local == UINT32_MAX || known != UINT32_MAX || random_chance(b->random, 40))
		return;
	if (random_chance(b->random, 50)) {
		body_op_u32(b, WASM_OP_LOCAL_TEE, local);
	} else {
		body_op_u32(b, WASM_OP_LOCAL_SET, local);
		body_op_u32(b, WASM_OP_LOCAL_GET, local);
	}
}

/* Something else becomes the newest result; nothing changes. */
static void distract(struct body *b)
{
	body_op_u32(b, WASM_OP_GLOBAL_GET, b->plan->fuel);
	body_op(b, WASM_OP_DROP);
}

static void add(struct body *b, int32_t value)
{
	body_i32(b, value);
	body_op(b, WASM_OP_I32_ADD);
}

/* Pushes the sum of what addresses are made of: bases, indices that are shifted, constants. It is
 * below 20,000, most of the time. */
static void push_sum(struct body *b)
{
	int32_t constant = 0;
	uint32_t known = random_chance(b->random, 60) ? value_pick_local(b, 'i') : UINT32_MAX;
	if (known != UINT32_MAX) {
		push_small(b, UINT32_MAX);
		body_op_u32(b, WASM_OP_LOCAL_SET, known);
		body_take(b, 1);
		if (random_chance(b->random, 50))
			distract(b);
	}
	push_small(b, known);
	for (uint32_t parts = random_below(b->random, 5); parts > 0; parts--) {
		uint32_t kind = random_below(b->random, 100);
		if (kind < 30) {
			push_small(b, known);
			if (random_chance(b->random, 60)) {
				body_i32(b, (int32_t)random_below(b->random, 5));
				body_op(b, WASM_OP_I32_SHL);
			}
			body_op(b, WASM_OP_I32_ADD);
			body_take(b, 1);
		} else if (kind < 60) {
			int32_t value = value_random_i32(b->random);
			add(b, value);
			constant = (int32_t)((uint32_t)constant + (uint32_t)value);
		} else if (kind < 75 && constant == 0) {
			body_i32(b, (int32_t)random_below(b->random, 4) + 32 * (kind < 63));
			body_op(b, WASM_OP_I32_SHL);
		} else {
			add(b, (int32_t)random_below(b->random, 1000));
		}
	}
	/* What left the memory comes back by wrapping around. */
	if (constant != 0 && random_chance(b->random, 98))
		add(b, (int32_t)-(uint32_t)constant);
}

/* Pushes an address of which we know that `end` is the last one possible. */
static uint32_t push_known_address(struct body *b, uint32_t end)
{
	static const uint32_t offsets[] = {0, 1, 65535, 65536, 65537, 0x10008};
	uint32_t offset = random_chance(b->random, 50) ? offsets[random_below(b->random, 6)]
						       : random_below(b->random, end + 1);
	if (offset > end)
		offset = end;
	uint32_t address =
	    random_chance(b->random, 50) ? end - offset : random_below(b->random, end - offset + 1);
	uint32_t local = value_pick_local(b, 'i');
	if (local == UINT32_MAX || random_chance(b->random, 50)) {
		body_i32(b, (int32_t)address);
	} else {
		int32_t apart = value_random_i32(b->random);
		body_i32(b, (int32_t)(address - (uint32_t)apart));
		body_op_u32(b, WASM_OP_LOCAL_SET, local);
		body_op_u32(b, WASM_OP_LOCAL_GET, local);
		add(b, apart);
	}
	body_push(b, 'i', true);
	return offset;
}

uint32_t memory_push_address(struct body *b, uint32_t bytes)
{
	uint32_t size = b->plan->memory.min * 65536;
	uint32_t kind = random_below(b->random, 300);
	if (size == 0 || kind == 0) {
		value_push(b, 'i', 1);
		return random_chance(b->random, 50) ? (uint32_t)value_random_i32(b->random)
						    : random_below(b->random, 64);
	}
	if (kind < 60) {
		value_push(b, 'i', 1);
		body_i32(b, random_chance(b->random, 50) ? 0xff : 0x7fff);
		body_op(b, WASM_OP_I32_AND);
		return random_below(b->random, random_chance(b->random, 80) ? 64 : 32000);
	}
	if (kind < 200) {
		push_sum(b);
		return random_below(b->random, random_chance(b->random, 80) ? 64 : 40000);
	}
	return push_known_address(b, size - bytes + (kind == 200 ? 1 : 0));
}

static void emit_access(struct body *b, uint32_t code, uint32_t offset)
{
	body_op(b, code);
	output_u32(b->out, random_below(b->random, exponents[code - WASM_OP_I32_LOAD] + 1u));
	output_u32(b->out, offset);
}

void memory_load(struct body *b)
{
	static const char results[] = "iIfFiiiiIIIIII";
	uint32_t number = random_below(b->random, sizeof results - 1);
	uint32_t code = WASM_OP_I32_LOAD + number;
	uint32_t offset = memory_push_address(b, access_bytes(code));
	emit_access(b, code, offset);
	body_take(b, 1);
	body_push(b, results[number], true);
}

/* Sets a local to a value whose bits are known; UINT32_MAX where there is none of that type. */
static uint32_t prepare_value(struct body *b, char letter)
{
	uint32_t local = random_chance(b->random, 50) ? value_pick_local(b, letter) : UINT32_MAX;
	if (local == UINT32_MAX)
		return local;
	value_push(b, letter, 1);
	value_canonicalise(b);
	body_op_u32(b, WASM_OP_LOCAL_SET, local);
	body_take(b, 1);
	return local;
}

void memory_store(struct body *b)
{
	static const char values[] = "iIfFiiIII";
	uint32_t number = random_below(b->random, sizeof values - 1);
	uint32_t code = WASM_OP_I32_STORE + number;
	char letter = values[number];
	/* No address changes an f32 or f64. */
	uint32_t local = letter == 'f' || letter == 'F' ? prepare_value(b, letter) : UINT32_MAX;
	uint32_t offset = memory_push_address(b, access_bytes(code));
	if (local != UINT32_MAX) {
		body_op_u32(b, WASM_OP_LOCAL_GET, local);
		body_push(b, letter, true);
	} else if (random_chance(b->random, 30) || !value_push_plain(b, letter)) {
		value_push(b, letter, 1);
	}
	value_canonicalise(b);
	emit_access(b, code, offset);
	body_take(b, 2);
}

#include "body.h"

/* Bytes that an access touches, from i32.load on, and its natural alignment as an exponent. */
static const uint8_t exponents[] = {2, 3, 2, 3, 0, 0, 1, 1, 0, 0, 1, 1,
				    2, 2, 2, 3, 2, 3, 0, 1, 0, 1, 2};

static uint32_t access_bytes(uint32_t code)
{
	return 1u << exponents[code - WASM_OP_I32_LOAD];
}

/* Pushes an address that is inside together with the offset that is returned: mostly small, often
 * at the very end, and sometimes one byte too far. */
static uint32_t push_address(struct body *b, uint32_t bytes)
{
	uint32_t size = b->plan->memory.min * 65536;
	uint32_t kind = random_below(b->random, 200);
	if (size == 0 || kind == 0) {
		value_push(b, 'i', 1);
		return random_chance(b->random, 50) ? (uint32_t)value_random_i32(b->random)
						    : random_below(b->random, 64);
	}
	if (kind < 120) {
		value_push(b, 'i', 1);
		body_i32(b, random_chance(b->random, 50) ? 0xff : 0x7fff);
		body_op(b, WASM_OP_I32_AND);
		return random_below(b->random, random_chance(b->random, 80) ? 64 : 32000);
	}
	uint32_t end = size - bytes;
	if (kind == 1)
		end++;
	static const uint32_t offsets[] = {0, 1, 65535, 65536, 65537, 0x10008};
	uint32_t offset =
	    kind < 160 ? offsets[random_below(b->random, 6)] : random_below(b->random, size);
	if (offset > end)
		offset = end;
	/* The place is the last one, or before it. */
	uint32_t address =
	    random_chance(b->random, 50) ? end - offset : random_below(b->random, end - offset + 1);
	body_i32(b, (int32_t)address);
	body_push(b, 'i', true);
	if (random_chance(b->random, 50)) {
		/* Not as a constant of the instruction itself. */
		uint32_t local = value_pick_local(b, 'i');
		if (local != UINT32_MAX)
			body_op_u32(b, WASM_OP_LOCAL_TEE, local);
	}
	return offset;
}

static void emit_access(struct body *b, uint32_t code, uint32_t offset)
{
	body_op(b, code);
	output_u32(b->out, random_below(b->random, exponents[code - WASM_OP_I32_LOAD] + 1u));
	output_u32(b->out, offset);
}

void value_load(struct body *b)
{
	static const char results[] = "iIfFiiiiIIIIII";
	uint32_t number = random_below(b->random, sizeof results - 1);
	uint32_t code = WASM_OP_I32_LOAD + number;
	uint32_t offset = push_address(b, access_bytes(code));
	emit_access(b, code, offset);
	body_take(b, 1);
	body_push(b, results[number], true);
}

void value_store(struct body *b)
{
	static const char values[] = "iIfFiiIII";
	uint32_t number = random_below(b->random, sizeof values - 1);
	uint32_t code = WASM_OP_I32_STORE + number;
	uint32_t offset = push_address(b, access_bytes(code));
	value_push(b, values[number], 1);
	value_canonicalise(b);
	emit_access(b, code, offset);
	body_take(b, 2);
}

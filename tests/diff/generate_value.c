#include "body.h"

#include <string.h>

/* ---- Constants ---- */

int32_t value_random_i32(struct random *random)
{
	static const int32_t known[] = {0,          1,          -1,        2,         3,
					7,          8,          31,        32,        33,
					63,         64,         127,       128,       255,
					256,        32767,      32768,     -32768,    -32769,
					65535,      65536,      INT32_MAX, INT32_MIN, INT32_MIN + 1,
					0x7f800000, 0x00ff00ff, -128,      -129,      1000000};
	if (random_chance(random, 20))
		return (int32_t)random_u64(random);
	return known[random_below(random, sizeof known / sizeof known[0])];
}

static int64_t random_i64(struct random *random)
{
	static const int64_t known[] = {INT64_MAX,        INT64_MIN,        INT64_MIN + 1,
					(int64_t)1 << 32, 0xffffffff,       0x80000000,
					-0x80000001ll,    (int64_t)1 << 53, (int64_t)1 << 62};
	uint32_t kind = random_below(random, 10);
	if (kind < 6)
		return value_random_i32(random);
	return kind < 8 ? known[random_below(random, sizeof known / sizeof known[0])]
			: (int64_t)random_u64(random);
}

uint32_t value_random_f32(struct random *random)
{
	static const uint32_t known[] = {
	    0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x3f000000, 0xbf000000, 0x3fc00000,
	    0x40200000, 0x40000000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00000, 0x7fa00000,
	    0x00000001, 0x80000001, 0x007fffff, 0x00800000, 0x7f7fffff, 0xff7fffff, 0x4effffff,
	    0x4f000000, 0xcf000000, 0xcf000001, 0x4f7fffff, 0x4f800000, 0x5effffff, 0x5f000000,
	    0xdf000000, 0x5f800000, 0x4b000000, 0x4affffff, 0x4b000001, 0x3effffff, 0x40490fdb};
	if (random_chance(random, 20))
		return (uint32_t)random_u64(random);
	return known[random_below(random, sizeof known / sizeof known[0])];
}

uint64_t value_random_f64(struct random *random)
{
	static const uint64_t known[] = {
	    0x0000000000000000, 0x8000000000000000, 0x3ff0000000000000, 0xbff0000000000000,
	    0x3fe0000000000000, 0xbfe0000000000000, 0x3ff8000000000000, 0x4004000000000000,
	    0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000, 0xfff8000000000000,
	    0x7ff4000000000000, 0x0000000000000001, 0x8000000000000001, 0x000fffffffffffff,
	    0x0010000000000000, 0x7fefffffffffffff, 0xffefffffffffffff, 0x41dfffffffc00000,
	    0x41e0000000000000, 0xc1e0000000000000, 0xc1e0000000200000, 0x41efffffffe00000,
	    0x41f0000000000000, 0x43dfffffffffffff, 0x43e0000000000000, 0xc3e0000000000000,
	    0x43f0000000000000, 0x4330000000000000, 0x432fffffffffffff, 0x4330000000000001,
	    0x3fdfffffffffffff, 0x47efffffe0000000, 0x36a0000000000000, 0x3690000000000000,
	    0x400921fb54442d18, 0xc1e00000001ccccd, 0x41dfffffffffffff, 0x41efffffffffffff,
	    0xbfefffffffffffff};
	if (random_chance(random, 20))
		return random_u64(random);
	return known[random_below(random, sizeof known / sizeof known[0])];
}

void value_constant(struct body *b, char letter)
{
	switch (letter) {
	case 'i':
		body_i32(b, value_random_i32(b->random));
		break;
	case 'I':
		body_op(b, WASM_OP_I64_CONST);
		output_s64(b->out, random_i64(b->random));
		break;
	case 'f':
		body_op(b, WASM_OP_F32_CONST);
		output_fixed32(b->out, value_random_f32(b->random));
		break;
	case 'F':
		body_op(b, WASM_OP_F64_CONST);
		output_fixed64(b->out, value_random_f64(b->random));
		break;
	case 'c':
		if (random_chance(b->random, 60)) {
			body_op_u32(b, WASM_OP_REF_FUNC, random_below(b->random, b->plan->refuel));
			break;
		}
		body_op_u32(b, WASM_OP_REF_NULL, WASM_FUNCREF);
		break;
	default:
		body_op_u32(b, WASM_OP_REF_NULL, WASM_EXTERNREF);
	}
	body_push(b, letter, true);
}

void value_canonicalise(struct body *b)
{
	bool is_f32 = body_top(b) == 'f';
	uint32_t temporary = is_f32 ? b->temporary_f32 : b->temporary_f64;
	if ((!is_f32 && body_top(b) != 'F') || b->stack[b->height - 1].is_exact)
		return;
	body_op_u32(b, WASM_OP_LOCAL_TEE, temporary);
	body_op(b, is_f32 ? WASM_OP_F32_CONST : WASM_OP_F64_CONST);
	if (is_f32)
		output_fixed32(b->out, 0x7fc00000);
	else
		output_fixed64(b->out, 0x7ff8000000000000);
	body_op_u32(b, WASM_OP_LOCAL_GET, temporary);
	body_op_u32(b, WASM_OP_LOCAL_GET, temporary);
	body_op(b, is_f32 ? WASM_OP_F32_EQ : WASM_OP_F64_EQ);
	body_op(b, WASM_OP_SELECT);
	b->stack[b->height - 1].is_exact = true;
}

/* ---- Operators ---- */

static bool is_trapping_conversion(uint32_t code)
{
	return (code >= WASM_OP_I32_TRUNC_F32_S && code <= WASM_OP_I32_TRUNC_F64_U) ||
	       (code >= WASM_OP_I64_TRUNC_F32_S && code <= WASM_OP_I64_TRUNC_F64_U);
}

static bool is_division(uint32_t code)
{
	return (code >= WASM_OP_I32_DIV_S && code <= WASM_OP_I32_REM_U) ||
	       (code >= WASM_OP_I64_DIV_S && code <= WASM_OP_I64_REM_U);
}

/* Any operator that computes; those that like to trap come less often. */
static uint32_t pick_operator(struct body *b)
{
	enum { PLAIN = WASM_OP_I64_EXTEND32_S - WASM_OP_I32_EQZ + 1, SATURATING = 8 };
	for (;;) {
		uint32_t number = random_below(b->random, PLAIN + SATURATING);
		if (random_chance(b->random, b->plan->favourite_percent))
			number =
			    b->plan->favourites[number % PLAN_FAVOURITES] % (PLAIN + SATURATING);
		uint32_t code = number < PLAIN ? WASM_OP_I32_EQZ + number
					       : WASM_OP_I32_TRUNC_SAT_F32_S + (number - PLAIN);
		if (!is_trapping_conversion(code) || random_chance(b->random, 10))
			return code;
	}
}

static char result_of(uint32_t code)
{
	return strchr(wasm_opcode_info(code)->signature, ':')[1];
}

/* Does the result have known bits, given that of the first operand? */
static bool is_exact_result(uint32_t code, bool is_operand_exact)
{
	switch (code) {
	case WASM_OP_F32_ABS:
	case WASM_OP_F64_ABS:
	case WASM_OP_F32_NEG:
	case WASM_OP_F64_NEG:
	case WASM_OP_F32_COPYSIGN:
	case WASM_OP_F64_COPYSIGN:
		return is_operand_exact;
	case WASM_OP_F32_REINTERPRET_I32:
	case WASM_OP_F64_REINTERPRET_I64:
		return true;
	default:
		return (code >= WASM_OP_F32_CONVERT_I32_S && code <= WASM_OP_F32_CONVERT_I64_U) ||
		       (code >= WASM_OP_F64_CONVERT_I32_S && code <= WASM_OP_F64_CONVERT_I64_U);
	}
}

static void guard_divisor(struct body *b, char letter)
{
	if (random_chance(b->random, 10))
		return;
	body_op(b, letter == 'i' ? WASM_OP_I32_CONST : WASM_OP_I64_CONST);
	output_s64(b->out, 1);
	body_op(b, letter == 'i' ? WASM_OP_I32_OR : WASM_OP_I64_OR);
}

/* The operands are on the stack, or need not be. */
static void emit_operator(struct body *b, uint32_t code, uint32_t operand_count)
{
	bool tells_bits = code == WASM_OP_I32_REINTERPRET_F32 ||
			  code == WASM_OP_I64_REINTERPRET_F64 || code == WASM_OP_F32_COPYSIGN ||
			  code == WASM_OP_F64_COPYSIGN;
	bool is_present = body_available(b) >= operand_count;
	if (tells_bits && is_present)
		value_canonicalise(b);
	if (is_division(code) && is_present)
		guard_divisor(b, body_top(b));
	bool is_exact = is_present && b->stack[b->height - operand_count].is_exact;
	body_op(b, code);
	body_take(b, operand_count);
	body_push(b, result_of(code), is_exact_result(code, is_exact));
}

static uint32_t operands_of(uint32_t code, char operands[4])
{
	const char *signature = wasm_opcode_info(code)->signature;
	uint32_t count = (uint32_t)(strchr(signature, ':') - signature);
	memcpy(operands, signature, count);
	operands[count] = '\0';
	return count;
}

void value_operate(struct body *b)
{
	char operands[4];
	uint32_t code, count;
	/* One that fits what is there is better than one that does not. */
	for (uint32_t attempt = 0; attempt < 30; attempt++) {
		code = pick_operator(b);
		count = operands_of(code, operands);
		if (body_top(b) == operands[count - 1] || body_top(b) == operands[0])
			break;
	}
	body_need(b, operands);
	emit_operator(b, code, count);
}

/* ---- Values ---- */

/* Locals that were touched of late are touched again, so that their values meet. */
static uint32_t touch(struct body *b, uint32_t local)
{
	b->recent[b->recent_count++ % BODY_RECENT] = local;
	return local;
}

uint32_t value_pick_local(struct body *b, char letter)
{
	if (b->local_count == 0)
		return UINT32_MAX;
	uint32_t recent = b->recent[random_below(b->random, BODY_RECENT)];
	if (b->locals[recent] == letter && random_chance(b->random, 60))
		return recent;
	uint32_t first = random_below(b->random, b->local_count);
	for (uint32_t i = 0; i < b->local_count; i++) {
		uint32_t local =
		    first + i < b->local_count ? first + i : first + i - b->local_count;
		if (b->locals[local] == letter)
			return touch(b, local);
	}
	return UINT32_MAX;
}

static uint32_t pick_global(struct body *b, char letter, bool is_for_writing)
{
	uint32_t first = random_below(b->random, b->plan->global_count);
	for (uint32_t i = 0; i < b->plan->global_count; i++) {
		uint32_t index = (first + i) % b->plan->global_count;
		const struct plan_global *global = &b->plan->globals[index];
		if (global->letter == letter && index != b->plan->fuel &&
		    (global->is_mutable || !is_for_writing))
			return index;
	}
	return UINT32_MAX;
}

static bool push_local(struct body *b, char letter)
{
	uint32_t local = value_pick_local(b, letter);
	if (local == UINT32_MAX)
		return false;
	body_op_u32(b, WASM_OP_LOCAL_GET, local);
	body_push(b, letter, false);
	return true;
}

bool value_push_plain(struct body *b, char letter)
{
	if (random_chance(b->random, 60))
		return push_local(b, letter);
	value_constant(b, letter);
	return true;
}

bool value_push_global(struct body *b, char letter)
{
	uint32_t global = pick_global(b, letter, false);
	if (global == UINT32_MAX)
		return false;
	body_op_u32(b, WASM_OP_GLOBAL_GET, global);
	body_push(b, letter, false);
	return true;
}

static bool push_operator(struct body *b, char letter, uint32_t depth)
{
	if (depth >= 3 || letter == 'c' || letter == 'r')
		return false;
	uint32_t code = pick_operator(b);
	while (result_of(code) != letter)
		code = pick_operator(b);
	char operands[4];
	uint32_t count = operands_of(code, operands);
	for (uint32_t i = 0; i < count; i++)
		value_push(b, operands[i], depth + 1);
	emit_operator(b, code, count);
	return true;
}

static bool push_from_table(struct body *b, char letter)
{
	uint32_t table = bulk_pick_table(b, letter);
	if (table == UINT32_MAX || b->plan->tables[table].min == 0)
		return false;
	bulk_entry(b, table);
	body_op_u32(b, WASM_OP_TABLE_GET, table);
	body_take(b, 1);
	body_push(b, letter, true);
	return true;
}

static void push_size(struct body *b)
{
	if (b->plan->table_count > 0 && random_chance(b->random, 50))
		body_op_u32(b, WASM_OP_TABLE_SIZE, random_below(b->random, b->plan->table_count));
	else if (b->plan->memory.is_there)
		body_op_u32(b, WASM_OP_MEMORY_SIZE, 0);
	else
		body_i32(b, 0);
	body_push(b, 'i', true);
}

void value_push(struct body *b, char letter, uint32_t depth)
{
	uint32_t kind = random_below(b->random, 100);
	if (b->budget <= 0)
		kind %= 70;
	if (kind < 45 && push_local(b, letter))
		return;
	if (kind >= 70 && kind < 78 && value_push_global(b, letter))
		return;
	if (kind >= 78 && kind < 95 && push_operator(b, letter, depth))
		return;
	if (kind >= 90 && (letter == 'c' || letter == 'r') && push_from_table(b, letter))
		return;
	if (kind >= 98 && letter == 'i') {
		push_size(b);
		return;
	}
	value_constant(b, letter);
}

void value_below(struct body *b, uint32_t limit)
{
	if (random_chance(b->random, 60) || limit < 2) {
		body_i32(b, (int32_t)random_below(b->random, limit));
		body_push(b, 'i', true);
		return;
	}
	value_push(b, 'i', 2);
	body_i32(b, (int32_t)limit);
	body_op(b, WASM_OP_I32_REM_U);
}

/* ---- Variables ---- */

static bool sink_local(struct body *b, char letter)
{
	uint32_t local = value_pick_local(b, letter);
	if (local == UINT32_MAX)
		return false;
	body_op_u32(b, WASM_OP_LOCAL_SET, local);
	return true;
}

static bool sink_global(struct body *b, char letter)
{
	uint32_t global = pick_global(b, letter, true);
	if (global == UINT32_MAX)
		return false;
	body_op_u32(b, WASM_OP_GLOBAL_SET, global);
	return true;
}

void value_sink(struct body *b)
{
	char letter = body_top(b);
	uint32_t kind = random_below(b->random, 100);
	if (letter == '\0')
		return;
	if (!(kind < 50 && sink_local(b, letter)) && !(kind < 90 && sink_global(b, letter)))
		body_op(b, WASM_OP_DROP);
	body_take(b, 1);
}

/* The type of what is on top, or of any local. */
static uint32_t pick_local_to_set(struct body *b)
{
	if (b->local_count == 0)
		return UINT32_MAX;
	uint32_t local =
	    random_chance(b->random, 75) ? value_pick_local(b, body_top(b)) : UINT32_MAX;
	return local != UINT32_MAX ? local : random_below(b->random, b->local_count);
}

void value_set(struct body *b)
{
	uint32_t local = pick_local_to_set(b);
	if (local == UINT32_MAX)
		return;
	body_need(b, body_list(b, b->locals[local]));
	body_op_u32(b, WASM_OP_LOCAL_SET, local);
	body_take(b, 1);
}

void value_tee(struct body *b)
{
	uint32_t local = pick_local_to_set(b);
	if (local == UINT32_MAX)
		return;
	char letter = b->locals[local];
	body_need(b, body_list(b, letter));
	bool is_exact = body_available(b) > 0 && b->stack[b->height - 1].is_exact;
	body_op_u32(b, WASM_OP_LOCAL_TEE, local);
	body_take(b, 1);
	body_push(b, letter, is_exact);
}

void value_global_set(struct body *b)
{
	char letter = random_chance(b->random, 70) && body_top(b) != '\0' ? body_top(b)
									  : plan_letter(b->plan);
	uint32_t global = pick_global(b, letter, true);
	if (global == UINT32_MAX)
		return;
	body_need(b, body_list(b, letter));
	body_op_u32(b, WASM_OP_GLOBAL_SET, global);
	body_take(b, 1);
}

void value_select(struct body *b)
{
	char letter = plan_letter(b->plan);
	const char operands[] = {letter, letter, 'i', '\0'};
	bool is_typed = letter == 'c' || letter == 'r' || random_chance(b->random, 20);
	body_need(b, operands);
	bool is_exact = body_available(b) >= 3 && b->stack[b->height - 2].is_exact &&
			b->stack[b->height - 3].is_exact;
	if (is_typed) {
		body_op_u32(b, WASM_OP_SELECT_TYPED, 1);
		output_byte(b->out, plan_type_byte(letter));
	} else {
		body_op(b, WASM_OP_SELECT);
	}
	body_take(b, 3);
	body_push(b, letter, is_exact);
}

void value_is_null(struct body *b)
{
	body_need(b, random_chance(b->random, 50) ? "c" : "r");
	body_op(b, WASM_OP_REF_IS_NULL);
	body_take(b, 1);
	body_push(b, 'i', true);
}

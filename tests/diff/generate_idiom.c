/*
 * Sequences that compilers like, and that a translator therefore likes to make one instruction of:
 * random code has them too seldom, and hardly ever the ones that only look alike.
 */
#include "body.h"

static void get(struct body *b, uint32_t local)
{
	body_op_u32(b, WASM_OP_LOCAL_GET, local);
	body_push(b, b->locals[local], false);
}

static void operate(struct body *b, uint32_t code, uint32_t operands, char result)
{
	body_op(b, code);
	body_take(b, operands);
	body_push(b, result, false);
}

static void set(struct body *b, uint32_t local)
{
	body_op_u32(b, WASM_OP_LOCAL_SET, local);
	body_take(b, 1);
}

/* A local counts and is compared, perhaps with itself, and perhaps it is another one. */
static void count_and_compare(struct body *b)
{
	uint32_t from = value_pick_local(b, 'i');
	uint32_t to = random_chance(b->random, 70) ? from : value_pick_local(b, 'i');
	uint32_t with = random_chance(b->random, 20) ? to : value_pick_local(b, 'i');
	if (from == UINT32_MAX)
		return;
	get(b, from);
	value_constant(b, 'i');
	operate(b, random_chance(b->random, 80) ? WASM_OP_I32_ADD : WASM_OP_I32_SUB, 2, 'i');
	set(b, to);
	get(b, to);
	if (random_chance(b->random, 60))
		get(b, with);
	else
		value_constant(b, 'i');
	operate(b, WASM_OP_I32_EQ + random_below(b->random, 10), 2, 'i');
	if (random_chance(b->random, 30))
		operate(b, WASM_OP_I32_EQZ, 1, 'i');
	if (random_chance(b->random, 50))
		control_if(b);
	else
		control_branch_if(b);
}

/* The operators of a type that multiply, add and subtract. */
struct arithmetic {
	char letter;
	uint32_t multiply, add, subtract;
};

/* A value that is a local, one with something added, or anything. */
static void push_term(struct body *b, const struct arithmetic *with)
{
	uint32_t local = value_pick_local(b, with->letter);
	if (local == UINT32_MAX || random_chance(b->random, 20)) {
		value_push(b, with->letter, 1);
		return;
	}
	get(b, local);
	if (random_chance(b->random, 60))
		return;
	value_constant(b, with->letter);
	operate(b, with->add, 2, with->letter);
}

static void push_product(struct body *b, const struct arithmetic *with)
{
	push_term(b, with);
	push_term(b, with);
	operate(b, with->multiply, 2, with->letter);
}

static void sum_of_products(struct body *b)
{
	static const struct arithmetic all[] = {
	    {'i', WASM_OP_I32_MUL, WASM_OP_I32_ADD, WASM_OP_I32_SUB},
	    {'I', WASM_OP_I64_MUL, WASM_OP_I64_ADD, WASM_OP_I64_SUB},
	    {'f', WASM_OP_F32_MUL, WASM_OP_F32_ADD, WASM_OP_F32_SUB},
	    {'F', WASM_OP_F64_MUL, WASM_OP_F64_ADD, WASM_OP_F64_SUB}};
	const struct arithmetic *with = &all[random_below(b->random, 4)];
	if (random_chance(b->random, 60))
		push_term(b, with);
	else
		push_product(b, with);
	if (random_chance(b->random, 30))
		push_term(b, with);
	else
		push_product(b, with);
	operate(b, random_chance(b->random, 70) ? with->add : with->subtract, 2, with->letter);
}

/* A value that no operator of its type has computed. */
static void push_selected(struct body *b, char letter)
{
	value_constant(b, letter);
	value_push(b, letter, 2);
	value_push(b, 'i', 2);
	operate(b, WASM_OP_SELECT, 3, letter);
}

/* A local is overwritten by a value that comes from elsewhere, between two uses. */
static void overwrite(struct body *b)
{
	static const uint32_t unary[][2] = {{WASM_OP_F32_NEG, WASM_OP_F32_ABS},
					    {WASM_OP_F64_NEG, WASM_OP_F64_ABS},
					    {WASM_OP_I32_CTZ, WASM_OP_I32_CLZ},
					    {WASM_OP_I64_CTZ, WASM_OP_I64_CLZ}};
	uint32_t type = random_below(b->random, 4);
	char letter = "fFiI"[type];
	uint32_t local = value_pick_local(b, letter);
	if (local == UINT32_MAX)
		return;
	for (uint32_t i = 0; i < 3; i++) {
		uint32_t kind = random_below(b->random, 100);
		if (kind < 50)
			get(b, local);
		else if (kind < 65)
			push_selected(b, letter);
		else if (kind >= 80 || !value_push_global(b, letter))
			value_push(b, letter, 2);
		if (random_chance(b->random, 60))
			operate(b, unary[type][random_below(b->random, 2)], 1, letter);
		set(b, local);
	}
	get(b, local);
	operate(b, unary[type][0], 1, letter);
}

void idiom_step(struct body *b)
{
	static void (*const idioms[])(struct body *b) = {count_and_compare, sum_of_products,
							 overwrite};
	idioms[random_below(b->random, 3)](b);
}

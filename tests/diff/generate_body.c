#include "body.h"

#include <string.h>

#include "core/port.h"

/* ---- Words ---- */

void body_op(struct body *b, uint32_t code)
{
	b->budget--;
	if (code < 0x100) {
		output_byte(b->out, (uint8_t)code);
		return;
	}
	output_byte(b->out, (uint8_t)(code >> 8));
	output_u32(b->out, code & 0xff);
}

void body_op_u32(struct body *b, uint32_t code, uint32_t immediate)
{
	body_op(b, code);
	output_u32(b->out, immediate);
}

void body_i32(struct body *b, int32_t value)
{
	body_op(b, WASM_OP_I32_CONST);
	output_s64(b->out, value);
}

/* ---- The stack ---- */

void body_push(struct body *b, char letter, bool is_exact)
{
	core_assert(b->height < BODY_HEIGHT_MAX);
	b->stack[b->height++] = (struct body_operand){letter, is_exact};
}

void body_push_list(struct body *b, const char *letters)
{
	for (; *letters != '\0'; letters++)
		body_push(b, *letters, false);
}

uint32_t body_available(const struct body *b)
{
	return b->height - b->labels[b->depth - 1].height;
}

char body_top(const struct body *b)
{
	return body_available(b) > 0 ? b->stack[b->height - 1].letter : '\0';
}

void body_take(struct body *b, uint32_t count)
{
	uint32_t available = body_available(b);
	core_assert(count <= available || body_label(b, 0)->is_unreachable);
	b->height -= count < available ? count : available;
}

/* Are the topmost operands the first `count` of the list? */
static bool is_begun(const struct body *b, const char *letters, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (b->stack[b->height - count + i].letter != letters[i])
			return false;
	return true;
}

void body_need(struct body *b, const char *letters)
{
	uint32_t length = (uint32_t)strlen(letters);
	uint32_t available = body_available(b);
	if (body_label(b, 0)->is_unreachable && available <= length &&
	    is_begun(b, letters + length - available, available) && random_chance(b->random, 50))
		return;
	uint32_t present = available < length ? available : length;
	if (random_chance(b->random, 15))
		present = 0;
	while (!is_begun(b, letters, present))
		present--;
	for (uint32_t i = present; i < length; i++)
		value_push(b, letters[i], 0);
}

void body_cut(struct body *b)
{
	b->height = body_label(b, 0)->height;
	body_label(b, 0)->is_unreachable = true;
}

const char *body_list(struct body *b, char letter)
{
	b->single[(uint8_t)letter][0] = letter;
	return b->single[(uint8_t)letter];
}

/* ---- Steps ---- */

static void step_value(struct body *b)
{
	value_push(b, plan_letter(b->plan), 1);
}

static void step_nop(struct body *b)
{
	body_op(b, WASM_OP_NOP);
}

static void step_drop(struct body *b)
{
	if (body_available(b) == 0)
		return;
	if (random_chance(b->random, 50)) {
		body_op(b, WASM_OP_DROP);
		body_take(b, 1);
	} else {
		value_sink(b);
	}
}

static void (*const steps_by_action[ACTION_COUNT])(struct body *b) = {
    [ACTION_VALUE] = step_value,
    [ACTION_OPERATOR] = value_operate,
    [ACTION_SET] = value_set,
    [ACTION_TEE] = value_tee,
    [ACTION_DROP] = step_drop,
    [ACTION_SELECT] = value_select,
    [ACTION_GLOBAL_SET] = value_global_set,
    [ACTION_LOAD] = memory_load,
    [ACTION_STORE] = memory_store,
    [ACTION_BLOCK] = control_block,
    [ACTION_LOOP] = control_loop,
    [ACTION_IF] = control_if,
    [ACTION_BRANCH] = control_branch,
    [ACTION_BRANCH_IF] = control_branch_if,
    [ACTION_BRANCH_TABLE] = control_branch_table,
    [ACTION_RETURN] = control_return,
    [ACTION_UNREACHABLE] = control_unreachable,
    [ACTION_CALL] = control_call,
    [ACTION_CALL_INDIRECT] = control_call_indirect,
    [ACTION_MEMORY] = bulk_memory,
    [ACTION_TABLE] = bulk_table,
    [ACTION_IS_NULL] = value_is_null,
    [ACTION_NOP] = step_nop,
    [ACTION_DEEP] = control_deep,
    [ACTION_IDIOM] = idiom_step,
    [ACTION_ATOMIC] = atomic_step,
};

void body_steps(struct body *b, uint32_t steps)
{
	for (uint32_t i = 0; i < steps && b->budget > 0; i++) {
		if (body_is_dead(b) && random_chance(b->random, 70))
			return;
		if (b->height > 60 && random_chance(b->random, 60))
			value_sink(b);
		else
			steps_by_action[random_weighted(b->random, b->plan->weights, ACTION_COUNT)](
			    b);
	}
}

/* ---- The end of a block ---- */

static bool is_prefix(const struct body *b, const char *letters, uint32_t count)
{
	return strlen(letters) >= count && is_begun(b, letters, count);
}

void body_settle(struct body *b)
{
	struct body_label *label = body_label(b, 0);
	uint32_t length = (uint32_t)strlen(label->results);
	if (!label->is_unreachable && body_available(b) > length && random_chance(b->random, 30)) {
		/* A branch takes what is on top, and leaves the rest. */
		body_need(b, label->results);
		body_branch(b, 0);
		if (b->depth == 1 && random_chance(b->random, 50))
			body_op(b, WASM_OP_RETURN);
		else if (label->code != WASM_OP_LOOP)
			body_op_u32(b, WASM_OP_BR, 0);
		if (b->depth == 1 || label->code != WASM_OP_LOOP)
			body_cut(b);
	}
	uint32_t available = body_available(b);
	if (label->is_unreachable && available <= length &&
	    is_begun(b, label->results + length - available, available) &&
	    random_chance(b->random, 70))
		return;
	while (!is_prefix(b, label->results, body_available(b)))
		value_sink(b);
	for (uint32_t i = body_available(b); i < length; i++)
		value_push(b, label->results[i], 1);
}

/* ---- Functions ---- */

static uint32_t local_number(struct body *b)
{
	uint32_t kind = random_below(b->random, 1000);
	if (kind < 930)
		return random_below(b->random, b->plan->is_small ? 6 : 16);
	if (kind < 995)
		return random_below(b->random, 300);
	return random_below(b->random, BODY_LOCALS_MAX - PLAN_LIST_MAX - 100);
}

/* Locals come as runs of one type; a run may be empty. */
static void write_locals(struct body *b, uint32_t from)
{
	struct output runs = {0};
	uint32_t count = 0;
	for (uint32_t i = from; i < b->all_local_count; count++) {
		uint32_t end = i;
		while (end < b->all_local_count && b->locals[end] == b->locals[i] &&
		       (end == i || !random_chance(b->random, 5)))
			end++;
		if (random_chance(b->random, 2)) {
			output_u32(&runs, 0);
			output_byte(&runs, 0x7c);
			count++;
		}
		output_u32(&runs, end - i);
		output_byte(&runs, plan_type_byte(b->locals[i]));
		i = end;
	}
	output_u32(b->out, count);
	output_bytes(b->out, runs.data, runs.size);
	output_reset(&runs);
}

static void make_locals(struct body *b)
{
	uint32_t parameters = (uint32_t)strlen(b->type->parameters);
	memcpy(b->locals, b->type->parameters, parameters);
	b->local_count = parameters;
	char run = plan_letter(b->plan);
	for (uint32_t i = local_number(b); i > 0; i--) {
		if (random_chance(b->random, 40))
			run = plan_letter(b->plan);
		b->locals[b->local_count++] = run;
	}
	b->all_local_count = b->local_count;
	b->temporary_f32 = b->all_local_count;
	b->temporary_f64 = b->all_local_count + 1;
	b->counters = b->all_local_count + 2;
	memcpy(b->locals + b->all_local_count, "fFiiii", 6);
	b->all_local_count += 6;
	write_locals(b, parameters);
}

static void write_refuel(struct body *b)
{
	output_u32(b->out, 0);
	body_i32(b, PLAN_FUEL);
	body_op_u32(b, WASM_OP_GLOBAL_SET, b->plan->fuel);
	body_op(b, WASM_OP_END);
}

enum { GIANT_BUDGET = 150000 };

static int32_t random_budget(struct random *random)
{
	uint32_t kind = random_below(random, 2000);
	if (kind < 1800)
		return 20 + (int32_t)random_below(random, 150);
	if (kind < 1980)
		return (int32_t)random_below(random, 600);
	return kind < 1999 ? 5000 : GIANT_BUDGET;
}

void body_write(struct body *b, const struct plan *plan, uint32_t index, struct output *out)
{
	b->plan = plan;
	b->random = plan->random;
	b->out = out;
	b->type = &plan->types[plan->functions[index].type];
	b->height = 0;
	b->counted_loops = 0;
	b->budget = random_budget(b->random);
	if (index == plan->refuel) {
		write_refuel(b);
		return;
	}
	make_locals(b);
	memset(b->recent, 0, sizeof b->recent);
	b->depth = 1;
	b->labels[0] = (struct body_label){
	    .code = WASM_OP_BLOCK, .parameters = "", .results = b->type->results};
	control_take_fuel(b, 3 + b->all_local_count / 8);
	if (b->budget > GIANT_BUDGET / 2)
		control_giant(b);
	body_steps(b, 10000);
	body_settle(b);
	body_op(b, WASM_OP_END);
}

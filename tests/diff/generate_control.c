#include "body.h"

#include <string.h>

#include "core/port.h"

enum { BLOCK_EMPTY = 0x40 };

/* ---- Fuel ---- */

void control_take_fuel(struct body *b, uint32_t amount)
{
	struct body_label *outermost = &b->labels[0];
	body_op_u32(b, WASM_OP_GLOBAL_GET, b->plan->fuel);
	body_i32(b, (int32_t)amount);
	body_op(b, WASM_OP_I32_SUB);
	body_op_u32(b, WASM_OP_GLOBAL_SET, b->plan->fuel);
	body_op_u32(b, WASM_OP_GLOBAL_GET, b->plan->fuel);
	body_i32(b, 0);
	body_op(b, WASM_OP_I32_LT_S);
	body_op(b, WASM_OP_IF);
	output_byte(b->out, BLOCK_EMPTY);
	if (random_chance(b->random, 5)) {
		body_op(b, WASM_OP_UNREACHABLE);
	} else {
		uint32_t height = b->height;
		for (const char *letter = outermost->results; *letter != '\0'; letter++)
			value_constant(b, *letter);
		b->height = height;
		body_op(b, WASM_OP_RETURN);
	}
	body_op(b, WASM_OP_END);
}

/* ---- Blocks ---- */

static void branch_if(struct body *b, uint32_t depth);

/* A block's type: nothing, one result, or a function type of which no list is too long. */
struct block_type {
	const char *parameters;
	const char *results;
	uint32_t number; /* of the function type, or UINT32_MAX */
};

static struct block_type pick_block_type(struct body *b)
{
	uint32_t kind = random_below(b->random, 100);
	uint32_t number = random_below(b->random, b->plan->type_count);
	const struct plan_type *type = &b->plan->types[number];
	bool is_short = strlen(type->parameters) <= 8 && strlen(type->results) <= 8;
	if (kind >= 60 && (is_short || random_chance(b->random, 5)))
		return (struct block_type){type->parameters, type->results, number};
	if (kind >= 30)
		return (struct block_type){"", body_list(b, plan_letter(b->plan)), UINT32_MAX};
	return (struct block_type){"", "", UINT32_MAX};
}

/* Writes the instruction and opens the block; its parameters are on the stack. */
static void open_block(struct body *b, uint32_t code, struct block_type type, enum loop_kind loop)
{
	body_op(b, code);
	if (type.number != UINT32_MAX)
		output_s64(b->out, type.number);
	else if (type.results[0] != '\0')
		output_byte(b->out, plan_type_byte(type.results[0]));
	else
		output_byte(b->out, BLOCK_EMPTY);
	body_take(b, (uint32_t)strlen(type.parameters));
	bool is_dead = body_is_dead(b);
	b->labels[b->depth++] = (struct body_label){.code = code,
						    .is_dead = is_dead,
						    .is_dead_before = is_dead,
						    .loop = loop,
						    .parameters = type.parameters,
						    .results = type.results,
						    .height = b->height};
	body_push_list(b, type.parameters);
}

static void close_block(struct body *b)
{
	const struct body_label *label = body_label(b, 0);
	body_settle(b);
	bool is_dead = body_is_dead(b) && !label->is_branched;
	if (label->code == WASM_OP_IF)
		is_dead = is_dead && label->is_dead_before;
	body_op(b, WASM_OP_END);
	b->height = label->height;
	b->depth--;
	body_push_list(b, label->results);
	body_label(b, 0)->is_dead |= is_dead;
}

static bool is_too_deep(const struct body *b)
{
	return b->depth >= BODY_DEPTH_MAX - 1 || b->height > BODY_HEIGHT_MAX - 3000 ||
	       b->budget <= 0;
}

static void contents(struct body *b)
{
	body_steps(b, 1 + random_below(b->random, 12));
}

void control_block(struct body *b)
{
	if (is_too_deep(b))
		return;
	struct block_type type = pick_block_type(b);
	body_need(b, type.parameters);
	open_block(b, WASM_OP_BLOCK, type, LOOP_NONE);
	contents(b);
	close_block(b);
}

void control_if(struct body *b)
{
	if (is_too_deep(b))
		return;
	struct block_type type = pick_block_type(b);
	bool may_lack_else = strcmp(type.parameters, type.results) == 0;
	char operands[PLAN_LIST_MAX + 2];
	strcpy(operands, type.parameters);
	strcat(operands, "i");
	body_need(b, operands);
	body_take(b, 1);
	open_block(b, WASM_OP_IF, type, LOOP_NONE);
	contents(b);
	if (!may_lack_else || random_chance(b->random, 60)) {
		struct body_label *label = body_label(b, 0);
		body_settle(b);
		label->is_branched |= !body_is_dead(b);
		label->code = WASM_OP_ELSE;
		body_op(b, WASM_OP_ELSE);
		b->height = label->height;
		label->is_unreachable = false;
		label->is_dead = label->is_dead_before;
		body_push_list(b, type.parameters);
		contents(b);
	}
	close_block(b);
}

/* Many blocks at once, so that branches lead far. */
void control_deep(struct body *b)
{
	uint32_t first = b->depth;
	for (uint32_t i = random_below(b->random, 150); i > 0 && !is_too_deep(b); i--) {
		struct block_type type = {"", "", UINT32_MAX};
		if (random_chance(b->random, 30))
			type.results = body_list(b, plan_letter(b->plan));
		open_block(b, WASM_OP_BLOCK, type, LOOP_NONE);
	}
	contents(b);
	while (b->depth > first)
		close_block(b);
}

/* ---- Loops ---- */

/* How a loop counts: its own locals go from `start` by `step` until they are `end`. */
struct count {
	uint32_t counter; /* a local; the one behind it holds the end, too */
	int32_t start, step, end;
};

static struct count pick_count(struct body *b)
{
	int32_t times = 1 + (int32_t)random_below(b->random, 5);
	struct count count = {.counter = b->counters + 2 * b->counted_loops};
	if (random_chance(b->random, 40)) {
		count.start = times;
		count.step = -1;
		return count;
	}
	count.start = value_random_i32(b->random);
	do
		count.step = value_random_i32(b->random);
	while (count.step == 0);
	count.end = (int32_t)((uint32_t)count.start + (uint32_t)count.step * (uint32_t)times);
	return count;
}

static void emit_set(struct body *b, uint32_t local, int32_t value)
{
	body_i32(b, value);
	body_op_u32(b, WASM_OP_LOCAL_SET, local);
}

static void emit_step(struct body *b, const struct count *count)
{
	body_op_u32(b, WASM_OP_LOCAL_GET, count->counter);
	bool is_difference = random_chance(b->random, 20);
	body_i32(b, is_difference ? (int32_t)-(uint32_t)count->step : count->step);
	body_op(b, is_difference ? WASM_OP_I32_SUB : WASM_OP_I32_ADD);
	if (random_chance(b->random, 70)) {
		body_op_u32(b, WASM_OP_LOCAL_TEE, count->counter);
		return;
	}
	body_op_u32(b, WASM_OP_LOCAL_SET, count->counter);
	body_op_u32(b, WASM_OP_LOCAL_GET, count->counter);
}

/* Pushes whether the loop goes on, knowing that the end will be met. */
static void emit_is_unfinished(struct body *b, const struct count *count)
{
	bool can_overflow = count->start < -100000 || count->start > 100000 ||
			    count->step < -100000 || count->step > 100000;
	uint32_t compare = WASM_OP_I32_NE;
	if (count->end == 0 && random_chance(b->random, 50)) {
		if (random_chance(b->random, 30)) {
			body_op(b, WASM_OP_I32_EQZ);
			body_op(b, WASM_OP_I32_EQZ);
		}
		return;
	}
	if (!can_overflow && random_chance(b->random, 60))
		compare = count->step > 0 ? WASM_OP_I32_LT_S : WASM_OP_I32_GT_S;
	if (random_chance(b->random, 30))
		body_op_u32(b, WASM_OP_LOCAL_GET, count->counter + 1);
	else
		body_i32(b, count->end);
	body_op(b, compare);
}

static void counted_loop(struct body *b, struct block_type type)
{
	struct count count = pick_count(b);
	b->counted_loops++;
	emit_set(b, count.counter, count.start);
	emit_set(b, count.counter + 1, count.end);
	open_block(b, WASM_OP_LOOP, type, LOOP_COUNTED);
	contents(b);
	if (!body_label(b, 0)->is_unreachable) {
		body_need(b, type.parameters);
		emit_step(b, &count);
		emit_is_unfinished(b, &count);
		body_op_u32(b, WASM_OP_BR_IF, 0);
	}
	close_block(b);
	b->counted_loops--;
}

static void fuelled_loop(struct body *b, struct block_type type, enum loop_kind kind)
{
	open_block(b, WASM_OP_LOOP, type, kind);
	if (kind == LOOP_FUELLED)
		control_take_fuel(b, 1);
	contents(b);
	if (random_chance(b->random, 70))
		branch_if(b, 0);
	close_block(b);
}

void control_loop(struct body *b)
{
	if (is_too_deep(b))
		return;
	struct block_type type = pick_block_type(b);
	body_need(b, type.parameters);
	if (b->counted_loops < 2 && random_chance(b->random, 50))
		counted_loop(b, type);
	else
		fuelled_loop(b, type, random_chance(b->random, 50) ? LOOP_FUELLED : LOOP_FREE);
}

void control_giant(struct body *b)
{
	struct block_type type = pick_block_type(b);
	body_need(b, type.parameters);
	open_block(b, WASM_OP_BLOCK, type, LOOP_NONE);
	open_block(b, WASM_OP_LOOP, (struct block_type){"", "", UINT32_MAX}, LOOP_FUELLED);
	control_take_fuel(b, PLAN_FUEL / 4);
	while (b->budget > 0) {
		/* Its end can be reached, whatever happens inside. */
		open_block(b, WASM_OP_BLOCK, (struct block_type){"", "", UINT32_MAX}, LOOP_NONE);
		branch_if(b, 0);
		contents(b);
		close_block(b);
		while (body_available(b) > 40)
			value_sink(b);
	}
	if (random_chance(b->random, 70))
		branch_if(b, 0);
	close_block(b);
	close_block(b);
}

/* ---- Branches ---- */

static const char *label_list(const struct body_label *label)
{
	return label->code == WASM_OP_LOOP ? label->parameters : label->results;
}

static uint32_t pick_label(struct body *b)
{
	uint32_t near = b->depth < 4 ? b->depth : 4;
	return random_below(b->random, random_chance(b->random, 70) ? near : b->depth);
}

/* Before the operands of a branch are made; false where there must be no branch. */
static bool prepare_branch(struct body *b, uint32_t depth)
{
	if (body_label(b, depth)->loop == LOOP_COUNTED)
		return false;
	if (body_label(b, depth)->loop == LOOP_FREE)
		control_take_fuel(b, 1);
	return true;
}

static void branch_if(struct body *b, uint32_t depth)
{
	const char *list = label_list(body_label(b, depth));
	char operands[PLAN_LIST_MAX + 2];
	if (!prepare_branch(b, depth))
		return;
	strcpy(operands, list);
	strcat(operands, "i");
	body_need(b, operands);
	body_branch(b, depth);
	body_op_u32(b, WASM_OP_BR_IF, depth);
	body_take(b, (uint32_t)strlen(operands));
	body_push_list(b, list);
}

void control_branch_if(struct body *b)
{
	branch_if(b, pick_label(b));
}

void control_branch(struct body *b)
{
	uint32_t depth = pick_label(b);
	if (b->depth == 1 || !prepare_branch(b, depth))
		return;
	body_need(b, label_list(body_label(b, depth)));
	body_branch(b, depth);
	body_op_u32(b, WASM_OP_BR, depth);
	body_cut(b);
}

/* Labels that take the same and may be branched to at any time. */
static uint32_t find_equal_labels(struct body *b, uint32_t depth, uint32_t *found)
{
	const char *list = label_list(body_label(b, depth));
	uint32_t count = 0;
	for (uint32_t i = 0; i < b->depth; i++) {
		const struct body_label *label = body_label(b, i);
		if (label->loop != LOOP_COUNTED && label->loop != LOOP_FREE &&
		    strcmp(label_list(label), list) == 0)
			found[count++] = i;
	}
	return count;
}

void control_branch_table(struct body *b)
{
	static uint32_t found[BODY_DEPTH_MAX];
	uint32_t depth = pick_label(b);
	uint32_t count = find_equal_labels(b, depth, found);
	if (b->depth == 1 || count == 0)
		return;
	char operands[PLAN_LIST_MAX + 2];
	strcpy(operands, label_list(body_label(b, depth)));
	strcat(operands, "i");
	body_need(b, operands);
	uint32_t entries = random_below(b->random, random_chance(b->random, 95) ? 8 : 1000);
	if (random_chance(b->random, 70)) {
		body_i32(b, (int32_t)entries + 1);
		body_op(b, WASM_OP_I32_REM_U);
	}
	body_op_u32(b, WASM_OP_BR_TABLE, entries);
	for (uint32_t i = 0; i <= entries; i++) {
		uint32_t label = found[random_below(b->random, count)];
		body_branch(b, label);
		output_u32(b->out, label);
	}
	body_cut(b);
}

void control_return(struct body *b)
{
	if (b->depth == 1)
		return;
	body_need(b, b->labels[0].results);
	body_op(b, WASM_OP_RETURN);
	body_cut(b);
}

void control_unreachable(struct body *b)
{
	if (b->depth == 1)
		return;
	body_op(b, WASM_OP_UNREACHABLE);
	body_cut(b);
}

/* ---- Calls ---- */

static bool is_too_large(struct body *b, const struct plan_type *type)
{
	if (b->height > BODY_HEIGHT_MAX - 3000)
		return true;
	return strlen(type->parameters) + strlen(type->results) > 30 &&
	       !random_chance(b->random, 10);
}

void control_call(struct body *b)
{
	uint32_t function = random_below(b->random, b->plan->refuel);
	const struct plan_type *type = &b->plan->types[b->plan->functions[function].type];
	if (is_too_large(b, type))
		return;
	body_need(b, type->parameters);
	body_op_u32(b, WASM_OP_CALL, function);
	body_take(b, (uint32_t)strlen(type->parameters));
	body_push_list(b, type->results);
}

/* A function that an active segment put into a table, and where. */
struct placed {
	uint32_t table;
	uint32_t entry;
	uint32_t type;
};

/* False where there is none in any table. */
static bool pick_placed(struct body *b, struct placed *out)
{
	const struct plan *plan = b->plan;
	uint32_t first = random_below(b->random, PLAN_SEGMENTS_MAX);
	for (uint32_t i = 0; i < plan->element_count; i++) {
		const struct plan_elements *segment =
		    &plan->elements[(first + i) % plan->element_count];
		if ((segment->flags & 1) != 0 || segment->count == 0)
			continue;
		uint32_t item = random_below(b->random, segment->count);
		if (segment->items[item] == UINT32_MAX)
			continue;
		*out = (struct placed){segment->table, segment->start + item,
				       plan->functions[segment->items[item]].type};
		return true;
	}
	return false;
}

/* An equal type, perhaps by another number. */
static uint32_t pick_equal_type(struct body *b, uint32_t type)
{
	const struct plan *plan = b->plan;
	for (uint32_t i = 0; i < plan->type_count; i++)
		if (strcmp(plan->types[i].parameters, plan->types[type].parameters) == 0 &&
		    strcmp(plan->types[i].results, plan->types[type].results) == 0 &&
		    random_chance(b->random, 30))
			return i;
	return type;
}

/* Of a right type and entry, as long as nobody writes to the table; seldom of just any. */
void control_call_indirect(struct body *b)
{
	struct placed call;
	bool is_right = pick_placed(b, &call) && !random_chance(b->random, 3);
	if (!is_right) {
		call.table = bulk_pick_table(b, 'c');
		call.type = random_below(b->random, b->plan->type_count);
		if (call.table == UINT32_MAX || !random_chance(b->random, 5))
			return;
	}
	uint32_t number = pick_equal_type(b, call.type);
	const struct plan_type *type = &b->plan->types[number];
	if (is_too_large(b, type))
		return;
	body_need(b, type->parameters);
	if (is_right) {
		body_i32(b, (int32_t)call.entry);
		body_push(b, 'i', true);
	} else {
		bulk_entry(b, call.table);
	}
	body_op_u32(b, WASM_OP_CALL_INDIRECT, number);
	output_u32(b->out, call.table);
	body_take(b, (uint32_t)strlen(type->parameters) + 1);
	body_push_list(b, type->results);
}

/*
 * Blocks and branches. Where several ways meet, operands are in their own slots: those that a
 * branch carries are moved down to the slots that they have at the label. Operands below a block
 * that are locals are settled when it opens, because what overwrites the local inside may lie on
 * one of two ways only; constants may stay constants.
 */
#include "translate.h"

/* So many values a branch moves one by one; more are settled and moved as a range, so that the code
 * stays in proportion to the source. */
enum { SINGLE_MOVES_MAX = 3 };

/* Where a branch to the label puts its values, and how many. */
static uint32_t label_arity(const struct label *label)
{
	return label->code == WASM_OP_LOOP ? label->parameter_count : label->result_count;
}

static bool needs_moves(const struct translator *t, const struct label *label)
{
	uint32_t count = label_arity(label);
	return count > 0 && label->height + count != translate_height(t);
}

/* Moves the topmost values, which stay on the symbolic stack, to where the label wants them. */
static void move_values(struct translator *t, const struct label *label)
{
	uint32_t count = label_arity(label);
	uint32_t first = translate_height(t) - count;
	if (count > SINGLE_MOVES_MAX) {
		translate_emit(t, word_abc(WASM_OPERATOR(FORM_COPY_RANGE, VARIANT_S),
					   translate_operand_slot(t, label->height),
					   translate_operand_slot(t, first), count));
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		translate_move(t, translate_operand_slot(t, label->height + i), first + i);
}

/* Must be called before the branch whose values may have to be moved as a range. */
static void prepare_values(struct translator *t, const struct label *label)
{
	uint32_t count = label_arity(label);
	if (count > SINGLE_MOVES_MAX || !needs_moves(t, label))
		translate_settle(t, count);
}

/* The word at `word` jumps to the label. */
static void aim(struct translator *t, struct label *label, uint32_t word, bool is_short)
{
	if (label->code == WASM_OP_LOOP)
		translate_set_distance(t, word, is_short, label->start);
	else
		translate_add_jump(t, &label->jumps, word, is_short);
}

static uint32_t emit_jump(struct translator *t)
{
	return translate_emit(t, word_index(WASM_OPERATOR(FORM_JUMP, VARIANT_S), 0, 0));
}

/* ---- Blocks ---- */

static void block_counts(const struct translator *t, int64_t block, struct label *label)
{
	if (block >= 0) {
		const struct wasm_function_type *type = &t->module->types[block];
		label->parameter_count = type->parameter_count;
		label->result_count = type->result_count;
	} else if (block != WASM_BLOCK_EMPTY) {
		label->result_count = 1;
	}
}

void translate_open(struct translator *t, const struct wasm_instruction *instruction)
{
	if (!growable_reserve(&t->labels, 1)) {
		translate_fail(t, STATUS_NO_MEMORY, "out of memory");
		return;
	}
	struct label label = {.code = instruction->code};
	block_counts(t, instruction->block, &label);
	struct condition condition;
	if (instruction->code == WASM_OP_IF)
		condition = translate_condition(t);
	translate_settle(t, label.parameter_count);
	translate_settle_locals(t);
	label.height = translate_height(t) - label.parameter_count;
	if (instruction->code == WASM_OP_IF)
		translate_add_jump(t, &label.else_jump,
				   translate_emit_condition(t, &condition, false),
				   !t->has_long_branches);
	if (instruction->code == WASM_OP_LOOP) {
		translate_forget(t);
		label.start = t->words.count;
	}
	((struct label *)t->labels.items)[t->labels.count++] = label;
}

/* The operands at a place where several ways meet: `count` in their own slots above the label's. */
static void meet(struct translator *t, const struct label *label, uint32_t count)
{
	translate_pop(t, translate_height(t) - label->height);
	translate_push_slots(t, count);
}

void translate_else(struct translator *t)
{
	struct label *label = translate_label(t, 0);
	if (t->is_reachable) {
		translate_settle(t, label->result_count);
		translate_add_jump(t, &label->jumps, emit_jump(t), false);
	}
	label->code = WASM_OP_ELSE;
	translate_bind(t, &label->else_jump);
	meet(t, label, label->parameter_count);
	t->is_reachable = true;
}

/* The end of the body: falling off it, and branches to it, return. */
static void end_function(struct translator *t, struct label *label)
{
	if (label->jumps != 0) {
		if (t->is_reachable) {
			prepare_values(t, label);
			move_values(t, label);
		}
		translate_bind(t, &label->jumps);
		meet(t, label, label->result_count);
		t->is_reachable = true;
	}
	if (t->is_reachable && t->status == STATUS_OK)
		translate_return(t);
}

void translate_end(struct translator *t)
{
	struct label *label = translate_label(t, 0);
	if (t->labels.count == 1) {
		end_function(t, label);
	} else if (label->jumps != 0 || label->else_jump != 0) {
		if (t->is_reachable)
			translate_settle(t, label->result_count);
		translate_bind(t, &label->jumps);
		translate_bind(t, &label->else_jump);
		meet(t, label, label->result_count);
		t->is_reachable = true;
	} else if (!t->is_reachable) {
		meet(t, label, 0);
	}
	t->labels.count--;
}

/* ---- Branches ---- */

void translate_branch(struct translator *t, uint32_t depth)
{
	struct label *label = translate_label(t, depth);
	if (depth + 1 == t->labels.count) {
		translate_return(t);
		return;
	}
	prepare_values(t, label);
	if (needs_moves(t, label))
		move_values(t, label);
	aim(t, label, emit_jump(t), false);
	t->is_reachable = false;
}

void translate_branch_if(struct translator *t, uint32_t depth)
{
	struct label *label = translate_label(t, depth);
	struct condition condition = translate_condition(t);
	prepare_values(t, label);
	if (!needs_moves(t, label)) {
		aim(t, label, translate_emit_condition(t, &condition, true), !t->has_long_branches);
		return;
	}
	uint32_t past = 0;
	translate_add_jump(t, &past, translate_emit_condition(t, &condition, false),
			   !t->has_long_branches);
	move_values(t, label);
	aim(t, label, emit_jump(t), false);
	translate_bind(t, &past);
}

/* Entries that lead to labels where values must be moved go by way of code behind the table. */
static void table_entry(struct translator *t, uint32_t depth)
{
	struct label *label = translate_label(t, depth);
	uint32_t word = translate_emit_more(t, word_bits(0));
	if (needs_moves(t, label))
		translate_add_jump(t, &label->table_jumps, word, false);
	else
		aim(t, label, word, false);
}

static void table_moves(struct translator *t, uint32_t depth)
{
	struct label *label = translate_label(t, depth);
	if (label->table_jumps == 0)
		return;
	translate_bind(t, &label->table_jumps);
	move_values(t, label);
	aim(t, label, emit_jump(t), false);
}

void translate_branch_table(struct translator *t, const struct wasm_instruction *instruction)
{
	uint16_t choice = translate_use(t, translate_height(t) - 1);
	translate_pop(t, 1);
	struct bytes list = instruction->list;
	/* All labels want the same number of values; once they are settled each way can move them.
	 */
	translate_settle(t, label_arity(translate_label(t, bytes_leb_u32(&list))));
	translate_emit(
	    t, word_index(WASM_OPERATOR(FORM_JUMP_TABLE, VARIANT_S), choice, instruction->index));
	list = instruction->list;
	for (uint64_t i = 0; i <= instruction->index && t->status == STATUS_OK; i++)
		table_entry(t, bytes_leb_u32(&list));
	list = instruction->list;
	for (uint64_t i = 0; i <= instruction->index && t->status == STATUS_OK; i++)
		table_moves(t, bytes_leb_u32(&list));
	t->is_reachable = false;
}

void translate_return(struct translator *t)
{
	uint32_t count = t->type->result_count;
	uint32_t record = t->type->parameter_count;
	uint32_t first = translate_height(t) - count;
	if (count == 0) {
		translate_emit(t, word_abc(WASM_OPERATOR(FORM_RETURN, VARIANT_S), 0, record, 0));
	} else if (count == 1) {
		uint16_t slot = translate_use(t, first);
		bool is_newest = t->newest[NEWEST_INTEGER] == slot;
		translate_emit(
		    t, word_abc(WASM_OPERATOR(FORM_RETURN_VALUE, is_newest ? VARIANT_R : VARIANT_S),
				slot, record, 0));
	} else {
		translate_settle(t, count);
		translate_emit(t, word_abc(WASM_OPERATOR(FORM_RETURN_VALUES, VARIANT_S),
					   translate_operand_slot(t, first), record, count));
	}
	t->is_reachable = false;
}

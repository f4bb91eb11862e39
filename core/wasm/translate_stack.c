#include "translate.h"

uint16_t translate_local_slot(const struct translator *t, uint32_t local)
{
	uint32_t slot = local;
	if (local >= t->type->parameter_count)
		slot += FRAME_RECORD_SLOTS;
	return (uint16_t)slot;
}

uint16_t translate_operand_slot(const struct translator *t, uint32_t index)
{
	return (uint16_t)(t->operands_start + index);
}

static uint32_t *local_head(struct translator *t, uint32_t local)
{
	return &((uint32_t *)t->local_heads.items)[local];
}

static struct operand *push(struct translator *t, enum operand_kind kind)
{
	uint32_t height = translate_height(t);
	if (!growable_reserve(&t->operands, 1)) {
		translate_fail(t, STATUS_NO_MEMORY, "out of memory");
		return &t->nowhere;
	}
	t->operands.count++;
	if (t->height_max <= height)
		t->height_max = height + 1;
	struct operand *operand = translate_operand(t, height);
	operand->kind = kind;
	return operand;
}

void translate_push_slots(struct translator *t, uint32_t count)
{
	for (uint32_t i = 0; i < count && t->status == STATUS_OK; i++)
		push(t, OPERAND_SLOT);
}

void translate_push_local(struct translator *t, uint32_t local)
{
	struct operand *operand = push(t, OPERAND_LOCAL);
	if (t->status != STATUS_OK)
		return;
	operand->local = local;
	operand->addend = 0;
	operand->previous = *local_head(t, local);
	*local_head(t, local) = translate_height(t);
}

void translate_push_constant(struct translator *t, uint64_t bits)
{
	push(t, OPERAND_CONSTANT)->bits = bits;
}

void translate_pop(struct translator *t, uint32_t count)
{
	for (uint32_t i = 0; i < count && translate_height(t) > 0; i++) {
		const struct operand *operand = translate_operand(t, --t->operands.count);
		if (operand->kind == OPERAND_LOCAL)
			*local_head(t, operand->local) = operand->previous;
	}
	if (t->clean_height > translate_height(t))
		t->clean_height = translate_height(t);
}

/* Takes an operand out of the list of its local. Higher ones of the same local are few, since
 * operands are settled from the top down. */
static void unlink_local(struct translator *t, uint32_t index)
{
	const struct operand *operand = translate_operand(t, index);
	uint32_t *link = local_head(t, operand->local);
	while (*link != index + 1)
		link = &translate_operand(t, *link - 1)->previous;
	*link = operand->previous;
}

static void emit_constant(struct translator *t, uint16_t slot, uint64_t bits)
{
	if ((int64_t)bits == (int32_t)bits)
		translate_emit_result(
		    t, word_index(WASM_OPERATOR(FORM_CONSTANT, VARIANT_S), slot, (uint32_t)bits),
		    NULL, NEWEST_INTEGER);
	else
		translate_emit_result(
		    t, word_index(WASM_OPERATOR(FORM_CONSTANT_WIDE, VARIANT_S), slot, 0), &bits,
		    NEWEST_INTEGER);
}

/* Two copies in a row are one instruction, unless the second has its value in a register. */
static void emit_copy(struct translator *t, uint16_t to, uint16_t from)
{
	union wasm_word *last = translate_last(t, true);
	if (last != NULL && last->operation == WASM_OPERATOR(FORM_COPY, VARIANT_S)) {
		last->operation = WASM_OPERATOR(FORM_COPY_TWO, VARIANT_S);
		t->steps[t->step_count - 1].has_result = false;
		translate_emit_more(t, word_abc(0, to, from, 0));
		for (int i = 0; i < NEWEST_COUNT; i++)
			if (t->newest[i] == to || i == NEWEST_INTEGER)
				t->newest[i] = i == NEWEST_INTEGER ? to : TRANSLATE_NONE;
		return;
	}
	bool is_newest = t->newest[NEWEST_INTEGER] == from;
	translate_emit_result(
	    t, word_abc(WASM_OPERATOR(FORM_COPY, is_newest ? VARIANT_R : VARIANT_S), to, from, 0),
	    NULL, NEWEST_INTEGER);
}

/* A local and what is to be added to it. */
static void emit_sum(struct translator *t, uint16_t to, uint16_t from, uint32_t addend)
{
	bool is_newest = t->newest[NEWEST_INTEGER] == from;
	uint64_t bits = addend;
	if ((int32_t)addend == (int16_t)addend)
		translate_emit_result(
		    t,
		    word_abc(WASM_OPERATOR(FORM_I32_ADD, is_newest ? VARIANT_RI : VARIANT_SI), to,
			     from, addend),
		    NULL, NEWEST_INTEGER);
	else
		translate_emit_result(
		    t,
		    word_abc(WASM_OPERATOR(FORM_I32_ADD, is_newest ? VARIANT_RK : VARIANT_SK), to,
			     from, 0),
		    &bits, NEWEST_INTEGER);
}

/* `index` is where the operand stands or stood. */
static void emit_operand(struct translator *t, uint16_t to, const struct operand *operand,
			 uint32_t index)
{
	switch (operand->kind) {
	case OPERAND_SLOT:
		if (translate_operand_slot(t, index) != to)
			emit_copy(t, to, translate_operand_slot(t, index));
		return;
	case OPERAND_LOCAL:
		if (operand->addend == 0)
			emit_copy(t, to, translate_local_slot(t, operand->local));
		else
			emit_sum(t, to, translate_local_slot(t, operand->local), operand->addend);
		return;
	case OPERAND_CONSTANT:
		emit_constant(t, to, operand->bits);
		return;
	}
}

static void settle(struct translator *t, uint32_t index)
{
	struct operand *operand = translate_operand(t, index);
	if (operand->kind == OPERAND_SLOT)
		return;
	if (operand->kind == OPERAND_LOCAL)
		unlink_local(t, index);
	emit_operand(t, translate_operand_slot(t, index), operand, index);
	operand->kind = OPERAND_SLOT;
}

uint16_t translate_use(struct translator *t, uint32_t index)
{
	const struct operand *operand = translate_operand(t, index);
	if (operand->kind == OPERAND_LOCAL && operand->addend == 0)
		return translate_local_slot(t, operand->local);
	settle(t, index);
	return translate_operand_slot(t, index);
}

void translate_move(struct translator *t, uint16_t to, uint32_t index)
{
	emit_operand(t, to, translate_operand(t, index), index);
}

void translate_settle(struct translator *t, uint32_t count)
{
	uint32_t height = translate_height(t);
	for (uint32_t i = 0; i < count && i < height && t->status == STATUS_OK; i++)
		settle(t, height - 1 - i);
}

void translate_settle_locals(struct translator *t)
{
	for (uint32_t i = translate_height(t); i-- > t->clean_height && t->status == STATUS_OK;)
		if (translate_operand(t, i)->kind == OPERAND_LOCAL)
			settle(t, i);
	t->clean_height = translate_height(t);
}

/* If the last instruction has made the operand in slot `own`, lets it write to `slot` instead. */
static bool redirect(struct translator *t, uint16_t own, uint16_t slot)
{
	union wasm_word *maker = translate_last(t, true);
	if (maker == NULL || maker->a != own)
		return false;
	maker->a = slot;
	for (int i = 0; i < NEWEST_COUNT; i++) {
		if (t->newest[i] == slot)
			t->newest[i] = TRANSLATE_NONE;
		else if (t->newest[i] == own)
			t->newest[i] = slot;
	}
	return true;
}

void translate_set_local(struct translator *t, uint32_t local, bool is_kept)
{
	uint32_t top = translate_height(t) - 1;
	struct operand value = *translate_operand(t, top);
	uint16_t slot = translate_local_slot(t, local);
	translate_pop(t, 1);
	if (value.kind != OPERAND_LOCAL || value.local != local || value.addend != 0) {
		bool is_read = *local_head(t, local) != 0;
		while (*local_head(t, local) != 0 && t->status == STATUS_OK)
			settle(t, *local_head(t, local) - 1);
		if (value.kind != OPERAND_SLOT || is_read ||
		    !redirect(t, translate_operand_slot(t, top), slot))
			emit_operand(t, slot, &value, top);
	}
	if (is_kept && value.kind == OPERAND_CONSTANT)
		translate_push_constant(t, value.bits);
	else if (is_kept)
		translate_push_local(t, local);
}

void translate_push_result(struct translator *t, uint32_t count, union wasm_word word,
			   const uint64_t *extra, enum newest_register kind)
{
	translate_pop(t, count);
	translate_push_slots(t, 1);
	word.a = translate_operand_slot(t, translate_height(t) - 1);
	translate_emit_result(t, word, extra, kind);
}

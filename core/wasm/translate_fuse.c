/*
 * What several instructions become one by. Each of these functions looks at the last instructions
 * that were emitted; one of them whose result only the instruction in hand needs is taken back, and
 * the instruction in hand does its work as well. The results of operators on the operand stack are
 * needed once, so it is enough that the result is in an operand's slot and not in a local's.
 */
#include "translate.h"

bool translate_is_form(const union wasm_word *word, enum wasm_form form)
{
	return word->operation / VARIANT_COUNT == form;
}

static enum wasm_variant variant_of(const union wasm_word *word)
{
	return word->operation % VARIANT_COUNT;
}

/* The last instruction, if its result is in this slot of an operand. */
static union wasm_word *maker_of_slot(struct translator *t, uint16_t slot)
{
	union wasm_word *word = translate_last(t, true);
	return word != NULL && word->a == slot && slot >= t->operands_start ? word : NULL;
}

union wasm_word *translate_maker(struct translator *t, uint32_t index)
{
	if (translate_operand(t, index)->kind != OPERAND_SLOT)
		return NULL;
	return maker_of_slot(t, translate_operand_slot(t, index));
}

/* ---- Conditions ---- */

struct branch_row {
	uint16_t branch;
	uint16_t opposite;
	bool has_newest; /* R variants */
};

/* The branches on what a form computes. */
static const struct branch_row branches[FORM_COUNT] = {
    [FORM_I32_AND] = {FORM_BRANCH_I32_AND, FORM_BRANCH_I32_NAND, true},
#define FORM_COMPARE(form, opcode, type, expression, branch, opposite, ss, si, sk)                 \
	[form] = {branch, opposite, true},
#define FORM_FLOAT_COMPARE(form, opcode, type, expression, branch, opposite, ss, sk)               \
	[form] = {branch, opposite, false},
#include "forms.def"
};

/* The step whose last part is a branch of that form; 0 where there is none. */
static const uint16_t step_forms[FORM_COUNT] = {
#define FORM_STEP(form, branch, type, condition, ss, si) [branch] = form,
#include "forms.def"
};

/* Operands that are the newest result are found again when the branch is emitted. */
static enum wasm_variant without_newest(enum wasm_variant variant)
{
	switch (variant) {
	case VARIANT_RS:
		return VARIANT_SS;
	case VARIANT_RI:
		return VARIANT_SI;
	case VARIANT_RK:
		return VARIANT_SK;
	default:
		return variant;
	}
}

/* Reads an instruction that computes 0 or 1, or what counts as such. */
static bool read_comparison(const union wasm_word *word, struct condition *out)
{
	const struct branch_row *row = &branches[word->operation / VARIANT_COUNT];
	if (row->branch == row->opposite)
		return false;
	*out = (struct condition){.form = row->branch,
				  .opposite = row->opposite,
				  .variant = without_newest(variant_of(word)),
				  .has_newest = row->has_newest,
				  .x = word->b,
				  .y = word->c};
	if (out->variant == VARIANT_SK)
		out->bits = word[1].bits;
	return true;
}

static bool is_zero_test(const struct condition *condition)
{
	return (condition->form == FORM_BRANCH_I32_NE || condition->form == FORM_BRANCH_I32_EQ) &&
	       condition->variant == VARIANT_SI && condition->y == 0;
}

struct condition translate_condition(struct translator *t)
{
	struct condition condition = {.form = FORM_BRANCH_I32_NE,
				      .opposite = FORM_BRANCH_I32_EQ,
				      .variant = VARIANT_SI,
				      .has_newest = true,
				      .x = translate_use(t, translate_height(t) - 1)};
	while (is_zero_test(&condition) && !t->has_long_branches) {
		const union wasm_word *word = maker_of_slot(t, condition.x);
		struct condition inner;
		if (word == NULL || !read_comparison(word, &inner))
			break;
		if (condition.form == FORM_BRANCH_I32_EQ) {
			enum wasm_form form = inner.form;
			inner.form = inner.opposite;
			inner.opposite = form;
		}
		condition = inner;
		translate_take_back(t);
	}
	translate_pop(t, 1);
	return condition;
}

/* A local that counts, and the comparison with its end, are one instruction. */
static bool emit_step(struct translator *t, const struct condition *condition, enum wasm_form form,
		      uint32_t *word)
{
	const union wasm_word *last = translate_last(t, true);
	if (step_forms[form] == 0 || last == NULL || !translate_is_form(last, FORM_I32_ADD) ||
	    without_newest(variant_of(last)) != VARIANT_SI || last->a != condition->x ||
	    last->b != condition->x)
		return false;
	if (condition->variant == VARIANT_SS && condition->y == condition->x)
		return false;
	bool is_slot = condition->variant == VARIANT_SS;
	union wasm_word end = word_bits(condition->bits);
	if (condition->variant != VARIANT_SK)
		end = is_slot ? word_abc(0, condition->y, 0, 0)
			      : word_bits((uint64_t)(int64_t)(int16_t)condition->y);
	uint16_t step = last->c;
	translate_take_back(t);
	*word = translate_emit(
	    t, word_abc(WASM_OPERATOR(step_forms[form], is_slot ? VARIANT_SS : VARIANT_SI),
			condition->x, step, 0));
	translate_emit_more(t, end);
	for (int i = 0; i < NEWEST_COUNT; i++)
		if (t->newest[i] == condition->x)
			t->newest[i] = TRANSLATE_NONE;
	t->newest[NEWEST_INTEGER] = condition->x;
	return true;
}

uint32_t translate_emit_condition(struct translator *t, const struct condition *condition,
				  bool sense)
{
	if (t->has_long_branches) {
		enum wasm_form jump = sense ? FORM_JUMP_IF : FORM_JUMP_UNLESS;
		return translate_emit(t,
				      word_index(WASM_OPERATOR(jump, VARIANT_S), condition->x, 0));
	}
	enum wasm_form form = sense ? condition->form : condition->opposite;
	uint32_t word;
	if (emit_step(t, condition, form, &word))
		return word;
	static const enum wasm_variant newest[] = {
	    [VARIANT_SS] = VARIANT_RS, [VARIANT_SI] = VARIANT_RI, [VARIANT_SK] = VARIANT_RK};
	enum wasm_variant variant = condition->variant;
	if (condition->has_newest && t->newest[NEWEST_INTEGER] == condition->x)
		variant = newest[variant];
	word = translate_emit(
	    t, word_abc(WASM_OPERATOR(form, variant), condition->x, condition->y, 0));
	if (condition->variant == VARIANT_SK)
		translate_emit_more(t, word_bits(condition->bits));
	return word;
}

/* ---- Addresses ---- */

struct term {
	uint16_t slot;
	uint32_t shift;
};

/* Replaces a term by what the instruction computes it from, if that is still an address. */
static bool expand(const union wasm_word *word, struct term terms[2], uint32_t *count,
		   struct translate_address *sum)
{
	struct term *term = word->a == terms[0].slot ? &terms[0] : &terms[1];
	enum wasm_variant variant = without_newest(variant_of(word));
	if (translate_is_form(word, FORM_I32_SHL) && variant == VARIANT_SI) {
		uint32_t shift = term->shift + (word->c & 31);
		if (shift > 31 || (*count == 2 && terms[0].shift + terms[1].shift > term->shift))
			return false;
		*term = (struct term){word->b, shift};
		return true;
	}
	if (!translate_is_form(word, FORM_I32_ADD))
		return false;
	if (variant != VARIANT_SS) {
		uint32_t addend =
		    variant == VARIANT_SI ? (uint32_t)(int16_t)word->c : (uint32_t)word[1].bits;
		sum->addend += addend << term->shift;
		term->slot = word->b;
		return true;
	}
	if (*count == 2 || term->shift != 0)
		return false;
	terms[0] = (struct term){word->b, 0};
	terms[1] = (struct term){word->c, 0};
	*count = 2;
	return true;
}

/* The terms in their roles: only an index is shifted. */
static void assign(const struct term terms[2], uint32_t count, struct translate_address *out)
{
	uint32_t index = terms[0].shift > 0 ? 0 : 1;
	out->has_index = index < count;
	if (out->has_index) {
		out->index = terms[index].slot;
		out->shift = (uint16_t)terms[index].shift;
	}
	out->has_base = 1 - index < count;
	if (out->has_base)
		out->base = terms[1 - index].slot;
}

bool translate_address(struct translator *t, uint32_t index, struct translate_address *out)
{
	const struct operand *operand = translate_operand(t, index);
	*out = (struct translate_address){0};
	if (operand->kind == OPERAND_LOCAL) {
		out->has_base = true;
		out->base = translate_local_slot(t, operand->local);
		out->addend = operand->addend;
		return operand->addend != 0;
	}
	if (operand->kind != OPERAND_SLOT)
		return false;
	struct term terms[2] = {{translate_operand_slot(t, index), 0}};
	uint32_t count = 1;
	bool is_any = false;
	for (;;) {
		const union wasm_word *word = maker_of_slot(t, terms[0].slot);
		if (word == NULL && count == 2)
			word = maker_of_slot(t, terms[1].slot);
		if (word == NULL || !expand(word, terms, &count, out))
			break;
		translate_take_back(t);
		is_any = true;
	}
	assign(terms, count, out);
	return is_any;
}

/* ---- Products ---- */

struct multiply_row {
	uint16_t form;
	uint16_t product;
	uint16_t sum;
};

static const struct multiply_row multiplies[] = {
#define FORM_MULTIPLY(form, product, sum, type, expression, ss, rs) {form, product, sum},
#include "forms.def"
};

/* Is that a product of two slots? */
static bool is_product(const union wasm_word *word, enum wasm_form form)
{
	return word != NULL && translate_is_form(word, form) &&
	       without_newest(variant_of(word)) == VARIANT_SS;
}

static void emit_multiply(struct translator *t, const struct multiply_row *row, uint16_t z,
			  enum newest_register kind)
{
	union wasm_word word = *translate_last(t, true);
	translate_take_back(t);
	enum wasm_variant variant = VARIANT_SS;
	if (t->newest[kind] == word.c) {
		word.c = word.b;
		word.b = (uint16_t)t->newest[kind];
	}
	if (t->newest[kind] == word.b)
		variant = VARIANT_RS;
	union wasm_word more = word_abc(0, z, 0, 0);
	translate_push_result(t, 2, word_abc(WASM_OPERATOR(row->form, variant), 0, word.b, word.c),
			      &more.bits, kind);
}

/* Operands that emit nothing when they are used. */
static bool is_in_place(struct translator *t, uint32_t index)
{
	const struct operand *operand = translate_operand(t, index);
	return operand->kind == OPERAND_SLOT ||
	       (operand->kind == OPERAND_LOCAL && operand->addend == 0);
}

bool translate_multiply(struct translator *t, enum wasm_form form, bool is_commutative,
			enum newest_register kind)
{
	uint32_t right = translate_height(t) - 1;
	uint32_t left = right - 1;
	for (size_t i = 0; i < sizeof multiplies / sizeof multiplies[0]; i++) {
		const struct multiply_row *row = &multiplies[i];
		if (row->sum != form)
			continue;
		if (is_product(translate_maker(t, right), row->product) && is_in_place(t, left)) {
			emit_multiply(t, row, translate_use(t, left), kind);
			return true;
		}
		if (is_commutative && is_product(translate_maker(t, left), row->product) &&
		    is_in_place(t, right)) {
			emit_multiply(t, row, translate_use(t, right), kind);
			return true;
		}
	}
	return false;
}

/*
 * Operators that compute, loads and stores. What there is, and in which variants, is read from
 * forms.def; the choice among the variants is made here.
 */
#include "translate.h"

#define ROW(code)    WASM_OPCODE_ROW(code)
#define HAS(variant) (1u << (variant))

enum shape {
	SHAPE_NONE,
	SHAPE_UNARY,
	SHAPE_BINARY,
	SHAPE_LOAD,
	SHAPE_STORE,
	SHAPE_ATOMIC, /* an address and up to two operands, a result */
	SHAPE_ATOMIC_STORE
};

struct operator_row {
	uint16_t form;
	uint8_t shape;
	uint8_t variants; /* bits */
	bool is_commutative;
	bool can_trap;
};

enum {
	COMMUTATIVE_VARIANTS = HAS(VARIANT_SS) | HAS(VARIANT_RS) | HAS(VARIANT_SI) |
			       HAS(VARIANT_RI) | HAS(VARIANT_SK) | HAS(VARIANT_RK),
	BINARY_VARIANTS =
	    HAS(VARIANT_SS) | HAS(VARIANT_RS) | HAS(VARIANT_SR) | HAS(VARIANT_SI) | HAS(VARIANT_RI),
	FLOAT_COMMUTATIVE_VARIANTS =
	    HAS(VARIANT_SS) | HAS(VARIANT_RS) | HAS(VARIANT_SK) | HAS(VARIANT_RK),
	FLOAT_BINARY_VARIANTS =
	    HAS(VARIANT_SS) | HAS(VARIANT_RS) | HAS(VARIANT_SR) | HAS(VARIANT_SK) | HAS(VARIANT_RK),
	SLOTS_OR_SHORT = HAS(VARIANT_SS) | HAS(VARIANT_SI),
	SLOT_OR_NEWEST = HAS(VARIANT_S) | HAS(VARIANT_R)
};

static const struct operator_row operators[WASM_OPCODE_ROWS] = {
#define FORM_COMMUTATIVE(form, opcode, type, expression, ss, rs, si, ri, sk, rk)                   \
	[ROW(opcode)] = {form, SHAPE_BINARY, COMMUTATIVE_VARIANTS, true, false},
#define FORM_BINARY(form, opcode, type, expression, ss, rs, sr, si, ri)                            \
	[ROW(opcode)] = {form, SHAPE_BINARY, BINARY_VARIANTS, false, false},
#define FORM_FLOAT_COMMUTATIVE(form, opcode, type, expression, ss, rs, sk, rk)                     \
	[ROW(opcode)] = {form, SHAPE_BINARY, FLOAT_COMMUTATIVE_VARIANTS, true, false},
#define FORM_FLOAT_BINARY(form, opcode, type, expression, ss, rs, sr, sk, rk)                      \
	[ROW(opcode)] = {form, SHAPE_BINARY, FLOAT_BINARY_VARIANTS, false, false},
#define FORM_PLAIN(form, opcode, type, expression, ss)                                             \
	[ROW(opcode)] = {form, SHAPE_BINARY, HAS(VARIANT_SS), false, false},
#define FORM_CHECKED(form, opcode, type, check, expression, ss, si)                                \
	[ROW(opcode)] = {form, SHAPE_BINARY, SLOTS_OR_SHORT, false, true},
#define FORM_COMPARE(form, opcode, type, expression, branch, opposite, ss, si, sk)                 \
	[ROW(opcode)] = {form, SHAPE_BINARY, SLOTS_OR_SHORT | HAS(VARIANT_SK), false, false},
#define FORM_FLOAT_COMPARE(form, opcode, type, expression, branch, opposite, ss, sk)               \
	[ROW(opcode)] = {form, SHAPE_BINARY, HAS(VARIANT_SS) | HAS(VARIANT_SK), false, false},
#define FORM_UNARY(form, opcode, type, expression, s, r)                                           \
	[ROW(opcode)] = {form, SHAPE_UNARY, SLOT_OR_NEWEST, false, false},
#define FORM_UNARY_CHECKED(form, opcode, type, check, expression, s)                               \
	[ROW(opcode)] = {form, SHAPE_UNARY, HAS(VARIANT_S), false, true},
#define FORM_LOAD(form, opcode, access, type, s, r, wide, sk, rk, xs, xr, ks, kr)                  \
	[ROW(opcode)] = {form, SHAPE_LOAD, SLOT_OR_NEWEST, false, true},
#define FORM_STORE(form, opcode, access, type, ss, rs, sr, si, wide, sk, xs, ks)                   \
	[ROW(opcode)] = {form, SHAPE_STORE, 0, false, true},
#define FORM_ATOMIC_LOAD(form, opcode, access, type, handler)                                      \
	[ROW(opcode)] = {form, SHAPE_ATOMIC, HAS(VARIANT_S), false, true},
#define FORM_ATOMIC_STORE(form, opcode, access, type, handler)                                     \
	[ROW(opcode)] = {form, SHAPE_ATOMIC_STORE, HAS(VARIANT_S), false, true},
#define FORM_ATOMIC_UPDATE(form, opcode, access, type, update, handler)                            \
	[ROW(opcode)] = {form, SHAPE_ATOMIC, HAS(VARIANT_S), false, true},
#define FORM_ATOMIC_COMPARE(form, opcode, access, type, handler)                                   \
	[ROW(opcode)] = {form, SHAPE_ATOMIC, HAS(VARIANT_S), false, true},
#include "forms.def"
};

/* The kind of a value by its letter in a signature of opcodes.def. */
static enum newest_register kind_of(char letter)
{
	return letter == 'f' ? NEWEST_F32 : letter == 'F' ? NEWEST_F64 : NEWEST_INTEGER;
}

/* The letter of the result in a signature such as "ii:i". */
static char result_letter(const char *signature)
{
	while (*signature != ':')
		signature++;
	return signature[1];
}

/* Does a constant fit into the 16 bits of a word? */
static bool is_short(char letter, uint64_t bits)
{
	if (letter == 'i')
		return (int32_t)bits == (int16_t)bits;
	return (int64_t)bits == (int16_t)bits;
}

static bool is_constant(struct translator *t, uint32_t index)
{
	return translate_operand(t, index)->kind == OPERAND_CONSTANT;
}

static void operate_unary(struct translator *t, const struct operator_row *row,
			  const char *signature)
{
	uint16_t x = translate_use(t, translate_height(t) - 1);
	bool is_newest =
	    (row->variants & HAS(VARIANT_R)) != 0 && t->newest[kind_of(signature[0])] == x;
	enum wasm_variant variant = is_newest ? VARIANT_R : VARIANT_S;
	translate_push_result(t, 1, word_abc(WASM_OPERATOR(row->form, variant), 0, x, 0), NULL,
			      kind_of(result_letter(signature)));
}

/* The second operand is a constant that stands in the code. */
static void operate_constant(struct translator *t, const struct operator_row *row,
			     const char *signature, uint32_t left, uint64_t bits)
{
	bool is_long = (row->variants & HAS(VARIANT_SI)) == 0 || !is_short(signature[0], bits);
	uint16_t x = translate_use(t, left);
	enum wasm_variant newest = is_long ? VARIANT_RK : VARIANT_RI;
	enum wasm_variant variant = is_long ? VARIANT_SK : VARIANT_SI;
	if ((row->variants & HAS(newest)) != 0 && t->newest[kind_of(signature[0])] == x)
		variant = newest;
	union wasm_word word =
	    word_abc(WASM_OPERATOR(row->form, variant), 0, x, is_long ? 0 : (uint16_t)bits);
	translate_push_result(t, 2, word, is_long ? &bits : NULL,
			      kind_of(result_letter(signature)));
}

static void operate_slots(struct translator *t, const struct operator_row *row,
			  const char *signature)
{
	uint32_t height = translate_height(t);
	uint16_t x = translate_use(t, height - 2);
	uint16_t y = translate_use(t, height - 1);
	uint32_t newest = t->newest[kind_of(signature[0])];
	enum wasm_variant variant = VARIANT_SS;
	if (newest == x && (row->variants & HAS(VARIANT_RS)) != 0) {
		variant = VARIANT_RS;
	} else if (newest == y && (row->variants & HAS(VARIANT_SR)) != 0) {
		variant = VARIANT_SR;
	} else if (newest == y && row->is_commutative) {
		variant = VARIANT_RS;
		y = x;
		x = (uint16_t)newest;
	}
	translate_push_result(t, 2, word_abc(WASM_OPERATOR(row->form, variant), 0, x, y), NULL,
			      kind_of(result_letter(signature)));
}

/* A constant that is added to a local waits until the sum is needed: loads and stores add it
 * themselves. */
static bool add_later(struct translator *t, const struct operator_row *row, uint32_t left,
		      uint32_t right)
{
	struct operand *local = translate_operand(t, left);
	if (row->form != FORM_I32_ADD || local->kind != OPERAND_LOCAL)
		return false;
	local->addend += (uint32_t)translate_operand(t, right)->bits;
	translate_pop(t, 1);
	return true;
}

static void operate_binary(struct translator *t, const struct operator_row *row,
			   const char *signature)
{
	uint32_t left = translate_height(t) - 2;
	uint32_t right = left + 1;
	if (translate_multiply(t, row->form, row->is_commutative, kind_of(signature[0])))
		return;
	if (row->is_commutative && is_constant(t, left) && !is_constant(t, right)) {
		right = left;
		left = right + 1;
	}
	uint64_t bits = translate_operand(t, right)->bits;
	bool fits = (row->variants & HAS(VARIANT_SK)) != 0 ||
		    ((row->variants & HAS(VARIANT_SI)) != 0 && is_short(signature[0], bits));
	if (is_constant(t, right) && right > left && add_later(t, row, left, right))
		return;
	if (is_constant(t, right) && fits)
		operate_constant(t, row, signature, left, bits);
	else
		operate_slots(t, row, signature);
}

static union wasm_word address_word(const struct translate_address *address, uint64_t offset)
{
	union wasm_word word = word_bits(0);
	word.address.shift = address->shift;
	word.address.offset = (uint16_t)offset;
	word.address.addend = address->addend;
	return word;
}

/* A load that computes its address. */
static void load_from(struct translator *t, enum wasm_form form,
		      const struct wasm_instruction *instruction,
		      const struct translate_address *address)
{
	uint32_t newest = t->newest[NEWEST_INTEGER];
	uint16_t b = address->has_base ? address->base : address->index;
	uint16_t c = address->has_base ? address->index : 0;
	enum wasm_variant variant;
	if (!address->has_base)
		variant = newest == b ? VARIANT_KR : VARIANT_KS;
	else if (!address->has_index)
		variant = newest == b ? VARIANT_RK : VARIANT_SK;
	else
		variant = newest == c ? VARIANT_XR : VARIANT_XS;
	if (variant == VARIANT_XS && newest == b && address->shift == 0) {
		variant = VARIANT_XR;
		b = c;
		c = (uint16_t)newest;
	}
	union wasm_word more = address_word(address, instruction->bits);
	translate_note(t, instruction->offset);
	translate_push_result(t, 1, word_abc(WASM_OPERATOR(form, variant), 0, b, c), &more.bits,
			      kind_of(result_letter(instruction->info->signature)));
}

static void operate_load(struct translator *t, const struct operator_row *row,
			 const struct wasm_instruction *instruction)
{
	uint32_t top = translate_height(t) - 1;
	uint64_t offset = instruction->bits;
	struct translate_address sum;
	if (offset <= UINT16_MAX && translate_address(t, top, &sum)) {
		load_from(t, row->form, instruction, &sum);
		return;
	}
	uint16_t address = translate_use(t, top);
	bool is_wide = offset > UINT16_MAX;
	enum wasm_variant variant = VARIANT_S;
	if (is_wide)
		variant = VARIANT_WIDE;
	else if (t->newest[NEWEST_INTEGER] == address)
		variant = VARIANT_R;
	translate_note(t, instruction->offset);
	translate_push_result(
	    t, 1,
	    word_abc(WASM_OPERATOR(row->form, variant), 0, address, is_wide ? 0 : (uint16_t)offset),
	    is_wide ? &offset : NULL, kind_of(result_letter(instruction->info->signature)));
}

/* A store that computes its address, if nothing has been emitted since that was made. */
static bool store_to(struct translator *t, const struct operator_row *row,
		     const struct wasm_instruction *instruction)
{
	uint32_t top = translate_height(t) - 1;
	const struct operand *value = translate_operand(t, top);
	bool is_later = translate_operand(t, top - 1)->kind == OPERAND_LOCAL;
	bool is_local = value->kind == OPERAND_LOCAL && value->addend == 0;
	struct translate_address address;
	if ((!is_later && !is_local) || instruction->bits > UINT16_MAX ||
	    !translate_address(t, top - 1, &address))
		return false;
	uint16_t a = address.has_base ? address.base : address.index;
	uint16_t b = translate_use(t, top);
	uint16_t c = address.has_base ? address.index : 0;
	enum wasm_variant variant = !address.has_base    ? VARIANT_KS
				    : !address.has_index ? VARIANT_SK
							 : VARIANT_XS;
	translate_note(t, instruction->offset);
	translate_pop(t, 2);
	translate_emit(t, word_abc(WASM_OPERATOR(row->form, variant), a, b, c));
	translate_emit_more(t, address_word(&address, instruction->bits));
	return true;
}

static void operate_store(struct translator *t, const struct operator_row *row,
			  const struct wasm_instruction *instruction)
{
	uint32_t top = translate_height(t) - 1;
	const char *signature = instruction->info->signature;
	uint64_t offset = instruction->bits;
	uint64_t bits = translate_operand(t, top)->bits;
	bool is_wide = offset > UINT16_MAX;
	bool is_immediate = !is_wide && is_constant(t, top) &&
			    kind_of(signature[1]) == NEWEST_INTEGER && is_short(signature[1], bits);
	if (!is_immediate && store_to(t, row, instruction))
		return;
	uint16_t address = translate_use(t, top - 1);
	uint16_t value = is_immediate ? (uint16_t)bits : translate_use(t, top);
	enum wasm_variant variant = VARIANT_SS;
	if (is_wide)
		variant = VARIANT_WIDE;
	else if (is_immediate)
		variant = VARIANT_SI;
	else if (t->newest[kind_of(signature[1])] == value)
		variant = VARIANT_SR;
	else if (t->newest[NEWEST_INTEGER] == address)
		variant = VARIANT_RS;
	translate_note(t, instruction->offset);
	translate_pop(t, 2);
	translate_emit(t, word_abc(WASM_OPERATOR(row->form, variant), address, value,
				   is_wide ? 0 : (uint16_t)offset));
	if (is_wide)
		translate_emit_more(t, word_bits(offset));
}

/* How many operands a signature names. */
static uint32_t operand_count(const char *signature)
{
	uint32_t count = 0;
	while (signature[count] != ':')
		count++;
	return count;
}

static void operate_atomic(struct translator *t, const struct operator_row *row,
			   const struct wasm_instruction *instruction)
{
	const char *signature = instruction->info->signature;
	uint32_t count = operand_count(signature);
	uint32_t height = translate_height(t);
	uint16_t operands[3] = {0};
	for (uint32_t i = 0; i < count; i++)
		operands[i] = translate_use(t, height - count + i);
	union wasm_word more = word_bits(0);
	more.address.addend = (uint32_t)instruction->bits;
	more.address.shift = operands[2];
	uint16_t operation = WASM_OPERATOR(row->form, VARIANT_S);
	translate_note(t, instruction->offset);
	if (row->shape == SHAPE_ATOMIC) {
		translate_push_result(t, count, word_abc(operation, 0, operands[0], operands[1]),
				      &more.bits, kind_of(result_letter(signature)));
		return;
	}
	translate_pop(t, count);
	translate_emit(t, word_abc(operation, operands[0], operands[1], 0));
	translate_emit_more(t, more);
}

bool translate_operate(struct translator *t, const struct wasm_instruction *instruction)
{
	const struct operator_row *row = &operators[ROW(instruction->code)];
	switch ((enum shape)row->shape) {
	case SHAPE_NONE:
		return false;
	case SHAPE_UNARY:
		if (row->can_trap)
			translate_note(t, instruction->offset);
		operate_unary(t, row, instruction->info->signature);
		return true;
	case SHAPE_BINARY:
		if (row->can_trap)
			translate_note(t, instruction->offset);
		operate_binary(t, row, instruction->info->signature);
		return true;
	case SHAPE_LOAD:
		operate_load(t, row, instruction);
		return true;
	case SHAPE_STORE:
		operate_store(t, row, instruction);
		return true;
	case SHAPE_ATOMIC:
	case SHAPE_ATOMIC_STORE:
		operate_atomic(t, row, instruction);
		return true;
	}
	return false;
}

/*
 * translate: what the files of the translator share. It brings the bodies of a valid module into
 * internal form (code.h), one pass over each.
 *
 *     translate.c           the module and its functions, instruction by instruction
 *     translate_emit.c      words, distances that are known later, where words stem from
 *     translate_stack.c     the operand stack as it will be at run time
 *     translate_control.c   blocks and branches
 *     translate_operate.c   operators that compute, loads, stores: by the table forms.def
 *
 * The operand stack is symbolic: an operand is a value in its own slot (each height has one), a
 * local that was read and is still unchanged, or a constant. So local.get, constants and drop make
 * no code, and an operator reads locals where they are.
 *
 * The first failure sets `status`; later steps do nothing or go to waste, and whoever loops looks.
 */
#ifndef WASM_TRANSLATE_H
#define WASM_TRANSLATE_H

#include <stdbool.h>
#include <stdint.h>

#include "code.h"
#include "growable.h"
#include "instruction.h"
#include "module.h"

enum { TRANSLATE_NONE = UINT32_MAX };

enum operand_kind { OPERAND_SLOT, OPERAND_LOCAL, OPERAND_CONSTANT };

struct operand {
	enum operand_kind kind;
	uint32_t local;    /* OPERAND_LOCAL: its number */
	uint32_t addend;   /* OPERAND_LOCAL: to be added to it, as an i32 */
	uint32_t previous; /* the next lower operand of the same local, plus 1 */
	uint64_t bits;     /* OPERAND_CONSTANT */
};

/* The registers of the machine that hold the newest result of a kind (the R variants). */
enum newest_register { NEWEST_INTEGER, NEWEST_F32, NEWEST_F64, NEWEST_COUNT };

/* A block that is open. The function's body is the outermost. */
struct label {
	uint32_t code;   /* block, loop, if or else */
	uint32_t height; /* operands below its parameters */
	uint32_t parameter_count;
	uint32_t result_count;
	uint32_t start;       /* of a loop: the word that branches go to */
	uint32_t jumps;       /* list of jumps to its end, see struct jump */
	uint32_t else_jump;   /* of an if: the jump past its first part */
	uint32_t table_jumps; /* entries of a br_table that need moves on their way here */
};

/* A distance that is to be filled in when its target is known; 0 ends a list. */
struct jump {
	uint32_t word;
	uint32_t next; /* index of another, plus 1 */
	bool is_short; /* in `c`, not in `distance` */
};

/* What a conditional branch looks at: `form` branches when it holds. */
struct condition {
	enum wasm_form form;
	enum wasm_form opposite;
	enum wasm_variant variant; /* SS, SI or SK */
	bool has_newest;           /* there are R variants */
	uint16_t x;
	uint16_t y;    /* SS: a slot, SI: a number */
	uint64_t bits; /* SK */
};

/* An instruction that was emitted, and what is needed to take it back. */
struct step {
	uint32_t word;
	bool has_result; /* in slot `a`, which may still be changed */
	uint32_t newest[NEWEST_COUNT];
};

/* An array's element takes a shift, two sums and a load. */
enum { STEPS_MAX = 6 };

struct translator {
	struct wasm_module *module;
	struct fault *fault;
	enum status status;

	/* What grows over the whole module. */
	struct growable words; /* union wasm_word */
	struct growable notes; /* uint8_t */
	struct growable calls; /* uint32_t: words whose `index` is a function's number */

	/* The function in hand. */
	uint32_t function;
	const struct wasm_body *body;
	const struct wasm_function_type *type;
	struct bytes in;
	uint32_t entry; /* its first word */
	uint32_t note_word;
	uint64_t note_offset;
	uint32_t local_count;    /* parameters included */
	uint32_t operands_start; /* slot of the lowest operand */
	bool has_long_branches;  /* the second attempt, if short ones did not reach */
	bool needs_long_branches;
	bool is_reachable;
	uint32_t skipped_blocks; /* open blocks of unreachable code */

	struct growable operands; /* struct operand */
	struct operand nowhere;   /* what is written when there is no room */
	uint32_t height_max;
	uint32_t clean_height;       /* below it no operand is a local */
	struct growable local_heads; /* uint32_t: the highest operand of each local, plus 1 */
	struct growable labels;      /* struct label */
	struct growable jumps;       /* struct jump */

	/* Slots whose values the machine's registers hold. */
	uint32_t newest[NEWEST_COUNT];
	/* The last instructions, all of which run one after the other, the newest at the end. */
	struct step steps[STEPS_MAX];
	uint32_t step_count;
};

void translate_fail(struct translator *t, enum status status, const char *what);

static inline struct operand *translate_operand(struct translator *t, uint32_t index)
{
	return &((struct operand *)t->operands.items)[index];
}

static inline union wasm_word *translate_word(struct translator *t, uint32_t index)
{
	return &((union wasm_word *)t->words.items)[index];
}

/* `depth` counts from the innermost. */
static inline struct label *translate_label(struct translator *t, uint32_t depth)
{
	return &((struct label *)t->labels.items)[t->labels.count - 1 - depth];
}

static inline uint32_t translate_height(const struct translator *t)
{
	return t->operands.count;
}

/* ---- translate_emit.c ---- */

static inline union wasm_word word_abc(uint16_t operation, uint32_t a, uint32_t b, uint32_t c)
{
	return (union wasm_word){
	    .operation = operation, .a = (uint16_t)a, .b = (uint16_t)b, .c = (uint16_t)c};
}

static inline union wasm_word word_index(uint16_t operation, uint32_t a, uint32_t index)
{
	return (union wasm_word){.operation = operation, .a = (uint16_t)a, .index = index};
}

static inline union wasm_word word_bits(uint64_t bits)
{
	return (union wasm_word){.bits = bits};
}

/* Appends the first word of an instruction, or a further one; returns its index. */
uint32_t translate_emit(struct translator *t, union wasm_word word);
uint32_t translate_emit_more(struct translator *t, union wasm_word word);

/* Appends an instruction that writes slot `a`. `extra` is its second word, or NULL. */
void translate_emit_result(struct translator *t, union wasm_word word, const uint64_t *extra,
			   enum newest_register kind);

/* The last instruction, or NULL if other ways lead here. `has_result` asks for one with a result.
 */
union wasm_word *translate_last(struct translator *t, bool has_result);

/* Removes the last instruction. */
void translate_take_back(struct translator *t);

/* The next word stems from the instruction at `offset`. */
void translate_note(struct translator *t, uint64_t offset);

/* No register holds a slot's value any more: control may come from elsewhere, or went away. */
void translate_forget(struct translator *t);

/* Adds the distance of `word` to a list that will be filled in. */
void translate_add_jump(struct translator *t, uint32_t *list, uint32_t word, bool is_short);

/* Fills in a distance of which the target is known. */
void translate_set_distance(struct translator *t, uint32_t word, bool is_short, uint32_t target);

/* The jumps of the list lead here. */
void translate_bind(struct translator *t, uint32_t *list);

/* ---- translate_stack.c ---- */

uint16_t translate_local_slot(const struct translator *t, uint32_t local);
uint16_t translate_operand_slot(const struct translator *t, uint32_t index);

void translate_push_slots(struct translator *t, uint32_t count);
void translate_push_local(struct translator *t, uint32_t local);
void translate_push_constant(struct translator *t, uint64_t bits);
void translate_pop(struct translator *t, uint32_t count);

/* The slot where an operand is; a constant is put into the operand's own. */
uint16_t translate_use(struct translator *t, uint32_t index);

/* Puts an operand's value into a slot and leaves the operand as it is. */
void translate_move(struct translator *t, uint16_t to, uint32_t index);

/* Puts the topmost `count` operands into their own slots. */
void translate_settle(struct translator *t, uint32_t count);

/* Puts all locals on the stack into their own slots, because code that follows has more than one
 * way to come to its end. */
void translate_settle_locals(struct translator *t);

/* local.set and local.tee. */
void translate_set_local(struct translator *t, uint32_t local, bool is_kept);

/* Pushes the result of an instruction that takes the topmost `count` operands; `a` is filled in. */
void translate_push_result(struct translator *t, uint32_t count, union wasm_word word,
			   const uint64_t *extra, enum newest_register kind);

/* ---- translate_control.c ---- */

void translate_open(struct translator *t, const struct wasm_instruction *instruction);
void translate_else(struct translator *t);
void translate_end(struct translator *t);
void translate_branch(struct translator *t, uint32_t depth);
void translate_branch_if(struct translator *t, uint32_t depth);
void translate_branch_table(struct translator *t, const struct wasm_instruction *instruction);
void translate_return(struct translator *t);

/* ---- translate_operate.c ---- */

/* An instruction that forms.def has a row for; false if it has none. */
bool translate_operate(struct translator *t, const struct wasm_instruction *instruction);

/* ---- translate_fuse.c ---- */

/* The last instruction if it has made the operand, and nothing else needs its result; else NULL. */
union wasm_word *translate_maker(struct translator *t, uint32_t index);

/* Is it an operator of that form, in whatever variant? */
bool translate_is_form(const union wasm_word *word, enum wasm_form form);

/* Takes the operand that a branch depends on off the stack, and finds out how it came about. */
struct condition translate_condition(struct translator *t);

/* Emits a branch that is taken when the condition has the truth `sense`; returns its word. */
uint32_t translate_emit_condition(struct translator *t, const struct condition *condition,
				  bool sense);

/* An address: base + (index << shift) + addend. */
struct translate_address {
	bool has_base;
	bool has_index;
	uint16_t base;
	uint16_t index;
	uint16_t shift;
	uint32_t addend;
};

/* Can a load or store compute the address in that operand itself? Takes back what made it. */
bool translate_address(struct translator *t, uint32_t index, struct translate_address *out);

/* A sum or difference with a product that the last instruction has made becomes one instruction
 * with it. Takes the two topmost operands. */
bool translate_multiply(struct translator *t, enum wasm_form form, bool is_commutative,
			enum newest_register kind);

#endif

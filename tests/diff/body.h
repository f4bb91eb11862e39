/*
 * body: what the files that write code share. Code is made step by step on a stack of types, as the
 * validation algorithm has one, so that operands lie about in all states while others are made.
 *
 *     generate_body.c     a function: its locals, its steps, its end
 *     generate_value.c    values, operators, variables
 *     generate_memory.c   loads and stores
 *     generate_atomic.c   atomic accesses, and what waits for other threads
 *     generate_control.c  blocks, branches, calls
 *     generate_bulk.c     ranges of memory, tables
 *     generate_idiom.c    sequences as compilers make them
 */
#ifndef DIFF_BODY_H
#define DIFF_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "opcodes.h"
#include "output.h"
#include "plan.h"
#include "random.h"

enum { BODY_LOCALS_MAX = 12000, BODY_HEIGHT_MAX = 14000, BODY_DEPTH_MAX = 600, BODY_RECENT = 3 };

/* May a branch go back to it? */
enum loop_kind {
	LOOP_NONE,    /* not a loop */
	LOOP_COUNTED, /* no: a local of its own counts how often it repeats */
	LOOP_FUELLED, /* yes: it takes fuel itself, at its start */
	LOOP_FREE     /* only when the branch has taken fuel */
};

struct body_label {
	uint32_t code; /* WASM_OP_BLOCK, WASM_OP_LOOP, WASM_OP_IF */
	enum loop_kind loop;
	const char *parameters;
	const char *results;
	uint32_t height;     /* operands below its parameters */
	bool is_unreachable; /* to the validator */
	bool is_dead;        /* what comes now is never run, even if validators do not know */
	bool is_dead_before; /* it was so when the block was opened */
	bool is_branched;    /* a branch that may be run leads to its end */
};

struct body_operand {
	char letter;
	bool is_exact; /* if it is a NaN, its bits are known */
};

struct body {
	const struct plan *plan;
	struct random *random;
	struct output *out;
	const struct plan_type *type;
	char locals[BODY_LOCALS_MAX + 1]; /* parameters included */
	uint32_t local_count;             /* that random code may use */
	uint32_t all_local_count;
	uint32_t recent[BODY_RECENT]; /* locals that were used */
	uint32_t recent_count;
	uint32_t temporary_f32, temporary_f64; /* locals for canonicalising */
	uint32_t counters;                     /* first of the locals that count loops */
	uint32_t counted_loops;                /* open now */
	struct body_operand stack[BODY_HEIGHT_MAX];
	uint32_t height;
	struct body_label labels[BODY_DEPTH_MAX];
	uint32_t depth;
	int32_t budget;      /* instructions that may still be written */
	char single[256][2]; /* lists of one letter */
};

/* ---- generate_body.c ---- */

/* Writes the body of function `index`, locals included. `body` is working space. */
void body_write(struct body *b, const struct plan *plan, uint32_t index, struct output *out);

/* Up to `steps` steps in the innermost block. */
void body_steps(struct body *b, uint32_t steps);

/* Brings the operands of the innermost block to its results; the caller writes what ends it. */
void body_settle(struct body *b);

/* Writes an opcode, prefix included. */
void body_op(struct body *b, uint32_t code);
void body_op_u32(struct body *b, uint32_t code, uint32_t immediate);
void body_i32(struct body *b, int32_t value);

void body_push(struct body *b, char letter, bool is_exact);
void body_push_list(struct body *b, const char *letters);

/* Takes the topmost `count` operands, or as many as there are where code is unreachable. */
void body_take(struct body *b, uint32_t count);

/* The operands of the innermost block, and the topmost of them; '\0' if there is none. */
uint32_t body_available(const struct body *b);
char body_top(const struct body *b);

/* Sees to it that operands of these types are on top of the stack; in unreachable code they may be
 * left to the validator's imagination. */
void body_need(struct body *b, const char *letters);

/* The rest of the innermost block cannot be reached. */
void body_cut(struct body *b);

static inline struct body_label *body_label(struct body *b, uint32_t index)
{
	return &b->labels[b->depth - 1 - index];
}

static inline bool body_is_dead(struct body *b)
{
	return body_label(b, 0)->is_unreachable || body_label(b, 0)->is_dead;
}

/* Now comes a branch to that label. */
static inline void body_branch(struct body *b, uint32_t index)
{
	if (!body_is_dead(b) && body_label(b, index)->code != WASM_OP_LOOP)
		body_label(b, index)->is_branched = true;
}

/* A list with this one letter, which lives as long as the body. */
const char *body_list(struct body *b, char letter);

/* ---- generate_value.c ---- */

/* A value that leads to interesting results. */
int32_t value_random_i32(struct random *random);
uint32_t value_random_f32(struct random *random);
uint64_t value_random_f64(struct random *random);

/* Pushes a value. Values are made of other values, up to some depth. */
void value_push(struct body *b, char letter, uint32_t depth);
void value_constant(struct body *b, char letter);

/* Pushes a local or a constant, or a global; false where there is none of that type. */
bool value_push_plain(struct body *b, char letter);
bool value_push_global(struct body *b, char letter);

/* Pushes an i32 that is below `limit`, which is not 0. */
void value_below(struct body *b, uint32_t limit);

/* Drops the topmost operand, preferably to where it can be seen later. */
void value_sink(struct body *b);

/* The topmost operand becomes one whose bits are known. */
void value_canonicalise(struct body *b);

/* A random local of that type, or UINT32_MAX. */
uint32_t value_pick_local(struct body *b, char letter);

void value_operate(struct body *b);
void value_set(struct body *b);
void value_tee(struct body *b);
void value_select(struct body *b);
void value_global_set(struct body *b);
void value_is_null(struct body *b);

/* ---- generate_memory.c ---- */

void memory_load(struct body *b);
void memory_store(struct body *b);

/* Pushes an address that is inside together with the offset that is returned: mostly small, often
 * at the very end, and sometimes one byte too far. There is a memory. */
uint32_t memory_push_address(struct body *b, uint32_t bytes);

/* ---- generate_atomic.c ---- */

void atomic_step(struct body *b);

/* ---- generate_control.c ---- */

/* The fuel goes down by so much; where it is used up, the function returns. */
void control_take_fuel(struct body *b, uint32_t amount);

void control_block(struct body *b);
void control_loop(struct body *b);
void control_if(struct body *b);
void control_deep(struct body *b);

/* Uses up the budget in blocks beside each other, with a block and a loop around them. */
void control_giant(struct body *b);
void control_branch(struct body *b);
void control_branch_if(struct body *b);
void control_branch_table(struct body *b);
void control_return(struct body *b);
void control_unreachable(struct body *b);
void control_call(struct body *b);
void control_call_indirect(struct body *b);

/* ---- generate_idiom.c ---- */

void idiom_step(struct body *b);

/* ---- generate_bulk.c ---- */

void bulk_memory(struct body *b);
void bulk_table(struct body *b);

/* A random table of that type, or UINT32_MAX. */
uint32_t bulk_pick_table(struct body *b, char letter);

/* Pushes a number of an entry that the table has for sure. */
void bulk_entry(struct body *b, uint32_t table);

#endif

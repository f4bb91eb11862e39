/*
 * Moves between slots, and everything that changes the flow inside a function. Branches with
 * comparisons are generated from forms.def.
 */
#include "interp.h"

#define BRANCH_HANDLER(name, type, left, right, words, condition)                                  \
	INTERP_HANDLER(name)                                                                       \
	{                                                                                          \
		type x = (left);                                                                   \
		type y = (right);                                                                  \
		if (condition)                                                                     \
			INTERP_BRANCH(pc + (int16_t)pc->c);                                        \
		INTERP_NEXT(words);                                                                \
	}

#define STEP_HANDLER(name, type, right, condition)                                                 \
	INTERP_HANDLER(name)                                                                       \
	{                                                                                          \
		uint32_t sum = (uint32_t)frame[pc->a] + (uint32_t)(int16_t)pc->b;                  \
		type x = (type)sum;                                                                \
		type y = (right);                                                                  \
		frame[pc->a] = sum;                                                                \
		last = sum;                                                                        \
		if (condition)                                                                     \
			INTERP_BRANCH(pc + (int16_t)pc->c);                                        \
		INTERP_NEXT(2);                                                                    \
	}

#define X_SLOT(type)  INTERP_SLOT(type, pc->a)
#define Y_SLOT(type)  INTERP_SLOT(type, pc->b)
#define Y_SHORT(type) ((type)(int16_t)pc->b)

#define FORM_BRANCH(form, type, condition, ss, rs, si, ri, sk, rk)                                 \
	BRANCH_HANDLER(ss, type, X_SLOT(type), Y_SLOT(type), 1, condition)                         \
	BRANCH_HANDLER(rs, type, INTERP_LAST(type), Y_SLOT(type), 1, condition)                    \
	BRANCH_HANDLER(si, type, X_SLOT(type), Y_SHORT(type), 1, condition)                        \
	BRANCH_HANDLER(ri, type, INTERP_LAST(type), Y_SHORT(type), 1, condition)                   \
	BRANCH_HANDLER(sk, type, X_SLOT(type), INTERP_LONG(type), 2, condition)                    \
	BRANCH_HANDLER(rk, type, INTERP_LAST(type), INTERP_LONG(type), 2, condition)

#define FORM_FLOAT_BRANCH(form, type, condition, ss, sk)                                           \
	BRANCH_HANDLER(ss, type, X_SLOT(type), Y_SLOT(type), 1, condition)                         \
	BRANCH_HANDLER(sk, type, X_SLOT(type), INTERP_LONG(type), 2, condition)

#define FORM_STEP(form, branch, type, condition, ss, si)                                           \
	STEP_HANDLER(ss, type, INTERP_SLOT(type, pc[1].a), condition)                              \
	STEP_HANDLER(si, type, INTERP_LONG(type), condition)

#include "forms.def"

/* a = b */
INTERP_HANDLER(run_copy_s)
{
	INTERP_RESULT(frame[pc->b]);
	INTERP_NEXT(1);
}

INTERP_HANDLER(run_copy_r)
{
	frame[pc->a] = last;
	INTERP_NEXT(1);
}

/* a = b, then the a of the next word = its b */
INTERP_HANDLER(run_copy_two)
{
	frame[pc->a] = frame[pc->b];
	last = frame[pc[1].b];
	frame[pc[1].a] = last;
	INTERP_NEXT(2);
}

/* c slots from b on to a; a lies below b */
INTERP_HANDLER(run_copy_range)
{
	for (uint32_t i = 0; i < pc->c; i++)
		frame[pc->a + i] = frame[pc->b + i];
	INTERP_NEXT(1);
}

/* a = 32 bits of the word, sign-extended: of a negative i32 the translator makes a wide one */
INTERP_HANDLER(run_constant)
{
	INTERP_RESULT((uint64_t)(int64_t)pc->distance);
	INTERP_NEXT(1);
}

INTERP_HANDLER(run_constant_wide)
{
	INTERP_RESULT(pc[1].bits);
	INTERP_NEXT(2);
}

/* a = c != 0 ? b : the a of the next word */
#define SELECT_HANDLER(name, condition)                                                            \
	INTERP_HANDLER(name)                                                                       \
	{                                                                                          \
		uint64_t first = frame[pc->b];                                                     \
		uint64_t second = frame[pc[1].a];                                                  \
		INTERP_RESULT((uint32_t)(condition) != 0 ? first : second);                        \
		INTERP_NEXT(2);                                                                    \
	}

SELECT_HANDLER(run_select_s, frame[pc->c])
SELECT_HANDLER(run_select_r, last)

INTERP_HANDLER(run_jump)
{
	INTERP_BRANCH(pc + pc->distance);
}

INTERP_HANDLER(run_jump_if)
{
	if ((uint32_t)frame[pc->a] != 0)
		INTERP_BRANCH(pc + pc->distance);
	INTERP_NEXT(1);
}

INTERP_HANDLER(run_jump_unless)
{
	if ((uint32_t)frame[pc->a] == 0)
		INTERP_BRANCH(pc + pc->distance);
	INTERP_NEXT(1);
}

/* By the value in a: `index` words follow with a distance each, and one for all other values. */
INTERP_HANDLER(run_jump_table)
{
	uint64_t choice = (uint32_t)frame[pc->a];
	if (choice > pc->index)
		choice = pc->index;
	pc += 1 + choice;
	INTERP_BRANCH(pc + pc->distance);
}

INTERP_HANDLER(run_unreachable)
{
	INTERP_TRAP(WASM_TRAP_UNREACHABLE);
}

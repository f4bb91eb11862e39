/*
 * Moves between slots, and everything that changes the flow inside a function. Branches with
 * comparisons are generated from forms.def.
 */
#include "interp.h"

#define BRANCH_HANDLER(name, type, left, right, condition)                                         \
	INTERP_HANDLER(name)                                                                       \
	{                                                                                          \
		type x = (left);                                                                   \
		type y = (right);                                                                  \
		if (condition)                                                                     \
			INTERP_BRANCH(pc + (int16_t)pc->c);                                        \
		INTERP_NEXT(1);                                                                    \
	}

#define FORM_BRANCH(form, type, condition, ss, rs, si, ri)                                         \
	BRANCH_HANDLER(ss, type, INTERP_SLOT(type, pc->a), INTERP_SLOT(type, pc->b), condition)    \
	BRANCH_HANDLER(rs, type, INTERP_LAST(type), INTERP_SLOT(type, pc->b), condition)           \
	BRANCH_HANDLER(si, type, INTERP_SLOT(type, pc->a), (type)(int16_t)pc->b, condition)        \
	BRANCH_HANDLER(ri, type, INTERP_LAST(type), (type)(int16_t)pc->b, condition)

#define FORM_FLOAT_BRANCH(form, type, condition, ss)                                               \
	BRANCH_HANDLER(ss, type, INTERP_SLOT(type, pc->a), INTERP_SLOT(type, pc->b), condition)

#include "forms.def"

/* a = b */
INTERP_HANDLER(run_copy)
{
	INTERP_RESULT(frame[pc->b]);
	INTERP_NEXT(1);
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
INTERP_HANDLER(run_select)
{
	uint64_t first = frame[pc->b];
	uint64_t second = frame[pc[1].a];
	INTERP_RESULT((uint32_t)frame[pc->c] != 0 ? first : second);
	INTERP_NEXT(2);
}

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

/*
 * Operators that compute: generated from forms.def, a handler for each variant of a row.
 */
#include "interp.h"

/* A product and a sum are rounded each, also where the machine could do both at once. */
#pragma STDC FP_CONTRACT OFF

#define BINARY_HANDLER(name, type, left, right, words, expression)                                 \
	INTERP_HANDLER(name)                                                                       \
	{                                                                                          \
		type x = (left);                                                                   \
		type y = (right);                                                                  \
		INTERP_RESULT(expression);                                                         \
		INTERP_NEXT(words);                                                                \
	}

#define CHECKED_HANDLER(name, type, right, check, expression)                                      \
	INTERP_HANDLER(name)                                                                       \
	{                                                                                          \
		type x = INTERP_SLOT(type, pc->b);                                                 \
		type y = (right);                                                                  \
		(void)x;                                                                           \
		enum wasm_trap trap = (check);                                                     \
		if (INTERP_UNLIKELY(trap != WASM_TRAP_NONE))                                       \
			INTERP_TRAP(trap);                                                         \
		INTERP_RESULT(expression);                                                         \
		INTERP_NEXT(1);                                                                    \
	}

#define UNARY_HANDLER(name, type, operand, expression)                                             \
	INTERP_HANDLER(name)                                                                       \
	{                                                                                          \
		type x = (operand);                                                                \
		INTERP_RESULT(expression);                                                         \
		INTERP_NEXT(1);                                                                    \
	}

#define MULTIPLY_HANDLER(name, type, left, expression)                                             \
	INTERP_HANDLER(name)                                                                       \
	{                                                                                          \
		type x = (left);                                                                   \
		type y = INTERP_SLOT(type, pc->c);                                                 \
		type z = INTERP_SLOT(type, pc[1].a);                                               \
		INTERP_RESULT(expression);                                                         \
		INTERP_NEXT(2);                                                                    \
	}

#define X_SLOT(type) INTERP_SLOT(type, pc->b)
#define Y_SLOT(type) INTERP_SLOT(type, pc->c)

#define FORM_COMMUTATIVE(form, opcode, type, expression, ss, rs, si, ri, sk, rk)                   \
	BINARY_HANDLER(ss, type, X_SLOT(type), Y_SLOT(type), 1, expression)                        \
	BINARY_HANDLER(rs, type, INTERP_LAST(type), Y_SLOT(type), 1, expression)                   \
	BINARY_HANDLER(si, type, X_SLOT(type), INTERP_SHORT(type), 1, expression)                  \
	BINARY_HANDLER(ri, type, INTERP_LAST(type), INTERP_SHORT(type), 1, expression)             \
	BINARY_HANDLER(sk, type, X_SLOT(type), INTERP_LONG(type), 2, expression)                   \
	BINARY_HANDLER(rk, type, INTERP_LAST(type), INTERP_LONG(type), 2, expression)

#define FORM_BINARY(form, opcode, type, expression, ss, rs, sr, si, ri)                            \
	BINARY_HANDLER(ss, type, X_SLOT(type), Y_SLOT(type), 1, expression)                        \
	BINARY_HANDLER(rs, type, INTERP_LAST(type), Y_SLOT(type), 1, expression)                   \
	BINARY_HANDLER(sr, type, X_SLOT(type), INTERP_LAST(type), 1, expression)                   \
	BINARY_HANDLER(si, type, X_SLOT(type), INTERP_SHORT(type), 1, expression)                  \
	BINARY_HANDLER(ri, type, INTERP_LAST(type), INTERP_SHORT(type), 1, expression)

#define FORM_FLOAT_COMMUTATIVE(form, opcode, type, expression, ss, rs, sk, rk)                     \
	BINARY_HANDLER(ss, type, X_SLOT(type), Y_SLOT(type), 1, expression)                        \
	BINARY_HANDLER(rs, type, INTERP_LAST(type), Y_SLOT(type), 1, expression)                   \
	BINARY_HANDLER(sk, type, X_SLOT(type), INTERP_LONG(type), 2, expression)                   \
	BINARY_HANDLER(rk, type, INTERP_LAST(type), INTERP_LONG(type), 2, expression)

#define FORM_FLOAT_BINARY(form, opcode, type, expression, ss, rs, sr, sk, rk)                      \
	BINARY_HANDLER(ss, type, X_SLOT(type), Y_SLOT(type), 1, expression)                        \
	BINARY_HANDLER(rs, type, INTERP_LAST(type), Y_SLOT(type), 1, expression)                   \
	BINARY_HANDLER(sr, type, X_SLOT(type), INTERP_LAST(type), 1, expression)                   \
	BINARY_HANDLER(sk, type, X_SLOT(type), INTERP_LONG(type), 2, expression)                   \
	BINARY_HANDLER(rk, type, INTERP_LAST(type), INTERP_LONG(type), 2, expression)

#define FORM_PLAIN(form, opcode, type, expression, ss)                                             \
	BINARY_HANDLER(ss, type, X_SLOT(type), Y_SLOT(type), 1, expression)

#define FORM_COMPARE(form, opcode, type, expression, branch, opposite, ss, si, sk)                 \
	BINARY_HANDLER(ss, type, X_SLOT(type), Y_SLOT(type), 1, expression)                        \
	BINARY_HANDLER(si, type, X_SLOT(type), INTERP_SHORT(type), 1, expression)                  \
	BINARY_HANDLER(sk, type, X_SLOT(type), INTERP_LONG(type), 2, expression)

#define FORM_FLOAT_COMPARE(form, opcode, type, expression, branch, opposite, ss, sk)               \
	BINARY_HANDLER(ss, type, X_SLOT(type), Y_SLOT(type), 1, expression)                        \
	BINARY_HANDLER(sk, type, X_SLOT(type), INTERP_LONG(type), 2, expression)

#define FORM_MULTIPLY(form, product, sum, type, expression, ss, rs)                                \
	MULTIPLY_HANDLER(ss, type, X_SLOT(type), expression)                                       \
	MULTIPLY_HANDLER(rs, type, INTERP_LAST(type), expression)

#define FORM_CHECKED(form, opcode, type, check, expression, ss, si)                                \
	CHECKED_HANDLER(ss, type, Y_SLOT(type), check, expression)                                 \
	CHECKED_HANDLER(si, type, INTERP_SHORT(type), check, expression)

#define FORM_UNARY(form, opcode, type, expression, s, r)                                           \
	UNARY_HANDLER(s, type, X_SLOT(type), expression)                                           \
	UNARY_HANDLER(r, type, INTERP_LAST(type), expression)

#define FORM_UNARY_CHECKED(form, opcode, type, check, expression, s)                               \
	INTERP_HANDLER(s)                                                                          \
	{                                                                                          \
		type x = X_SLOT(type);                                                             \
		enum wasm_trap trap = (check);                                                     \
		if (INTERP_UNLIKELY(trap != WASM_TRAP_NONE))                                       \
			INTERP_TRAP(trap);                                                         \
		INTERP_RESULT(expression);                                                         \
		INTERP_NEXT(1);                                                                    \
	}

#include "forms.def"

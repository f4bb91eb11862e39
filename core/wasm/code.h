/*
 * code: WebAssembly functions in internal form, a register machine over the slots of a frame.
 * Written by translate.c, run by interp/, read-only and position-independent: what stands in it is
 * slot numbers, indices and distances, never addresses. docs/decisions/0001-internal-form.md says
 * why it looks as it does.
 *
 * A frame is an array of 64-bit slots:
 *
 *     parameters | record (FRAME_RECORD_SLOTS) | other locals | operand stack, a slot a height
 *
 * A callee's frame begins where the caller's operand stack holds the first argument, so arguments
 * and results are never copied. An i32 or f32 has its slot's high half zero, always: extending an
 * unsigned i32 and reinterpreting a float cost nothing.
 *
 * Code is a sequence of 64-bit words. An instruction is one word, or two where an operand does not
 * fit into 16 bits. The word before a function's first instruction is its header.
 */
#ifndef WASM_CODE_H
#define WASM_CODE_H

#include <stdint.h>

#include "module.h"
#include "opcodes.h"

/* Where an instruction's operands are. The letters are explained in forms.def; operators with one
 * operand use S and R, loads and stores with an offset in a second word use WIDE. */
enum wasm_variant {
	VARIANT_SS = 0,
	VARIANT_RS = 1,
	VARIANT_SR = 2,
	VARIANT_SI = 3,
	VARIANT_RI = 4,
	VARIANT_SK = 5,
	VARIANT_RK = 6,
	VARIANT_COUNT = 8,

	VARIANT_S = VARIANT_SS,
	VARIANT_R = VARIANT_RS,
	VARIANT_WIDE = VARIANT_SK
};

enum wasm_form {
#define FORM_COMMUTATIVE(form, opcode, type, expression, ss, rs, si, ri, sk, rk) form,
#define FORM_BINARY(form, opcode, type, expression, ss, rs, sr, si, ri)          form,
#define FORM_FLOAT_COMMUTATIVE(form, opcode, type, expression, ss, rs, sk, rk)   form,
#define FORM_FLOAT_BINARY(form, opcode, type, expression, ss, rs, sr, sk, rk)    form,
#define FORM_PLAIN(form, opcode, type, expression, ss)                           form,
#define FORM_CHECKED(form, opcode, type, check, expression, ss, si)              form,
#define FORM_COMPARE(form, opcode, type, expression, branch, opposite, ss, si)   form,
#define FORM_FLOAT_COMPARE(form, opcode, type, expression, branch, opposite, ss) form,
#define FORM_UNARY(form, opcode, type, expression, s, r)                         form,
#define FORM_UNARY_CHECKED(form, opcode, type, check, expression, s)             form,
#define FORM_BRANCH(form, type, condition, ss, rs, si, ri)                       form,
#define FORM_FLOAT_BRANCH(form, type, condition, ss)                             form,
#define FORM_LOAD(form, opcode, access, type, s, r, wide)                        form,
#define FORM_STORE(form, opcode, access, type, ss, rs, sr, wide)                 form,
#define FORM_OTHER(form, handler)                                                form,
#include "forms.def"
	FORM_COUNT
};

/* An operator in one of its variants, as an instruction names it. */
#define WASM_OPERATOR(form, variant) ((uint16_t)((form) * VARIANT_COUNT + (variant)))

union wasm_word {
	struct {
		uint16_t operator; /* WASM_OPERATOR */
		uint16_t a;
		union {
			struct {
				uint16_t b;
				uint16_t c;
			};
			uint32_t index;
			int32_t distance; /* in words, from this word on */
		};
	};
	struct {
		uint16_t parameters; /* the record stands behind them */
		uint16_t locals;     /* other locals: to be cleared */
		uint32_t slots;      /* the whole frame */
	} header;
	uint64_t bits;
};

/* The part of a frame that says where to go on when its function returns. */
struct wasm_record {
	const union wasm_word *return_pc;
	uint64_t *frame;
	struct wasm_instance *instance;
};

enum {
	FRAME_RECORD_SLOTS = 3,
	FRAME_SLOTS_MAX = 65535 /* slot numbers have 16 bits */
};

/*
 * A function of a module. The functions of a module lie one behind the other, in their order.
 * `notes` say which instruction of the source a word stems from, for those that can trap or call:
 * pairs of LEB128 numbers, the distance to the note before in words and in bytes of the source.
 */
struct wasm_code {
	const union wasm_word *entry;
	uint32_t word_count;
	uint32_t note_bytes;
	const uint8_t *notes;
};

#endif

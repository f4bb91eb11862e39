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

/* Where an instruction's operands are. The letters are explained in forms.def. Those with one
 * operand use S and R. */
enum wasm_variant {
	VARIANT_SS,
	VARIANT_RS,
	VARIANT_SR,
	VARIANT_SI,
	VARIANT_RI,
	VARIANT_SK,
	VARIANT_RK,
	VARIANT_XS,
	VARIANT_XR,
	VARIANT_KS,
	VARIANT_KR,
	VARIANT_WIDE,
	VARIANT_COUNT = 16,

	VARIANT_S = VARIANT_SS,
	VARIANT_R = VARIANT_RS
};

enum wasm_form {
#define FORM_EACH(form) form,
#include "forms.def"
	FORM_COUNT
};

/* An operator in one of its variants, as an instruction names it. */
#define WASM_OPERATOR(form, variant) ((uint16_t)((form) * VARIANT_COUNT + (variant)))

union wasm_word {
	struct {
		uint16_t operation; /* WASM_OPERATOR: a form in one of its variants */
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
	/* The second word of a load or store that computes its address, which is
	 * (base + (index << shift) + addend) modulo 2^32, + offset. */
	struct {
		uint16_t shift;
		uint16_t offset;
		uint32_t addend;
	} address;
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

enum { FRAME_RECORD_SLOTS = 3 };

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

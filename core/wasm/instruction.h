/*
 * instruction: reads single instructions and checks the encoding of whole expressions (core
 * specification, 5.4). The validator reads each body once with `wasm_instruction_read`, so that
 * encoding and types are judged in one pass.
 */
#ifndef WASM_INSTRUCTION_H
#define WASM_INSTRUCTION_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "opcodes.h"

/* What `block` holds for a block without parameters and results. */
enum { WASM_BLOCK_EMPTY = -64 };

/* An instruction with its immediates. Only those fields are set that its kind of immediate has. */
struct wasm_instruction {
	uint32_t code;  /* enum wasm_opcode */
	uint32_t index; /* of a label, function, type, local, global, table or segment; the first
			   of two; the count of a list; the exponent of an alignment */
	uint32_t second_index;
	const struct wasm_opcode_info *info;
	uint64_t offset; /* of the opcode in the source */
	union {
		uint64_t bits;       /* a constant, zero-extended; the offset of a memory access */
		int64_t block;       /* a type's index, WASM_BLOCK_EMPTY, or a type as s33 */
		enum wasm_type type; /* of ref.null */
		struct bytes list;   /* labels (the default one last) or types */
	};
};

/* Reads an instruction; an encoding that is malformed is remembered by the cursor. */
void wasm_instruction_read(struct bytes *in, struct wasm_instruction *out);

/* Reads a value type, or a reference type; fails as the cursor does. */
enum wasm_type wasm_value_type_read(struct bytes *in);
enum wasm_type wasm_reference_type_read(struct bytes *in);

/*
 * Reads an expression with the `end` that closes it and checks its encoding alone. STATUS_MALFORMED
 * (the cursor knows the reason) or STATUS_LIMIT where blocks nest deeper than WASM_NESTING_MAX (the
 * cursor knows it as well). `has_data_count` allows instructions that name a data segment.
 */
must_check enum status wasm_expression_skip(struct bytes *in, bool has_data_count);

/* True for instructions that a module without a data count section must not use (5.5.16). */
static inline bool wasm_instruction_needs_data_count(const struct wasm_instruction *instruction)
{
	return instruction->code == WASM_OP_MEMORY_INIT || instruction->code == WASM_OP_DATA_DROP;
}

#endif

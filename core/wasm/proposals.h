/*
 * proposals: tells what is wrong with a module from what is merely not provided here. A byte that
 * means nothing in WebAssembly 2.0 is an error either way, with the same status; the reason is what
 * a person needs.
 */
#ifndef WASM_PROPOSALS_H
#define WASM_PROPOSALS_H

#include <stdint.h>

/* Where a byte or number stands. */
enum wasm_place {
	WASM_PLACE_VERSION, /* of the binary, with its layer in the upper half */
	WASM_PLACE_SECTION,
	WASM_PLACE_KIND,      /* of an import or export */
	WASM_PLACE_TYPE_FORM, /* in the type section */
	WASM_PLACE_TYPE,      /* a value type or reference type */
	WASM_PLACE_LIMITS,    /* their flags */
	WASM_PLACE_ALIGNMENT, /* of a memory access, with its flags */
	WASM_PLACE_MEMORY,    /* the index of a memory */
	WASM_PLACE_OPCODE,    /* one byte, or a prefix in the highest byte and a number */
	WASM_PLACE_CONSTANT   /* an opcode in a constant expression */
};

/* "not supported: ..." where a known proposal assigns the number, else `otherwise`. */
const char *wasm_proposal(enum wasm_place place, uint32_t number, const char *otherwise);

#endif

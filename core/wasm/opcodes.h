/*
 * opcodes: the table opcodes.def as constants and as records that can be looked up by opcode.
 */
#ifndef WASM_OPCODES_H
#define WASM_OPCODES_H

#include <stdint.h>

#include "module.h"

/* What follows an opcode in the binary format (core specification, 5.4). */
enum wasm_immediate {
	WASM_IMMEDIATE_NONE,
	WASM_IMMEDIATE_BLOCK,          /* a block type: s33 */
	WASM_IMMEDIATE_LABEL,          /* u32 */
	WASM_IMMEDIATE_LABELS,         /* vector of u32, and u32 */
	WASM_IMMEDIATE_FUNCTION,       /* u32 */
	WASM_IMMEDIATE_TYPE_TABLE,     /* u32 type, u32 table */
	WASM_IMMEDIATE_TYPES,          /* vector of value types */
	WASM_IMMEDIATE_LOCAL,          /* u32 */
	WASM_IMMEDIATE_GLOBAL,         /* u32 */
	WASM_IMMEDIATE_TABLE,          /* u32 */
	WASM_IMMEDIATE_MEMORY,         /* u32 alignment exponent, u32 offset */
	WASM_IMMEDIATE_MEMORY_ATOMIC,  /* the same; the alignment is the natural one */
	WASM_IMMEDIATE_MEMORY_INDEX,   /* u32, a zero byte in 2.0 */
	WASM_IMMEDIATE_ZERO,           /* a zero byte */
	WASM_IMMEDIATE_I32,            /* s32 */
	WASM_IMMEDIATE_I64,            /* s64 */
	WASM_IMMEDIATE_F32,            /* 4 bytes */
	WASM_IMMEDIATE_F64,            /* 8 bytes */
	WASM_IMMEDIATE_REFERENCE_TYPE, /* one byte */
	WASM_IMMEDIATE_DATA_MEMORY,    /* u32 segment, u32 memory */
	WASM_IMMEDIATE_DATA,           /* u32 segment */
	WASM_IMMEDIATE_MEMORY_MEMORY,  /* u32 to, u32 from */
	WASM_IMMEDIATE_ELEMENT_TABLE,  /* u32 segment, u32 table */
	WASM_IMMEDIATE_ELEMENT,        /* u32 segment */
	WASM_IMMEDIATE_TABLE_TABLE     /* u32 to, u32 from */
};

/* Opcodes of one byte come first, then those behind the prefixes 0xfc and 0xfe: the number of an
 * opcode in a table of all of them. */
enum {
	WASM_SINGLE_OPCODES = 0x100,
	WASM_FC_OPCODES = 0x12,
	WASM_FE_OPCODES = 0x4f,
	WASM_OPCODE_ROWS = WASM_SINGLE_OPCODES + WASM_FC_OPCODES + WASM_FE_OPCODES
};
#define WASM_OPCODE_ROW(code)                                                                      \
	((code) < WASM_SINGLE_OPCODES ? (code)                                                     \
	 : (code) < 0xfe00            ? WASM_SINGLE_OPCODES + ((code) & 0xff)                      \
				      : WASM_SINGLE_OPCODES + WASM_FC_OPCODES + ((code) & 0xff))

enum wasm_opcode {
#define WASM_OPCODE(name, code, text, immediate, signature, feature) name = (code),
#include "opcodes.def"
#undef WASM_OPCODE
};

struct wasm_opcode_info {
	const char *text;      /* as the text format writes it; NULL for a code that is none */
	const char *signature; /* NULL where it depends on more than the opcode */
	enum wasm_immediate immediate;
	uint32_t feature; /* bits of enum wasm_feature */
};

/* By WASM_OPCODE_ROW. */
extern const struct wasm_opcode_info wasm_opcode_rows[WASM_OPCODE_ROWS];
extern const struct wasm_opcode_info wasm_opcode_none;

/* The row of an opcode; its `text` is NULL where there is no such instruction. */
static inline const struct wasm_opcode_info *wasm_opcode_info(uint32_t code)
{
	if (code < WASM_SINGLE_OPCODES || (code >= 0xfc00 && code < 0xfc00 + WASM_FC_OPCODES) ||
	    (code >= 0xfe00 && code < 0xfe00 + WASM_FE_OPCODES))
		return &wasm_opcode_rows[WASM_OPCODE_ROW(code)];
	return &wasm_opcode_none;
}

#endif

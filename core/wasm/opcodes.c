#include "opcodes.h"

#include <stddef.h>

enum { SINGLE_BYTE_OPCODES = 0x100, PREFIX_FC_OPCODES = 0x12 };

/* Opcodes of one byte come first, then those behind the prefix 0xfc. */
#define ROW(code) ((code) < SINGLE_BYTE_OPCODES ? (code) : SINGLE_BYTE_OPCODES + ((code) & 0xff))

static const struct wasm_opcode_info rows[SINGLE_BYTE_OPCODES + PREFIX_FC_OPCODES] = {
#define WASM_OPCODE(name, code, text, immediate, signature, feature)                               \
	[ROW(code)] = {text, signature, immediate, feature},
#include "opcodes.def"
#undef WASM_OPCODE
};

const struct wasm_opcode_info *wasm_opcode_info(uint32_t code)
{
	static const struct wasm_opcode_info none = {0};
	if (code < SINGLE_BYTE_OPCODES)
		return &rows[code];
	if (code >= 0xfc00 && code < 0xfc00 + PREFIX_FC_OPCODES)
		return &rows[ROW(code)];
	return &none;
}

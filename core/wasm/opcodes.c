#include "opcodes.h"

#include <stddef.h>

static const struct wasm_opcode_info rows[WASM_OPCODE_ROWS] = {
#define WASM_OPCODE(name, code, text, immediate, signature, feature)                               \
	[WASM_OPCODE_ROW(code)] = {text, signature, immediate, feature},
#include "opcodes.def"
#undef WASM_OPCODE
};

const struct wasm_opcode_info *wasm_opcode_info(uint32_t code)
{
	static const struct wasm_opcode_info none = {0};
	if (code < WASM_SINGLE_OPCODES || (code >= 0xfc00 && code < 0xfc00 + WASM_FC_OPCODES) ||
	    (code >= 0xfe00 && code < 0xfe00 + WASM_FE_OPCODES))
		return &rows[WASM_OPCODE_ROW(code)];
	return &none;
}

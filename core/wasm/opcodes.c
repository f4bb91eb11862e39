#include "opcodes.h"

#include <stddef.h>

const struct wasm_opcode_info wasm_opcode_rows[WASM_OPCODE_ROWS] = {
#define WASM_OPCODE(name, code, text, immediate, signature, feature)                               \
	[WASM_OPCODE_ROW(code)] = {text, signature, immediate, feature},
#include "opcodes.def"
#undef WASM_OPCODE
};

const struct wasm_opcode_info wasm_opcode_none = {0};

#include "instruction.h"

#include "limits.h"
#include "proposals.h"

static bool is_value_type(uint32_t byte)
{
	return byte == WASM_I32 || byte == WASM_I64 || byte == WASM_F32 || byte == WASM_F64 ||
	       byte == WASM_FUNCREF || byte == WASM_EXTERNREF;
}

enum wasm_type wasm_value_type_read(struct bytes *in)
{
	uint64_t offset = bytes_offset(in);
	uint8_t byte = bytes_u8(in);
	if (!is_value_type(byte))
		bytes_fail_at(in, offset,
			      wasm_proposal(WASM_PLACE_TYPE, byte, "malformed value type"));
	return byte;
}

enum wasm_type wasm_reference_type_read(struct bytes *in)
{
	uint64_t offset = bytes_offset(in);
	uint8_t byte = bytes_u8(in);
	if (byte != WASM_FUNCREF && byte != WASM_EXTERNREF)
		bytes_fail_at(in, offset,
			      wasm_proposal(WASM_PLACE_TYPE, byte, "malformed reference type"));
	return byte;
}

/* Types and the empty block are negative numbers of one byte (5.4.1). */
static int64_t read_block(struct bytes *in)
{
	uint64_t offset = bytes_offset(in);
	int64_t block = bytes_leb_s33(in);
	if (block >= 0 || block == WASM_BLOCK_EMPTY)
		return block;
	uint32_t byte = (uint32_t)block & 0x7f;
	if (block < -64)
		bytes_fail_at(in, offset, "malformed block type");
	else if (!is_value_type(byte))
		bytes_fail_at(in, offset,
			      wasm_proposal(WASM_PLACE_TYPE, byte, "malformed block type"));
	return block;
}

static void read_zero(struct bytes *in)
{
	uint64_t offset = bytes_offset(in);
	uint8_t byte = bytes_u8(in);
	if (byte != 0)
		bytes_fail_at(in, offset, "zero byte expected");
}

/* Only memory 0 can be named. */
static void read_memory_index(struct bytes *in)
{
	uint64_t offset = bytes_offset(in);
	uint8_t byte = bytes_u8(in);
	if (byte != 0)
		bytes_fail_at(in, offset,
			      wasm_proposal(WASM_PLACE_MEMORY, byte, "zero byte expected"));
}

/* The default label follows the `index` others. */
static void read_labels(struct bytes *in, struct wasm_instruction *out)
{
	out->index = bytes_leb_u32(in);
	out->list = *in;
	if (out->index >= bytes_left(in))
		bytes_fail(in, "unexpected end");
	for (uint64_t i = 0; i <= out->index && bytes_ok(in); i++)
		bytes_leb_u32(in);
	out->list.end = in->next;
}

static void read_types(struct bytes *in, struct wasm_instruction *out)
{
	out->index = bytes_leb_u32(in);
	out->list = *in;
	for (uint32_t i = 0; i < out->index && bytes_ok(in); i++)
		wasm_value_type_read(in);
	out->list.end = in->next;
}

static void read_memory(struct bytes *in, struct wasm_instruction *out)
{
	uint64_t offset = bytes_offset(in);
	out->index = bytes_leb_u32(in);
	if (out->index >= 32)
		bytes_fail_at(
		    in, offset,
		    wasm_proposal(WASM_PLACE_ALIGNMENT, out->index, "malformed memop flags"));
	out->bits = bytes_leb_u32(in);
}

static void read_immediate(struct bytes *in, struct wasm_instruction *out)
{
	switch (out->info->immediate) {
	case WASM_IMMEDIATE_NONE:
		return;
	case WASM_IMMEDIATE_BLOCK:
		out->block = read_block(in);
		return;
	case WASM_IMMEDIATE_LABELS:
		read_labels(in, out);
		return;
	case WASM_IMMEDIATE_TYPES:
		read_types(in, out);
		return;
	case WASM_IMMEDIATE_LABEL:
	case WASM_IMMEDIATE_FUNCTION:
	case WASM_IMMEDIATE_LOCAL:
	case WASM_IMMEDIATE_GLOBAL:
	case WASM_IMMEDIATE_TABLE:
	case WASM_IMMEDIATE_DATA:
	case WASM_IMMEDIATE_ELEMENT:
		out->index = bytes_leb_u32(in);
		return;
	case WASM_IMMEDIATE_TYPE_TABLE:
	case WASM_IMMEDIATE_ELEMENT_TABLE:
	case WASM_IMMEDIATE_TABLE_TABLE:
		out->index = bytes_leb_u32(in);
		out->second_index = bytes_leb_u32(in);
		return;
	case WASM_IMMEDIATE_MEMORY:
	case WASM_IMMEDIATE_MEMORY_ATOMIC:
		read_memory(in, out);
		return;
	case WASM_IMMEDIATE_MEMORY_INDEX:
		read_memory_index(in);
		return;
	case WASM_IMMEDIATE_ZERO:
		read_zero(in);
		return;
	case WASM_IMMEDIATE_MEMORY_MEMORY:
		read_memory_index(in);
		read_memory_index(in);
		return;
	case WASM_IMMEDIATE_DATA_MEMORY:
		out->index = bytes_leb_u32(in);
		read_memory_index(in);
		return;
	case WASM_IMMEDIATE_I32:
		out->bits = (uint32_t)bytes_leb_s32(in);
		return;
	case WASM_IMMEDIATE_I64:
		out->bits = (uint64_t)bytes_leb_s64(in);
		return;
	case WASM_IMMEDIATE_F32:
		out->bits = bytes_u32(in);
		return;
	case WASM_IMMEDIATE_F64:
		out->bits = bytes_u64(in);
		return;
	case WASM_IMMEDIATE_REFERENCE_TYPE:
		out->type = wasm_reference_type_read(in);
		return;
	}
}

/* Prefixes that are unknown are read only now. */
static void refuse_opcode(struct bytes *in, uint64_t offset)
{
	struct bytes again = *in;
	again.next = again.start + offset;
	uint32_t code = bytes_u8(&again);
	if (code >= 0xfb && code <= 0xfe) {
		uint32_t number = bytes_leb_u32(&again);
		code = number < 1u << 24 && bytes_ok(&again) ? code << 24 | number : UINT32_MAX;
	}
	bytes_fail_at(in, offset, wasm_proposal(WASM_PLACE_OPCODE, code, "illegal opcode"));
}

void wasm_instruction_read(struct bytes *in, struct wasm_instruction *out)
{
	out->offset = bytes_offset(in);
	out->index = 0;
	out->second_index = 0;
	uint8_t first = bytes_u8(in);
	out->code = first;
	if (out->code == 0xfc || out->code == 0xfe) {
		uint32_t number = bytes_leb_u32(in);
		out->code = number < 0x100 ? out->code << 8 | number : UINT32_MAX;
	}
	out->info = wasm_opcode_info(out->code);
	if (out->info->text == NULL)
		refuse_opcode(in, out->offset);
	read_immediate(in, out);
}

/* Keeps, for each open block, whether an `else` may still follow: it opened with `if`. */
struct nesting {
	uint32_t depth;
	uint8_t may_have_else[WASM_NESTING_MAX / 8];
};

static void nesting_set(struct nesting *nesting, bool may_have_else)
{
	uint32_t block = nesting->depth - 1;
	uint8_t bit = (uint8_t)(1u << (block & 7));
	uint8_t *byte = &nesting->may_have_else[block / 8];
	*byte = (uint8_t)(may_have_else ? *byte | bit : *byte & ~bit);
}

static bool nesting_may_have_else(const struct nesting *nesting)
{
	uint32_t block = nesting->depth - 1;
	return (nesting->may_have_else[block / 8] >> (block & 7) & 1) != 0;
}

enum status wasm_expression_skip(struct bytes *in, bool has_data_count)
{
	struct nesting nesting;
	struct wasm_instruction instruction;
	nesting.depth = 1;
	nesting_set(&nesting, false);
	while (nesting.depth > 0 && bytes_ok(in)) {
		wasm_instruction_read(in, &instruction);
		if (wasm_instruction_needs_data_count(&instruction) && !has_data_count)
			bytes_fail_at(in, instruction.offset, "data count section required");
		if (instruction.info->immediate == WASM_IMMEDIATE_BLOCK) {
			if (nesting.depth == WASM_NESTING_MAX) {
				bytes_fail_at(in, instruction.offset, "blocks nest too deep");
				return STATUS_LIMIT;
			}
			nesting.depth++;
			nesting_set(&nesting, instruction.code == WASM_OP_IF);
		} else if (instruction.code == WASM_OP_ELSE) {
			if (!nesting_may_have_else(&nesting))
				bytes_fail_at(in, instruction.offset, "misplaced else");
			nesting_set(&nesting, false);
		} else if (instruction.code == WASM_OP_END) {
			nesting.depth--;
		}
	}
	return bytes_status(in);
}

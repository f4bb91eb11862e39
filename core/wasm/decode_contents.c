#include "decode.h"

#include "instruction.h"
#include "limits.h"

/* Turns a single instruction into a constant; false where it cannot be one. */
static bool constant_from(const struct wasm_instruction *instruction, struct wasm_constant *out)
{
	out->kind = WASM_CONSTANT_VALUE;
	switch (instruction->code) {
	case WASM_OP_I32_CONST:
		out->type = WASM_I32;
		out->bits = instruction->bits;
		return true;
	case WASM_OP_I64_CONST:
		out->type = WASM_I64;
		out->bits = instruction->bits;
		return true;
	case WASM_OP_F32_CONST:
		out->type = WASM_F32;
		out->bits = instruction->bits;
		return true;
	case WASM_OP_F64_CONST:
		out->type = WASM_F64;
		out->bits = instruction->bits;
		return true;
	case WASM_OP_REF_NULL:
		out->type = instruction->type;
		return true;
	case WASM_OP_REF_FUNC:
		out->kind = WASM_CONSTANT_FUNCTION;
		out->type = WASM_FUNCREF;
		out->index = instruction->index;
		return true;
	case WASM_OP_GLOBAL_GET:
		out->kind = WASM_CONSTANT_GLOBAL;
		out->index = instruction->index;
		return true;
	default:
		return false;
	}
}

/* Any expression may stand here in the binary format; which are constant is a matter of validity,
 * which reads those that are not known to be from `offset` once more. */
static struct wasm_constant decode_constant(struct wasm_decoder *decoder)
{
	struct bytes *in = &decoder->in;
	struct bytes start = *in;
	struct wasm_constant constant = {.offset = bytes_offset(in)};
	struct wasm_instruction first;
	wasm_instruction_read(in, &first);
	if (bytes_ok(in) && constant_from(&first, &constant) && bytes_left(in) > 0 &&
	    *in->next == WASM_OP_END) {
		bytes_u8(in);
		return constant;
	}
	*in = start;
	constant.kind = WASM_CONSTANT_OTHER;
	enum status status = wasm_expression_skip(in, true);
	if (status != STATUS_OK)
		decoder->status = status;
	return constant;
}

void wasm_decode_globals(struct wasm_decoder *decoder)
{
	struct wasm_module *module = decoder->module;
	uint32_t old = module->global_count;
	uint32_t count = wasm_decode_count(decoder, WASM_GLOBALS_MAX - old, "too many globals");
	struct wasm_global_type *globals =
	    wasm_decode_extend(decoder, module->globals, old, count, sizeof *globals);
	struct wasm_constant *values = wasm_decode_array(decoder, count, sizeof *values);
	for (uint32_t i = 0; i < count && bytes_ok(&decoder->in); i++) {
		globals[old + i] = wasm_decode_global_type(decoder);
		values[i] = decode_constant(decoder);
	}
	module->globals = globals;
	module->global_values = values;
	module->global_count = old + count;
}

/* The bits of an element segment's flags (5.5.12); those of a data segment are named alike. */
enum {
	SEGMENT_NOT_ACTIVE = 1,
	SEGMENT_EXPLICIT = 2, /* an index is given; of segments that are not active: declarative */
	SEGMENT_EXPRESSIONS = 4,
	ELEMENT_FLAGS_MAX = 7,
	DATA_FLAGS_MAX = 2
};

static enum wasm_segment_mode segment_mode(uint32_t flags)
{
	if ((flags & SEGMENT_NOT_ACTIVE) == 0)
		return WASM_SEGMENT_ACTIVE;
	return (flags & SEGMENT_EXPLICIT) == 0 ? WASM_SEGMENT_PASSIVE : WASM_SEGMENT_DECLARATIVE;
}

/* The type of a segment's items. Short forms leave it out; others give a kind, 0 for functions, or
 * a reference type where the items are expressions. */
static enum wasm_type decode_element_type(struct wasm_decoder *decoder, uint32_t flags)
{
	if ((flags & (SEGMENT_NOT_ACTIVE | SEGMENT_EXPLICIT)) == 0)
		return WASM_FUNCREF;
	if ((flags & SEGMENT_EXPRESSIONS) != 0)
		return wasm_reference_type_read(&decoder->in);
	uint64_t offset = bytes_offset(&decoder->in);
	if (bytes_u8(&decoder->in) != 0)
		bytes_fail_at(&decoder->in, offset, "malformed element kind");
	return WASM_FUNCREF;
}

static void decode_items(struct wasm_decoder *decoder, uint32_t flags,
			 struct wasm_element_segment *segment)
{
	struct bytes *in = &decoder->in;
	uint32_t room = WASM_ELEMENTS_MAX - decoder->element_total;
	uint32_t count = wasm_decode_count(decoder, room, "too many elements");
	struct wasm_constant *items = wasm_decode_array(decoder, count, sizeof *items);
	for (uint32_t i = 0; i < count && bytes_ok(in); i++) {
		if ((flags & SEGMENT_EXPRESSIONS) != 0) {
			items[i] = decode_constant(decoder);
			continue;
		}
		items[i] = (struct wasm_constant){.kind = WASM_CONSTANT_FUNCTION,
						  .type = WASM_FUNCREF,
						  .offset = bytes_offset(in)};
		items[i].index = bytes_leb_u32(in);
	}
	segment->items = items;
	segment->count = count;
	decoder->element_total += count;
}

static void decode_element_segment(struct wasm_decoder *decoder,
				   struct wasm_element_segment *segment)
{
	struct bytes *in = &decoder->in;
	segment->offset = bytes_offset(in);
	uint32_t flags = bytes_leb_u32(in);
	if (flags > ELEMENT_FLAGS_MAX)
		bytes_fail_at(in, segment->offset, "malformed elements segment kind");
	segment->mode = segment_mode(flags);
	if (segment->mode == WASM_SEGMENT_ACTIVE) {
		if ((flags & SEGMENT_EXPLICIT) != 0)
			segment->table = bytes_leb_u32(in);
		segment->start = decode_constant(decoder);
	}
	segment->type = decode_element_type(decoder, flags);
	decode_items(decoder, flags, segment);
}

void wasm_decode_elements(struct wasm_decoder *decoder)
{
	struct wasm_module *module = decoder->module;
	uint32_t count =
	    wasm_decode_count(decoder, WASM_ELEMENT_SEGMENTS_MAX, "too many element segments");
	struct wasm_element_segment *segments = wasm_decode_array(decoder, count, sizeof *segments);
	for (uint32_t i = 0; i < count && bytes_ok(&decoder->in); i++)
		decode_element_segment(decoder, &segments[i]);
	module->elements = segments;
	module->element_count = count;
}

static void decode_locals(struct wasm_decoder *decoder, struct wasm_body *body)
{
	struct bytes *in = &decoder->in;
	uint32_t count = wasm_decode_count(decoder, UINT32_MAX, "");
	struct wasm_local_run *runs = wasm_decode_array(decoder, count, sizeof *runs);
	uint64_t total = 0;
	for (uint32_t i = 0; i < count && bytes_ok(in); i++) {
		runs[i].count = bytes_leb_u32(in);
		total += runs[i].count;
		if (total > UINT32_MAX)
			bytes_fail(in, "too many locals");
		runs[i].type = wasm_value_type_read(in);
	}
	if (total > WASM_LOCALS_MAX)
		wasm_decode_fail(decoder, STATUS_LIMIT, "too many locals");
	body->local_count = (uint32_t)total;
	body->local_run_count = count;
	body->local_runs = runs;
}

static void decode_body(struct wasm_decoder *decoder, struct wasm_body *body)
{
	struct bytes *in = &decoder->in;
	uint32_t size = wasm_decode_count(decoder, WASM_BODY_BYTES_MAX, "a function is too large");
	const uint8_t *end = in->end;
	in->end = in->next + size;
	decode_locals(decoder, body);
	body->code_offset = bytes_offset(in);
	body->code_size = (uint32_t)bytes_left(in);
	body->code = bytes_take(in, body->code_size);
	in->end = end;
}

void wasm_decode_code(struct wasm_decoder *decoder)
{
	struct wasm_module *module = decoder->module;
	uint32_t imported = module->imported_function_count;
	uint32_t count = wasm_decode_count(decoder, WASM_FUNCTIONS_MAX, "too many functions");
	if (count != module->function_count - imported)
		bytes_fail(&decoder->in, "function and code section have inconsistent lengths");
	struct wasm_body *bodies = wasm_decode_array(decoder, count, sizeof *bodies);
	for (uint32_t i = 0; i < count && bytes_ok(&decoder->in); i++) {
		bodies[i].type = module->function_types[imported + i];
		decode_body(decoder, &bodies[i]);
	}
	module->bodies = bodies;
}

static void decode_data_segment(struct wasm_decoder *decoder, struct wasm_data_segment *segment)
{
	struct bytes *in = &decoder->in;
	segment->offset = bytes_offset(in);
	uint32_t flags = bytes_leb_u32(in);
	if (flags > DATA_FLAGS_MAX)
		bytes_fail_at(in, segment->offset, "malformed data segment kind");
	segment->mode = segment_mode(flags);
	if (segment->mode == WASM_SEGMENT_ACTIVE) {
		if ((flags & SEGMENT_EXPLICIT) != 0)
			segment->memory = bytes_leb_u32(in);
		segment->start = decode_constant(decoder);
	}
	segment->size = bytes_leb_u32(in);
	segment->data = bytes_take(in, segment->size);
}

void wasm_decode_data(struct wasm_decoder *decoder)
{
	struct wasm_module *module = decoder->module;
	uint32_t count =
	    wasm_decode_count(decoder, WASM_DATA_SEGMENTS_MAX, "too many data segments");
	if (module->has_data_count && count != module->data_count)
		bytes_fail(&decoder->in, "data count and data section have inconsistent lengths");
	struct wasm_data_segment *segments = wasm_decode_array(decoder, count, sizeof *segments);
	for (uint32_t i = 0; i < count && bytes_ok(&decoder->in); i++)
		decode_data_segment(decoder, &segments[i]);
	module->data = segments;
	module->data_count = count;
}

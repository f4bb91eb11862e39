#include "translate.h"

#include "limits.h"
#include "mem.h"
#include "text.h"

/* ---- Instructions that forms.def has no row for ---- */

static void global_get(struct translator *t, uint32_t index)
{
	uint32_t imported = t->module->imported_global_count;
	enum wasm_form form = index < imported ? FORM_IMPORTED_GLOBAL_GET : FORM_GLOBAL_GET;
	translate_push_result(t, 0,
			      word_index(WASM_OPERATOR(form, VARIANT_S), 0,
					 index < imported ? index : index - imported),
			      NULL, NEWEST_INTEGER);
}

static void global_set(struct translator *t, uint32_t index)
{
	uint32_t imported = t->module->imported_global_count;
	enum wasm_form form = index < imported ? FORM_IMPORTED_GLOBAL_SET : FORM_GLOBAL_SET;
	uint16_t value = translate_use(t, translate_height(t) - 1);
	translate_pop(t, 1);
	translate_emit(t, word_index(WASM_OPERATOR(form, VARIANT_S), value,
				     index < imported ? index : index - imported));
}

/* Operators that push a result and have up to two operands, in b and c. */
static void simple(struct translator *t, enum wasm_form form, uint32_t count, uint32_t extra_c)
{
	uint32_t height = translate_height(t);
	uint16_t b = count > 0 ? translate_use(t, height - count) : 0;
	uint16_t c = count > 1 ? translate_use(t, height - 1) : (uint16_t)extra_c;
	translate_push_result(t, count, word_abc(WASM_OPERATOR(form, VARIANT_S), 0, b, c), NULL,
			      NEWEST_INTEGER);
}

/* Operators over ranges take three operands, in a, b and c, and need a second word. */
static void over_range(struct translator *t, enum wasm_form form, const union wasm_word *second)
{
	uint32_t height = translate_height(t);
	uint16_t a = translate_use(t, height - 3);
	uint16_t b = translate_use(t, height - 2);
	uint16_t c = translate_use(t, height - 1);
	translate_pop(t, 3);
	translate_emit(t, word_abc(WASM_OPERATOR(form, VARIANT_S), a, b, c));
	if (second != NULL)
		translate_emit_more(t, *second);
}

static void table_instruction(struct translator *t, const struct wasm_instruction *instruction)
{
	uint32_t table = instruction->index;
	uint32_t height = translate_height(t);
	union wasm_word second = {.index = table};
	switch (instruction->code) {
	case WASM_OP_TABLE_GET:
		simple(t, FORM_TABLE_GET, 1, table);
		return;
	case WASM_OP_TABLE_SET: {
		uint16_t index = translate_use(t, height - 2);
		uint16_t value = translate_use(t, height - 1);
		translate_pop(t, 2);
		translate_emit(
		    t, word_abc(WASM_OPERATOR(FORM_TABLE_SET, VARIANT_S), index, value, table));
		return;
	}
	case WASM_OP_TABLE_SIZE:
		translate_push_result(
		    t, 0, word_index(WASM_OPERATOR(FORM_TABLE_SIZE, VARIANT_S), 0, table), NULL,
		    NEWEST_INTEGER);
		return;
	case WASM_OP_TABLE_GROW: {
		uint16_t value = translate_use(t, height - 2);
		uint16_t count = translate_use(t, height - 1);
		translate_push_result(
		    t, 2, word_abc(WASM_OPERATOR(FORM_TABLE_GROW, VARIANT_S), 0, value, count),
		    &second.bits, NEWEST_INTEGER);
		return;
	}
	case WASM_OP_TABLE_FILL:
		over_range(t, FORM_TABLE_FILL, &second);
		return;
	case WASM_OP_TABLE_COPY:
		second = word_abc(0, 0, table, instruction->second_index);
		over_range(t, FORM_TABLE_COPY, &second);
		return;
	case WASM_OP_TABLE_INIT:
		second = word_index(0, instruction->second_index, instruction->index);
		over_range(t, FORM_TABLE_INIT, &second);
		return;
	}
}

static void drop_segment(struct translator *t, enum wasm_form form, uint32_t segment)
{
	translate_emit(t, word_index(WASM_OPERATOR(form, VARIANT_S), 0, segment));
}

/* Tables, references and ranges of memory; false for anything else. */
static bool bulk(struct translator *t, const struct wasm_instruction *instruction)
{
	union wasm_word second = {.index = instruction->index};
	switch (instruction->code) {
	case WASM_OP_TABLE_GET:
	case WASM_OP_TABLE_SET:
	case WASM_OP_TABLE_SIZE:
	case WASM_OP_TABLE_GROW:
	case WASM_OP_TABLE_FILL:
	case WASM_OP_TABLE_COPY:
	case WASM_OP_TABLE_INIT:
		translate_note(t, instruction->offset);
		table_instruction(t, instruction);
		return true;
	case WASM_OP_ELEM_DROP:
		drop_segment(t, FORM_ELEMENT_DROP, instruction->index);
		return true;
	case WASM_OP_DATA_DROP:
		drop_segment(t, FORM_DATA_DROP, instruction->index);
		return true;
	case WASM_OP_MEMORY_SIZE:
		simple(t, FORM_MEMORY_SIZE, 0, 0);
		return true;
	case WASM_OP_MEMORY_GROW:
		simple(t, FORM_MEMORY_GROW, 1, 0);
		return true;
	case WASM_OP_MEMORY_FILL:
		translate_note(t, instruction->offset);
		over_range(t, FORM_MEMORY_FILL, NULL);
		return true;
	case WASM_OP_MEMORY_COPY:
		translate_note(t, instruction->offset);
		over_range(t, FORM_MEMORY_COPY, NULL);
		return true;
	case WASM_OP_MEMORY_INIT:
		translate_note(t, instruction->offset);
		over_range(t, FORM_MEMORY_INIT, &second);
		return true;
	case WASM_OP_REF_FUNC:
		translate_push_result(t, 0,
				      word_index(WASM_OPERATOR(FORM_FUNCTION_REFERENCE, VARIANT_S),
						 0, instruction->index),
				      NULL, NEWEST_INTEGER);
		return true;
	default:
		return false;
	}
}

/* Arguments go to their own slots, which are where the callee has its parameters. */
static uint16_t pass_arguments(struct translator *t, const struct wasm_function_type *type)
{
	translate_settle(t, type->parameter_count);
	translate_pop(t, type->parameter_count);
	uint16_t base = translate_operand_slot(t, translate_height(t));
	translate_push_slots(t, type->result_count);
	return base;
}

static void call(struct translator *t, const struct wasm_instruction *instruction)
{
	const struct wasm_function_type *type =
	    wasm_module_function_type(t->module, instruction->index);
	bool is_import = instruction->index < t->module->imported_function_count;
	enum wasm_form form = is_import ? FORM_CALL_IMPORT : FORM_CALL;
	uint16_t base = pass_arguments(t, type);
	translate_note(t, instruction->offset);
	if (!is_import && growable_reserve(&t->calls, 1))
		((uint32_t *)t->calls.items)[t->calls.count++] = t->words.count;
	else if (!is_import)
		translate_fail(t, STATUS_NO_MEMORY, "out of memory");
	translate_emit(t, word_index(WASM_OPERATOR(form, VARIANT_S), base, instruction->index));
	if (is_import)
		translate_emit_more(t, word_bits(0));
	translate_forget(t);
	if (!is_import && type->result_count == 1)
		t->newest[NEWEST_INTEGER] = base;
}

static void call_indirect(struct translator *t, const struct wasm_instruction *instruction)
{
	const struct wasm_function_type *type = &t->module->types[instruction->index];
	uint16_t index = translate_use(t, translate_height(t) - 1);
	translate_pop(t, 1);
	uint16_t base = pass_arguments(t, type);
	translate_note(t, instruction->offset);
	translate_emit(t, word_abc(WASM_OPERATOR(FORM_CALL_INDIRECT, VARIANT_S), base, index,
				   instruction->second_index));
	translate_emit_more(t, (union wasm_word){.index = instruction->index});
	translate_forget(t);
}

/* What may leave the thread: as a call of the host's, over operands in their own slots. */
static void call_waits(struct translator *t, const struct wasm_instruction *instruction,
		       enum wasm_form form, uint32_t count)
{
	translate_settle(t, count);
	translate_pop(t, count);
	uint16_t base = translate_operand_slot(t, translate_height(t));
	translate_push_slots(t, 1);
	translate_note(t, instruction->offset);
	translate_emit(t, word_abc(WASM_OPERATOR(form, VARIANT_S), base, 0, 0));
	translate_emit_more(t, word_bits(instruction->bits));
	translate_forget(t);
}

/* Instructions of shared memory that forms.def has no row of its kinds for; false for any other. */
static bool shared(struct translator *t, const struct wasm_instruction *instruction)
{
	switch (instruction->code) {
	case WASM_OP_ATOMIC_NOTIFY:
		call_waits(t, instruction, FORM_ATOMIC_NOTIFY, 2);
		return true;
	case WASM_OP_ATOMIC_WAIT32:
		call_waits(t, instruction, FORM_ATOMIC_WAIT32, 3);
		return true;
	case WASM_OP_ATOMIC_WAIT64:
		call_waits(t, instruction, FORM_ATOMIC_WAIT64, 3);
		return true;
	case WASM_OP_ATOMIC_FENCE:
		translate_emit(t, word_abc(WASM_OPERATOR(FORM_ATOMIC_FENCE, VARIANT_S), 0, 0, 0));
		return true;
	default:
		return false;
	}
}

static void select(struct translator *t)
{
	uint32_t height = translate_height(t);
	uint16_t first = translate_use(t, height - 3);
	union wasm_word second = {.a = translate_use(t, height - 2)};
	uint16_t condition = translate_use(t, height - 1);
	translate_push_result(t, 3,
			      word_abc(WASM_OPERATOR(FORM_SELECT, VARIANT_S), 0, first, condition),
			      &second.bits, NEWEST_INTEGER);
}

/* Is the operand zero? A comparison with a constant, as if it had been written out. */
static void is_zero(struct translator *t, struct wasm_instruction *instruction, uint32_t code)
{
	instruction->code = code;
	instruction->info = wasm_opcode_info(code);
	translate_push_constant(t, 0);
	translate_operate(t, instruction);
}

static void control(struct translator *t, const struct wasm_instruction *instruction)
{
	switch (instruction->code) {
	case WASM_OP_BLOCK:
	case WASM_OP_LOOP:
	case WASM_OP_IF:
		translate_open(t, instruction);
		return;
	case WASM_OP_ELSE:
		translate_else(t);
		return;
	case WASM_OP_END:
		translate_end(t);
		return;
	case WASM_OP_BR:
		translate_branch(t, instruction->index);
		return;
	case WASM_OP_BR_IF:
		translate_branch_if(t, instruction->index);
		return;
	case WASM_OP_BR_TABLE:
		translate_branch_table(t, instruction);
		return;
	case WASM_OP_RETURN:
		translate_return(t);
		return;
	case WASM_OP_UNREACHABLE:
		translate_note(t, instruction->offset);
		translate_emit(t, word_abc(WASM_OPERATOR(FORM_UNREACHABLE, VARIANT_S), 0, 0, 0));
		t->is_reachable = false;
		return;
	}
}

static void instruction_reachable(struct translator *t, struct wasm_instruction *instruction)
{
	switch (instruction->code) {
	case WASM_OP_NOP:
	case WASM_OP_I64_EXTEND_I32_U: /* the high half of an i32's slot is zero */
	case WASM_OP_I32_REINTERPRET_F32:
	case WASM_OP_I64_REINTERPRET_F64:
	case WASM_OP_F32_REINTERPRET_I32:
	case WASM_OP_F64_REINTERPRET_I64:
		return;
	case WASM_OP_DROP:
		translate_pop(t, 1);
		return;
	case WASM_OP_SELECT:
	case WASM_OP_SELECT_TYPED:
		select(t);
		return;
	case WASM_OP_LOCAL_GET:
		translate_push_local(t, instruction->index);
		return;
	case WASM_OP_LOCAL_SET:
	case WASM_OP_LOCAL_TEE:
		translate_set_local(t, instruction->index, instruction->code == WASM_OP_LOCAL_TEE);
		return;
	case WASM_OP_GLOBAL_GET:
		global_get(t, instruction->index);
		return;
	case WASM_OP_GLOBAL_SET:
		global_set(t, instruction->index);
		return;
	case WASM_OP_I32_CONST:
	case WASM_OP_I64_CONST:
	case WASM_OP_F32_CONST:
	case WASM_OP_F64_CONST:
		translate_push_constant(t, instruction->bits);
		return;
	case WASM_OP_REF_NULL:
		translate_push_constant(t, 0);
		return;
	case WASM_OP_I32_EQZ:
		is_zero(t, instruction, WASM_OP_I32_EQ);
		return;
	case WASM_OP_I64_EQZ:
	case WASM_OP_REF_IS_NULL:
		is_zero(t, instruction, WASM_OP_I64_EQ);
		return;
	case WASM_OP_CALL:
		call(t, instruction);
		return;
	case WASM_OP_CALL_INDIRECT:
		call_indirect(t, instruction);
		return;
	default:
		if (!translate_operate(t, instruction) && !bulk(t, instruction) &&
		    !shared(t, instruction))
			control(t, instruction);
	}
}

/* Of code that cannot be reached only the blocks are counted. */
static void instruction_unreachable(struct translator *t, struct wasm_instruction *instruction)
{
	switch (instruction->code) {
	case WASM_OP_BLOCK:
	case WASM_OP_LOOP:
	case WASM_OP_IF:
		t->skipped_blocks++;
		return;
	case WASM_OP_ELSE:
		if (t->skipped_blocks == 0)
			translate_else(t);
		return;
	case WASM_OP_END:
		if (t->skipped_blocks == 0)
			translate_end(t);
		else
			t->skipped_blocks--;
		return;
	}
}

/* ---- Functions ---- */

/* Room for the list heads of the locals, all of which are empty between two functions. */
static void prepare_locals(struct translator *t)
{
	uint32_t before = t->local_heads.capacity;
	t->local_heads.count = 0;
	if (!growable_reserve(&t->local_heads, t->local_count))
		translate_fail(t, STATUS_NO_MEMORY, "out of memory");
	else if (t->local_heads.capacity != before)
		memset(t->local_heads.items, 0, t->local_heads.capacity * sizeof(uint32_t));
}

static void translate_body(struct translator *t)
{
	t->in = bytes_over(t->module->source, t->module->source_size);
	t->in.next = t->body->code;
	t->in.end = t->body->code + t->body->code_size;
	t->note_word = t->entry;
	t->note_offset = t->body->code_offset;
	t->is_reachable = true;
	t->skipped_blocks = 0;
	t->height_max = 0;
	t->clean_height = 0;
	t->jumps.count = 0;
	t->needs_long_branches = false;
	translate_forget(t);
	if (!growable_reserve(&t->labels, 1)) {
		translate_fail(t, STATUS_NO_MEMORY, "out of memory");
		return;
	}
	((struct label *)t->labels.items)[0] =
	    (struct label){.code = WASM_OP_BLOCK, .result_count = t->type->result_count};
	t->labels.count = 1;
	while (t->labels.count > 0 && t->status == STATUS_OK) {
		struct wasm_instruction instruction;
		wasm_instruction_read(&t->in, &instruction);
		if (t->is_reachable)
			instruction_reachable(t, &instruction);
		else
			instruction_unreachable(t, &instruction);
	}
	translate_pop(t, translate_height(t));
}

/* One more for a constant that takes part in an operator of its own (is_zero). */
_Static_assert(WASM_PARAMETERS_MAX + FRAME_RECORD_SLOTS + WASM_LOCALS_MAX + WASM_OPERANDS_MAX + 1 <=
		   UINT16_MAX,
	       "every frame that passes validation has slot numbers of 16 bits");

/* A body whose branches do not all reach their target with 16 bits is translated once more. */
static void translate_function(struct translator *t, struct wasm_code *code)
{
	uint32_t first_note = t->notes.count;
	uint32_t first_call = t->calls.count;
	t->local_count = t->type->parameter_count + t->body->local_count;
	t->operands_start = t->local_count + FRAME_RECORD_SLOTS;
	prepare_locals(t);
	uint32_t header = translate_emit_more(t, word_bits(0));
	t->entry = header + 1;
	t->has_long_branches = false;
	translate_body(t);
	if (t->needs_long_branches && t->status == STATUS_OK) {
		t->words.count = t->entry;
		t->notes.count = first_note;
		t->calls.count = first_call;
		t->has_long_branches = true;
		translate_body(t);
	}
	if (t->status != STATUS_OK)
		return;
	translate_word(t, header)->header.parameters = (uint16_t)t->type->parameter_count;
	translate_word(t, header)->header.locals = (uint16_t)t->body->local_count;
	translate_word(t, header)->header.slots = t->operands_start + t->height_max;
	code->word_count = t->words.count - t->entry;
	code->note_bytes = t->notes.count - first_note;
}

/* ---- The module ---- */

/* Room for what most modules need: a fifth of a word for a byte of code, and a seventh of a byte of
 * notes. So the arrays need not be copied as they grow. */
static void prepare_room(struct translator *t, uint32_t count)
{
	uint64_t code_bytes = 0;
	for (uint32_t i = 0; i < count; i++)
		code_bytes += t->module->bodies[i].code_size;
	uint32_t words = (uint32_t)(code_bytes / 4) + count;
	uint32_t notes = (uint32_t)(code_bytes / 6) + 1;
	if (growable_reserve(&t->words, words) && growable_reserve(&t->notes, notes))
		return;
	t->status = STATUS_NO_MEMORY;
	fault_set(t->fault, 0, "out of memory");
}

/* Hands what was collected over to the module. */
static void keep(struct translator *t, struct wasm_code *codes, uint32_t count)
{
	union wasm_word *words = t->words.items;
	const uint8_t *notes = t->notes.items;
	const union wasm_word *entry = words + 1;
	for (uint32_t i = 0; i < count; i++) {
		codes[i].entry = entry;
		codes[i].notes = notes;
		entry += codes[i].word_count + 1;
		notes += codes[i].note_bytes;
		t->module->bodies[i].form = &codes[i];
	}
	/* Now that all functions have their place, calls can say how far it is. */
	const uint32_t *calls = t->calls.items;
	for (uint32_t i = 0; i < t->calls.count; i++) {
		union wasm_word *word = &words[calls[i]];
		uint32_t callee = word->index - t->module->imported_function_count;
		word->distance = (int32_t)(codes[callee].entry - word);
	}
	t->module->code_words = t->words;
	t->module->code_notes = t->notes;
	growable_init(&t->words, sizeof(union wasm_word));
	growable_init(&t->notes, sizeof(uint8_t));
}

static void translate_functions(struct translator *t, struct wasm_code *codes, uint32_t count)
{
	for (uint32_t i = 0; i < count && t->status == STATUS_OK; i++) {
		t->function = t->module->imported_function_count + i;
		t->body = &t->module->bodies[i];
		t->type = &t->module->types[t->body->type];
		translate_function(t, &codes[i]);
	}
}

static void init(struct translator *t)
{
	growable_init(&t->words, sizeof(union wasm_word));
	growable_init(&t->notes, sizeof(uint8_t));
	growable_init(&t->calls, sizeof(uint32_t));
	growable_init(&t->operands, sizeof(struct operand));
	growable_init(&t->local_heads, sizeof(uint32_t));
	growable_init(&t->labels, sizeof(struct label));
	growable_init(&t->jumps, sizeof(struct jump));
}

static void reset(struct translator *t)
{
	growable_reset(&t->words);
	growable_reset(&t->notes);
	growable_reset(&t->calls);
	growable_reset(&t->operands);
	growable_reset(&t->local_heads);
	growable_reset(&t->labels);
	growable_reset(&t->jumps);
}

enum status wasm_translate(struct wasm_module *module, struct fault *fault)
{
	uint32_t count = module->function_count - module->imported_function_count;
	struct wasm_code *codes = arena_new_array(&module->arena, struct wasm_code, count);
	if (codes == NULL) {
		fault_set(fault, 0, "out of memory");
		return STATUS_NO_MEMORY;
	}
	struct translator t = {.module = module, .fault = fault, .status = STATUS_OK};
	init(&t);
	prepare_room(&t, count);
	translate_functions(&t, codes, count);
	if (t.status == STATUS_OK && count > 0)
		keep(&t, codes, count);
	reset(&t);
	return t.status;
}

/*
 * The algorithm is that of the specification's appendix ("Validation Algorithm"), on the stacks of
 * validate_stack.h. Code behind an unconditional branch may take whatever it wants from below the
 * block's own operands; such a value has the type WASM_UNKNOWN, which fits any.
 *
 * Time is linear in the size of the code but for lists of types: a branch of two bytes may carry
 * WASM_RESULTS_MAX values. Lists are therefore compared and copied as wholes where that is
 * possible, and the use of long ones is limited.
 */
#include "validate.h"

#include "instruction.h"
#include "mem.h"
#include "proposals.h"
#include "validate_stack.h"

#include "core/port.h"

/* ---- Blocks ---- */

static bool list_is_equal(struct wasm_type_list a, struct wasm_type_list b)
{
	return a.count == b.count &&
	       (a.count == 0 || memcmp(a.types, b.types, a.count * sizeof *a.types) == 0);
}

/* The types of a single value, to point at. */
static struct wasm_type_list list_of_one(enum wasm_type type)
{
	static const enum wasm_type all[] = {WASM_I32, WASM_I64,     WASM_F32,
					     WASM_F64, WASM_FUNCREF, WASM_EXTERNREF};
	for (uint32_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (all[i] == type)
			return (struct wasm_type_list){1, &all[i]};
	return (struct wasm_type_list){0, NULL};
}

static struct wasm_type_list parameters_of(const struct wasm_function_type *type)
{
	return (struct wasm_type_list){type->parameter_count, type->types};
}

static struct wasm_type_list results_of(const struct wasm_function_type *type)
{
	return (struct wasm_type_list){type->result_count, type->types + type->parameter_count};
}

static void enter(struct wasm_code_validator *validator, const struct wasm_instruction *instruction)
{
	struct wasm_type_list parameters = {0, NULL}, results = {0, NULL};
	if (instruction->code == WASM_OP_IF)
		wasm_stack_pop(validator, WASM_I32);
	if (instruction->block >= (int64_t)validator->module->type_count) {
		wasm_stack_fail_index(validator, "unknown type ", (uint32_t)instruction->block);
		return;
	}
	if (instruction->block >= 0) {
		const struct wasm_function_type *type =
		    &validator->module->types[instruction->block];
		parameters = parameters_of(type);
		results = results_of(type);
		if (parameters.count > 0 || results.count > 1)
			validator->module->features |= WASM_FEATURE_MULTI_VALUE;
	} else if (instruction->block != WASM_BLOCK_EMPTY) {
		results = list_of_one((enum wasm_type)(instruction->block & 0x7f));
	}
	wasm_stack_pop_list(validator, parameters);
	wasm_stack_open(validator, instruction->code, parameters, results);
}

static void enter_else(struct wasm_code_validator *validator)
{
	struct wasm_open_block block = *wasm_stack_innermost(validator);
	if (block.code != WASM_OP_IF) {
		wasm_stack_fail(validator, STATUS_MALFORMED, "misplaced else");
		return;
	}
	wasm_stack_close(validator);
	wasm_stack_open(validator, WASM_OP_ELSE, block.parameters, block.results);
}

static void leave(struct wasm_code_validator *validator)
{
	struct wasm_open_block block = *wasm_stack_innermost(validator);
	wasm_stack_close(validator);
	if (block.code == WASM_OP_IF && !list_is_equal(block.parameters, block.results))
		wasm_stack_fail(validator, STATUS_INVALID,
				"type mismatch: an if without else must not change types");
	if (validator->block_count > 0)
		wasm_stack_push_list(validator, block.results);
}

static void branch_table(struct wasm_code_validator *validator,
			 const struct wasm_instruction *instruction)
{
	struct bytes labels = instruction->list;
	wasm_stack_pop(validator, WASM_I32);
	struct wasm_type_list first = wasm_stack_label(validator, bytes_leb_u32(&labels));
	wasm_stack_require(validator, first);
	for (uint32_t i = 0; i < instruction->index && validator->status == STATUS_OK; i++) {
		struct wasm_type_list next = wasm_stack_label(validator, bytes_leb_u32(&labels));
		if (next.count != first.count)
			wasm_stack_fail(validator, STATUS_INVALID,
					"type mismatch: labels of different arity");
		else if (next.types != first.types)
			wasm_stack_require(validator, next);
	}
	wasm_stack_cut(validator);
}

/* ---- Indices ---- */

static void check_index(struct wasm_code_validator *validator, uint32_t index, uint32_t count,
			const char *unknown)
{
	if (index >= count)
		wasm_stack_fail_index(validator, unknown, index);
}

/* The exponent of an access's natural alignment, from i32.load (0x28) on. */
static uint32_t natural_alignment(uint32_t code)
{
	static const uint8_t exponents[] = {2, 3, 2, 3, 0, 0, 1, 1, 0, 0, 1, 1,
					    2, 2, 2, 3, 2, 3, 0, 1, 0, 1, 2};
	return exponents[code - WASM_OP_I32_LOAD];
}

/* The same from memory.atomic.notify (0xfe00) on. Loads and all families of updates have the same
 * seven widths. */
static uint32_t atomic_alignment(uint32_t code)
{
	static const uint8_t exponents[] = {2, 3, 0, 1, 0, 1, 2};
	if (code <= WASM_OP_ATOMIC_WAIT64)
		return code == WASM_OP_ATOMIC_WAIT64 ? 3 : 2;
	return exponents[(code - WASM_OP_I32_ATOMIC_LOAD) % sizeof exponents];
}

static void check_segment(struct wasm_code_validator *validator,
			  const struct wasm_instruction *instruction)
{
	if (!validator->module->has_data_count)
		wasm_stack_fail(validator, STATUS_MALFORMED, "data count section required");
	check_index(validator, instruction->index, validator->module->data_count,
		    "unknown data segment ");
}

static uint32_t local_count(const struct wasm_code_validator *validator)
{
	return validator->body == NULL
		   ? 0
		   : validator->type->parameter_count + validator->body->local_count;
}

static void check_indices(struct wasm_code_validator *validator,
			  const struct wasm_instruction *instruction)
{
	static const char unknown_table[] = "unknown table ", unknown_memory[] = "unknown memory ";
	const struct wasm_module *module = validator->module;
	uint32_t index = instruction->index, second_index = instruction->second_index;
	switch (instruction->info->immediate) {
	case WASM_IMMEDIATE_LOCAL:
		check_index(validator, index, local_count(validator), "unknown local ");
		return;
	case WASM_IMMEDIATE_GLOBAL:
		check_index(validator, index, module->global_count, "unknown global ");
		return;
	case WASM_IMMEDIATE_FUNCTION:
		check_index(validator, index, module->function_count, "unknown function ");
		return;
	case WASM_IMMEDIATE_TYPE_TABLE:
		check_index(validator, second_index, module->table_count, unknown_table);
		check_index(validator, index, module->type_count, "unknown type ");
		return;
	case WASM_IMMEDIATE_TABLE:
		check_index(validator, index, module->table_count, unknown_table);
		return;
	case WASM_IMMEDIATE_TABLE_TABLE:
		check_index(validator, index, module->table_count, unknown_table);
		check_index(validator, second_index, module->table_count, unknown_table);
		return;
	case WASM_IMMEDIATE_ELEMENT_TABLE:
		check_index(validator, second_index, module->table_count, unknown_table);
		check_index(validator, index, module->element_count, "unknown elem segment ");
		return;
	case WASM_IMMEDIATE_ELEMENT:
		check_index(validator, index, module->element_count, "unknown elem segment ");
		return;
	case WASM_IMMEDIATE_MEMORY:
		check_index(validator, 0, module->memory_count, unknown_memory);
		if (index > natural_alignment(instruction->code))
			wasm_stack_fail(validator, STATUS_INVALID,
					"alignment must not be larger than natural");
		return;
	case WASM_IMMEDIATE_MEMORY_ATOMIC:
		check_index(validator, 0, module->memory_count, unknown_memory);
		if (index != atomic_alignment(instruction->code))
			wasm_stack_fail(validator, STATUS_INVALID,
					"atomic alignment must be natural");
		return;
	case WASM_IMMEDIATE_MEMORY_INDEX:
	case WASM_IMMEDIATE_MEMORY_MEMORY:
		check_index(validator, 0, module->memory_count, unknown_memory);
		return;
	case WASM_IMMEDIATE_DATA_MEMORY:
		check_index(validator, 0, module->memory_count, unknown_memory);
		check_segment(validator, instruction);
		return;
	case WASM_IMMEDIATE_DATA:
		check_segment(validator, instruction);
		return;
	default:
		return;
	}
}

/* ---- Instructions ---- */

static enum wasm_type find_local(const struct wasm_code_validator *validator, uint32_t index)
{
	if (index < validator->type->parameter_count)
		return validator->type->types[index];
	uint32_t low = 0, high = validator->body->local_run_count - 1;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (index < validator->run_ends[middle])
			high = middle;
		else
			low = middle + 1;
	}
	return validator->body->local_runs[low].type;
}

static inline enum wasm_type local_type(const struct wasm_code_validator *validator, uint32_t index)
{
	return index < WASM_FIRST_LOCALS ? validator->first_locals[index]
					 : find_local(validator, index);
}

static bool is_reference(enum wasm_type type)
{
	return type == WASM_FUNCREF || type == WASM_EXTERNREF;
}

static void select_untyped(struct wasm_code_validator *validator)
{
	wasm_stack_pop(validator, WASM_I32);
	enum wasm_type second = wasm_stack_pop_any(validator);
	enum wasm_type first = wasm_stack_pop_any(validator);
	if (is_reference(first) || is_reference(second))
		wasm_stack_fail(validator, STATUS_INVALID,
				"type mismatch: select of references must name their type");
	else if (first != second && first != WASM_UNKNOWN && second != WASM_UNKNOWN)
		wasm_stack_fail_type(validator, wasm_type_text(first), wasm_type_text(second));
	wasm_stack_push(validator, first == WASM_UNKNOWN ? second : first);
}

static void select_typed(struct wasm_code_validator *validator,
			 const struct wasm_instruction *instruction)
{
	if (instruction->index != 1) {
		wasm_stack_fail(validator, STATUS_INVALID, "invalid result arity");
		return;
	}
	struct bytes types = instruction->list;
	enum wasm_type type = wasm_value_type_read(&types);
	wasm_stack_pop(validator, WASM_I32);
	wasm_stack_pop(validator, type);
	wasm_stack_pop(validator, type);
	wasm_stack_push(validator, type);
}

static void call_indirect(struct wasm_code_validator *validator,
			  const struct wasm_instruction *instruction)
{
	const struct wasm_function_type *type = &validator->module->types[instruction->index];
	if (validator->module->tables[instruction->second_index].element != WASM_FUNCREF)
		wasm_stack_fail(validator, STATUS_INVALID,
				"type mismatch: call_indirect needs a table of funcref");
	wasm_stack_pop(validator, WASM_I32);
	wasm_stack_pop_list(validator, parameters_of(type));
	wasm_stack_push_list(validator, results_of(type));
}

static void is_null(struct wasm_code_validator *validator)
{
	enum wasm_type type = wasm_stack_pop_any(validator);
	if (type != WASM_UNKNOWN && !is_reference(type))
		wasm_stack_fail_type(validator, "a reference", wasm_type_text(type));
	wasm_stack_push(validator, WASM_I32);
}

static void global_set(struct wasm_code_validator *validator, uint32_t index)
{
	if (!validator->module->globals[index].is_mutable)
		wasm_stack_fail_index(validator, "global is immutable: ", index);
	wasm_stack_pop(validator, validator->module->globals[index].value);
}

/* Rules that a signature does not tell. */
static void check_tables(struct wasm_code_validator *validator,
			 const struct wasm_instruction *instruction)
{
	const struct wasm_module *module = validator->module;
	uint32_t index = instruction->index, second_index = instruction->second_index;
	if (instruction->code == WASM_OP_TABLE_COPY &&
	    module->tables[index].element != module->tables[second_index].element)
		wasm_stack_fail(validator, STATUS_INVALID,
				"type mismatch: tables of different types");
	if (instruction->code == WASM_OP_TABLE_INIT &&
	    module->elements[index].type != module->tables[second_index].element)
		wasm_stack_fail(validator, STATUS_INVALID,
				"type mismatch: table and segment of different types");
	if (instruction->code == WASM_OP_REF_FUNC &&
	    (module->is_function_declared[index / 8] >> (index % 8) & 1) == 0)
		wasm_stack_fail_index(validator, "undeclared function reference ", index);
}

static enum wasm_type letter_type(char letter)
{
	switch (letter) {
	case 'i':
		return WASM_I32;
	case 'I':
		return WASM_I64;
	case 'f':
		return WASM_F32;
	case 'F':
		return WASM_F64;
	case 'c':
		return WASM_FUNCREF;
	default:
		return WASM_EXTERNREF;
	}
}

static void apply_signature(struct wasm_code_validator *validator, const char *signature)
{
	const char *colon = signature;
	while (*colon != ':')
		colon++;
	for (const char *letter = colon; letter > signature;)
		wasm_stack_pop(validator, letter_type(*--letter));
	for (const char *letter = colon + 1; *letter != '\0'; letter++)
		wasm_stack_push(validator, letter_type(*letter));
}

static void judge_control(struct wasm_code_validator *validator,
			  const struct wasm_instruction *instruction)
{
	switch (instruction->code) {
	case WASM_OP_UNREACHABLE:
		wasm_stack_cut(validator);
		return;
	case WASM_OP_BLOCK:
	case WASM_OP_LOOP:
	case WASM_OP_IF:
		enter(validator, instruction);
		return;
	case WASM_OP_ELSE:
		enter_else(validator);
		return;
	case WASM_OP_END:
		leave(validator);
		return;
	case WASM_OP_BR:
		wasm_stack_require(validator, wasm_stack_label(validator, instruction->index));
		wasm_stack_cut(validator);
		return;
	case WASM_OP_BR_IF:
		wasm_stack_pop(validator, WASM_I32);
		struct wasm_type_list carried = wasm_stack_label(validator, instruction->index);
		wasm_stack_pop_list(validator, carried);
		wasm_stack_push_list(validator, carried);
		return;
	case WASM_OP_BR_TABLE:
		branch_table(validator, instruction);
		return;
	case WASM_OP_RETURN:
		wasm_stack_require(validator, validator->blocks[0].results);
		wasm_stack_cut(validator);
		return;
	default:
		return;
	}
}

static void judge_references(struct wasm_code_validator *validator,
			     const struct wasm_instruction *instruction)
{
	const struct wasm_module *module = validator->module;
	uint32_t index = instruction->index;
	switch (instruction->code) {
	case WASM_OP_TABLE_GET:
		wasm_stack_pop(validator, WASM_I32);
		wasm_stack_push(validator, module->tables[index].element);
		return;
	case WASM_OP_TABLE_SET:
		wasm_stack_pop(validator, module->tables[index].element);
		wasm_stack_pop(validator, WASM_I32);
		return;
	case WASM_OP_TABLE_GROW:
		wasm_stack_pop(validator, WASM_I32);
		wasm_stack_pop(validator, module->tables[index].element);
		wasm_stack_push(validator, WASM_I32);
		return;
	case WASM_OP_TABLE_FILL:
		wasm_stack_pop(validator, WASM_I32);
		wasm_stack_pop(validator, module->tables[index].element);
		wasm_stack_pop(validator, WASM_I32);
		return;
	case WASM_OP_REF_NULL:
		wasm_stack_push(validator, instruction->type);
		return;
	case WASM_OP_REF_IS_NULL:
		is_null(validator);
		return;
	default:
		judge_control(validator, instruction);
	}
}

/* Instructions whose types depend on more than the opcode. */
static void judge_others(struct wasm_code_validator *validator,
			 const struct wasm_instruction *instruction)
{
	const struct wasm_module *module = validator->module;
	uint32_t index = instruction->index;
	switch (instruction->code) {
	case WASM_OP_CALL:;
		const struct wasm_function_type *type = wasm_module_function_type(module, index);
		wasm_stack_pop_list(validator, parameters_of(type));
		wasm_stack_push_list(validator, results_of(type));
		return;
	case WASM_OP_CALL_INDIRECT:
		call_indirect(validator, instruction);
		return;
	case WASM_OP_DROP:
		wasm_stack_pop_any(validator);
		return;
	case WASM_OP_SELECT:
		select_untyped(validator);
		return;
	case WASM_OP_SELECT_TYPED:
		select_typed(validator, instruction);
		return;
	case WASM_OP_LOCAL_GET:
		wasm_stack_push(validator, local_type(validator, index));
		return;
	case WASM_OP_LOCAL_SET:
		wasm_stack_pop(validator, local_type(validator, index));
		return;
	case WASM_OP_LOCAL_TEE:
		wasm_stack_pop(validator, local_type(validator, index));
		wasm_stack_push(validator, local_type(validator, index));
		return;
	case WASM_OP_GLOBAL_GET:
		wasm_stack_push(validator, module->globals[index].value);
		return;
	case WASM_OP_GLOBAL_SET:
		global_set(validator, index);
		return;
	default:
		judge_references(validator, instruction);
	}
}

/* 2.0: 3.3.10. Globals that may be read are imported and immutable. */
static void check_is_constant(struct wasm_code_validator *validator,
			      const struct wasm_instruction *instruction)
{
	switch (instruction->code) {
	case WASM_OP_I32_CONST:
	case WASM_OP_I64_CONST:
	case WASM_OP_F32_CONST:
	case WASM_OP_F64_CONST:
	case WASM_OP_REF_NULL:
	case WASM_OP_REF_FUNC:
	case WASM_OP_END:
		return;
	case WASM_OP_GLOBAL_GET:
		if (instruction->index >= validator->module->imported_global_count)
			wasm_stack_fail_index(validator, "unknown global ", instruction->index);
		else if (!validator->module->globals[instruction->index].is_mutable)
			return;
	}
	wasm_stack_fail(
	    validator, STATUS_INVALID,
	    wasm_proposal(WASM_PLACE_CONSTANT, instruction->code, "constant expression required"));
}

static void judge(struct wasm_code_validator *validator, const struct wasm_instruction *instruction)
{
	validator->offset = instruction->offset;
	validator->module->features |= instruction->info->feature;
	if (validator->is_constant)
		check_is_constant(validator, instruction);
	if (instruction->info->immediate != WASM_IMMEDIATE_NONE)
		check_indices(validator, instruction);
	if (validator->status != STATUS_OK)
		return;
	if (instruction->info->signature == NULL) {
		judge_others(validator, instruction);
		return;
	}
	check_tables(validator, instruction);
	apply_signature(validator, instruction->info->signature);
}

/* Judges an expression up to the `end` that closes it. */
static void judge_expression(struct wasm_code_validator *validator, struct wasm_type_list results)
{
	struct wasm_instruction instruction;
	validator->operand_count = 0;
	validator->block_count = 0;
	wasm_stack_open(validator, WASM_OP_BLOCK, (struct wasm_type_list){0, NULL}, results);
	while (validator->block_count > 0 && validator->status == STATUS_OK) {
		wasm_instruction_read(&validator->in, &instruction);
		if (bytes_ok(&validator->in)) {
			judge(validator, &instruction);
			continue;
		}
		validator->offset = validator->in.error_offset;
		wasm_stack_fail(validator, STATUS_MALFORMED, validator->in.reason);
	}
}

/* ---- From outside ---- */

enum { OPERAND_BYTES = WASM_OPERANDS_MAX * sizeof(enum wasm_type) };

static void set_first_locals(struct wasm_code_validator *validator, uint32_t from, uint32_t end,
			     enum wasm_type type)
{
	for (uint32_t i = from; i < end && i < WASM_FIRST_LOCALS; i++)
		validator->first_locals[i] = type;
}

static void prepare_locals(struct wasm_code_validator *validator)
{
	while (validator->run_capacity < validator->body->local_run_count) {
		void *buffer = validator->run_ends;
		if (!wasm_stack_grow(validator, &buffer, &validator->run_capacity,
				     sizeof *validator->run_ends))
			return;
		validator->run_ends = buffer;
	}
	for (uint32_t i = 0; i < validator->type->parameter_count; i++)
		set_first_locals(validator, i, i + 1, validator->type->types[i]);
	uint32_t end = validator->type->parameter_count;
	for (uint32_t i = 0; i < validator->body->local_run_count; i++) {
		const struct wasm_local_run *run = &validator->body->local_runs[i];
		set_first_locals(validator, end, end + run->count, run->type);
		end += run->count;
		validator->run_ends[i] = end;
	}
}

enum status wasm_validate_body(struct wasm_code_validator *validator, uint32_t function,
			       struct fault *fault)
{
	validator->fault = fault;
	validator->is_constant = false;
	validator->function = function;
	validator->type = wasm_module_function_type(validator->module, function);
	validator->body =
	    &validator->module->bodies[function - validator->module->imported_function_count];
	validator->in = bytes_over(validator->module->source, validator->module->source_size);
	validator->in.next = validator->body->code;
	validator->in.end = validator->body->code + validator->body->code_size;
	validator->offset = validator->body->code_offset;
	prepare_locals(validator);
	judge_expression(validator, results_of(validator->type));
	if (validator->status == STATUS_OK && bytes_left(&validator->in) > 0) {
		validator->offset = bytes_offset(&validator->in);
		wasm_stack_fail(validator, STATUS_MALFORMED, "code behind the end of a function");
	}
	return validator->status;
}

enum status wasm_validate_constant_code(struct wasm_code_validator *validator, uint64_t offset,
					enum wasm_type type, struct fault *fault)
{
	validator->fault = fault;
	validator->is_constant = true;
	validator->body = NULL;
	validator->in = bytes_over(validator->module->source, validator->module->source_size);
	validator->in.next += offset;
	judge_expression(validator, list_of_one(type));
	return validator->status;
}

enum status wasm_code_validator_create(struct wasm_module *module, struct wasm_code_validator **out)
{
	struct wasm_code_validator *validator = port_allocate(sizeof *validator);
	enum wasm_type *operands = port_allocate(OPERAND_BYTES);
	if (validator == NULL || operands == NULL) {
		port_release(validator, sizeof *validator);
		port_release(operands, OPERAND_BYTES);
		return STATUS_NO_MEMORY;
	}
	*validator = (struct wasm_code_validator){
	    .module = module, .status = STATUS_OK, .operands = operands};
	*out = validator;
	return STATUS_OK;
}

void wasm_code_validator_destroy(struct wasm_code_validator *validator)
{
	port_release(validator->operands, OPERAND_BYTES);
	port_release(validator->blocks, validator->block_capacity * sizeof *validator->blocks);
	port_release(validator->run_ends, validator->run_capacity * sizeof *validator->run_ends);
	port_release(validator, sizeof *validator);
}

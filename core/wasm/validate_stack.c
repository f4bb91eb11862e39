#include "validate_stack.h"

#include "limits.h"
#include "mem.h"
#include "opcodes.h"
#include "validate.h"

#include "core/port.h"

/* Begins the text of the first error; false for a later one. */
static bool fail_begin(struct wasm_code_validator *validator, enum status status, struct text *text)
{
	if (validator->status != STATUS_OK)
		return false;
	validator->status = status;
	validator->fault->offset = validator->offset;
	*text = text_over(validator->fault->text, sizeof validator->fault->text);
	return true;
}

static void fail_end(struct wasm_code_validator *validator, struct text *text)
{
	if (validator->is_constant)
		text_string(text, ", in a constant expression");
	else
		wasm_text_function(text, validator->module, validator->function);
}

void wasm_stack_fail(struct wasm_code_validator *validator, enum status status, const char *what)
{
	struct text text;
	if (!fail_begin(validator, status, &text))
		return;
	text_string(&text, what);
	fail_end(validator, &text);
}

void wasm_stack_fail_index(struct wasm_code_validator *validator, const char *what, uint32_t index)
{
	struct text text;
	if (!fail_begin(validator, STATUS_INVALID, &text))
		return;
	text_string(&text, what);
	text_decimal(&text, index);
	fail_end(validator, &text);
}

void wasm_stack_fail_type(struct wasm_code_validator *validator, const char *expected,
			  const char *found)
{
	struct text text;
	if (!fail_begin(validator, STATUS_INVALID, &text))
		return;
	text_string(&text, "type mismatch: expected ");
	text_string(&text, expected);
	text_string(&text, ", found ");
	text_string(&text, found == NULL ? "nothing" : found);
	fail_end(validator, &text);
}

bool wasm_stack_grow(struct wasm_code_validator *validator, void **buffer, uint32_t *capacity,
		     size_t size)
{
	uint32_t larger = *capacity == 0 ? 64 : *capacity * 2;
	void *fresh = port_allocate(larger * size);
	if (fresh == NULL) {
		wasm_stack_fail(validator, STATUS_NO_MEMORY, "out of memory");
		return false;
	}
	if (*capacity > 0)
		memcpy(fresh, *buffer, *capacity * size);
	port_release(*buffer, *capacity * size);
	*buffer = fresh;
	*capacity = larger;
	return true;
}

bool wasm_stack_has_room(struct wasm_code_validator *validator, uint32_t more)
{
	if (more <= WASM_OPERANDS_MAX - validator->operand_count)
		return true;
	wasm_stack_fail(validator, STATUS_LIMIT, "too many operands on the stack");
	return false;
}

void wasm_stack_pop_odd(struct wasm_code_validator *validator, enum wasm_type type)
{
	if (validator->operand_count > validator->floor) {
		enum wasm_type found = validator->operands[--validator->operand_count];
		if (found != WASM_UNKNOWN)
			wasm_stack_fail_type(validator, wasm_type_text(type),
					     wasm_type_text(found));
	} else if (!wasm_stack_innermost(validator)->is_unreachable) {
		wasm_stack_fail_type(validator, wasm_type_text(type), NULL);
	}
}

enum wasm_type wasm_stack_pop_any(struct wasm_code_validator *validator)
{
	if (validator->operand_count > validator->floor)
		return validator->operands[--validator->operand_count];
	if (!wasm_stack_innermost(validator)->is_unreachable)
		wasm_stack_fail_type(validator, "an operand", NULL);
	return WASM_UNKNOWN;
}

/* Counts a use of a list; false when the module has made too much of long ones. */
static bool charge_list(struct wasm_code_validator *validator, uint32_t count)
{
	if (count <= WASM_LIST_SHORT)
		return true;
	validator->list_steps += count;
	if (validator->list_steps <= WASM_LIST_STEPS_MAX)
		return true;
	wasm_stack_fail(validator, STATUS_LIMIT, "too many uses of long lists of values");
	return false;
}

void wasm_stack_push_list(struct wasm_code_validator *validator, struct wasm_type_list list)
{
	if (list.count == 0 || !charge_list(validator, list.count) ||
	    !wasm_stack_has_room(validator, list.count))
		return;
	memcpy(validator->operands + validator->operand_count, list.types,
	       list.count * sizeof *list.types);
	validator->operand_count += list.count;
}

void wasm_stack_pop_list(struct wasm_code_validator *validator, struct wasm_type_list list)
{
	if (!charge_list(validator, list.count))
		return;
	if (list.count > 1 && validator->operand_count - validator->floor >= list.count &&
	    memcmp(validator->operands + validator->operand_count - list.count, list.types,
		   list.count * sizeof *list.types) == 0) {
		validator->operand_count -= list.count;
		return;
	}
	for (uint32_t i = list.count; i-- > 0 && validator->status == STATUS_OK;)
		wasm_stack_pop(validator, list.types[i]);
}

void wasm_stack_require(struct wasm_code_validator *validator, struct wasm_type_list list)
{
	if (!charge_list(validator, list.count))
		return;
	uint32_t present = validator->operand_count - validator->floor;
	uint32_t checked = list.count < present ? list.count : present;
	uint32_t first_operand = validator->operand_count - checked,
		 first_type = list.count - checked;
	if (checked > 1 && memcmp(&validator->operands[first_operand], &list.types[first_type],
				  checked * sizeof *list.types) == 0)
		checked = 0;
	for (uint32_t i = 0; i < checked; i++) {
		enum wasm_type type = list.types[first_type + i];
		enum wasm_type found = validator->operands[first_operand + i];
		if (found != type && found != WASM_UNKNOWN)
			wasm_stack_fail_type(validator, wasm_type_text(type),
					     wasm_type_text(found));
	}
	if (list.count > present && !wasm_stack_innermost(validator)->is_unreachable)
		wasm_stack_fail_type(validator, wasm_type_text(list.types[first_type - 1]), NULL);
}

void wasm_stack_cut(struct wasm_code_validator *validator)
{
	validator->operand_count = validator->floor;
	wasm_stack_innermost(validator)->is_unreachable = true;
}

void wasm_stack_open(struct wasm_code_validator *validator, uint32_t code,
		     struct wasm_type_list parameters, struct wasm_type_list results)
{
	if (validator->status != STATUS_OK)
		return;
	if (validator->block_count == WASM_NESTING_MAX) {
		wasm_stack_fail(validator, STATUS_LIMIT, "blocks nest too deep");
		return;
	}
	if (validator->block_count == validator->block_capacity) {
		void *buffer = validator->blocks;
		if (!wasm_stack_grow(validator, &buffer, &validator->block_capacity,
				     sizeof *validator->blocks))
			return;
		validator->blocks = buffer;
	}
	validator->blocks[validator->block_count++] =
	    (struct wasm_open_block){.code = code,
				     .height = validator->operand_count,
				     .parameters = parameters,
				     .results = results};
	validator->floor = validator->operand_count;
	wasm_stack_push_list(validator, parameters);
}

void wasm_stack_close(struct wasm_code_validator *validator)
{
	wasm_stack_pop_list(validator, wasm_stack_innermost(validator)->results);
	if (validator->operand_count != validator->floor)
		wasm_stack_fail_index(validator,
				      "type mismatch: values left over at the end of a block: ",
				      validator->operand_count - validator->floor);
	validator->block_count--;
	validator->floor = validator->block_count > 0 ? wasm_stack_innermost(validator)->height : 0;
}

struct wasm_type_list wasm_stack_label(struct wasm_code_validator *validator, uint32_t index)
{
	if (index >= validator->block_count) {
		wasm_stack_fail_index(validator, "unknown label ", index);
		return (struct wasm_type_list){0, NULL};
	}
	const struct wasm_open_block *block =
	    &validator->blocks[validator->block_count - 1 - index];
	return block->code == WASM_OP_LOOP ? block->parameters : block->results;
}

#include "validate_stack.h"

#include "limits.h"
#include "mem.h"
#include "opcodes.h"
#include "validate.h"

#include "core/port.h"

/* Begins the text of the first error; false for a later one. */
static bool fail_begin(struct wasm_code_validator *v, enum status status, struct text *text)
{
	if (v->status != STATUS_OK)
		return false;
	v->status = status;
	v->fault->offset = v->offset;
	*text = text_over(v->fault->text, sizeof v->fault->text);
	return true;
}

static void fail_end(struct wasm_code_validator *v, struct text *text)
{
	if (v->is_constant)
		text_string(text, ", in a constant expression");
	else
		wasm_text_function(text, v->module, v->function);
}

void wasm_stack_fail(struct wasm_code_validator *v, enum status status, const char *what)
{
	struct text text;
	if (!fail_begin(v, status, &text))
		return;
	text_string(&text, what);
	fail_end(v, &text);
}

void wasm_stack_fail_index(struct wasm_code_validator *v, const char *what, uint32_t index)
{
	struct text text;
	if (!fail_begin(v, STATUS_INVALID, &text))
		return;
	text_string(&text, what);
	text_decimal(&text, index);
	fail_end(v, &text);
}

void wasm_stack_fail_type(struct wasm_code_validator *v, const char *expected, const char *found)
{
	struct text text;
	if (!fail_begin(v, STATUS_INVALID, &text))
		return;
	text_string(&text, "type mismatch: expected ");
	text_string(&text, expected);
	text_string(&text, ", found ");
	text_string(&text, found == NULL ? "nothing" : found);
	fail_end(v, &text);
}

bool wasm_stack_grow(struct wasm_code_validator *v, void **buffer, uint32_t *capacity, size_t size)
{
	uint32_t larger = *capacity == 0 ? 64 : *capacity * 2;
	void *fresh = port_allocate(larger * size);
	if (fresh == NULL) {
		wasm_stack_fail(v, STATUS_NO_MEMORY, "out of memory");
		return false;
	}
	if (*capacity > 0)
		memcpy(fresh, *buffer, *capacity * size);
	port_release(*buffer, *capacity * size);
	*buffer = fresh;
	*capacity = larger;
	return true;
}

bool wasm_stack_reserve(struct wasm_code_validator *v, uint32_t more)
{
	if (more > WASM_OPERANDS_MAX - v->operand_count) {
		wasm_stack_fail(v, STATUS_LIMIT, "too many operands on the stack");
		return false;
	}
	while (v->operand_capacity - v->operand_count < more) {
		void *buffer = v->operands;
		if (!wasm_stack_grow(v, &buffer, &v->operand_capacity, sizeof *v->operands))
			return false;
		v->operands = buffer;
	}
	return true;
}

void wasm_stack_pop_odd(struct wasm_code_validator *v, enum wasm_type type)
{
	if (v->operand_count > v->floor) {
		enum wasm_type found = v->operands[--v->operand_count];
		if (found != WASM_UNKNOWN)
			wasm_stack_fail_type(v, wasm_type_text(type), wasm_type_text(found));
	} else if (!wasm_stack_innermost(v)->is_unreachable) {
		wasm_stack_fail_type(v, wasm_type_text(type), NULL);
	}
}

enum wasm_type wasm_stack_pop_any(struct wasm_code_validator *v)
{
	if (v->operand_count > v->floor)
		return v->operands[--v->operand_count];
	if (!wasm_stack_innermost(v)->is_unreachable)
		wasm_stack_fail_type(v, "an operand", NULL);
	return WASM_UNKNOWN;
}

/* Counts a use of a list; false when the module has made too much of long ones. */
static bool charge_list(struct wasm_code_validator *v, uint32_t count)
{
	if (count <= WASM_LIST_SHORT)
		return true;
	v->list_steps += count;
	if (v->list_steps <= WASM_LIST_STEPS_MAX)
		return true;
	wasm_stack_fail(v, STATUS_LIMIT, "too many uses of long lists of values");
	return false;
}

void wasm_stack_push_list(struct wasm_code_validator *v, struct wasm_type_list list)
{
	if (list.count == 0 || !charge_list(v, list.count) || !wasm_stack_reserve(v, list.count))
		return;
	memcpy(v->operands + v->operand_count, list.types, list.count * sizeof *list.types);
	v->operand_count += list.count;
}

void wasm_stack_pop_list(struct wasm_code_validator *v, struct wasm_type_list list)
{
	if (!charge_list(v, list.count))
		return;
	if (list.count > 1 && v->operand_count - v->floor >= list.count &&
	    memcmp(v->operands + v->operand_count - list.count, list.types,
		   list.count * sizeof *list.types) == 0) {
		v->operand_count -= list.count;
		return;
	}
	for (uint32_t i = list.count; i-- > 0 && v->status == STATUS_OK;)
		wasm_stack_pop(v, list.types[i]);
}

void wasm_stack_require(struct wasm_code_validator *v, struct wasm_type_list list)
{
	if (!charge_list(v, list.count))
		return;
	uint32_t present = v->operand_count - v->floor;
	uint32_t checked = list.count < present ? list.count : present;
	uint32_t first_operand = v->operand_count - checked, first_type = list.count - checked;
	if (checked > 1 && memcmp(&v->operands[first_operand], &list.types[first_type],
				  checked * sizeof *list.types) == 0)
		checked = 0;
	for (uint32_t i = 0; i < checked; i++) {
		enum wasm_type type = list.types[first_type + i];
		enum wasm_type found = v->operands[first_operand + i];
		if (found != type && found != WASM_UNKNOWN)
			wasm_stack_fail_type(v, wasm_type_text(type), wasm_type_text(found));
	}
	if (list.count > present && !wasm_stack_innermost(v)->is_unreachable)
		wasm_stack_fail_type(v, wasm_type_text(list.types[first_type - 1]), NULL);
}

void wasm_stack_cut(struct wasm_code_validator *v)
{
	v->operand_count = v->floor;
	wasm_stack_innermost(v)->is_unreachable = true;
}

void wasm_stack_open(struct wasm_code_validator *v, uint32_t code, struct wasm_type_list parameters,
		     struct wasm_type_list results)
{
	if (v->status != STATUS_OK)
		return;
	if (v->block_count == WASM_NESTING_MAX) {
		wasm_stack_fail(v, STATUS_LIMIT, "blocks nest too deep");
		return;
	}
	if (v->block_count == v->block_capacity) {
		void *buffer = v->blocks;
		if (!wasm_stack_grow(v, &buffer, &v->block_capacity, sizeof *v->blocks))
			return;
		v->blocks = buffer;
	}
	v->blocks[v->block_count++] = (struct wasm_open_block){
	    .code = code, .height = v->operand_count, .parameters = parameters, .results = results};
	v->floor = v->operand_count;
	wasm_stack_push_list(v, parameters);
}

void wasm_stack_close(struct wasm_code_validator *v)
{
	wasm_stack_pop_list(v, wasm_stack_innermost(v)->results);
	if (v->operand_count != v->floor)
		wasm_stack_fail_index(v, "type mismatch: values left over at the end of a block: ",
				      v->operand_count - v->floor);
	v->block_count--;
	v->floor = v->block_count > 0 ? wasm_stack_innermost(v)->height : 0;
}

struct wasm_type_list wasm_stack_label(struct wasm_code_validator *v, uint32_t index)
{
	if (index >= v->block_count) {
		wasm_stack_fail_index(v, "unknown label ", index);
		return (struct wasm_type_list){0, NULL};
	}
	const struct wasm_open_block *block = &v->blocks[v->block_count - 1 - index];
	return block->code == WASM_OP_LOOP ? block->parameters : block->results;
}

/*
 * validate_stack: the two stacks of the validation algorithm (core specification, appendix
 * "Validation Algorithm"), of operand types and of open blocks, and how its errors are told.
 *
 * The first error is written to the fault and sets `status`; later ones are ignored, so that rules
 * can be written down one after the other and whoever loops looks at `status`.
 */
#ifndef WASM_VALIDATE_STACK_H
#define WASM_VALIDATE_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include "limits.h"
#include "module.h"

/* The type of an operand that unreachable code takes from nowhere. */
enum { WASM_UNKNOWN = 0 };

enum { WASM_FIRST_LOCALS = 128 };

/* Parameters or results; borrowed from the module. */
struct wasm_type_list {
	uint32_t count;
	const enum wasm_type *types;
};

/* An open block. The function's body is the outermost. */
struct wasm_open_block {
	uint32_t code;   /* block, loop, if or else */
	uint32_t height; /* operands below it */
	bool is_unreachable;
	struct wasm_type_list parameters;
	struct wasm_type_list results;
};

struct wasm_code_validator {
	struct wasm_module *module;
	struct bytes in;
	enum status status; /* of the first error */
	struct fault *fault;
	uint64_t offset; /* of the instruction that is judged */

	/* What is being validated: a function, or a constant expression. */
	bool is_constant;
	uint32_t function;
	const struct wasm_function_type *type;
	const struct wasm_body *body;

	enum wasm_type *operands; /* room for WASM_OPERANDS_MAX */
	uint32_t operand_count;
	uint32_t floor; /* operands below the innermost block */
	struct wasm_open_block *blocks;
	uint32_t block_count, block_capacity;
	/* The types of the first locals, parameters counted; all other locals are looked up in the
	 * runs that they come in: a function of ten bytes may have WASM_LOCALS_MAX of them. */
	enum wasm_type first_locals[WASM_FIRST_LOCALS];
	/* For each run of locals the number of the first local behind it, parameters counted. */
	uint32_t *run_ends;
	uint32_t run_capacity;
	uint64_t list_steps; /* towards WASM_LIST_STEPS_MAX, over all functions */
};

void wasm_stack_fail(struct wasm_code_validator *validator, enum status status, const char *what);

/* `what` and a number: "unknown local 7". */
void wasm_stack_fail_index(struct wasm_code_validator *validator, const char *what, uint32_t index);

/* A type mismatch. `found` is NULL where there was no operand left. */
void wasm_stack_fail_type(struct wasm_code_validator *validator, const char *expected,
			  const char *found);

/* Doubles a buffer that holds `*capacity` items of `size` bytes; false when memory is refused. */
bool wasm_stack_grow(struct wasm_code_validator *validator, void **buffer, uint32_t *capacity,
		     size_t size);

/* Whether `more` operands may be pushed; fails otherwise. */
bool wasm_stack_has_room(struct wasm_code_validator *validator, uint32_t more);

static inline struct wasm_open_block *wasm_stack_innermost(struct wasm_code_validator *validator)
{
	return &validator->blocks[validator->block_count - 1];
}

static inline void wasm_stack_push(struct wasm_code_validator *validator, enum wasm_type type)
{
	if (validator->operand_count == WASM_OPERANDS_MAX && !wasm_stack_has_room(validator, 1))
		return;
	validator->operands[validator->operand_count++] = type;
}

/* Takes an operand that is not simply of that type: another, an unknown one, or none. */
void wasm_stack_pop_odd(struct wasm_code_validator *validator, enum wasm_type type);

static inline void wasm_stack_pop(struct wasm_code_validator *validator, enum wasm_type type)
{
	if (validator->operand_count > validator->floor &&
	    validator->operands[validator->operand_count - 1] == type)
		validator->operand_count--;
	else
		wasm_stack_pop_odd(validator, type);
}

/* Takes an operand whatever its type. */
enum wasm_type wasm_stack_pop_any(struct wasm_code_validator *validator);

void wasm_stack_push_list(struct wasm_code_validator *validator, struct wasm_type_list list);
void wasm_stack_pop_list(struct wasm_code_validator *validator, struct wasm_type_list list);

/* Checks the topmost operands against the list and leaves them as they are. */
void wasm_stack_require(struct wasm_code_validator *validator, struct wasm_type_list list);

/* The rest of the innermost block cannot be reached. */
void wasm_stack_cut(struct wasm_code_validator *validator);

/* Opens a block and pushes its parameters, which were taken before. */
void wasm_stack_open(struct wasm_code_validator *validator, uint32_t code,
		     struct wasm_type_list parameters, struct wasm_type_list results);

/* Takes the innermost block's results, which must be all that is left of its operands, and closes
 * it. Nothing is pushed. */
void wasm_stack_close(struct wasm_code_validator *validator);

/* What a branch to the label carries. */
struct wasm_type_list wasm_stack_label(struct wasm_code_validator *validator, uint32_t index);

#endif

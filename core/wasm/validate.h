/*
 * validate: what the files of the validator share. Errors are told once, the first one, as a fault
 * with a line such as `type mismatch: expected i32, found i64, in function 12 "name"`.
 */
#ifndef WASM_VALIDATE_H
#define WASM_VALIDATE_H

#include <stdint.h>

#include "module.h"
#include "text.h"

struct wasm_code_validator;

/* Buffers that all bodies of a module share. */
must_check enum status wasm_code_validator_create(struct wasm_module *module,
						  struct wasm_code_validator **out);
void wasm_code_validator_destroy(struct wasm_code_validator *validator);

/* The body of the function of that number, imports counted. */
must_check enum status wasm_validate_body(struct wasm_code_validator *validator, uint32_t function,
					  struct fault *fault);

/* The expression at `offset`, which must be constant and yield a value of that type (3.3.10). */
must_check enum status wasm_validate_constant_code(struct wasm_code_validator *validator,
						   uint64_t offset, enum wasm_type type,
						   struct fault *fault);

/* Appends `, in function 12 "name"`. */
void wasm_text_function(struct text *text, const struct wasm_module *module, uint32_t function);

#endif

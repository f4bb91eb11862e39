/*
 * functions: the functions of preview 1, declared from their table, and how each of them ends.
 *
 * `slots` holds the arguments; they stay there until the result is written over the first of them,
 * so a continuation finds them again. The context is the kernel's and not looked at.
 */
#ifndef WASI_FUNCTIONS_H
#define WASI_FUNCTIONS_H

#include <stdint.h>

#include "call.h"
#include "core/wasm.h"
#include "preview1.h"

#define WASI_FUNCTION(name, signature, function)                                                   \
	enum wasm_host_result function(void *context, struct wasm_thread *wasm, uint64_t *slots);
#include "wasi.def"
#undef WASI_FUNCTION

/* thread_spawn.c: the only function of the module "wasi". */
extern const struct wasm_host_function wasi_thread_functions[];

/* An argument of type i32. */
static inline uint32_t wasi_argument(const uint64_t *slots, uint32_t index)
{
	return (uint32_t)slots[index];
}

/* Gives the result: every function but proc_exit yields an error number and nothing else. */
static inline enum wasm_host_result wasi_result(uint64_t *slots, enum wasi_error error)
{
	slots[0] = error;
	return WASM_HOST_CONTINUE;
}

#endif

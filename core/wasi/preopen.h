/*
 * preopen: what a program finds open when it begins, behind the standard streams: the listeners
 * that it was started with, and the roots of `files`. They are asked for by the first function that
 * has to do with such a number, so that a program which has no use for files asks for none; and not
 * at all where nobody has allowed it, so that this is an empty world, and neither an error nor a
 * question.
 *
 * Listeners are named by the variable CAIRN_TCPLISTEN: addresses as text, with spaces between them.
 * They come first, as programs that are handed sockets expect them.
 */
#ifndef WASI_PREOPEN_H
#define WASI_PREOPEN_H

#include <stdint.h>

#include "call.h"
#include "core/wasm.h"

typedef enum wasm_host_result (*wasi_function)(struct thread *thread, uint64_t *slots);

/* Runs the function, with what was opened in advance among the descriptors. */
enum wasm_host_result preopen_for_all(struct wasm_thread *wasm, uint64_t *slots,
				      wasi_function function);

/* The same for a function whose first argument is its only descriptor: a standard stream needs
 * none of that. */
enum wasm_host_result preopen_for_descriptor(struct wasm_thread *wasm, uint64_t *slots,
					     wasi_function function);

/* The same for a function with two, by the numbers of their arguments. */
enum wasm_host_result preopen_for_paths(struct wasm_thread *wasm, uint64_t *slots, uint32_t first,
					uint32_t second, wasi_function function);

#endif

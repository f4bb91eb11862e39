/*
 * wasm_machine: a module with one function that is exported as "f", instantiated and run, for tests
 * of the engine.
 *
 *     wasm_machine_build -> wasm_machine_start -> wasm_machine_call ... -> wasm_machine_stop
 */
#ifndef SUPPORT_WASM_MACHINE_H
#define SUPPORT_WASM_MACHINE_H

#include "core/wasm.h"
#include "support/wasm_builder.h"

enum { WASM_MACHINE_STACK_BYTES = 1 << 18 };

struct wasm_machine {
	struct wasm_builder builder;
	struct wasm_module *module;
	struct wasm_store *store;
	struct wasm_instance *instance;
	struct wasm_thread *thread;
	struct fault fault;
};

/* Plenty for any test. */
extern const struct wasm_store_limits wasm_machine_limits;

/* Puts a module into the builder: a memory of one to three pages, a mutable global i32, a table of
 * four functions whose entry 0 is "f" itself, and the function: its type as (parameters, results)
 * behind 0x60, and its body, which begins with its locals. */
void wasm_machine_build(struct wasm_machine *machine, const uint8_t *type, size_t type_size,
			const uint8_t *body, size_t body_size);

/* Makes everything from the builder's bytes, with these imports; what was made before a failure is
 * given back by wasm_machine_stop as well. */
enum status wasm_machine_start(struct wasm_machine *machine, const struct wasm_extern *imports,
			       uint32_t import_count);
void wasm_machine_stop(struct wasm_machine *machine);

/* The exported function of that name; there must be one. */
struct wasm_function *wasm_machine_function(const struct wasm_machine *machine, const char *name);

/* Calls "f" and resumes the thread once. */
enum wasm_outcome wasm_machine_call(struct wasm_machine *machine, const uint64_t *arguments);

#endif

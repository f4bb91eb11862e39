/*
 * world: what one script of the suite works on: a store, its modules and instances under their
 * names, the spectest module, and the thread that calls run on. Everything lives until
 * `world_destroy`.
 */
#ifndef SPEC_WORLD_H
#define SPEC_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>
#include <pthread.h>

#include "core/wasm.h"
#include "limits.h"
#include "spectest.h"

struct world_entry;

/* The worlds of a script's threads share its store: `changes` is held while that is changed. */
struct world {
	struct world *parent; /* NULL: it owns the store */
	pthread_mutex_t *changes;
	struct wasm_store *store;
	struct wasm_thread *thread; /* NULL before the first call and after a trap */
	struct spectest spectest;
	struct wasm_module **modules;
	size_t module_count;
	struct wasm_module *last_module;
	struct wasm_instance *current;
	struct world_entry *entries;
};

/* What a call came to, or reading a global. */
struct world_outcome {
	bool has_trapped;
	enum wasm_trap trap;
	char trap_text[FAULT_TEXT_BYTES];
	uint32_t count;
	enum wasm_type types[WASM_RESULTS_MAX];
	uint64_t slots[WASM_RESULTS_MAX];
};

must_check enum status world_create(struct world *out);
void world_destroy(struct world *world);

/* A world for a thread of the script, which ends before its parent does. */
void world_create_inside(struct world *parent, struct world *out);

/* Names of one kind do not meet those of another. */
enum world_kind { WORLD_MODULE, WORLD_INSTANCE, WORLD_REGISTERED };

/* The newest record of that name (a JSON string), or NULL. */
void *world_find(const struct world *world, enum world_kind kind, const json_t *name);
void world_name(struct world *world, enum world_kind kind, const json_t *name, void *record);

/* Decodes and validates a file; the world keeps the module, as the last one. */
must_check enum status world_load(struct world *world, const char *path, struct fault *fault);

/* Links `module` and runs its start function. */
must_check enum status world_instantiate(struct world *world, struct wasm_module *module,
					 struct wasm_instance **out, struct fault *fault);

/* Runs an action of the suite. Anything but STATUS_OK is a fault of the script, the runner or the
 * engine; a trap is an outcome. */
must_check enum status world_act(struct world *world, const json_t *action,
				 struct world_outcome *out, struct fault *fault);

#endif

/*
 * world: one generated module, or a pair, in a store of its own with everything that they import.
 *
 *     world_create -> world_instantiate -> world_call ... -> world_destroy
 *
 * What "host" supplies is told by an import's name alone, here as in peer.mjs:
 *
 *     h2 iI:f        a function: a number and a signature; its results follow from its arguments
 *     g4 i var       a global: a number, a type, `var` or `const`; its value follows from these
 *     t1 c 5 20      a table: a number, a type, its limits
 *     m 1 4          a memory: its limits in pages
 *     s 1 4          the same, shared
 */
#ifndef DIFF_WORLD_H
#define DIFF_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wasm.h"

enum { WORLD_MODULES_MAX = 2, WORLD_FUNCTIONS_MAX = 256, WORLD_SIGNATURE_BYTES = 2100 };

struct world_module {
	const uint8_t *data;
	uint32_t size;
};

/* How a world is run. Interruptions must not change results; less room may. */
struct world_options {
	bool is_disturbed;       /* interrupted at each poll; every third host call suspends */
	uint64_t interrupts_max; /* a call is ended after so many */
	uint64_t stack_bytes;
	struct wasm_store_limits limits;
};

/* Room for everything that is generated. */
struct world_options world_roomy(void);

struct world;

struct world_host {
	struct world *world;
	char signature[64];
};

struct world {
	struct world_options options;
	uint32_t count;
	struct wasm_module *modules[WORLD_MODULES_MAX];
	struct wasm_instance *instances[WORLD_MODULES_MAX];
	struct wasm_store *store;
	struct wasm_thread *thread;
	/* Exported functions by the number that stands for them as a reference, plus 1. */
	struct wasm_function *functions[WORLD_FUNCTIONS_MAX];
	uint32_t function_count;
	struct world_host hosts[WORLD_FUNCTIONS_MAX];
	uint32_t host_count;
	uint32_t host_calls;
	uint32_t host_hash; /* over all arguments that host functions were given */
	const struct world_host *suspended;
	uint32_t suspended_wait; /* WASM_WAIT32 ..., or WASM_WAIT_COUNT for none */
	uint64_t interrupts;
	struct fault fault;
};

/* Decodes and validates; on failure the world is to be destroyed all the same. */
must_check enum status world_create(struct world *world, const struct world_module *modules,
				    uint32_t count, struct world_options options);

/* Links, initialises and starts all modules in their order. STATUS_TRAP where a start traps. */
must_check enum status world_instantiate(struct world *world);

/* Calls an exported function with fresh fuel. */
must_check enum status world_call(struct world *world, const struct wasm_function *function,
				  const uint64_t *arguments, enum wasm_outcome *outcome);
void world_destroy(struct world *world);

/* What a value adds to a hash; NaNs are all the same. */
uint32_t world_mix(uint32_t hash, uint32_t word);
uint32_t world_mix_value(const struct world *world, uint32_t hash, char letter, uint64_t bits);

/* The number of a reference to a function: 0 for null, 65535 for one that no export tells. */
uint32_t world_function_number(const struct world *world, uint64_t reference);

/* A value that follows from `seed`, as an argument or a host function's result. */
uint64_t world_value(const struct world *world, char letter, uint32_t seed);

char world_letter(enum wasm_type type);

/* Is it a NaN? */
static inline bool world_is_nan_f32(uint64_t bits)
{
	return (bits & 0x7fffffff) > 0x7f800000;
}

static inline bool world_is_nan_f64(uint64_t bits)
{
	return (bits & 0x7fffffffffffffff) > 0x7ff0000000000000;
}

#endif

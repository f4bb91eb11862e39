#include "run.h"

#include <inttypes.h>
#include <string.h>

#include "core/port.h"
#include "runtime.h"
#include "support/port.h"

enum { ROUNDS = 2 };

/* ---- What can be seen ---- */

struct state {
	uint32_t memory, globals, tables;
};

static uint32_t mix_memory(uint32_t hash, const struct wasm_memory *memory)
{
	const uint8_t *base = wasm_memory_base(memory);
	uint64_t size = wasm_memory_size(memory);
	for (uint64_t i = 0; i < size; i += 4) {
		uint32_t word;
		memcpy(&word, base + i, sizeof word);
		hash = world_mix(hash, word);
	}
	return world_mix(hash, (uint32_t)size);
}

static uint32_t mix_table(const struct world *world, uint32_t hash, const struct wasm_table *table)
{
	for (uint64_t i = 0; i < table->size; i++)
		hash = world_mix_value(world, hash, world_letter(table->type), table->elements[i]);
	return world_mix(hash, (uint32_t)table->size);
}

/* The fuel is left out of nothing: both engines must use up the same. */
static void mix_export(const struct world *world, const struct wasm_extern *export,
		       struct state *state)
{
	switch (export->kind) {
	case WASM_FUNCTION:
		return;
	case WASM_TABLE:
		state->tables = mix_table(world, state->tables, export->table);
		return;
	case WASM_MEMORY:
		state->memory = mix_memory(state->memory, export->memory);
		return;
	case WASM_GLOBAL:
		state->globals = world_mix_value(world, state->globals,
						 world_letter(wasm_global_type(export->global)),
						 wasm_global_value(export->global));
		return;
	}
}

static void print_state(const struct world *world, FILE *out)
{
	struct state state = {0, 0, 0};
	for (uint32_t m = 0; m < world->count; m++) {
		for (uint32_t i = 0; i < wasm_module_export_count(world->modules[m]); i++) {
			struct wasm_item item;
			struct wasm_extern export;
			wasm_module_export(world->modules[m], i, &item);
			enum status status = wasm_instance_export(
			    world->instances[m], item.name.data, item.name.size, &export);
			core_assert(status == STATUS_OK);
			mix_export(world, &export, &state);
		}
	}
	fprintf(out,
		" | memory %08" PRIx32 " globals %08" PRIx32 " tables %08" PRIx32 " host %08" PRIx32
		"\n",
		state.memory, state.globals, state.tables, world->host_hash);
}

/* ---- Calls ---- */

/* Engines tell traps apart in different ways: these are the kinds that all of them know. */
static const char *trap_text(enum wasm_trap trap)
{
	switch (trap) {
	case WASM_TRAP_UNREACHABLE:
		return "unreachable";
	case WASM_TRAP_MEMORY_OUT_OF_BOUNDS:
		return "memory";
	case WASM_TRAP_TABLE_OUT_OF_BOUNDS:
	case WASM_TRAP_UNDEFINED_ELEMENT:
		return "table";
	case WASM_TRAP_UNINITIALIZED_ELEMENT:
	case WASM_TRAP_INDIRECT_CALL_TYPE:
		return "signature";
	case WASM_TRAP_INTEGER_DIVIDE_BY_ZERO:
		return "zero";
	case WASM_TRAP_INTEGER_OVERFLOW:
	case WASM_TRAP_INVALID_CONVERSION:
		return "number";
	case WASM_TRAP_STACK_EXHAUSTED:
		return "stack";
	case WASM_TRAP_UNALIGNED_ATOMIC:
		return "alignment";
	case WASM_TRAP_EXPECTED_SHARED_MEMORY:
		return "wait";
	default:
		return "host";
	}
}

static void print_value(const struct world *world, char letter, uint64_t bits, FILE *out)
{
	if (letter == 'c')
		fprintf(out, " c%" PRIu32, world_function_number(world, bits));
	else if ((letter == 'f' && world_is_nan_f32(bits)) ||
		 (letter == 'F' && world_is_nan_f64(bits)))
		fprintf(out, " %cnan", letter);
	else
		fprintf(out, " %c%" PRIx64, letter, bits);
}

static void print_results(const struct world *world, const struct wasm_function *function,
			  FILE *out)
{
	const uint64_t *results = wasm_thread_results(world->thread);
	for (uint32_t i = 0; i < wasm_function_result_count(function); i++)
		print_value(world, world_letter(wasm_function_result(function, i)), results[i],
			    out);
}

enum { FRAMES_SHOWN = 8 };

/* What happened, and where: functions and offsets in their modules, innermost first. */
static void print_trap(const struct world *world, FILE *out)
{
	struct wasm_frame frames[FRAMES_SHOWN];
	uint32_t count = wasm_thread_backtrace(world->thread, frames, FRAMES_SHOWN);
	fprintf(out, " trap %s", trap_text(wasm_thread_trap(world->thread)));
	for (uint32_t i = 0; i < count; i++)
		fprintf(out, " %" PRIu32 ":%" PRIx64, frames[i].function_index, frames[i].offset);
}

static uint32_t next_seed(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static bool call_once(struct world *world, const struct wasm_function *function, uint32_t *seed,
		      FILE *out)
{
	static uint64_t arguments[1000];
	for (uint32_t i = 0; i < wasm_function_parameter_count(function); i++)
		arguments[i] = world_value(
		    world, world_letter(wasm_function_parameter(function, i)), next_seed(seed));
	enum wasm_outcome outcome;
	enum status status = world_call(world, function, arguments, &outcome);
	if (out == NULL)
		return status == STATUS_OK;
	if (status != STATUS_OK)
		fprintf(out, " %s", status_text(status));
	else if (outcome == WASM_FINISHED)
		print_results(world, function, out);
	else
		print_trap(world, out);
	print_state(world, out);
	return status == STATUS_OK;
}

static void call_all(struct world *world, FILE *out)
{
	uint32_t seed = 1;
	for (uint32_t round = 0; round < ROUNDS; round++) {
		for (uint32_t i = 0; i < world->function_count; i++) {
			if (out != NULL)
				fprintf(out, "call %" PRIu32, i);
			if (!call_once(world, world->functions[i], &seed, out))
				return;
		}
	}
}

static const char *beginning(enum status status)
{
	switch (status) {
	case STATUS_OK:
		return "runs";
	case STATUS_TRAP:
		return "traps at its start";
	case STATUS_MALFORMED:
	case STATUS_INVALID:
		return "is invalid";
	case STATUS_UNLINKABLE:
		return "cannot be linked";
	default:
		return status_text(status);
	}
}

uint64_t run_world(const struct world_module *modules, uint32_t count, struct world_options options,
		   FILE *out)
{
	static struct world world;
	enum status status = world_create(&world, modules, count, options);
	if (status == STATUS_OK)
		status = world_instantiate(&world);
	if (out != NULL) {
		fprintf(out, "%s\n", beginning(status));
		if (status != STATUS_OK && status != STATUS_TRAP)
			fprintf(stderr, "%s at %" PRIu64 "\n", world.fault.text,
				world.fault.offset);
	}
	if (status == STATUS_OK)
		call_all(&world, out);
	uint64_t interrupts = world.interrupts;
	world_destroy(&world);
	core_assert(test_port_live_bytes == 0);
	core_assert(test_port_committed_bytes == 0);
	return interrupts;
}

#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/port.h"
#include "plan.h"
#include "runtime.h"

/* ---- Values ---- */

uint32_t world_mix(uint32_t hash, uint32_t word)
{
	hash = (hash ^ word) * 0x9e3779b1u;
	return hash ^ hash >> 15;
}

uint32_t world_function_number(const struct world *world, uint64_t reference)
{
	if (reference == 0)
		return 0;
	for (uint32_t i = 0; i < world->function_count; i++)
		if ((uint64_t)(uintptr_t)world->functions[i] == reference)
			return i + 1;
	return 65535;
}

uint32_t world_mix_value(const struct world *world, uint32_t hash, char letter, uint64_t bits)
{
	if (letter == 'f' && world_is_nan_f32(bits))
		bits = 0x7fc00000;
	if (letter == 'F' && world_is_nan_f64(bits))
		bits = 0x7ff8000000000000;
	if (letter == 'c')
		bits = world_function_number(world, bits);
	hash = world_mix(hash, (uint32_t)bits);
	return letter == 'I' || letter == 'F' ? world_mix(hash, (uint32_t)(bits >> 32)) : hash;
}

static uint64_t bits_of_f32(float value)
{
	uint32_t bits;
	memcpy(&bits, &value, sizeof bits);
	return bits;
}

static uint64_t bits_of_f64(double value)
{
	uint64_t bits;
	memcpy(&bits, &value, sizeof bits);
	return bits;
}

static int32_t small_i32(uint32_t seed)
{
	static const int32_t known[] = {0,     1,     -1,        2,         7,      31,
					255,   32768, 65535,     65536,     100000, INT32_MAX,
					-1000, -2,    INT32_MIN, 0x01020304};
	return seed & 16 ? (int32_t)seed : known[seed & 15];
}

static double known_f64(uint32_t seed)
{
	static const double known[] = {0.0,
				       -0.0,
				       1.0,
				       -1.0,
				       0.5,
				       1.5,
				       -2.5,
				       1e10,
				       -1e10,
				       __builtin_inf(),
				       -__builtin_inf(),
				       __builtin_nan(""),
				       3.140625,
				       16777216.0,
				       0x1p-140,
				       2147483648.0};
	return seed & 16 ? (double)(int32_t)seed / 16.0 : known[seed & 15];
}

uint64_t world_value(const struct world *world, char letter, uint32_t seed)
{
	uint32_t more = world_mix(seed, 1);
	switch (letter) {
	case 'i':
		return (uint32_t)small_i32(seed);
	case 'I':
		return seed & 32 ? (uint64_t)more << 32 | seed : (uint64_t)(int64_t)small_i32(seed);
	case 'f':
		return bits_of_f32((float)known_f64(seed));
	case 'F':
		return bits_of_f64(known_f64(seed));
	case 'r':
		return seed % 6;
	default:
		seed %= world->function_count + 1;
		return seed == 0 ? 0 : (uint64_t)(uintptr_t)world->functions[seed - 1];
	}
}

char world_letter(enum wasm_type type)
{
	switch (type) {
	case WASM_I32:
		return 'i';
	case WASM_I64:
		return 'I';
	case WASM_F32:
		return 'f';
	case WASM_F64:
		return 'F';
	case WASM_FUNCREF:
		return 'c';
	default:
		return 'r';
	}
}

/* ---- Host functions ---- */

/* Replaces arguments by results; false for a trap. */
static bool compute(struct world *world, const struct world_host *host, uint64_t *slots)
{
	uint32_t hash = world->host_hash;
	const char *letter = host->signature;
	for (uint32_t i = 0; *letter != ':'; letter++, i++)
		hash = world_mix_value(world, hash, *letter, slots[i]);
	hash = world_mix(hash, 7);
	world->host_hash = hash;
	if ((hash & 63) == 0)
		return false;
	letter++;
	for (uint32_t i = 0; letter[i] != '\0'; i++)
		slots[i] = world_value(world, letter[i], world_mix(hash, i));
	return true;
}

static enum wasm_host_result host_call(void *context, struct wasm_thread *thread, uint64_t *slots)
{
	struct world_host *host = context;
	struct world *world = host->world;
	if (world->options.is_disturbed && ++world->host_calls % 3 == 0) {
		world->suspended = host;
		return WASM_HOST_SUSPEND;
	}
	if (compute(world, host, slots))
		return WASM_HOST_CONTINUE;
	wasm_thread_fail(thread, "host");
	return WASM_HOST_TRAP;
}

/* ---- What waits for other threads ---- */

/* There are none: a notification wakes nobody, and a wait is over at once, if what is expected is
 * there as after its time. */
static void answer_wait(struct world *world, uint32_t which, uint64_t *slots)
{
	enum { NOT_EQUAL = 1, TIMED_OUT = 2 };
	const struct wasm_memory *memory = wasm_thread_memory(world->thread);
	uint64_t found = 0, bytes = which == WASM_WAIT64 ? 8 : 4;
	core_assert(wasm_memory_is_shared(memory));
	core_assert(slots[0] % bytes == 0 && slots[0] + bytes <= wasm_memory_size(memory));
	memcpy(&found, wasm_memory_base(memory) + slots[0], bytes);
	if (which == WASM_NOTIFY)
		slots[0] = 0;
	else
		slots[0] = found == slots[1] ? TIMED_OUT : NOT_EQUAL;
}

static enum wasm_host_result wait_call(struct world *world, uint32_t which, uint64_t *slots)
{
	if (world->options.is_disturbed && ++world->host_calls % 3 == 0) {
		world->suspended_wait = which;
		return WASM_HOST_SUSPEND;
	}
	answer_wait(world, which, slots);
	return WASM_HOST_CONTINUE;
}

static enum wasm_host_result wait32(void *context, struct wasm_thread *thread, uint64_t *slots)
{
	return wait_call(context, WASM_WAIT32, slots);
}

static enum wasm_host_result wait64(void *context, struct wasm_thread *thread, uint64_t *slots)
{
	return wait_call(context, WASM_WAIT64, slots);
}

static enum wasm_host_result notify(void *context, struct wasm_thread *thread, uint64_t *slots)
{
	return wait_call(context, WASM_NOTIFY, slots);
}

static enum status offer_waits(struct world *world)
{
	static const struct wasm_host_function rows[WASM_WAIT_COUNT] = {
	    [WASM_WAIT32] = {"wait32", "IiI:i", wait32},
	    [WASM_WAIT64] = {"wait64", "III:i", wait64},
	    [WASM_NOTIFY] = {"notify", "Ii:i", notify},
	};
	return wasm_store_set_waits(world->store, rows, world);
}

/* ---- Runs ---- */

static void answer_suspended(struct world *world)
{
	if (world->suspended_wait != WASM_WAIT_COUNT) {
		answer_wait(world, world->suspended_wait, wasm_thread_slots(world->thread));
		world->suspended_wait = WASM_WAIT_COUNT;
		return;
	}
	const struct world_host *host = world->suspended;
	core_assert(host != NULL);
	world->suspended = NULL;
	if (!compute(world, host, wasm_thread_slots(world->thread)))
		wasm_thread_fail(world->thread, "host");
}

static enum wasm_outcome run(struct world *world)
{
	for (uint64_t end = world->interrupts + world->options.interrupts_max;;) {
		if (world->options.is_disturbed)
			wasm_thread_interrupt(world->thread);
		enum wasm_outcome outcome = wasm_thread_resume(world->thread);
		if (outcome == WASM_INTERRUPTED && ++world->interrupts == end)
			wasm_thread_fail(world->thread, "it runs for too long");
		else if (outcome == WASM_INTERRUPTED)
			continue;
		else if (outcome == WASM_SUSPENDED)
			answer_suspended(world);
		else
			return outcome;
	}
}

/* ---- Imports ---- */

static enum status make_function(struct world *world, const char *name, struct wasm_extern *out)
{
	core_assert(world->host_count < WORLD_FUNCTIONS_MAX);
	struct world_host *host = &world->hosts[world->host_count++];
	host->world = world;
	int read = sscanf(name, "h%*u %63s", host->signature);
	core_assert(read == 1);
	const struct wasm_host_function row = {name, host->signature, host_call};
	return wasm_host_function_create(world->store, &row, host, &out->function);
}

static enum status make_global(struct world *world, const char *name, struct wasm_extern *out)
{
	unsigned number;
	char letter, how[8];
	int read = sscanf(name, "g%u %c %7s", &number, &letter, how);
	core_assert(read == 3);
	return wasm_host_global_create(
	    world->store, plan_type_byte(letter), strcmp(how, "var") == 0,
	    letter == 'c' ? 0 : world_value(world, letter, number), &out->global);
}

static enum status make_table(struct world *world, const char *name, struct wasm_extern *out)
{
	unsigned min, max;
	char letter;
	int read = sscanf(name, "t%*u %c %u %u", &letter, &min, &max);
	core_assert(read == 3);
	return wasm_host_table_create(world->store, letter == 'c' ? WASM_FUNCREF : WASM_EXTERNREF,
				      min, max, &out->table);
}

static enum status make_memory(struct world *world, const char *name, struct wasm_extern *out)
{
	unsigned min, max;
	int read = sscanf(name, "%*c %u %u", &min, &max);
	core_assert(read == 2);
	if (name[0] == 's')
		return wasm_host_shared_memory_create(world->store, min, max, &out->memory);
	return wasm_host_memory_create(world->store, min, max, &out->memory);
}

static enum status find_import(struct world *world, const struct wasm_item *item,
			       struct wasm_extern *out)
{
	static enum status (*const makers[])(struct world *, const char *, struct wasm_extern *) = {
	    make_function, make_table, make_memory, make_global};
	char name[WORLD_SIGNATURE_BYTES];
	core_assert(item->name.size < sizeof name);
	if (item->module.size == 1)
		return wasm_instance_export(world->instances[0], item->name.data, item->name.size,
					    out);
	memcpy(name, item->name.data, item->name.size);
	name[item->name.size] = '\0';
	out->kind = item->kind;
	return makers[item->kind](world, name, out);
}

/* ---- From outside ---- */

struct world_options world_roomy(void)
{
	return (struct world_options){.interrupts_max = UINT64_MAX / 2,
				      .stack_bytes = 64 << 20,
				      .limits = {.memory_bytes = 64 << 20,
						 .table_elements = 1 << 20,
						 .record_bytes = 64 << 20}};
}

enum status world_create(struct world *world, const struct world_module *modules, uint32_t count,
			 struct world_options options)
{
	*world =
	    (struct world){.options = options, .count = count, .suspended_wait = WASM_WAIT_COUNT};
	for (uint32_t i = 0; i < count; i++) {
		enum status status = wasm_module_create(modules[i].data, modules[i].size,
							&world->modules[i], &world->fault);
		if (status != STATUS_OK)
			return status;
	}
	enum status status = wasm_store_create(&options.limits, &world->store);
	if (status == STATUS_OK)
		status = offer_waits(world);
	if (status == STATUS_OK)
		status =
		    wasm_thread_create(world->store, options.stack_bytes, world, &world->thread);
	return status;
}

static enum status start(struct world *world, uint32_t index)
{
	const struct wasm_function *function = wasm_instance_start(world->instances[index]);
	if (function == NULL)
		return STATUS_OK;
	enum status status = wasm_thread_call(world->thread, function, NULL);
	if (status != STATUS_OK)
		return status;
	return run(world) == WASM_FINISHED ? STATUS_OK : STATUS_TRAP;
}

static void number_functions(struct world *world, uint32_t index)
{
	for (uint32_t i = 0; i < wasm_module_export_count(world->modules[index]); i++) {
		struct wasm_item item;
		struct wasm_extern export;
		wasm_module_export(world->modules[index], i, &item);
		if (item.kind != WASM_FUNCTION || item.name.data[0] != 'f')
			continue;
		core_assert(world->function_count < WORLD_FUNCTIONS_MAX);
		enum status status = wasm_instance_export(world->instances[index], item.name.data,
							  item.name.size, &export);
		core_assert(status == STATUS_OK);
		world->functions[world->function_count++] = export.function;
	}
}

static enum status instantiate(struct world *world, uint32_t index)
{
	uint32_t count = wasm_module_import_count(world->modules[index]);
	struct wasm_extern *imports = calloc(count + 1, sizeof *imports);
	core_assert(imports != NULL);
	enum status status = STATUS_OK;
	for (uint32_t i = 0; i < count && status == STATUS_OK; i++) {
		struct wasm_item item;
		wasm_module_import(world->modules[index], i, &item);
		status = find_import(world, &item, &imports[i]);
	}
	if (status == STATUS_OK)
		status = wasm_instance_create(world->store, world->modules[index], imports, count,
					      &world->instances[index], &world->fault);
	free(imports);
	if (status == STATUS_OK)
		status = start(world, index);
	if (status == STATUS_OK)
		number_functions(world, index);
	return status;
}

enum status world_instantiate(struct world *world)
{
	enum status status = STATUS_OK;
	for (uint32_t i = 0; i < world->count && status == STATUS_OK; i++)
		status = instantiate(world, i);
	return status;
}

/* Nothing is written behind the part of the stack that may be used; pages are larger than it. */
static void check_stack(const struct wasm_thread *thread)
{
	for (uint64_t i = thread->stack_bytes; i < thread->stack.committed; i++)
		core_assert(thread->stack.base[i] == 0);
}

static enum status call(struct world *world, const struct wasm_function *function,
			const uint64_t *arguments, enum wasm_outcome *outcome)
{
	enum status status = wasm_thread_call(world->thread, function, arguments);
	if (status == STATUS_OK)
		*outcome = run(world);
	check_stack(world->thread);
	return status;
}

enum status world_call(struct world *world, const struct wasm_function *function,
		       const uint64_t *arguments, enum wasm_outcome *outcome)
{
	struct wasm_extern refuel;
	enum status status =
	    wasm_instance_export(world->instances[0], (const uint8_t *)"refuel", 6, &refuel);
	core_assert(status == STATUS_OK);
	status = call(world, refuel.function, NULL, outcome);
	if (status == STATUS_OK && *outcome == WASM_FINISHED)
		status = call(world, function, arguments, outcome);
	return status;
}

void world_destroy(struct world *world)
{
	wasm_thread_destroy(world->thread);
	wasm_store_destroy(world->store);
	for (uint32_t i = 0; i < world->count; i++)
		wasm_module_destroy(world->modules[i]);
}

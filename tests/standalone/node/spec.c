#include "spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "core/wasm.h"
#include "print.h"
#include "spec/spectest.h"
#include "spec_format.h"

enum { STACK_BYTES = 1 << 20, NAMES_MAX = 200, ARGUMENTS_MAX = 100, RESULTS_MAX = 100 };

/* What is named: instances by the script, and those that others may import. */
struct named {
	struct wasm_name name;
	bool is_registered;
	struct wasm_instance *instance;
};

static struct world {
	char script[80];
	struct wasm_store *store;
	struct wasm_thread *thread;
	struct spectest spectest;
	struct wasm_module *modules[NAMES_MAX];
	size_t module_count;
	struct named names[NAMES_MAX];
	size_t name_count;
	struct wasm_instance *current;
} world;

static struct bytes in;
static uint32_t line;
static unsigned passed, failed;

static void check(bool is_right, const char *what)
{
	if (is_right) {
		passed++;
		return;
	}
	failed++;
	print_line("FAILED: %s:%u: %s", world.script, line, what);
}

/* ---- Worlds ---- */

static void end_world(void)
{
	if (world.thread != NULL)
		wasm_thread_destroy(world.thread);
	if (world.store != NULL)
		wasm_store_destroy(world.store);
	for (size_t i = 0; i < world.module_count; i++)
		wasm_module_destroy(world.modules[i]);
	memset(&world, 0, sizeof world);
}

static void begin_world(struct wasm_name name)
{
	/* As in tests/spec/world.c. */
	static const struct wasm_store_limits limits = {
	    .memory_bytes = (uint64_t)64 << 30,
	    .table_elements = 20000000,
	    .record_bytes = (uint64_t)1 << 30,
	};
	end_world();
	size_t size = name.size < sizeof world.script ? name.size : sizeof world.script - 1;
	memcpy(world.script, name.data, size);
	if (wasm_store_create(&limits, &world.store) != STATUS_OK ||
	    spectest_create(world.store, &world.spectest) != STATUS_OK)
		abort();
}

static bool is_same(struct wasm_name a, struct wasm_name b)
{
	return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static struct wasm_instance *find(struct wasm_name name, bool is_registered)
{
	for (size_t i = world.name_count; i-- > 0;)
		if (world.names[i].is_registered == is_registered &&
		    is_same(world.names[i].name, name))
			return world.names[i].instance;
	return NULL;
}

static void keep(struct wasm_name name, bool is_registered, struct wasm_instance *instance)
{
	if (world.name_count == NAMES_MAX)
		abort();
	world.names[world.name_count++] = (struct named){name, is_registered, instance};
}

/* ---- Reading ---- */

static struct wasm_name read_bytes(void)
{
	uint32_t size = bytes_u32(&in);
	struct bytes slice = bytes_slice(&in, size);
	return (struct wasm_name){slice.next, size};
}

/* NULL data where there is no name. */
static struct wasm_name read_name(void)
{
	struct bytes ahead = in;
	if (bytes_u32(&ahead) != SPEC_NO_NAME)
		return read_bytes();
	in = ahead;
	return (struct wasm_name){NULL, 0};
}

/* ---- Modules ---- */

static enum status load(struct wasm_module **module)
{
	struct wasm_name bytes = read_bytes();
	struct fault fault;
	enum status status = wasm_module_create(bytes.data, bytes.size, module, &fault);
	if (status != STATUS_OK)
		return status;
	if (world.module_count == NAMES_MAX)
		abort();
	world.modules[world.module_count++] = *module;
	return STATUS_OK;
}

static bool find_import(const struct wasm_item *item, struct wasm_extern *out)
{
	static const struct wasm_name spectest = {(const uint8_t *)"spectest", 8};
	const struct wasm_instance *instance = find(item->module, true);
	if (instance != NULL)
		return wasm_instance_export(instance, item->name.data, item->name.size, out) ==
		       STATUS_OK;
	return is_same(item->module, spectest) && spectest_find(&world.spectest, &item->name, out);
}

static enum wasm_outcome call(const struct wasm_function *function, const uint64_t *arguments)
{
	if (world.thread == NULL &&
	    wasm_thread_create(world.store, STACK_BYTES, NULL, &world.thread) != STATUS_OK)
		abort();
	if (wasm_thread_call(world.thread, function, arguments) != STATUS_OK)
		abort();
	return wasm_thread_resume(world.thread);
}

static void drop_thread(void)
{
	wasm_thread_destroy(world.thread);
	world.thread = NULL;
}

static enum status instantiate(struct wasm_module *module, struct wasm_instance **out)
{
	uint32_t count = wasm_module_import_count(module);
	struct wasm_extern *imports = calloc(count + (size_t)1, sizeof *imports);
	struct fault fault;
	enum status status = STATUS_OK;
	for (uint32_t i = 0; i < count && status == STATUS_OK; i++) {
		struct wasm_item item;
		wasm_module_import(module, i, &item);
		status = find_import(&item, &imports[i]) ? STATUS_OK : STATUS_UNLINKABLE;
	}
	if (status == STATUS_OK)
		status = wasm_instance_create(world.store, module, imports, count, out, &fault);
	free(imports);
	const struct wasm_function *first = status == STATUS_OK ? wasm_instance_start(*out) : NULL;
	if (first != NULL && call(first, NULL) != WASM_FINISHED) {
		drop_thread();
		return STATUS_TRAP;
	}
	return status;
}

static void run_module(void)
{
	struct wasm_name name = read_name();
	struct wasm_module *module;
	struct wasm_instance *instance = NULL;
	enum status status = load(&module);
	if (status == STATUS_OK)
		status = instantiate(module, &instance);
	world.current = status == STATUS_OK ? instance : NULL;
	if (world.current != NULL && name.data != NULL)
		keep(name, false, world.current);
	check(status == STATUS_OK, status_text(status));
}

static void run_register(void)
{
	struct wasm_name name = read_name();
	struct wasm_instance *instance = name.data == NULL ? world.current : find(name, false);
	keep(read_name(), true, instance);
	check(instance != NULL, "no such instance");
}

static void run_refused(enum status expected)
{
	struct wasm_module *module;
	struct wasm_instance *instance;
	enum status status = load(&module);
	if (status == STATUS_OK)
		status = instantiate(module, &instance);
	check(status == expected, status_text(status));
}

/* ---- Actions ---- */

struct outcome {
	bool was_found;
	enum wasm_outcome end;
	enum wasm_trap trap;
	char trap_text[FAULT_TEXT_BYTES];
	uint32_t count;
	enum wasm_type types[RESULTS_MAX];
	uint64_t slots[RESULTS_MAX];
};

static void invoke(const struct wasm_function *function, const uint64_t *arguments,
		   struct outcome *out)
{
	out->end = call(function, arguments);
	if (out->end != WASM_FINISHED) {
		out->trap = wasm_thread_trap(world.thread);
		snprintf(out->trap_text, sizeof out->trap_text, "%s",
			 wasm_thread_trap_text(world.thread));
		drop_thread();
		return;
	}
	out->count = wasm_function_result_count(function);
	for (uint32_t i = 0; i < out->count && i < RESULTS_MAX; i++) {
		out->types[i] = wasm_function_result(function, i);
		out->slots[i] = wasm_thread_results(world.thread)[i];
	}
}

static void act(struct outcome *out)
{
	static uint64_t arguments[ARGUMENTS_MAX];
	struct wasm_name name = read_name(), field = read_name();
	uint32_t count = bytes_u32(&in);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t value = bytes_u64(&in);
		if (i < ARGUMENTS_MAX)
			arguments[i] = value;
	}
	const struct wasm_instance *instance =
	    name.data == NULL ? world.current : find(name, false);
	struct wasm_extern found;
	memset(out, 0, sizeof *out);
	if (instance == NULL ||
	    wasm_instance_export(instance, field.data, field.size, &found) != STATUS_OK)
		return;
	out->was_found = true;
	if (found.kind == WASM_FUNCTION) {
		invoke(found.function, arguments, out);
		return;
	}
	out->end = WASM_FINISHED;
	out->count = 1;
	out->types[0] = wasm_global_type(found.global);
	out->slots[0] = wasm_global_value(found.global);
}

/* As tests/spec/value.c has it. */
static bool is_nan(enum spec_match match, enum wasm_type type, uint64_t slot)
{
	uint64_t quiet = type == WASM_F32 ? 0x7fc00000 : 0x7ff8000000000000;
	uint64_t bits = slot & (type == WASM_F32 ? 0x7fffffff : INT64_MAX);
	if (match == SPEC_NAN_CANONICAL)
		return bits == quiet;
	return (bits & quiet) == quiet;
}

static bool matches(enum wasm_type type, uint64_t slot)
{
	enum spec_match match = bytes_u8(&in);
	bool is_type = bytes_u32(&in) == (uint32_t)type;
	if (match == SPEC_EXACT)
		return bytes_u64(&in) == slot && is_type;
	if (match == SPEC_SOME_REFERENCE)
		return slot != 0 && is_type;
	return is_nan(match, type, slot) && is_type;
}

static void run_return(void)
{
	static struct outcome outcome;
	act(&outcome);
	uint32_t count = bytes_u32(&in);
	bool is_right = outcome.was_found && outcome.end == WASM_FINISHED && outcome.count == count;
	for (uint32_t i = 0; i < count; i++)
		is_right = matches(outcome.types[i], outcome.slots[i]) && is_right;
	check(is_right, outcome.trap_text[0] != '\0' ? outcome.trap_text : "other results");
}

static void run_trap(void)
{
	static struct outcome outcome;
	act(&outcome);
	struct wasm_name reason = read_bytes();
	size_t size = strlen(outcome.trap_text);
	check(outcome.was_found && outcome.end == WASM_TRAPPED && size <= reason.size &&
		  memcmp(reason.data, outcome.trap_text, size) == 0,
	      "no such trap");
}

static void run_exhaustion(void)
{
	static struct outcome outcome;
	act(&outcome);
	check(outcome.end == WASM_TRAPPED && outcome.trap == WASM_TRAP_STACK_EXHAUSTED,
	      "the stack was not exhausted");
}

static void run_action(void)
{
	static struct outcome outcome;
	act(&outcome);
	check(outcome.was_found && outcome.end == WASM_FINISHED, "the action failed");
}

static bool run_command(void)
{
	enum spec_command command = bytes_u32(&in);
	line = bytes_u32(&in);
	switch (command) {
	case SPEC_END:
		return false;
	case SPEC_SCRIPT:
		begin_world(read_bytes());
		break;
	case SPEC_MODULE:
		run_module();
		break;
	case SPEC_REGISTER:
		run_register();
		break;
	case SPEC_ACTION:
		run_action();
		break;
	case SPEC_RETURN:
		run_return();
		break;
	case SPEC_TRAP:
		run_trap();
		break;
	case SPEC_EXHAUSTION:
		run_exhaustion();
		break;
	case SPEC_MALFORMED:
		run_refused(STATUS_MALFORMED);
		break;
	case SPEC_INVALID:
		run_refused(STATUS_INVALID);
		break;
	case SPEC_UNLINKABLE:
		run_refused(STATUS_UNLINKABLE);
		break;
	case SPEC_UNINSTANTIABLE:
		run_refused(STATUS_TRAP);
		break;
	}
	return true;
}

unsigned spec_run(const uint8_t *data, size_t size)
{
	in = bytes_over(data, size);
	while (run_command())
		continue;
	end_world();
	if (passed == 0)
		failed++;
	print_line("%u passed, %u failed, 0 skipped", passed, failed);
	return failed;
}

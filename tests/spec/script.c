#include "script.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "value.h"
#include "world.h"

struct script;

/* A thread of the script: it runs commands of its own, in a world of its own. */
struct script_thread {
	struct script_thread *next;
	const json_t *name;
	const json_t *commands;
	pthread_t thread;
	struct script *script;
};

struct script {
	const char *path;
	const char *shown;
	struct script_totals *totals;
	struct world world;
	const json_t *command;
	struct script_thread *threads;
};

static void run_commands(struct script *script, const json_t *commands);

/* ---- Reports ---- */

/* The name of what an action calls, escaped: some are far from printable. */
static void describe_command(const struct script *script, char *out, size_t size)
{
	const json_t *field = json_object_get(json_object_get(script->command, "action"), "field");
	struct text text = text_over(out, size);
	text_string(&text, json_string_value(json_object_get(script->command, "type")));
	if (field == NULL)
		return;
	text_string(&text, " \"");
	text_escaped(&text, (const uint8_t *)json_string_value(field), json_string_length(field));
	text_string(&text, "\"");
}

__attribute__((format(printf, 2, 3))) static void failed(struct script *script, const char *format,
							 ...)
{
	char command[120];
	va_list arguments;
	describe_command(script, command, sizeof command);
	printf("%s:%lld: %s: ", script->shown,
	       (long long)json_integer_value(json_object_get(script->command, "line")), command);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	script->totals->failed++;
}

static void passed(struct script *script)
{
	script->totals->passed++;
}

/* Compares a status with the one that the suite demands. */
static void expect(struct script *script, enum status expected, enum status found,
		   const struct fault *fault)
{
	if (found == expected)
		passed(script);
	else if (found == STATUS_OK)
		failed(script, "expected: %s, %s", status_text(expected),
		       json_string_value(json_object_get(script->command, "text")));
	else
		failed(script, "%s: %s (at offset %llu)", status_text(found), fault->text,
		       (unsigned long long)fault->offset);
}

/* ---- Modules ---- */

static enum status load(struct script *script, struct fault *fault)
{
	const char *file = json_string_value(json_object_get(script->command, "filename"));
	const char *slash = strrchr(script->path, '/');
	int folder = slash == NULL ? 0 : (int)(slash - script->path) + 1;
	char *path = NULL;
	if (asprintf(&path, "%.*s%s", folder, script->path, file) < 0)
		abort();
	enum status status = world_load(&script->world, path, fault);
	free(path);
	return status;
}

static void run_definition(struct script *script)
{
	struct world *world = &script->world;
	const json_t *name = json_object_get(script->command, "name");
	struct fault fault = {0};
	enum status status = load(script, &fault);
	if (status == STATUS_OK && name != NULL)
		world_name(world, WORLD_MODULE, name, world->last_module);
	expect(script, STATUS_OK, status, &fault);
}

/* The module that a command means: by file, by name, or the last one. */
static enum status find_module(struct script *script, struct wasm_module **out, struct fault *fault)
{
	struct world *world = &script->world;
	const json_t *name = json_object_get(script->command, "module");
	if (json_object_get(script->command, "filename") != NULL) {
		enum status status = load(script, fault);
		if (status == STATUS_OK)
			*out = world->last_module;
		return status;
	}
	*out = name == NULL ? world->last_module : world_find(world, WORLD_MODULE, name);
	if (*out != NULL)
		return STATUS_OK;
	fault_set(fault, 0, "no such module");
	return STATUS_NOT_FOUND;
}

/* `module` and `module_instance`: what they make becomes current, under the name of that key. */
static void run_module(struct script *script, const char *name_key)
{
	struct world *world = &script->world;
	const json_t *name = json_object_get(script->command, name_key);
	struct fault fault = {0};
	struct wasm_module *module;
	struct wasm_instance *instance = NULL;
	enum status status = find_module(script, &module, &fault);
	if (status == STATUS_OK)
		status = world_instantiate(world, module, &instance, &fault);
	/* After a failure nothing is current, so that what follows does not pass by accident. */
	world->current = instance;
	if (instance != NULL && name != NULL)
		world_name(world, WORLD_INSTANCE, name, instance);
	expect(script, STATUS_OK, status, &fault);
}

static void run_instance_failure(struct script *script, enum status expected)
{
	struct fault fault = {0};
	struct wasm_module *module;
	struct wasm_instance *instance;
	enum status status = find_module(script, &module, &fault);
	if (status != STATUS_OK) {
		failed(script, "%s: %s", status_text(status), fault.text);
		return;
	}
	status = world_instantiate(&script->world, module, &instance, &fault);
	expect(script, expected, status, &fault);
}

static void run_load_failure(struct script *script, enum status expected)
{
	const char *type = json_string_value(json_object_get(script->command, "module_type"));
	if (type != NULL && strcmp(type, "text") == 0) {
		script->totals->skipped++;
		return;
	}
	struct fault fault = {0};
	enum status status = load(script, &fault);
	expect(script, expected, status, &fault);
}

static void run_register(struct script *script)
{
	struct world *world = &script->world;
	const json_t *name = json_object_get(script->command, "name");
	void *instance = name == NULL ? world->current : world_find(world, WORLD_INSTANCE, name);
	if (instance == NULL) {
		failed(script, "no such instance");
		return;
	}
	world_name(world, WORLD_REGISTERED, json_object_get(script->command, "as"), instance);
	passed(script);
}

/* ---- Actions ---- */

static bool act(struct script *script, struct world_outcome *outcome)
{
	struct fault fault = {0};
	enum status status =
	    world_act(&script->world, json_object_get(script->command, "action"), outcome, &fault);
	if (status != STATUS_OK)
		failed(script, "%s: %s", status_text(status), fault.text);
	return status == STATUS_OK;
}

static bool has_finished(struct script *script, const struct world_outcome *outcome)
{
	if (outcome->has_trapped)
		failed(script, "trapped: %s", outcome->trap_text);
	return !outcome->has_trapped;
}

static void run_action(struct script *script)
{
	struct world_outcome outcome;
	if (act(script, &outcome) && has_finished(script, &outcome))
		passed(script);
}

static void run_return(struct script *script)
{
	const json_t *expected = json_object_get(script->command, "expected");
	struct world_outcome outcome;
	if (!act(script, &outcome) || !has_finished(script, &outcome))
		return;
	if (json_array_size(expected) != outcome.count) {
		failed(script, "expected %zu results, found %u", json_array_size(expected),
		       outcome.count);
		return;
	}
	for (uint32_t i = 0; i < outcome.count; i++) {
		const json_t *value = json_array_get(expected, i);
		if (value_matches(value, outcome.types[i], outcome.slots[i]))
			continue;
		char wanted[64], found[64];
		value_expected_text(value, wanted, sizeof wanted);
		value_text(outcome.types[i], outcome.slots[i], found, sizeof found);
		failed(script, "result %u: expected %s, found %s", i, wanted, found);
		return;
	}
	passed(script);
}

/* The suite's reason may go on with details ("uninitialized element 2"). */
static void run_trap(struct script *script)
{
	const char *reason = json_string_value(json_object_get(script->command, "text"));
	struct world_outcome outcome;
	if (!act(script, &outcome))
		return;
	if (!outcome.has_trapped)
		failed(script, "expected a trap: %s", reason);
	else if (strncmp(reason, outcome.trap_text, strlen(outcome.trap_text)) != 0)
		failed(script, "expected the trap \"%s\", found \"%s\"", reason, outcome.trap_text);
	else
		passed(script);
}

static void run_exhaustion(struct script *script)
{
	struct world_outcome outcome;
	if (!act(script, &outcome))
		return;
	if (!outcome.has_trapped || outcome.trap != WASM_TRAP_STACK_EXHAUSTED)
		failed(script, "expected an exhausted stack%s%s",
		       outcome.has_trapped ? ", found: " : "", outcome.trap_text);
	else
		passed(script);
}

/* ---- Threads ---- */

static void *run_script_thread(void *argument)
{
	struct script_thread *thread = argument;
	run_commands(thread->script, thread->commands);
	return NULL;
}

/* The instances that are named for it are all that it sees of ours. */
static void share_instances(struct script *script, struct world *inside)
{
	const json_t *names = json_object_get(script->command, "shared_module");
	for (size_t i = 0; i < json_array_size(names); i++) {
		const json_t *name = json_array_get(names, i);
		world_name(inside, WORLD_INSTANCE, name,
			   world_find(&script->world, WORLD_INSTANCE, name));
	}
}

static void run_thread(struct script *script)
{
	struct script_thread *thread = calloc(1, sizeof *thread);
	struct script *inside = calloc(1, sizeof *inside);
	struct script_totals *totals = calloc(1, sizeof *totals);
	if (thread == NULL || inside == NULL || totals == NULL)
		abort();
	*inside = (struct script){.path = script->path, .shown = script->shown, .totals = totals};
	world_create_inside(&script->world, &inside->world);
	share_instances(script, &inside->world);
	*thread = (struct script_thread){.next = script->threads,
					 .name = json_object_get(script->command, "name"),
					 .commands = json_object_get(script->command, "commands"),
					 .script = inside};
	script->threads = thread;
	if (pthread_create(&thread->thread, NULL, run_script_thread, thread) != 0)
		abort();
	passed(script);
}

static void join(struct script *script, struct script_thread *thread)
{
	struct script_totals *inside = thread->script->totals;
	pthread_join(thread->thread, NULL);
	world_destroy(&thread->script->world);
	script->totals->passed += inside->passed;
	script->totals->failed += inside->failed;
	script->totals->skipped += inside->skipped;
	free(inside);
	free(thread->script);
	free(thread);
}

static void run_wait(struct script *script)
{
	const json_t *name = json_object_get(script->command, "thread");
	struct script_thread **at = &script->threads;
	while (*at != NULL && !json_equal((*at)->name, name))
		at = &(*at)->next;
	struct script_thread *thread = *at;
	if (thread == NULL) {
		failed(script, "no such thread");
		return;
	}
	*at = thread->next;
	join(script, thread);
	passed(script);
}

/* ---- Commands ---- */

static void run_plain_module(struct script *script)
{
	run_module(script, "name");
}

static void run_module_instance(struct script *script)
{
	run_module(script, "instance");
}

static void run_malformed(struct script *script)
{
	run_load_failure(script, STATUS_MALFORMED);
}

static void run_invalid(struct script *script)
{
	run_load_failure(script, STATUS_INVALID);
}

static void run_unlinkable(struct script *script)
{
	run_instance_failure(script, STATUS_UNLINKABLE);
}

static void run_uninstantiable(struct script *script)
{
	run_instance_failure(script, STATUS_TRAP);
}

static void run_command(struct script *script)
{
	static const struct {
		const char *type;
		void (*run)(struct script *script);
	} commands[] = {
	    {"module", run_plain_module},
	    {"module_definition", run_definition},
	    {"module_instance", run_module_instance},
	    {"register", run_register},
	    {"action", run_action},
	    {"assert_return", run_return},
	    {"assert_trap", run_trap},
	    {"assert_exhaustion", run_exhaustion},
	    {"assert_malformed", run_malformed},
	    {"assert_invalid", run_invalid},
	    {"assert_unlinkable", run_unlinkable},
	    {"assert_uninstantiable", run_uninstantiable},
	    {"thread", run_thread},
	    {"wait", run_wait},
	};
	const char *type = json_string_value(json_object_get(script->command, "type"));
	for (size_t i = 0; type != NULL && i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(commands[i].type, type) == 0) {
			commands[i].run(script);
			return;
		}
	}
	failed(script, "a command that is not known");
}

static void run_commands(struct script *script, const json_t *commands)
{
	for (size_t i = 0; i < json_array_size(commands); i++) {
		script->command = json_array_get(commands, i);
		run_command(script);
	}
}

void script_run(const char *path, const char *shown, struct script_totals *totals)
{
	struct script script = {.path = path, .shown = shown, .totals = totals};
	json_error_t error;
	json_t *root = json_load_file(path, JSON_ALLOW_NUL, &error);
	const json_t *commands = json_object_get(root, "commands");
	if (!json_is_array(commands)) {
		printf("%s:%d: %s\n", shown, error.line, root == NULL ? error.text : "no script");
		totals->failed++;
		json_decref(root);
		return;
	}
	enum status status = world_create(&script.world);
	if (status != STATUS_OK) {
		printf("%s:1: cannot make a store: %s\n", shown, status_text(status));
		totals->failed++;
	}
	if (status == STATUS_OK)
		run_commands(&script, commands);
	while (script.threads != NULL) {
		struct script_thread *thread = script.threads;
		script.threads = thread->next;
		join(&script, thread);
	}
	world_destroy(&script.world);
	json_decref(root);
}

#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "value.h"
#include "waits.h"

enum { STACK_BYTES = 1 << 20 };

struct world_entry {
	struct world_entry *next;
	enum world_kind kind;
	const json_t *name; /* belongs to the script */
	void *record;
};

enum status world_create(struct world *out)
{
	/* The suite defines memories of 4 GiB, which are never filled. */
	static const struct wasm_store_limits limits = {
	    .memory_bytes = (uint64_t)64 << 30,
	    .table_elements = 20000000,
	    .record_bytes = (uint64_t)1 << 30,
	};
	*out = (struct world){.changes = malloc(sizeof *out->changes)};
	pthread_mutex_init(out->changes, NULL);
	enum status status = wasm_store_create(&limits, &out->store);
	if (status == STATUS_OK)
		status = waits_offer(out->store);
	if (status == STATUS_OK)
		status = spectest_create(out->store, &out->spectest);
	return status;
}

void world_create_inside(struct world *parent, struct world *out)
{
	*out = (struct world){.parent = parent,
			      .changes = parent->changes,
			      .store = parent->store,
			      .spectest = parent->spectest};
}

/* The test's own memory may run out only by a mistake. */
static void *grown(void *old, size_t size)
{
	void *fresh = realloc(old, size);
	if (fresh == NULL) {
		fprintf(stderr, "spec-run: out of memory\n");
		exit(2);
	}
	return fresh;
}

static void keep_module(struct world *world, struct wasm_module *module)
{
	size_t room = (world->module_count + 1) * sizeof *world->modules;
	world->modules = grown(world->modules, room);
	world->modules[world->module_count++] = module;
}

/* Modules outlive the store. */
static void leave_modules(struct world *world)
{
	pthread_mutex_lock(world->changes);
	for (size_t i = 0; i < world->module_count; i++)
		keep_module(world->parent, world->modules[i]);
	pthread_mutex_unlock(world->changes);
}

static void destroy_store(struct world *world)
{
	if (world->store != NULL)
		wasm_store_destroy(world->store);
	for (size_t i = 0; i < world->module_count; i++)
		wasm_module_destroy(world->modules[i]);
	pthread_mutex_destroy(world->changes);
	free(world->changes);
}

void world_destroy(struct world *world)
{
	if (world->thread != NULL)
		wasm_thread_destroy(world->thread);
	if (world->parent != NULL)
		leave_modules(world);
	else
		destroy_store(world);
	free(world->modules);
	while (world->entries != NULL) {
		struct world_entry *next = world->entries->next;
		free(world->entries);
		world->entries = next;
	}
}

static bool name_is(const json_t *name, const uint8_t *data, size_t size)
{
	return json_string_length(name) == size && memcmp(json_string_value(name), data, size) == 0;
}

static void *find(const struct world *world, enum world_kind kind, const uint8_t *name, size_t size)
{
	for (struct world_entry *entry = world->entries; entry != NULL; entry = entry->next)
		if (entry->kind == kind && name_is(entry->name, name, size))
			return entry->record;
	return NULL;
}

void *world_find(const struct world *world, enum world_kind kind, const json_t *name)
{
	return find(world, kind, (const uint8_t *)json_string_value(name),
		    json_string_length(name));
}

void world_name(struct world *world, enum world_kind kind, const json_t *name, void *record)
{
	struct world_entry *entry = grown(NULL, sizeof *entry);
	*entry = (struct world_entry){world->entries, kind, name, record};
	world->entries = entry;
}

/* ---- Modules ---- */

static uint8_t *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return NULL;
	uint8_t *data = NULL;
	size_t room = 0;
	*size = 0;
	do {
		room = room == 0 ? 4096 : room * 2;
		data = grown(data, room);
		*size += fread(data + *size, 1, room - *size, file);
	} while (*size == room);
	bool has_failed = ferror(file);
	fclose(file);
	if (!has_failed)
		return data;
	free(data);
	return NULL;
}

enum status world_load(struct world *world, const char *path, struct fault *fault)
{
	size_t size;
	uint8_t *bytes = read_file(path, &size);
	if (bytes == NULL) {
		fault_set_name(fault, 0, "cannot read", (const uint8_t *)path, strlen(path));
		return STATUS_IO;
	}
	struct wasm_module *module;
	enum status status = wasm_module_create(bytes, size, &module, fault);
	free(bytes);
	if (status != STATUS_OK)
		return status;
	pthread_mutex_lock(world->changes);
	keep_module(world, module);
	pthread_mutex_unlock(world->changes);
	world->last_module = module;
	return STATUS_OK;
}

static enum status find_import(const struct world *world, const struct wasm_item *import,
			       struct wasm_extern *out, struct fault *fault)
{
	const struct wasm_instance *instance =
	    find(world, WORLD_REGISTERED, import->module.data, import->module.size);
	if (instance != NULL &&
	    wasm_instance_export(instance, import->name.data, import->name.size, out) == STATUS_OK)
		return STATUS_OK;
	static const char spectest[] = "spectest";
	if (instance == NULL && import->module.size == strlen(spectest) &&
	    memcmp(import->module.data, spectest, strlen(spectest)) == 0 &&
	    spectest_find(&world->spectest, &import->name, out))
		return STATUS_OK;
	fault_set_name(fault, 0, "unknown import", import->name.data, import->name.size);
	return STATUS_UNLINKABLE;
}

static enum status run(struct world *world, const struct wasm_function *function,
		       const uint64_t *arguments, struct world_outcome *out, struct fault *fault)
{
	enum status status = STATUS_OK;
	if (world->thread == NULL)
		status = wasm_thread_create(world->store, STACK_BYTES, NULL, &world->thread);
	if (status == STATUS_OK)
		status = wasm_thread_call(world->thread, function, arguments);
	if (status != STATUS_OK) {
		fault_set(fault, 0, status_text(status));
		return status;
	}
	switch (wasm_thread_resume(world->thread)) {
	case WASM_FINISHED:
		out->count = wasm_function_result_count(function);
		for (uint32_t i = 0; i < out->count; i++) {
			out->types[i] = wasm_function_result(function, i);
			out->slots[i] = wasm_thread_results(world->thread)[i];
		}
		return STATUS_OK;
	case WASM_TRAPPED:
		out->has_trapped = true;
		out->trap = wasm_thread_trap(world->thread);
		snprintf(out->trap_text, sizeof out->trap_text, "%s",
			 wasm_thread_trap_text(world->thread));
		wasm_thread_destroy(world->thread);
		world->thread = NULL;
		return STATUS_OK;
	default:
		fault_set(fault, 0, "a call neither finished nor trapped");
		return STATUS_UNSUPPORTED;
	}
}

static enum status run_start(struct world *world, const struct wasm_instance *instance,
			     struct fault *fault)
{
	const struct wasm_function *start = wasm_instance_start(instance);
	if (start == NULL)
		return STATUS_OK;
	struct world_outcome outcome = {0};
	enum status status = run(world, start, NULL, &outcome, fault);
	if (status != STATUS_OK || !outcome.has_trapped)
		return status;
	fault_set(fault, 0, outcome.trap_text);
	return STATUS_TRAP;
}

enum status world_instantiate(struct world *world, struct wasm_module *module,
			      struct wasm_instance **out, struct fault *fault)
{
	uint32_t count = wasm_module_import_count(module);
	struct wasm_extern *imports = grown(NULL, (count + 1) * sizeof *imports);
	struct wasm_instance *instance;
	enum status status = STATUS_OK;
	for (uint32_t i = 0; i < count && status == STATUS_OK; i++) {
		struct wasm_item import;
		wasm_module_import(module, i, &import);
		status = find_import(world, &import, &imports[i], fault);
	}
	pthread_mutex_lock(world->changes);
	if (status == STATUS_OK)
		status =
		    wasm_instance_create(world->store, module, imports, count, &instance, fault);
	pthread_mutex_unlock(world->changes);
	free(imports);
	if (status == STATUS_OK)
		status = run_start(world, instance, fault);
	if (status == STATUS_OK)
		*out = instance;
	return status;
}

/* ---- Actions ---- */

static enum status invoke(struct world *world, const json_t *action,
			  const struct wasm_function *function, struct world_outcome *out,
			  struct fault *fault)
{
	const json_t *values = json_object_get(action, "args");
	size_t count = json_array_size(values);
	if (count != wasm_function_parameter_count(function)) {
		fault_set(fault, 0, "the function takes another number of arguments");
		return STATUS_INVALID;
	}
	uint64_t *arguments = grown(NULL, (count + 1) * sizeof *arguments);
	enum status status = STATUS_OK;
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		if (value_to_slot(json_array_get(values, i), &arguments[i]))
			continue;
		fault_set(fault, 0, "an argument of a type that is not supported");
		status = STATUS_UNSUPPORTED;
	}
	if (status == STATUS_OK)
		status = run(world, function, arguments, out, fault);
	free(arguments);
	return status;
}

enum status world_act(struct world *world, const json_t *action, struct world_outcome *out,
		      struct fault *fault)
{
	const json_t *name = json_object_get(action, "module");
	const json_t *field = json_object_get(action, "field");
	const struct wasm_instance *instance =
	    name == NULL ? world->current : world_find(world, WORLD_INSTANCE, name);
	struct wasm_extern found;
	*out = (struct world_outcome){0};
	if (instance == NULL ||
	    wasm_instance_export(instance, (const uint8_t *)json_string_value(field),
				 json_string_length(field), &found) != STATUS_OK) {
		fault_set(fault, 0, "no such instance or export");
		return STATUS_NOT_FOUND;
	}
	if (found.kind == WASM_FUNCTION)
		return invoke(world, action, found.function, out, fault);
	if (found.kind != WASM_GLOBAL) {
		fault_set(fault, 0, "the export is neither a function nor a global");
		return STATUS_INVALID;
	}
	out->count = 1;
	out->types[0] = wasm_global_type(found.global);
	out->slots[0] = wasm_global_value(found.global);
	return STATUS_OK;
}

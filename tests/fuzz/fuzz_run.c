/*
 * Runs whatever validates: every export of the module, with arguments from a fixed sequence, each
 * thread interrupted wherever that is possible and given up after a while. Imports are answered by
 * the host. What must hold is that nothing outside the store is touched, and nothing is leaked.
 */
#include <stdint.h>
#include <string.h>

#include "core/port.h"
#include "core/wasm.h"
#include "module.h"
#include "support/port.h"

enum { IMPORTS_MAX = 16, VALUES_MAX = 16, RESUMES_MAX = 300, EXPORTS_MAX = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t value_after(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> (*state >> 58);
}

/* Leaves what it finds, high halves and all, adds something, and suspends now and then. */
static enum wasm_host_result answer(void *context, struct wasm_thread *thread, uint64_t *slots)
{
	uint64_t *state = context;
	uint64_t drawn = value_after(state);
	if (drawn % 16 == 0) {
		wasm_thread_fail(thread, "enough");
		return WASM_HOST_TRAP;
	}
	return drawn % 4 == 0 ? WASM_HOST_SUSPEND : WASM_HOST_CONTINUE;
}

static char letter_of(enum wasm_type type)
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

static enum status give_function(struct wasm_store *store, const struct wasm_function_type *type,
				 uint64_t *state, struct wasm_function **out)
{
	/* What a function takes it gives back, so references stay what they were. */
	char signature[2 * VALUES_MAX + 2];
	size_t used = 0;
	uint32_t count = type->parameter_count + type->result_count;
	if (count > VALUES_MAX)
		return STATUS_UNSUPPORTED;
	for (uint32_t i = 0; i < count; i++) {
		bool is_reference =
		    type->types[i] == WASM_FUNCREF || type->types[i] == WASM_EXTERNREF;
		if (is_reference)
			return STATUS_UNSUPPORTED;
		if (i == type->parameter_count)
			signature[used++] = ':';
		signature[used++] = letter_of(type->types[i]);
	}
	if (type->result_count == 0)
		signature[used++] = ':';
	signature[used] = '\0';
	struct wasm_host_function host = {"f", signature, answer};
	return wasm_host_function_create(store, &host, state, out);
}

static enum status give(struct wasm_store *store, const struct wasm_module *module,
			const struct wasm_import *wanted, uint64_t *state, struct wasm_extern *out)
{
	*out = (struct wasm_extern){.kind = wanted->kind};
	const struct wasm_limits_type *limits;
	switch (wanted->kind) {
	case WASM_FUNCTION:
		return give_function(store, &module->types[wanted->function_type], state,
				     &out->function);
	case WASM_TABLE:
		limits = &wanted->table.limits;
		return wasm_host_table_create(store, wanted->table.element, limits->min,
					      limits->max, &out->table);
	case WASM_MEMORY:
		limits = &wanted->memory.limits;
		return wasm_host_memory_create(store, limits->min, limits->max, &out->memory);
	case WASM_GLOBAL:
		return wasm_host_global_create(store, wanted->global.value,
					       wanted->global.is_mutable, 0, &out->global);
	}
	return STATUS_UNSUPPORTED;
}

static void call(struct wasm_thread *thread, const struct wasm_function *function, uint64_t *state)
{
	uint64_t arguments[VALUES_MAX] = {0};
	uint32_t count = wasm_function_parameter_count(function);
	if (count > VALUES_MAX)
		return;
	for (uint32_t i = 0; i < count; i++) {
		enum wasm_type type = wasm_function_parameter(function, i);
		if (type != WASM_FUNCREF && type != WASM_EXTERNREF)
			arguments[i] = value_after(state);
	}
	if (wasm_thread_call(thread, function, arguments) != STATUS_OK)
		return;
	enum wasm_outcome outcome = WASM_INTERRUPTED;
	for (uint32_t i = 0; i < RESUMES_MAX; i++) {
		if (outcome != WASM_INTERRUPTED && outcome != WASM_SUSPENDED)
			return;
		wasm_thread_interrupt(thread);
		outcome = wasm_thread_resume(thread);
		struct wasm_frame frames[4];
		wasm_thread_backtrace(thread, frames, 4);
	}
	wasm_thread_fail(thread, "too long");
	if (outcome == WASM_INTERRUPTED || outcome == WASM_SUSPENDED)
		core_assert(wasm_thread_resume(thread) == WASM_TRAPPED);
}

static void call_exports(struct wasm_store *store, const struct wasm_module *module,
			 const struct wasm_instance *instance, uint64_t *state)
{
	struct wasm_thread *thread;
	if (wasm_thread_create(store, 1 << 16, NULL, &thread) != STATUS_OK)
		return;
	for (uint32_t i = 0; i < module->export_count && i < EXPORTS_MAX; i++) {
		const struct wasm_export *export = &module->exports[i];
		struct wasm_extern found;
		core_assert(wasm_instance_export(instance, export->name.data, export->name.size,
						 &found) == STATUS_OK);
		if (found.kind == WASM_FUNCTION)
			call(thread, found.function, state);
	}
	wasm_thread_destroy(thread);
}

static void run(const struct wasm_module *module)
{
	static const struct wasm_store_limits limits = {
	    .memory_bytes = 4 << 20, .table_elements = 1 << 12, .record_bytes = 1 << 20};
	struct wasm_store *store;
	struct wasm_instance *instance;
	struct wasm_extern imports[IMPORTS_MAX];
	struct fault fault;
	uint64_t state = module->source_size;
	if (module->import_count > IMPORTS_MAX || wasm_store_create(&limits, &store) != STATUS_OK)
		return;
	enum status status = STATUS_OK;
	for (uint32_t i = 0; i < module->import_count && status == STATUS_OK; i++)
		status = give(store, module, &module->imports[i], &state, &imports[i]);
	if (status == STATUS_OK)
		status = wasm_instance_create(store, module, imports, module->import_count,
					      &instance, &fault);
	if (status == STATUS_OK)
		call_exports(store, module, instance, &state);
	wasm_store_destroy(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wasm_module *module;
	struct fault fault;
	if (wasm_module_create(data, size, &module, &fault) == STATUS_OK) {
		run(module);
		wasm_module_destroy(module);
	}
	core_assert(test_port_live_bytes == 0);
	return 0;
}

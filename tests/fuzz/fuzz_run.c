/*
 * Runs whatever validates: every export of the module, with arguments from a fixed sequence, each
 * thread interrupted wherever that is possible and given up after a while. Imports are answered by
 * the host, and so are waits for other threads. Where memory is shared, a second thread runs the
 * same in an instance of its own: the two take turns wherever they are interrupted. What must hold
 * is that nothing outside the store is touched, and nothing is leaked.
 */
#include <stdint.h>
#include <string.h>

#include "core/port.h"
#include "core/wasm.h"
#include "module.h"
#include "support/port.h"

enum { IMPORTS_MAX = 16, VALUES_MAX = 16, RESUMES_MAX = 300, EXPORTS_MAX = 8, THREADS_MAX = 2 };

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

/* A wait or notification: the engine has checked its place. What comes back is any of what may. */
static enum wasm_host_result answer_wait(uint64_t *state, const struct wasm_thread *thread,
					 uint64_t *slots, uint64_t bytes)
{
	const struct wasm_memory *memory = wasm_thread_memory(thread);
	core_assert(wasm_memory_is_shared(memory));
	core_assert(slots[0] % bytes == 0 && slots[0] + bytes <= wasm_memory_size(memory));
	uint64_t drawn = value_after(state);
	slots[0] = drawn % 3;
	return drawn % 4 == 0 ? WASM_HOST_SUSPEND : WASM_HOST_CONTINUE;
}

static enum wasm_host_result answer_short(void *context, struct wasm_thread *thread,
					  uint64_t *slots)
{
	return answer_wait(context, thread, slots, 4);
}

static enum wasm_host_result answer_long(void *context, struct wasm_thread *thread, uint64_t *slots)
{
	return answer_wait(context, thread, slots, 8);
}

static enum status offer_waits(struct wasm_store *store, uint64_t *state)
{
	static const struct wasm_host_function rows[WASM_WAIT_COUNT] = {
	    [WASM_WAIT32] = {"wait32", "IiI:i", answer_short},
	    [WASM_WAIT64] = {"wait64", "III:i", answer_long},
	    [WASM_NOTIFY] = {"notify", "Ii:i", answer_short},
	};
	return wasm_store_set_waits(store, rows, state);
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
		if (wanted->memory.is_shared)
			return wasm_host_shared_memory_create(store, limits->min, limits->max,
							      &out->memory);
		return wasm_host_memory_create(store, limits->min, limits->max, &out->memory);
	case WASM_GLOBAL:
		return wasm_host_global_create(store, wanted->global.value,
					       wanted->global.is_mutable, 0, &out->global);
	}
	return STATUS_UNSUPPORTED;
}

/* One thread of those that take turns, with what it runs. */
struct runner {
	const struct wasm_instance *instance;
	struct wasm_thread *thread;
	enum wasm_outcome outcome;
};

static bool is_running(const struct runner *runner)
{
	return runner->outcome == WASM_INTERRUPTED || runner->outcome == WASM_SUSPENDED;
}

static bool begin(struct runner *runner, const struct wasm_export *export, uint64_t *state)
{
	uint64_t arguments[VALUES_MAX] = {0};
	struct wasm_extern found;
	core_assert(wasm_instance_export(runner->instance, export->name.data, export->name.size,
					 &found) == STATUS_OK);
	if (found.kind != WASM_FUNCTION)
		return false;
	uint32_t count = wasm_function_parameter_count(found.function);
	if (count > VALUES_MAX)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		enum wasm_type type = wasm_function_parameter(found.function, i);
		if (type != WASM_FUNCREF && type != WASM_EXTERNREF)
			arguments[i] = value_after(state);
	}
	runner->outcome = WASM_FINISHED;
	if (wasm_thread_call(runner->thread, found.function, arguments) == STATUS_OK)
		runner->outcome = WASM_INTERRUPTED;
	return true;
}

static void go_on(struct runner *runner)
{
	struct wasm_frame frames[4];
	wasm_thread_interrupt(runner->thread);
	runner->outcome = wasm_thread_resume(runner->thread);
	wasm_thread_backtrace(runner->thread, frames, 4);
}

static void call(struct runner *runners, uint32_t count, const struct wasm_export *export,
		 uint64_t *state)
{
	for (uint32_t i = 0; i < count; i++)
		if (!begin(&runners[i], export, state))
			return;
	for (uint32_t i = 0; i < RESUMES_MAX; i++)
		if (is_running(&runners[i % count]))
			go_on(&runners[i % count]);
	for (uint32_t i = 0; i < count; i++) {
		if (!is_running(&runners[i]))
			continue;
		wasm_thread_fail(runners[i].thread, "too long");
		core_assert(wasm_thread_resume(runners[i].thread) == WASM_TRAPPED);
	}
}

static bool is_shared(const struct wasm_instance *instance)
{
	const struct wasm_memory *memory = wasm_instance_memory(instance);
	return memory != NULL && wasm_memory_is_shared(memory);
}

static void call_exports(struct wasm_store *store, const struct wasm_module *module,
			 const struct wasm_instance *instance, uint64_t *state)
{
	struct runner runners[THREADS_MAX] = {{.instance = instance}};
	struct wasm_instance *clone;
	struct fault fault;
	uint32_t count = 1;
	if (is_shared(instance) && wasm_instance_clone(instance, &clone, &fault) == STATUS_OK)
		runners[count++].instance = clone;
	bool is_ready = true;
	for (uint32_t i = 0; i < count; i++)
		is_ready &=
		    wasm_thread_create(store, 1 << 16, NULL, &runners[i].thread) == STATUS_OK;
	for (uint32_t i = 0; is_ready && i < module->export_count && i < EXPORTS_MAX; i++)
		call(runners, count, &module->exports[i], state);
	for (uint32_t i = 0; i < count; i++)
		wasm_thread_destroy(runners[i].thread);
	if (is_ready && count > 1)
		wasm_instance_reset(clone);
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
	enum status status = offer_waits(store, &state);
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

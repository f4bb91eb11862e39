#include "runtime.h"

#include "mem.h"

/* A thread enters its first function by a call, as any function does, and ends behind it. */
static const union wasm_word entrance[] = {
    {.operation = WASM_OPERATOR(FORM_ENTER, VARIANT_S)},
    {.bits = 0},
    {.operation = WASM_OPERATOR(FORM_FINISH, VARIANT_S)},
};

void thread_trim(const enum wasm_type *types, uint32_t count, uint64_t *slots)
{
	for (uint32_t i = 0; i < count; i++) {
		bool is_narrow = types[i] == WASM_I32 || types[i] == WASM_F32;
		slots[i] &= is_narrow ? UINT32_MAX : UINT64_MAX;
	}
}

void thread_trim_results(const struct wasm_thread *thread)
{
	const struct wasm_signature *signature = thread->callee->signature;
	thread_trim(signature->types + signature->parameter_count, signature->result_count,
		    thread->slots);
}

static uint64_t *stack_base(const struct wasm_thread *thread)
{
	return (uint64_t *)(void *)thread->stack.base;
}

/* Makes the first `bytes` of the stack usable, in whole pages. */
static enum status commit_stack(struct wasm_thread *thread, uint64_t bytes)
{
	uint64_t pages = (bytes + PORT_PAGE_BYTES - 1) / PORT_PAGE_BYTES;
	enum status status = port_region_commit(&thread->stack, pages * PORT_PAGE_BYTES);
	if (status != STATUS_OK)
		return status;
	uint64_t usable = pages * PORT_PAGE_BYTES;
	if (usable > thread->stack_bytes)
		usable = thread->stack_bytes;
	thread->stack_limit = stack_base(thread) + usable / sizeof(uint64_t);
	return STATUS_OK;
}

bool thread_grow_stack(struct wasm_thread *thread)
{
	uint64_t bytes = (uint64_t)((uint8_t *)thread->stack_wanted - thread->stack.base);
	if (bytes > thread->stack_bytes)
		return false;
	enum status status = commit_stack(thread, bytes);
	if (status == STATUS_NO_MEMORY && store_make_room(thread->store))
		status = commit_stack(thread, bytes);
	return status == STATUS_OK;
}

enum status wasm_thread_create(struct wasm_store *store, uint64_t stack_bytes, void *user,
			       struct wasm_thread **out)
{
	uint64_t reserve = (stack_bytes + PORT_PAGE_BYTES - 1) & ~(uint64_t)(PORT_PAGE_BYTES - 1);
	struct wasm_thread *thread = port_allocate(sizeof *thread);
	if (thread == NULL)
		return STATUS_NO_MEMORY;
	*thread = (struct wasm_thread){.store = store, .user = user, .stack_bytes = stack_bytes};
	enum status status = port_region_reserve(reserve, &thread->stack);
	if (status == STATUS_OK && stack_bytes > 0)
		status = commit_stack(thread, 1);
	if (status != STATUS_OK) {
		wasm_thread_destroy(thread);
		return status;
	}
	*out = thread;
	return STATUS_OK;
}

void wasm_thread_destroy(struct wasm_thread *thread)
{
	if (thread == NULL)
		return;
	port_region_release(&thread->stack);
	port_release(thread, sizeof *thread);
}

void *wasm_thread_user(const struct wasm_thread *thread)
{
	return thread->user;
}

enum status wasm_thread_call(struct wasm_thread *thread, const struct wasm_function *function,
			     const uint64_t *arguments)
{
	core_assert(thread->state == THREAD_IDLE || thread->state == THREAD_TRAPPED);
	uint32_t count = function->signature->parameter_count;
	uint32_t slots = function->signature->result_count;
	if (slots < count)
		slots = count;
	thread->stack_wanted = stack_base(thread) + slots;
	if (thread->stack_wanted > thread->stack_limit && !thread_grow_stack(thread))
		return STATUS_LIMIT;
	if (count > 0)
		memcpy(thread->stack.base, arguments, count * sizeof *arguments);
	thread_trim(function->signature->types, count, stack_base(thread));
	thread->pc = entrance;
	thread->frame = stack_base(thread);
	thread->instance = thread->store->empty_instance;
	thread->callee = function;
	thread->trap = WASM_TRAP_NONE;
	thread->trap_text[0] = '\0';
	thread->state = THREAD_READY;
	return STATUS_OK;
}

enum wasm_outcome wasm_thread_resume(struct wasm_thread *thread)
{
	core_assert(thread->state == THREAD_READY || thread->state == THREAD_SUSPENDED);
	bool is_in_call = thread->state == THREAD_SUSPENDED;
	if (thread->trap != WASM_TRAP_NONE) {
		if (is_in_call)
			thread->pc--;
		thread->state = THREAD_TRAPPED;
		return WASM_TRAPPED;
	}
	if (is_in_call)
		thread_trim_results(thread);
	thread->state = THREAD_READY;
	return interp_run(thread);
}

uint64_t *wasm_thread_slots(const struct wasm_thread *thread)
{
	return thread->slots;
}

const uint64_t *wasm_thread_results(const struct wasm_thread *thread)
{
	return stack_base(thread);
}

struct wasm_memory *wasm_thread_memory(const struct wasm_thread *thread)
{
	return thread->instance->module == NULL ? NULL : wasm_instance_memory(thread->instance);
}

void wasm_thread_interrupt(struct wasm_thread *thread)
{
	atomic_store_explicit(&thread->interrupt, 1, memory_order_relaxed);
}

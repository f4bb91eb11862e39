/*
 * Calls and returns. A callee's frame begins at slot `a` of its caller's, where the arguments are
 * and the results will be; its record lies behind the parameters.
 */
#include "interp.h"

/* Makes the frame of the function at `target`, whose instance is still the caller's. Who makes one
 * goes on by INTERP_BRANCH: a thread that is interrupted there has its call behind it, so that it
 * gets on even when it is interrupted wherever that is possible. */
#define PUSH_FRAME(target, callee, back)                                                           \
	do {                                                                                       \
		uint64_t *callee_ = (callee);                                                      \
		union wasm_word shape_ = (target)[-1];                                             \
		uint64_t *end_ = callee_ + shape_.header.slots;                                    \
		if (INTERP_UNLIKELY(end_ > thread->stack_limit)) {                                 \
			thread->stack_wanted = end_;                                               \
			INTERP_CONTINUE_IN(interp_grow_stack);                                     \
		}                                                                                  \
		uint64_t *record_ = callee_ + shape_.header.parameters;                            \
		record_[0] = (uint64_t)(uintptr_t)(back);                                          \
		record_[1] = (uint64_t)(uintptr_t)frame;                                           \
		record_[2] = (uint64_t)(uintptr_t)instance;                                        \
		record_ += FRAME_RECORD_SLOTS;                                                     \
		for (uint32_t i = 0; i < shape_.header.locals; i++)                                \
			record_[i] = 0;                                                            \
		frame = callee_;                                                                   \
	} while (0)

/* What depends on the instance. */
#define SWITCH_INSTANCE(to)                                                                        \
	do {                                                                                       \
		instance = (to);                                                                   \
		memory = instance->memory->base;                                                   \
		memory_size = memory_size_now(instance->memory);                                   \
	} while (0)

/* No instruction behind a call of the host looks for the newest results: nothing has to keep them.
 */
#define FORGET_NEWEST()                                                                            \
	do {                                                                                       \
		last = 0;                                                                          \
		last_f32 = 0;                                                                      \
		last_f64 = 0;                                                                      \
	} while (0)

/* A function of this module, `distance` words away. */
INTERP_HANDLER(run_call)
{
	const union wasm_word *target = pc + pc->distance;
	PUSH_FRAME(target, frame + pc->a, pc + 1);
	INTERP_BRANCH(target);
}

/* The host's functions may do anything to the store, and leave the thread. (Not part of
 * those that end here, which have no stack frame of their own while this is apart.) */
__attribute__((noinline)) INTERP_HANDLER(interp_call_host)
{
	const struct wasm_function *callee = thread->callee;
	thread->pc = pc + 2;
	thread->frame = frame;
	thread->instance = instance;
	thread->slots = frame + pc->a;
	switch (callee->host(callee->context, thread, thread->slots)) {
	case WASM_HOST_CONTINUE:
		thread_trim_results(thread);
		pc = thread->pc;
		frame = thread->frame;
		SWITCH_INSTANCE(thread->instance);
		FORGET_NEWEST();
		INTERP_GO(pc);
	case WASM_HOST_SUSPEND:
		thread->state = THREAD_SUSPENDED;
		return WASM_SUSPENDED;
	case WASM_HOST_TRAP:
		break;
	}
	pc = thread->pc - 2;
	frame = thread->frame;
	instance = thread->instance;
	FORGET_NEWEST();
	INTERP_TRAP(WASM_TRAP_HOST);
}

/* Calls thread->callee, wherever it comes from. Instructions that end here have two words. */
static INTERP_HANDLER(call_any)
{
	const struct wasm_function *callee = thread->callee;
	if (callee->instance == NULL)
		INTERP_CONTINUE_IN(interp_call_host);
	PUSH_FRAME(callee->entry, frame + pc->a, pc + 2);
	SWITCH_INSTANCE(callee->instance);
	INTERP_BRANCH(callee->entry);
}

INTERP_HANDLER(run_call_import)
{
	thread->callee = instance->functions[pc->index];
	INTERP_CONTINUE_IN(call_any);
}

/* The first call of a thread: wasm_thread_call has set thread->callee. */
INTERP_HANDLER(run_enter)
{
	INTERP_CONTINUE_IN(call_any);
}

/* Entry b of table c, which must have the type in the next word. */
INTERP_HANDLER(run_call_indirect)
{
	const struct wasm_table *entries = instance->tables[pc->c];
	uint64_t index = frame[pc->b];
	if (INTERP_UNLIKELY(index >= entries->size))
		INTERP_TRAP(WASM_TRAP_UNDEFINED_ELEMENT);
	const struct wasm_function *callee = (void *)(uintptr_t)entries->elements[index];
	if (INTERP_UNLIKELY(callee == NULL))
		INTERP_TRAP(WASM_TRAP_UNINITIALIZED_ELEMENT);
	if (INTERP_UNLIKELY(callee->signature != instance->signatures[pc[1].index]))
		INTERP_TRAP(WASM_TRAP_INDIRECT_CALL_TYPE);
	if (INTERP_UNLIKELY(callee->instance != instance)) {
		thread->callee = callee;
		INTERP_CONTINUE_IN(call_any);
	}
	const union wasm_word *target = callee->entry;
	PUSH_FRAME(target, frame + pc->a, pc + 2);
	INTERP_BRANCH(target);
}

/*
 * Pops the frame: goes on where its record says, which is in slot `b`. The record is read before
 * results are written, because they may lie over it. (Three variables and no array: a handler has
 * no memory of its own on the C stack, which sanitizers could not give it either.)
 */
#define READ_RECORD()                                                                              \
	const union wasm_word *back = (const union wasm_word *)(uintptr_t)frame[pc->b];            \
	uint64_t *caller = (uint64_t *)(uintptr_t)frame[pc->b + 1];                                \
	struct wasm_instance *home = (struct wasm_instance *)(uintptr_t)frame[pc->b + 2]
#define RETURN()                                                                                   \
	do {                                                                                       \
		frame = caller;                                                                    \
		if (INTERP_UNLIKELY(home != instance))                                             \
			SWITCH_INSTANCE(home);                                                     \
		INTERP_GO(back);                                                                   \
	} while (0)

INTERP_HANDLER(run_return)
{
	READ_RECORD();
	RETURN();
}

/* The result in slot a becomes the caller's newest one. */
INTERP_HANDLER(run_return_value_s)
{
	READ_RECORD();
	last = frame[pc->a];
	frame[0] = last;
	RETURN();
}

INTERP_HANDLER(run_return_value_r)
{
	READ_RECORD();
	frame[0] = last;
	RETURN();
}

/* c results from slot a on. */
INTERP_HANDLER(run_return_values)
{
	READ_RECORD();
	for (uint32_t i = 0; i < pc->c; i++)
		frame[i] = frame[pc->a + i];
	RETURN();
}

/* The first call of a thread has returned. */
INTERP_HANDLER(run_finish)
{
	thread->state = THREAD_IDLE;
	return WASM_FINISHED;
}

/*
 * Traps in words, and where in the source they happened. Nothing of this is needed while code runs:
 * a frame's function is found by its address, its place in the source by the notes of wasm_code.
 */
#include "runtime.h"

#include "bytes.h"
#include "text.h"

static const char *const texts[] = {
    [WASM_TRAP_NONE] = "no trap",
    [WASM_TRAP_UNREACHABLE] = "unreachable",
    [WASM_TRAP_MEMORY_OUT_OF_BOUNDS] = "out of bounds memory access",
    [WASM_TRAP_TABLE_OUT_OF_BOUNDS] = "out of bounds table access",
    [WASM_TRAP_UNDEFINED_ELEMENT] = "undefined element",
    [WASM_TRAP_UNINITIALIZED_ELEMENT] = "uninitialized element",
    [WASM_TRAP_INDIRECT_CALL_TYPE] = "indirect call type mismatch",
    [WASM_TRAP_INTEGER_OVERFLOW] = "integer overflow",
    [WASM_TRAP_INTEGER_DIVIDE_BY_ZERO] = "integer divide by zero",
    [WASM_TRAP_INVALID_CONVERSION] = "invalid conversion to integer",
    [WASM_TRAP_STACK_EXHAUSTED] = "call stack exhausted",
    [WASM_TRAP_UNALIGNED_ATOMIC] = "unaligned atomic",
    [WASM_TRAP_EXPECTED_SHARED_MEMORY] = "expected shared memory",
    [WASM_TRAP_HOST] = "ended by the host",
};

void wasm_thread_fail(struct wasm_thread *thread, const char *reason)
{
	struct text text = text_over(thread->trap_text, sizeof thread->trap_text);
	text_string(&text, reason);
	thread->trap = WASM_TRAP_HOST;
}

enum wasm_trap wasm_thread_trap(const struct wasm_thread *thread)
{
	return thread->trap;
}

const char *wasm_thread_trap_text(const struct wasm_thread *thread)
{
	if (thread->trap == WASM_TRAP_HOST && thread->trap_text[0] != '\0')
		return thread->trap_text;
	return texts[thread->trap];
}

/* The number of the body that the word lies in, by bisection: they lie in their order. */
static uint32_t find_body(const struct wasm_module *module, const union wasm_word *pc)
{
	uint32_t low = 0;
	uint32_t high = module->function_count - module->imported_function_count;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (module->bodies[middle].form->entry <= pc)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* The offset in the source of the instruction that the word stems from. */
static uint64_t find_offset(const struct wasm_body *body, const union wasm_word *pc)
{
	struct bytes notes = bytes_over(body->form->notes, body->form->note_bytes);
	uint64_t offset = body->code_offset;
	uint64_t word = 0;
	while (bytes_left(&notes) > 0) {
		word += bytes_leb_u64(&notes);
		if (word > (uint64_t)(pc - body->form->entry))
			break;
		offset += bytes_leb_u64(&notes);
	}
	return offset;
}

uint32_t wasm_thread_backtrace(const struct wasm_thread *thread, struct wasm_frame *frames,
			       uint32_t capacity)
{
	const union wasm_word *pc = thread->pc;
	const uint64_t *frame = thread->frame;
	const struct wasm_instance *instance = thread->instance;
	uint32_t count = 0;
	if (thread->state == THREAD_IDLE)
		return 0;
	if (thread->state == THREAD_SUSPENDED)
		pc--;
	while (instance->module != NULL && count < capacity) {
		const struct wasm_module *module = instance->module;
		uint32_t body = find_body(module, pc);
		uint32_t function = module->imported_function_count + body;
		frames[count++] = (struct wasm_frame){
		    .function_index = function,
		    .offset = find_offset(&module->bodies[body], pc),
		    .name = wasm_module_function_name(module, function),
		};
		uint32_t record = module->types[module->bodies[body].type].parameter_count;
		/* The word before the return address is the call's, or its second. */
		pc = (const union wasm_word *)(uintptr_t)frame[record] - 1;
		instance = (const struct wasm_instance *)(uintptr_t)frame[record + 2];
		frame = (const uint64_t *)(uintptr_t)frame[record + 1];
	}
	return count;
}

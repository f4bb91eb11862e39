#include <cairn/memory.h>

enum { PAGE_BYTES = 65536 };

/* Where the linker's data and stack end. */
extern uint8_t __heap_base[];

static size_t size_now(void)
{
	return __builtin_wasm_memory_size(0) * PAGE_BYTES - (size_t)__heap_base;
}

static bool grow(struct call_buffer *buffer, size_t size)
{
	size_t missing = size - buffer->size;
	if (__builtin_wasm_memory_grow(0, missing / PAGE_BYTES + 1) == SIZE_MAX)
		return false;
	buffer->size = size_now();
	return true;
}

struct call_buffer memory_buffer(void)
{
	return (struct call_buffer){.data = __heap_base, .size = size_now(), .grow = grow};
}

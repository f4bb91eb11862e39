/*
 * arguments: args_* and environ_*, two lists of strings that `process` tells. A program asks for
 * the sizes, allocates, and asks for the strings: each is one message. They are written as an array
 * of pointers, and the strings with a terminating zero each.
 */
#include "encode.h"
#include "functions.h"
#include "guest.h"
#include "mem.h"

#include <cairn/messages.h>

static const struct digest process = {PROCESS_DIGEST};

/* How much room the strings take, zeros included. */
static uint64_t strings_size(struct bytes items, uint32_t count)
{
	uint64_t total = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t size;
		decode_item(&items, &size);
		total += (uint64_t)size + 1;
	}
	return total;
}

static enum wasi_error write_sizes(struct thread *thread, const uint64_t *slots,
				   const struct call_answer *answer)
{
	struct bytes items;
	uint32_t count;
	enum wasi_error error = decode_lists(answer, &items, &count);
	if (error != WASI_SUCCESS)
		return error;
	uint64_t size = strings_size(items, count);
	if (size > UINT32_MAX)
		return WASI_EOVERFLOW;
	uint8_t *count_at = guest_bytes(thread, wasi_argument(slots, 0), 4);
	uint8_t *size_at = guest_bytes(thread, wasi_argument(slots, 1), 4);
	if (count_at == NULL || size_at == NULL)
		return WASI_EFAULT;
	guest_store_u32(count_at, count);
	guest_store_u32(size_at, (uint32_t)size);
	return WASI_SUCCESS;
}

static enum wasi_error write_strings(struct thread *thread, const uint64_t *slots,
				     const struct call_answer *answer)
{
	struct bytes items;
	uint32_t count;
	enum wasi_error error = decode_lists(answer, &items, &count);
	if (error != WASI_SUCCESS)
		return error;
	uint32_t address = wasi_argument(slots, 1);
	uint8_t *pointer_at = guest_bytes(thread, wasi_argument(slots, 0), (uint64_t)count * 4);
	uint8_t *string_at = guest_bytes(thread, address, strings_size(items, count));
	if (pointer_at == NULL || string_at == NULL)
		return WASI_EFAULT;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t size;
		const uint8_t *item = decode_item(&items, &size);
		guest_store_u32(pointer_at, address);
		memcpy(string_at, item, size);
		string_at[size] = 0;
		pointer_at += 4;
		string_at += size + 1;
		address += size + 1;
	}
	return WASI_SUCCESS;
}

static enum wasm_host_result sizes_answered(struct thread *thread, uint64_t *slots,
					    const struct call_answer *answer)
{
	return wasi_result(slots, write_sizes(thread, slots, answer));
}

static enum wasm_host_result strings_answered(struct thread *thread, uint64_t *slots,
					      const struct call_answer *answer)
{
	return wasi_result(slots, write_strings(thread, slots, answer));
}

static enum wasm_host_result ask(struct wasm_thread *wasm, uint32_t function,
				 call_continuation then)
{
	struct encode body = encode_function(function);
	return encode_call(call_thread(wasm), &process, &body, then);
}

enum wasm_host_result wasi_args_get(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return ask(wasm, PROCESS_ARGUMENTS, strings_answered);
}

enum wasm_host_result wasi_args_sizes_get(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return ask(wasm, PROCESS_ARGUMENTS, sizes_answered);
}

enum wasm_host_result wasi_environ_get(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return ask(wasm, PROCESS_ENVIRONMENT, strings_answered);
}

enum wasm_host_result wasi_environ_sizes_get(void *context, struct wasm_thread *wasm,
					     uint64_t *slots)
{
	return ask(wasm, PROCESS_ENVIRONMENT, sizes_answered);
}

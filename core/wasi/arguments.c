/*
 * arguments: args_* and environ_*, two lists of strings that `process` tells. A program asks for
 * the sizes, allocates, and asks for the strings: each is one message. They are written as an array
 * of pointers, and the strings with a terminating zero each.
 */
#include "ask.h"
#include "errors.h"
#include "functions.h"
#include "guest.h"
#include "mem.h"

#include <cairn/process.h>

/* Words of call_state: which of the two lists was asked for. */
enum { STATE_IS_ENVIRONMENT };

static enum wasi_error decode(struct thread *thread, const struct call_answer *answer,
			      struct wire_bytes_list *strings)
{
	enum wire_status status =
	    call_state(thread)[STATE_IS_ENVIRONMENT]
		? process_environment_answer_decode(answer->body, answer->size, strings)
		: process_arguments_answer_decode(answer->body, answer->size, strings);
	return errors_of_answer(answer, status);
}

/* How much room the strings take, a zero behind each of them included. */
static uint64_t strings_size(const struct wire_bytes_list *strings)
{
	struct wire_bytes_list rest = *strings;
	struct wire_bytes string;
	uint64_t total = strings->count;
	while (wire_bytes_list_next(&rest, &string))
		total += string.size;
	return total;
}

static enum wasi_error write_sizes(struct thread *thread, const uint64_t *slots,
				   const struct call_answer *answer)
{
	struct wire_bytes_list strings;
	enum wasi_error error = decode(thread, answer, &strings);
	if (error != WASI_SUCCESS)
		return error;
	uint64_t size = strings_size(&strings);
	if (size > UINT32_MAX)
		return WASI_EOVERFLOW;
	uint8_t *count_at = guest_bytes(thread, wasi_argument(slots, 0), 4);
	uint8_t *size_at = guest_bytes(thread, wasi_argument(slots, 1), 4);
	if (count_at == NULL || size_at == NULL)
		return WASI_EFAULT;
	guest_store_u32(count_at, strings.count);
	guest_store_u32(size_at, (uint32_t)size);
	return WASI_SUCCESS;
}

static enum wasi_error write_strings(struct thread *thread, const uint64_t *slots,
				     const struct call_answer *answer)
{
	struct wire_bytes_list strings;
	enum wasi_error error = decode(thread, answer, &strings);
	if (error != WASI_SUCCESS)
		return error;
	uint32_t address = wasi_argument(slots, 1);
	uint8_t *pointer_at =
	    guest_bytes(thread, wasi_argument(slots, 0), (uint64_t)strings.count * 4);
	uint8_t *string_at = guest_bytes(thread, address, strings_size(&strings));
	if (pointer_at == NULL || string_at == NULL)
		return WASI_EFAULT;
	struct wire_bytes string;
	while (wire_bytes_list_next(&strings, &string)) {
		guest_store_u32(pointer_at, address);
		memcpy(string_at, string.data, string.size);
		string_at[string.size] = 0;
		pointer_at += 4;
		string_at += string.size + 1;
		address += string.size + 1;
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

static enum wasm_host_result ask_arguments(struct wasm_thread *wasm, call_continuation then)
{
	struct thread *thread = call_thread(wasm);
	struct ask ask;
	call_state(thread)[STATE_IS_ENVIRONMENT] = false;
	process_arguments_encode(ask_open(&ask));
	return ask_send(thread, process_interface, &ask, then);
}

static enum wasm_host_result ask_environment(struct wasm_thread *wasm, call_continuation then)
{
	struct thread *thread = call_thread(wasm);
	struct ask ask;
	call_state(thread)[STATE_IS_ENVIRONMENT] = true;
	process_environment_encode(ask_open(&ask));
	return ask_send(thread, process_interface, &ask, then);
}

enum wasm_host_result wasi_args_get(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return ask_arguments(wasm, strings_answered);
}

enum wasm_host_result wasi_args_sizes_get(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return ask_arguments(wasm, sizes_answered);
}

enum wasm_host_result wasi_environ_get(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return ask_environment(wasm, strings_answered);
}

enum wasm_host_result wasi_environ_sizes_get(void *context, struct wasm_thread *wasm,
					     uint64_t *slots)
{
	return ask_environment(wasm, sizes_answered);
}

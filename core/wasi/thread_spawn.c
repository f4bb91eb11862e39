/*
 * thread_spawn: the one function of wasi-threads, which is no part of preview 1. Its result is the
 * thread's number, or a negative error number.
 */
#include "ask.h"
#include "errors.h"
#include "functions.h"

#include <cairn/threads.h>

static enum wasm_host_result finish(uint64_t *slots, int32_t result)
{
	slots[0] = (uint32_t)result;
	return WASM_HOST_CONTINUE;
}

static enum wasm_host_result spawned(struct thread *thread, uint64_t *slots,
				     const struct call_answer *answer)
{
	struct threads_u32_or_spawn_error result;
	enum wasi_error error = errors_of_answer(
	    answer, threads_spawn_answer_decode(answer->body, answer->size, &result));
	if (error != WASI_SUCCESS)
		return finish(slots, -(int32_t)error);
	if (!result.is_error)
		return finish(slots, (int32_t)result.value);
	bool has_entry = result.error != THREADS_SPAWN_ERROR_NO_ENTRY;
	return finish(slots, -(int32_t)(has_entry ? WASI_EAGAIN : WASI_ENOTSUP));
}

static enum wasm_host_result thread_spawn(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	struct ask ask;
	threads_spawn_encode(ask_open(&ask), &(struct threads_spawn_call){wasi_argument(slots, 0)});
	return ask_send(call_thread(wasm), threads_interface, &ask, spawned);
}

const struct wasm_host_function wasi_thread_functions[] = {{"thread-spawn", "i:i", thread_spawn}};

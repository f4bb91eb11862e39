/*
 * clock: clock_time_get and clock_res_get. `time` counts in nanoseconds and knows no processor
 * time.
 */
#include "ask.h"
#include "errors.h"
#include "functions.h"
#include "guest.h"

#include <cairn/time.h>

static enum wasi_error check_clock(uint32_t clock)
{
	switch (clock) {
	case WASI_CLOCK_REALTIME:
	case WASI_CLOCK_MONOTONIC:
		return WASI_SUCCESS;
	case WASI_CLOCK_PROCESS_CPU:
	case WASI_CLOCK_THREAD_CPU:
		return WASI_ENOTSUP;
	default:
		return WASI_EINVAL;
	}
}

enum wasm_host_result wasi_clock_res_get(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	enum wasi_error error = check_clock(wasi_argument(slots, 0));
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	uint8_t *out = guest_bytes(call_thread(wasm), wasi_argument(slots, 1), 8);
	if (out == NULL)
		return wasi_result(slots, WASI_EFAULT);
	guest_store_u64(out, 1);
	return wasi_result(slots, WASI_SUCCESS);
}

static enum wasi_error write_time(struct thread *thread, const uint64_t *slots,
				  const struct call_answer *answer)
{
	uint64_t time;
	enum wire_status status = wasi_argument(slots, 0) == WASI_CLOCK_REALTIME
				      ? time_wall_answer_decode(answer->body, answer->size, &time)
				      : time_now_answer_decode(answer->body, answer->size, &time);
	enum wasi_error error = errors_of_answer(answer, status);
	if (error != WASI_SUCCESS)
		return error;
	uint8_t *out = guest_bytes(thread, wasi_argument(slots, 2), 8);
	if (out == NULL)
		return WASI_EFAULT;
	guest_store_u64(out, time);
	return WASI_SUCCESS;
}

static enum wasm_host_result time_answered(struct thread *thread, uint64_t *slots,
					   const struct call_answer *answer)
{
	return wasi_result(slots, write_time(thread, slots, answer));
}

/* The precision that a program asks for (slots[1]) is never finer than what it gets. */
enum wasm_host_result wasi_clock_time_get(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	enum wasi_error error = check_clock(wasi_argument(slots, 0));
	struct thread *thread = call_thread(wasm);
	if (error == WASI_SUCCESS && guest_bytes(thread, wasi_argument(slots, 2), 8) == NULL)
		error = WASI_EFAULT;
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	struct ask ask;
	if (wasi_argument(slots, 0) == WASI_CLOCK_REALTIME)
		time_wall_encode(ask_open(&ask));
	else
		time_now_encode(ask_open(&ask));
	return ask_send(thread, time_interface, &ask, time_answered);
}

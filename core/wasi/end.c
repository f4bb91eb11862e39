/*
 * end: proc_exit, and what a program does about its own scheduling. There are no signals, and a
 * thread is taken off its CPU without being asked.
 */
#include "functions.h"

enum wasm_host_result wasi_proc_exit(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	call_exit(call_thread(wasm), wasi_argument(slots, 0));
	return WASM_HOST_SUSPEND;
}

enum wasm_host_result wasi_proc_raise(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return wasi_result(slots, WASI_ENOSYS);
}

enum wasm_host_result wasi_sched_yield(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return wasi_result(slots, WASI_SUCCESS);
}

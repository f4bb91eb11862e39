/*
 * syscall: the three system calls (docs/SYSTEM-CALLS.md), for whatever runs. `slots` holds the
 * arguments in their order, as the engine hands them over, and receives the result in slots[0].
 *
 * A call that returns WASM_HOST_SUSPEND has its result in the slots when the thread is resumed,
 * which never happens after the process's end.
 */
#ifndef PROCESS_SYSCALL_H
#define PROCESS_SYSCALL_H

#include "core/wasm.h"
#include "thread.h"

enum wasm_host_result syscall_send(struct thread *thread, uint64_t *slots);
enum wasm_host_result syscall_answer(struct thread *thread, uint64_t *slots);
enum wasm_host_result syscall_wait(struct thread *thread, uint64_t *slots);

#endif

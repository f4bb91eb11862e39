/*
 * wasi: preview 1 of the WebAssembly System Interface, as a module of imports for programs from
 * wasi-libc and other tool chains.
 *
 * It is a translation onto interfaces and nothing else: each function that touches the world sends
 * a message in the name of the calling thread (process/call.h), so an unmodified WASI program is
 * subject to the same routing and grants as any other. All 46 functions are there;
 * there are no signals (proc_raise: ENOSYS), and no clocks of processor time (ENOTSUP).
 *
 * A port puts these among the host modules of kernel_create, which takes an array. They are
 * read-only.
 */
#ifndef CORE_WASI_H
#define CORE_WASI_H

#include "core/kernel.h"

/* "wasi_snapshot_preview1" */
extern const struct kernel_host_module wasi_host_module;

/* "wasi": thread-spawn, as wasi-threads has it. */
extern const struct kernel_host_module wasi_threads_host_module;

/* Both of them. */
enum { WASI_HOST_MODULES = 2 };
extern const struct kernel_host_module wasi_host_modules[WASI_HOST_MODULES];

#endif

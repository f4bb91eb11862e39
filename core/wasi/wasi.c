#include "core/wasi.h"

#include "functions.h"

static const struct wasm_host_function functions[] = {
#define WASI_FUNCTION(name, signature, function) {name, signature, function},
#include "wasi.def"
#undef WASI_FUNCTION
};

#define PREVIEW1 {"wasi_snapshot_preview1", functions, sizeof(functions) / sizeof(functions[0])}
#define THREADS  {"wasi", wasi_thread_functions, 1}

const struct kernel_host_module wasi_host_module = PREVIEW1;
const struct kernel_host_module wasi_threads_host_module = THREADS;
const struct kernel_host_module wasi_host_modules[WASI_HOST_MODULES] = {PREVIEW1, THREADS};

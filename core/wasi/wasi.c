#include "core/wasi.h"

#include "functions.h"

static const struct wasm_host_function functions[] = {
#define WASI_FUNCTION(name, signature, function) {name, signature, function},
#include "wasi.def"
#undef WASI_FUNCTION
};

const struct kernel_host_module wasi_host_module = {
    .name = "wasi_snapshot_preview1",
    .functions = functions,
    .function_count = sizeof(functions) / sizeof(functions[0]),
};

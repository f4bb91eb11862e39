/*
 * kernel_create: the kernel with WebAssembly as its engine. A file of its own, so that whoever
 * brings another engine (the tests) needs none of WebAssembly's.
 */
#include "execution_wasm.h"
#include "kernel_state.h"

enum status kernel_create(const struct kernel_settings *settings, struct kernel **out)
{
	return kernel_create_with(settings, &execution_wasm, out);
}

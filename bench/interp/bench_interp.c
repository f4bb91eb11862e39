/*
 * bench-interp FILE.wasm EXPORT [NUMBER...]: calls an export of a module that imports nothing, and
 * prints its result, as an unsigned number, and the nanoseconds that the call took.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/port.h"
#include "core/wasm.h"

enum { FILE_BYTES_MAX = 64 << 20, ARGUMENTS_MAX = 8 };

static _Noreturn void fail(const char *what, const char *why)
{
	fprintf(stderr, "bench-interp: %s: %s\n", what, why);
	exit(1);
}

static uint8_t *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(FILE_BYTES_MAX);
	if (file == NULL || bytes == NULL)
		fail(path, "cannot be read");
	*size = fread(bytes, 1, FILE_BYTES_MAX, file);
	fclose(file);
	return bytes;
}

static struct wasm_function *find(const char *path, const char *name, struct wasm_store *store)
{
	size_t size;
	uint8_t *bytes = read_file(path, &size);
	struct fault fault;
	struct wasm_module *module;
	struct wasm_instance *instance;
	struct wasm_extern found;
	if (wasm_module_create(bytes, size, &module, &fault) != STATUS_OK ||
	    wasm_instance_create(store, module, NULL, 0, &instance, &fault) != STATUS_OK)
		fail(path, fault.text);
	if (wasm_instance_export(instance, (const uint8_t *)name, strlen(name), &found) !=
		STATUS_OK ||
	    found.kind != WASM_FUNCTION)
		fail(name, "no such function is exported");
	free(bytes);
	return found.function;
}

int main(int argc, char **argv)
{
	if (argc < 3 || argc > 3 + ARGUMENTS_MAX)
		fail("usage", "bench-interp FILE.wasm EXPORT [NUMBER...]");
	struct wasm_store_limits limits = {
	    .memory_bytes = 1 << 30, .table_elements = 1 << 20, .record_bytes = 64 << 20};
	struct wasm_store *store;
	struct wasm_thread *thread;
	if (wasm_store_create(&limits, &store) != STATUS_OK)
		fail("store", "out of memory");
	struct wasm_function *function = find(argv[1], argv[2], store);
	uint64_t arguments[ARGUMENTS_MAX] = {0};
	for (int i = 3; i < argc; i++)
		arguments[i - 3] = strtoull(argv[i], NULL, 10);
	if (wasm_function_parameter_count(function) != (uint32_t)argc - 3)
		fail(argv[2], "wants another number of arguments");
	if (wasm_thread_create(store, 1 << 20, NULL, &thread) != STATUS_OK ||
	    wasm_thread_call(thread, function, arguments) != STATUS_OK)
		fail("thread", "out of memory");
	uint64_t start = port_monotonic_ns();
	if (wasm_thread_resume(thread) != WASM_FINISHED)
		fail(argv[2], wasm_thread_trap_text(thread));
	uint64_t end = port_monotonic_ns();
	printf("%" PRIu64 " %" PRIu64 "\n", wasm_thread_results(thread)[0], end - start);
	return 0;
}

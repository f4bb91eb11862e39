/*
 * Feeds modules to the decoder, the validator and the translator, and asks whatever can be asked
 * of those that are accepted.
 *
 *     build/fuzz/module tests/fuzz/corpus/module            looks for new trouble
 *     build/fuzz/module -runs=0 tests/fuzz/corpus/module    only replays the corpus
 */
#include <stdint.h>
#include <string.h>

#include "core/port.h"
#include "module.h"
#include "support/port.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore_feature(void *context, const char *feature)
{
}

static void question(const struct wasm_module *module)
{
	struct wasm_item item;
	struct wasm_name payload;
	for (uint32_t i = 0; i < wasm_module_import_count(module); i++)
		wasm_module_import(module, i, &item);
	for (uint32_t i = 0; i < wasm_module_export_count(module); i++)
		wasm_module_export(module, i, &item);
	for (uint32_t i = 0; i < module->function_count && i < 100; i++)
		wasm_module_function_name(module, i);
	wasm_module_custom(module, "cairn.uses", &payload);
	wasm_module_features(module, ignore_feature, NULL);
}

/* One line that can be printed, about a place in the module. */
static void check_fault(const struct fault *fault, size_t size)
{
	core_assert(fault->offset <= size);
	core_assert(fault->text[0] != '\0');
	core_assert(memchr(fault->text, '\0', sizeof fault->text) != NULL);
	for (const char *byte = fault->text; *byte != '\0'; byte++)
		core_assert((uint8_t)*byte >= ' ' && *byte != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wasm_module *module;
	struct fault fault = {.offset = UINT64_MAX};
	enum status status = wasm_module_create(data, size, &module, &fault);
	if (status == STATUS_OK) {
		question(module);
		wasm_module_destroy(module);
	} else {
		core_assert(status == STATUS_MALFORMED || status == STATUS_INVALID ||
			    status == STATUS_LIMIT || status == STATUS_NO_MEMORY);
		check_fault(&fault, size);
	}
	core_assert(test_port_live_bytes == 0);
	return 0;
}

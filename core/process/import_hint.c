#include "import_hint.h"

#include <stdbool.h>

static bool begins_with(const struct wasm_name *name, const char *text)
{
	for (size_t i = 0; text[i] != '\0'; i++)
		if (i == name->size || (uint8_t)text[i] != name->data[i])
			return false;
	return true;
}

const char *import_hint(const struct wasm_name *module)
{
	static const struct {
		const char *beginning;
		const char *hint;
	} hints[] = {
	    {"wasi_unstable", ": WASI preview 0; build it for preview 1"},
	    {"wasi:", ": WASI 0.2 or later; build it for preview 1"},
	    {"wasix_", ": WASIX; build it for WASI preview 1"},
	    {"gojs", ": Go's js; build it with GOOS=wasip1"},
	    {"__wbindgen", ": wasm-bindgen; build it for wasm32-wasip1"},
	};
	for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
		if (begins_with(module, hints[i].beginning))
			return hints[i].hint;
	return "";
}

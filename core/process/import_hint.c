#include "import_hint.h"

#include <stdbool.h>

static bool begins_with(const struct wasm_name *name, const char *text)
{
	for (size_t i = 0; text[i] != '\0'; i++)
		if (i == name->size || (uint8_t)text[i] != name->data[i])
			return false;
	return true;
}

const char *import_hint(const struct wasm_name *module, const struct wasm_name *name)
{
	/* How both names begin. */
	static const struct {
		const char *module;
		const char *name;
		const char *hint;
	} hints[] = {
	    {"wasi_unstable", "", ": WASI preview 0; build it for preview 1"},
	    {"wasi:", "", ": WASI 0.2 or later; build it for preview 1"},
	    {"wasix_", "", ": WASIX; build it for WASI preview 1"},
	    {"gojs", "", ": Go's js; build it with GOOS=wasip1"},
	    {"__wbindgen", "", ": wasm-bindgen; build it for wasm32-wasip1"},
	    {"env", "napi_", ": an add-on of Node, and no program of its own"},
	    {"env", "emscripten_", ": Emscripten; build it with -sSTANDALONE_WASM"},
	};
	for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
		if (begins_with(module, hints[i].module) && begins_with(name, hints[i].name))
			return hints[i].hint;
	return "";
}

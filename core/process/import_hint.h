/*
 * import_hint: a program that imports what nobody supplies was built for another system: which
 * one, and what to build it for instead.
 */
#ifndef PROCESS_IMPORT_HINT_H
#define PROCESS_IMPORT_HINT_H

#include "core/wasm.h"

/* What to append to an error about the import; "" where nothing is known of it. */
const char *import_hint(const struct wasm_name *module, const struct wasm_name *name);

#endif

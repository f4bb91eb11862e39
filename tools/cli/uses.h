/*
 * uses: what a program states in its section `cairn.uses`: a line for each interface, its digest
 * and scopes, a space before each.
 */
#ifndef CLI_USES_H
#define CLI_USES_H

#include <stdbool.h>

#include "core/kernel.h"

enum { USES_SCOPES_MAX = 256 };

struct uses_line {
	struct digest interface;
	struct wasm_name scopes[USES_SCOPES_MAX]; /* in the section */
	uint32_t scope_count;
};

/* The next line of what is left; false at the end, or where it is none (`rest` is not empty then).
 */
bool uses_next(struct wasm_name *rest, struct uses_line *out);

#endif

/*
 * listeners: what --tcplisten of `cairn run` says: at which addresses the program is listening when
 * it begins. Each becomes a scope of its grant for `tcp`; a WASI program finds them open from
 * descriptor 3 on, by variables of its environment.
 */
#ifndef CLI_LISTENERS_H
#define CLI_LISTENERS_H

#include <stdbool.h>

#include "handlers.h"

enum { LISTENERS_MAX = 16, LISTENERS_ADDRESS_BYTES = 64, LISTENERS_VARIABLES = 2 };

struct listeners {
	char scopes[LISTENERS_MAX][LISTENERS_ADDRESS_BYTES + sizeof "listen:"];
	uint32_t count;
	char addresses[LISTENERS_MAX * LISTENERS_ADDRESS_BYTES + sizeof "CAIRN_TCPLISTEN="];
	char number[32];
};

/* HOST:PORT, an address and a number, where nobody else listens. False after an error that was
 * reported. */
bool listeners_add(struct listeners *listeners, const char *address);

/* Grants what they need. */
void listeners_allow(const struct listeners *listeners, struct handlers *handlers);

/* The variables, LISTENERS_VARIABLES of them or none: how many. Text of the listeners' own. */
uint32_t listeners_environment(struct listeners *listeners, struct wasm_name *out);

#endif

/*
 * scopes: whether a scope means anything to the system's own handler of an interface. One that does
 * not covers nothing, which whoever types it wants to know. (Another handler may understand
 * others.)
 */
#ifndef SCOPES_H
#define SCOPES_H

#include "core/kernel.h"
#include "words.h"

/* True where the interface takes no scopes that the kernel looks at. */
bool scopes_are_understood(const struct words *words, struct wasm_name scope);

/* Whether a text is a name of DNS, and nothing that a scope could mean more by. */
bool scopes_is_host_name(const char *text, size_t size);

#endif

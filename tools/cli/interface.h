/*
 * interface: how a user names an interface.
 */
#ifndef CLI_INTERFACE_H
#define CLI_INTERFACE_H

#include <stdbool.h>

#include "core/cid.h"
#include "core/kernel.h"

/*
 * The name of one of the system's (`tcp`), or that the user gave one; 64 hexadecimal digits; the
 * CID of its canonical text; or a file of definitions, FILE.wit, which holds one interface, or
 * FILE.wit#NAME. False after an error that was reported.
 */
bool interface_resolve(const char *argument, struct digest *out);

/* Tells on the error stream where a scope means nothing to the system's handler of the interface.
 */
void interface_check_scope(const struct digest *interface, struct wasm_name scope);

/* Only the digits of these; nothing is reported. */
bool interface_from_hex(const char *text, struct digest *out);

#endif

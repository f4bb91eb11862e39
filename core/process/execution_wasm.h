/*
 * execution_wasm: threads that run WebAssembly, and the engine that makes them of a module's bytes.
 * A program imports the three system calls from "cairn", and whatever the port's host modules
 * offer; it starts at `_start`.
 */
#ifndef PROCESS_EXECUTION_WASM_H
#define PROCESS_EXECUTION_WASM_H

#include "execution.h"

extern const struct engine execution_wasm;

#endif

/*
 * run: carries out a generated world and prints all that can be seen of it, in the words of
 * peer.mjs.
 */
#ifndef DIFF_RUN_H
#define DIFF_RUN_H

#include <stdio.h>

#include "world.h"

/* Prints a line for the beginning and one for each call: results or trap, and hashes of memories,
 * globals, tables and of what the host was told. `out` may be NULL. Returns how often the thread
 * was interrupted. */
uint64_t run_world(const struct world_module *modules, uint32_t count, struct world_options options,
		   FILE *out);

#endif

/*
 * generate: random valid WebAssembly 2.0 modules without SIMD, each from a seed, made to be run in
 * two engines that must agree. Every call ends, because loops and calls take from a global, the
 * fuel. What the specification leaves open is kept out of sight: a NaN whose bits an engine may
 * choose is replaced by a fixed one before its bits can be told, memories and tables have small
 * maxima, and recursion ends long before stacks do.
 *
 * The call of an export can be made from its name alone (`f3 iI:f` takes an i32 and an i64 and
 * returns an f32), and so can what is imported from "host"; host.h has the names.
 */
#ifndef DIFF_GENERATE_H
#define DIFF_GENERATE_H

#include <stdint.h>

#include "output.h"

/* One module, or two of which the second imports from the first, by the module name "a". Starts
 * zeroed and can be used again. */
struct generated {
	struct output modules[2];
	uint32_t count;
};

void generate(uint64_t seed, struct generated *out);
void generate_reset(struct generated *generated);

#endif

/*
 * wishes: what the user wants of the node that runs: his decisions and names (records.h), who
 * handles what, and the programs that start with the node (configuration.h).
 *
 *     wishes_create -> wishes_policy, for kernel_create -> wishes_begin, after kernel_boot
 *     -> wishes_apply, whenever something has changed on disk ...
 *     -> wishes_end, after the kernel and before the loop -> wishes_destroy, after both
 */
#ifndef HOSTED_WISHES_H
#define HOSTED_WISHES_H

#include <stdbool.h>

#include <uv.h>

#include "core/kernel.h"
#include "store.h"

struct wishes;

/* The store outlives them. */
must_check enum status wishes_create(const char *home, struct store *store, struct wishes **out,
				     struct fault *fault);
const struct kernel_policy *wishes_policy(struct wishes *wishes);

/* Puts the configuration in force; its programs start where `starts_programs`. An error names the
 * file and the line. */
must_check enum status wishes_begin(struct wishes *wishes, struct kernel *kernel, uv_loop_t *loop,
				    bool starts_programs, struct fault *fault);

/* `what` is "configuration", "decisions", "names" or "audit" (what it still holds is written). In
 * force when it returns STATUS_OK; else what
 * was in force stays so. Called when the kernel does not run. */
must_check enum status wishes_apply(struct wishes *wishes, const char *what, struct fault *fault);

/* Writes the audit when it is due; when it is due next, by port_monotonic_ns. */
uint64_t wishes_settle(struct wishes *wishes);

/* Writes what the audit still holds, and leaves the home alone from now on. */
void wishes_end(struct wishes *wishes);
void wishes_destroy(struct wishes *wishes);

#endif

/*
 * apply: what commands have changed on disk, taken over by the node that runs.
 */
#ifndef HOSTED_APPLY_H
#define HOSTED_APPLY_H

#include "core/status.h"

struct hosted;

/* `what` is "configuration", "decisions" or "names". STATUS_OK when it is in force; else nothing
 * has changed, and the fault says why. */
must_check enum status apply_changes(struct hosted *hosted, const char *what, struct fault *fault);

#endif

/*
 * inspect: what runs on the node and who waits for whom, as the answers of the interface `inspect`
 * tell it (interfaces/inspect.wit), and who waits for a change of it.
 */
#ifndef PROCESS_INSPECT_H
#define PROCESS_INSPECT_H

#include <stdbool.h>
#include <stdint.h>

#include <cairn/wire.h>

#include "core/kernel.h"

/* Who looks: a process that sees itself and those that it started, or somebody who sees all. */
struct inspect_view {
	struct kernel *kernel;
	uint64_t process; /* 0: sees everything */
};

/* Each encodes an answer; the cursor may be one that measures. */
void inspect_put_handlers(const struct inspect_view *view, struct wire_out *out);
void inspect_put_processes(const struct inspect_view *view, uint64_t first, struct wire_out *out);
void inspect_put_summary(const struct inspect_view *view, struct wire_out *out);

/* Requests that wait for a change after the one that was told last. Zeroed at first. */
struct inspect_watch {
	struct kernel_request *waiting; /* linked by their user pointers */
	uint64_t told;
};

bool inspect_is_due(const struct kernel *kernel);

/* Answers those that wait, if something has changed. */
void inspect_tell(struct kernel *kernel);

#endif

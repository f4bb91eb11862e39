/*
 * trace: writes down the messages of a node, each in words by the definition of its interface, as
 * lines for a person or as a file for a trace viewer.
 *
 *     trace_open -> trace_watcher, for the node's settings, or trace_tell -> trace_close, after the
 *     node's end
 */
#ifndef CLI_TRACE_H
#define CLI_TRACE_H

#include <stdbool.h>

#include "core/trace.h"

struct store;
struct trace;

/* Lines on the standard error stream, or with a path a file for a viewer. Definitions are looked
 * for in the store, too. NULL after an error that was reported. */
struct trace *trace_open(const char *path, struct store *store);
const struct kernel_trace *trace_watcher(const struct trace *trace);

/* For a node elsewhere: `now_ns` is since its start. */
void trace_tell(struct trace *trace, const struct kernel_trace_event *event, uint64_t now_ns);

/* Writes the end. False after an error that was reported. */
bool trace_close(struct trace *trace);

#endif

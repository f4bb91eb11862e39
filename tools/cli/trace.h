/*
 * trace: writes down the messages of a node, each in words by the definition of its interface, as
 * lines for a person or as a file for a trace viewer.
 *
 *     trace_create -> trace_watcher, for the node's settings -> trace_destroy, after the node's
 */
#ifndef CLI_TRACE_H
#define CLI_TRACE_H

#include <stdbool.h>
#include <stdio.h>

#include "core/trace.h"

struct store;
struct trace;
struct trace_writer;

/* Writes to `file`, which outlives it, in the form of `writer` (trace_writer.h). Definitions are
 * looked for in the store, too. NULL where there is no memory. */
struct trace *trace_create(FILE *file, const struct trace_writer *writer, struct store *store);
const struct kernel_trace *trace_watcher(const struct trace *trace);

/* Writes the end. */
void trace_destroy(struct trace *trace);

#endif

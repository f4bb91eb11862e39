/*
 * trace: writes down the messages of a node, each in words by the definition of its interface, as
 * lines for a person or as a file for a trace viewer.
 *
 *     trace_create -> trace_tell ... -> trace_destroy
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

/* What has happened at that time, in nanoseconds since the start; and events that nobody kept. */
void trace_tell(struct trace *trace, const struct kernel_trace_event *event, uint64_t at_ns);
void trace_tell_lost(struct trace *trace, uint64_t count, uint64_t at_ns);

/* Writes the end. */
void trace_destroy(struct trace *trace);

#endif

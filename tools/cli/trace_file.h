/*
 * trace_file: a trace (trace.h), and where it goes.
 *
 *     trace_file_open -> the run, with trace_file.trace -> trace_file_close
 */
#ifndef CLI_TRACE_FILE_H
#define CLI_TRACE_FILE_H

#include <stdbool.h>
#include <stdio.h>

struct store;
struct trace;

struct trace_file {
	struct trace *trace;
	const char *path;
	FILE *file;
};

/* Lines on the standard error stream, or with a path a file for a viewer. False after an error that
 * was reported, here and below. */
bool trace_file_open(struct trace_file *out, const char *path, struct store *store);

/* Writes the end. */
bool trace_file_close(struct trace_file *file);

#endif

/*
 * source: a file of definitions in memory, places in it, and the report of what is wrong with it.
 *
 * A report collects errors as lines `file:line:column: what`; a command prints them at its end. It
 * keeps LIMIT_ERRORS of them and counts the rest.
 */
#ifndef IDLC_SOURCE_H
#define IDLC_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output.h"
#include "pool.h"

struct source {
	const char *path;
	const char *data; /* UTF-8, checked; a zero stands behind it */
	size_t size;
};

/* Lines and columns count from 1; a column is a character. */
struct place {
	const struct source *source;
	uint32_t line;
	uint32_t column;
};

struct report {
	struct output lines;
	unsigned count;
};

void report_add(struct report *report, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Reads the file. NULL, and an error in the report, where it cannot be read, is too large, or holds
 * what WIT forbids: broken UTF-8, control characters, marks that reorder text. */
const struct source *source_read(struct pool *pool, const char *path, struct report *report);

/* The same over a copy of bytes in memory. */
const struct source *source_over(struct pool *pool, const char *path, const char *data, size_t size,
				 struct report *report);

#endif

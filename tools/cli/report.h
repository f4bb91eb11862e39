/*
 * report: errors are one line on the standard error stream, `cairn: what: where`. Strings that come
 * from outside are escaped wherever they are printed.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

/* A string made harmless. Lives until the end of the expression that it is made in. */
struct shown {
	char text[512];
};
struct shown show(const char *string);
struct shown show_bytes(const void *data, size_t size);

/* Prints a line. Strings among the arguments are the caller's own, or went through show. */
__attribute__((format(printf, 1, 2))) void report_error(const char *format, ...);

/* Prints what a fault says, or the status where it has no text. */
void report_fault(enum status status, const struct fault *fault);

/* Writes out what the standard output still holds; false, and an error, where it cannot. */
bool report_flush(void);

#endif

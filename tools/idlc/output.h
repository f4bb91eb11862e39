/*
 * output: text that grows as it is written. What passes the limit is counted and not kept, so that
 * a text that would be exponentially long costs no more than its limit.
 */
#ifndef IDLC_OUTPUT_H
#define IDLC_OUTPUT_H

#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>

struct output {
	char *data; /* ends with a zero once anything was written; else NULL */
	size_t size;
	size_t capacity;
	size_t limit; /* 0 means none */
	bool is_cut;  /* the limit was reached; nothing more is kept */
};

void output_bytes(struct output *output, const char *data, size_t size);
void output_string(struct output *output, const char *string);
void output_format(struct output *output, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void output_format_list(struct output *output, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/* Gives the memory back; the output is empty again. */
void output_drop(struct output *output);

#endif

/*
 * c_write: lines of C as a person would lay them out: 100 columns, tabs of eight, what does not fit
 * continued below what it belongs to.
 */
#ifndef IDLC_C_WRITE_H
#define IDLC_C_WRITE_H

#include "output.h"

enum { C_COLUMNS = 100 };

/* A comment around lines of documentation, which are filled up again; nothing for NULL. Nothing in
 * them can end the comment. */
void c_comment(struct output *out, unsigned tabs, const char *doc);

/* The head of a function, up to the newline in front of its brace. */
struct c_head {
	const char *type; /* with `static inline` */
	const char *name;
	const char *parameters[16];
	unsigned count;
};

void c_head_add(struct c_head *head, const char *parameter);
void c_write_head(struct output *out, const struct c_head *head);

/* A line, indented; its width is the writer's care. */
void c_line(struct output *out, unsigned tabs, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* name(argument, argument);, wrapped; arguments are separated by newlines in `arguments`. */
void c_call(struct output *out, unsigned tabs, const char *start, const char *const *arguments,
	    unsigned count);

#endif

/*
 * print: lines of a test's report, on the program's serial line.
 */
#ifndef STANDALONE_PRINT_H
#define STANDALONE_PRINT_H

/* `format` is that of snprintf (include/stdio.h); a line has at most 400 bytes. */
#define print_line(...)                                                                            \
	do {                                                                                       \
		char print_buffer_[400];                                                           \
		snprintf(print_buffer_, sizeof print_buffer_, __VA_ARGS__);                        \
		print_text(print_buffer_);                                                         \
	} while (0)

/* The text and a newline. */
void print_text(const char *text);

#endif

/*
 * standard: the standard streams and the end of a program, for programs without a C library. Each
 * call waits for its answer; a program that does several things at once uses cairn/system.h itself.
 */
#ifndef STANDARD_H
#define STANDARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STANDARD_READ_BYTES_MAX = 65536 };

/* At most `size` bytes (no more than STANDARD_READ_BYTES_MAX at a time) of standard input; 0 at its
 * end, -1 where it fails. */
int32_t standard_read(void *data, uint32_t size);

/* All of it to stream 1 (output) or 2 (errors); false where that fails. */
bool standard_write(uint32_t stream, const void *data, uint32_t size);

/* A text with a zero at its end. */
bool standard_print(uint32_t stream, const char *text);

_Noreturn void standard_exit(uint32_t code);

#endif

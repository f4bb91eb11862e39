/*
 * raw: for programs that call preview 1 directly, without the C library in between, and print what
 * they were told. Two runtimes agree when they print the same. With an argument a program runs the
 * part that it judges itself, because the peer has a mistake there: every line must end with "yes".
 */
#ifndef WASI_RAW_H
#define WASI_RAW_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <wasi/api.h>

/* An address that no memory of these programs reaches. */
#define RAW_OUTSIDE ((void *)0xfffffff0)

/* Prints an error's number: for errors on which runtimes agree. */
static inline void told(const char *what, __wasi_errno_t error)
{
	printf("%s: %u\n", what, error);
}

/* Prints only whether it was one: for errors where each has its own opinion. */
static inline void refused(const char *what, __wasi_errno_t error)
{
	printf("%s: %s\n", what, error != 0 ? "refused" : "done");
}

/* Errors that the parts judged here expect; <errno.h> has the same numbers. */
enum { RAW_EBADF = 8, RAW_EFAULT = 21, RAW_EINVAL = 28, RAW_ENOTSUP = 58, RAW_ESPIPE = 70 };

static inline void check(const char *what, int holds)
{
	printf("%s: %s\n", what, holds ? "yes" : "no");
}

#endif

/* For tests inside the kernel: memory is the port's, and does not run out by the tests' knobs. */
#ifndef SHIM_STDLIB_H
#define SHIM_STDLIB_H

#include <stddef.h>

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *old, size_t size);
void free(void *address);
_Noreturn void abort(void);

enum { RAND_MAX = 0x7fffffff };
void srand(unsigned seed);
int rand(void);

#endif

/*
 * mem: the four functions of C's library that a compiler may call on its own. The core declares
 * them itself because it is built without a C library; the platform's own versions are linked in.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

/* Freestanding, the plain names are calls; by these the compiler expands small sizes in place. */
#define memcpy  __builtin_memcpy
#define memmove __builtin_memmove
#define memset  __builtin_memset
#define memcmp  __builtin_memcmp

#endif

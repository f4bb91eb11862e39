/*
 * size: how a person writes how much memory a program may have: a number of bytes, or of KiB, MiB
 * or GiB: 1048576, 1024K, 1M, 1MiB. Capital or not is the same.
 */
#ifndef SIZE_H
#define SIZE_H

#include <stdbool.h>
#include <stdint.h>

/* What a process can have, in words: see KERNEL_MEMORY_BYTES_MAX. */
#define SIZE_OF_MEMORY_WORDS "64K to 4G"

/* Whether a process can have so much, which 0 is not. */
bool size_is_of_memory(uint64_t bytes);

/* NULL where the word is a size that a process can have; else what is wrong with it, to be said
 * before the word itself. */
const char *size_read_memory(const char *word, uint64_t *out);

/* A word for at least so much, in whole MiB or GiB: what a person is to type. */
enum { SIZE_WORD_BYTES = 24 };
void size_write(uint64_t bytes, char out[SIZE_WORD_BYTES]);

#endif

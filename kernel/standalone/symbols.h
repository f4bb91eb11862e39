/*
 * symbols: the names of the kernel's functions, for the backtrace of a panic. The build takes them
 * from the image that it has linked, and links it again with the table (symbols.sh).
 */
#ifndef STANDALONE_SYMBOLS_H
#define STANDALONE_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

/* The function that contains `address`, and where it starts; NULL where none does. */
const char *symbols_find(uint64_t address, uint64_t *start);

#endif

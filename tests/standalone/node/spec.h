/*
 * spec: runs a sample of the suite (spec_format.h) inside the kernel.
 */
#ifndef NODE_SPEC_H
#define NODE_SPEC_H

#include <stddef.h>
#include <stdint.h>

/* Prints each failure and the counts; returns how many failed. */
unsigned spec_run(const uint8_t *data, size_t size);

#endif

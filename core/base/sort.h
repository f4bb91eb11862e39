/*
 * sort: puts an array of indices into order, in place and in O(n log n) whatever the input, which
 * may come from somebody who would like it to be slow.
 */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stdint.h>

/* Negative, zero or positive, as the thing of index `a` comes before, with or after that of `b`. */
typedef int (*sort_compare)(const void *context, uint32_t a, uint32_t b);

/* Things that compare as equal end up in the order of their indices. */
void sort_indices(uint32_t *indices, uint32_t count, sort_compare compare, const void *context);

#endif

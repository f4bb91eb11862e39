#include "sort.h"

#include <stdbool.h>

struct heap {
	uint32_t *indices;
	uint32_t count;
	sort_compare compare;
	const void *context;
};

static bool is_before(const struct heap *heap, uint32_t a, uint32_t b)
{
	int order = heap->compare(heap->context, a, b);
	return order < 0 || (order == 0 && a < b);
}

/* Restores the heap (a parent is never before its children) below `parent`. */
static void sift_down(struct heap *heap, uint32_t parent)
{
	uint32_t moved = heap->indices[parent];
	for (;;) {
		uint64_t child = 2 * (uint64_t)parent + 1;
		if (child >= heap->count)
			break;
		if (child + 1 < heap->count &&
		    is_before(heap, heap->indices[child], heap->indices[child + 1]))
			child++;
		if (!is_before(heap, moved, heap->indices[child]))
			break;
		heap->indices[parent] = heap->indices[child];
		parent = (uint32_t)child;
	}
	heap->indices[parent] = moved;
}

void sort_indices(uint32_t *indices, uint32_t count, sort_compare compare, const void *context)
{
	struct heap heap = {indices, count, compare, context};
	for (uint32_t parent = count / 2; parent-- > 0;)
		sift_down(&heap, parent);
	while (heap.count > 1) {
		uint32_t last = indices[--heap.count];
		indices[heap.count] = indices[0];
		indices[0] = last;
		sift_down(&heap, 0);
	}
}

/*
 * spans: address space for everything larger than half a page: linear memories and stacks of
 * programs, and the kernel's large records. A span is reserved whole, its front is committed, and a
 * page of it gets a frame when it is touched first. Behind each lies a page at least that is never
 * there.
 *
 * A span is 2^n bytes at a multiple of its size. Each n has a window of 4 TiB in the upper half of
 * the address space, so that the address of a fault leads to its span without a search.
 */
#ifndef MEMORY_SPANS_H
#define MEMORY_SPANS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/status.h"

enum span_kind { SPAN_KERNEL = 1, SPAN_PROGRAM };

/* `size` is what may be committed at most. */
must_check enum status spans_reserve(uint64_t size, enum span_kind kind, uint8_t **base);

/* Makes the first `size` bytes usable; they are zero. Never shrinks it. The frames are set aside,
 * so that touching them cannot fail later. */
must_check enum status spans_commit(uint8_t *base, uint64_t size);

void spans_release(uint8_t *base);

/* What a page fault at `address` means. */
enum span_touch {
	SPAN_FILLED,       /* a committed page has its frame now: go on */
	SPAN_GUARD,        /* behind the committed part of a program's span */
	SPAN_GUARD_KERNEL, /* the same of the kernel's own */
	SPAN_NOWHERE       /* in no span, or committed and there already: not allowed */
};
enum span_touch spans_touch(uint64_t address);

#endif

/*
 * The four functions that a compiler calls on its own, 16 bytes at a time: string instructions are
 * slow under emulation. Compiled with -fno-builtin, so that no loop becomes a call of itself.
 */
#include "mem.h"

#include <stdint.h>

/* Here they are made, not used. */
#undef memcpy
#undef memmove
#undef memset
#undef memcmp

typedef uint8_t block __attribute__((vector_size(16), aligned(1), may_alias));
enum { BLOCK = sizeof(block) };

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	return memmove(to, from, size);
}

static void copy_up(uint8_t *to, const uint8_t *from, size_t size)
{
	while (size >= 4 * BLOCK) {
		block a = *(const block *)from, b = *(const block *)(from + BLOCK);
		block c = *(const block *)(from + 2 * BLOCK),
		      d = *(const block *)(from + 3 * BLOCK);
		*(block *)to = a;
		*(block *)(to + BLOCK) = b;
		*(block *)(to + 2 * BLOCK) = c;
		*(block *)(to + 3 * BLOCK) = d;
		to += 4 * BLOCK;
		from += 4 * BLOCK;
		size -= 4 * BLOCK;
	}
	for (; size >= BLOCK; size -= BLOCK, to += BLOCK, from += BLOCK)
		*(block *)to = *(const block *)from;
	while (size-- > 0)
		*to++ = *from++;
}

static void copy_down(uint8_t *to, const uint8_t *from, size_t size)
{
	for (; size >= BLOCK; size -= BLOCK)
		*(block *)(to + size - BLOCK) = *(const block *)(from + size - BLOCK);
	while (size-- > 0)
		to[size] = from[size];
}

/* Blocks are read before anything that lies behind them is written. */
void *memmove(void *to, const void *from, size_t size)
{
	if ((uintptr_t)to - (uintptr_t)from >= size)
		copy_up(to, from, size);
	else
		copy_down(to, from, size);
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	uint8_t *next = to;
	block value = (block){0} + (uint8_t)byte;
	for (; size >= 4 * BLOCK; size -= 4 * BLOCK, next += 4 * BLOCK) {
		*(block *)next = value;
		*(block *)(next + BLOCK) = value;
		*(block *)(next + 2 * BLOCK) = value;
		*(block *)(next + 3 * BLOCK) = value;
	}
	for (; size >= BLOCK; size -= BLOCK, next += BLOCK)
		*(block *)next = value;
	while (size-- > 0)
		*next++ = (uint8_t)byte;
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const uint8_t *x = a, *y = b;
	for (; size >= 8; size -= 8, x += 8, y += 8) {
		uint64_t p, q;
		__builtin_memcpy(&p, x, 8);
		__builtin_memcpy(&q, y, 8);
		if (p != q)
			break;
	}
	for (; size > 0; size--, x++, y++)
		if (*x != *y)
			return *x < *y ? -1 : 1;
	return 0;
}

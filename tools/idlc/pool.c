#include "pool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024, ALIGNMENT = 16 };

struct pool_block {
	struct pool_block *older;
	size_t size;
	_Alignas(ALIGNMENT) char data[];
};

static void add_block(struct pool *pool, size_t size)
{
	size_t capacity = size > BLOCK_BYTES ? size : BLOCK_BYTES;
	struct pool_block *block = calloc(1, sizeof *block + capacity);
	if (block == NULL) {
		fputs("idlc: out of memory\n", stderr);
		exit(1);
	}
	block->size = capacity;
	block->older = pool->blocks;
	pool->blocks = block;
	pool->used = 0;
}

void *pool_take(struct pool *pool, size_t size)
{
	size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (pool->blocks == NULL || size > pool->blocks->size - pool->used)
		add_block(pool, size);
	void *taken = pool->blocks->data + pool->used;
	pool->used += size;
	return taken;
}

char *pool_copy(struct pool *pool, const char *data, size_t size)
{
	char *copy = pool_take(pool, size + 1);
	memcpy(copy, data, size);
	return copy;
}

char *pool_print(struct pool *pool, const char *format, ...)
{
	va_list arguments, again;
	va_start(arguments, format);
	va_copy(again, arguments);
	int size = vsnprintf(NULL, 0, format, arguments);
	char *text = pool_take(pool, size < 0 ? 1 : (size_t)size + 1);
	if (size >= 0)
		vsnprintf(text, (size_t)size + 1, format, again);
	va_end(again);
	va_end(arguments);
	return text;
}

void pool_drop(struct pool *pool)
{
	while (pool->blocks != NULL) {
		struct pool_block *block = pool->blocks;
		pool->blocks = block->older;
		free(block);
	}
	pool->used = 0;
}

/*
 * pool: memory that lives as long as one run of the compiler. Nothing is given back singly;
 * `pool_drop` gives back everything. What hostile input can ask for is bounded before it is asked
 * (bounds.h), so a refusal of the host is not survived: the tool says so and ends.
 */
#ifndef IDLC_POOL_H
#define IDLC_POOL_H

#include <stddef.h>

struct pool_block;

struct pool {
	struct pool_block *blocks; /* newest first */
	size_t used;               /* of the newest block */
};

/* `size` bytes, zeroed, aligned to 16; never NULL. A zeroed struct pool is an empty pool. */
void *pool_take(struct pool *pool, size_t size);

/* A copy with a zero behind it. */
char *pool_copy(struct pool *pool, const char *data, size_t size);

/* A text of its own, as printf would print it. */
char *pool_print(struct pool *pool, const char *format, ...) __attribute__((format(printf, 2, 3)));

void pool_drop(struct pool *pool);

#define pool_new(pool, type)              ((type *)pool_take(pool, sizeof(type)))
#define pool_new_array(pool, type, count) ((type *)pool_take(pool, sizeof(type) * (count)))

#endif

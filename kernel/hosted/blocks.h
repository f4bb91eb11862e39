/*
 * blocks: the node's store as the interface `blocks` (interfaces/blocks.wit). The store checks
 * every block against its name when it is read; what is wrong with one is logged as well as
 * answered.
 *
 *     blocks_create -> (messages are served) -> kernel_destroy -> blocks_destroy
 */
#ifndef HOSTED_BLOCKS_H
#define HOSTED_BLOCKS_H

#include "core/kernel.h"
#include "store.h"

struct blocks;

/* The kernel and the store must outlive it. */
must_check enum status blocks_create(struct kernel *kernel, struct store *store,
				     struct blocks **out);
void blocks_destroy(struct blocks *blocks);

#endif

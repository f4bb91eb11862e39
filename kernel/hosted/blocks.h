/*
 * blocks: the node's store as the interface `blocks` (interfaces/blocks.wit). The store checks
 * every block against its name when it is read.
 */
#ifndef HOSTED_BLOCKS_H
#define HOSTED_BLOCKS_H

#include "core/kernel.h"

struct blocks;

/* `home` is the store's folder. The kernel must outlive it. */
must_check enum status blocks_create(struct kernel *kernel, const char *home, struct blocks **out);
void blocks_destroy(struct blocks *blocks);

#endif

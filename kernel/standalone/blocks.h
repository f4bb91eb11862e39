/*
 * blocks: the interface `blocks` over the archive that came with the kernel. What is in it can be
 * had; nothing can be stored.
 */
#ifndef STANDALONE_BLOCKS_H
#define STANDALONE_BLOCKS_H

#include "core/car.h"
#include "core/kernel.h"

/* `archive` must outlive the kernel. */
must_check enum status blocks_create(struct kernel *kernel, const struct car *archive);

#endif

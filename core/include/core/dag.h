/*
 * dag: files as graphs of blocks, the way IPFS stores them (UnixFS: 256 KiB chunks, raw leaves,
 * balanced, at most 174 links a node), so that a program's name is the CID that kubo prints.
 *
 * Reading: a walk tells which blocks it wants, at most DAG_WALK_AHEAD at a time, is handed them in
 * any order, and yields the file. Nobody who supplies blocks is trusted: each is hashed, every size
 * that a node claims is checked, and depth, total size and the number of nodes are bounded before
 * anything is fetched for them.
 *
 * Writing: a builder takes the bytes of a file in pieces and emits its blocks.
 */
#ifndef CORE_DAG_H
#define CORE_DAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cid.h"
#include "core/status.h"

enum {
	DAG_CHUNK_BYTES = 256 * 1024,
	DAG_LINKS_MAX = 174,           /* that we write; nodes with more are read */
	DAG_BLOCK_BYTES_MAX = 2 << 20, /* a bitswap block is at most that large */
	DAG_DEPTH_MAX = 16,
	DAG_WALK_AHEAD = 32
};

/* A file may unfold to so many bytes, repeated links counted each time. */
#define DAG_FILE_BYTES_MAX ((uint64_t)256 << 20)

struct dag_walk;

must_check enum status dag_walk_create(const struct cid *root, uint64_t file_bytes_max,
				       struct dag_walk **out);
void dag_walk_destroy(struct dag_walk *walk);

/* The next block to ask for; false while none is wanted (too many asked for, or all known). Each is
 * told once. */
bool dag_walk_want(struct dag_walk *walk, struct cid *out);

/*
 * Hands a wanted block over. The bytes are borrowed for the call. STATUS_CORRUPT where they do not
 * hash to `cid` (ask somebody else, and hand it over again), other errors end the walk; `fault`
 * names the block and what is wrong with it.
 */
must_check enum status dag_walk_supply(struct dag_walk *walk, const struct cid *cid,
				       const uint8_t *data, size_t size, struct fault *fault);

bool dag_walk_is_complete(const struct dag_walk *walk);

/* The file of a complete walk; valid until it is destroyed. */
const uint8_t *dag_walk_file(const struct dag_walk *walk, uint64_t *size);

/* Called by a builder with each block, leaves first; false stops the build with STATUS_IO. */
typedef bool (*dag_emit)(void *context, const struct cid *cid, const uint8_t *data, size_t size);

struct dag_builder;

must_check enum status dag_builder_create(dag_emit emit, void *context, struct dag_builder **out);
void dag_builder_destroy(struct dag_builder *builder);
must_check enum status dag_builder_write(struct dag_builder *builder, const uint8_t *data,
					 size_t size);
must_check enum status dag_builder_finish(struct dag_builder *builder, struct cid *root);

#endif

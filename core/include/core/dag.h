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
	DAG_DEPTH_MAX = 16,            /* blocks on a path, root and leaf included */
	DAG_WALK_AHEAD = 32
};

/* A program may unfold to so many bytes, repeated links counted each time. */
#define DAG_FILE_BYTES_MAX ((uint64_t)256 << 20)

/*
 * A file of n bytes may have so many nodes, repeated ones counted each time: any shape while it is
 * small, and leaves of a kilobyte or more on average beyond that.
 */
#define DAG_NODES_MAX(n) (4096 + (n) / 1024)

struct dag_walk;

/* A walk that keeps the file in memory. Memory grows with what was verified, not with what was
 * claimed; the root's claim is held against `file_bytes_max` first. */
must_check enum status dag_walk_create(const struct cid *root, uint64_t file_bytes_max,
				       struct dag_walk **out);

/* Receives a file piece by piece, in order and verified; false ends the walk with STATUS_IO. */
typedef bool (*dag_sink)(void *context, const uint8_t *data, size_t size);

/* A walk that passes the file on; it holds only blocks that came before their turn. */
must_check enum status dag_walk_create_streaming(const struct cid *root, uint64_t file_bytes_max,
						 dag_sink sink, void *context,
						 struct dag_walk **out);
void dag_walk_destroy(struct dag_walk *walk);

/*
 * The next block to ask for; false while none is wanted (too many asked for, or all known). One
 * that stands in the file several times is told once while it is awaited, and may be told again
 * after it was supplied.
 */
bool dag_walk_want(struct dag_walk *walk, struct cid *out);

/*
 * Hands a wanted block over. The bytes are borrowed for the call. The walk goes on after
 * STATUS_CORRUPT, where they do not hash to `cid` (ask somebody else), and STATUS_NOT_FOUND, where
 * nobody asked for that block. Other errors end it, and every later call repeats them. `fault`
 * says what is wrong, with which block.
 */
must_check enum status dag_walk_supply(struct dag_walk *walk, const struct cid *cid,
				       const uint8_t *data, size_t size, struct fault *fault);

bool dag_walk_is_complete(const struct dag_walk *walk);

/* The file of a complete walk that keeps it; valid until the walk is destroyed. */
const uint8_t *dag_walk_file(const struct dag_walk *walk, uint64_t *size);

/* Called by a builder with each block, leaves first; false stops the build with STATUS_IO. */
typedef bool (*dag_emit)(void *context, const struct cid *cid, const uint8_t *data, size_t size);

struct dag_builder;

must_check enum status dag_builder_create(dag_emit emit, void *context, struct dag_builder **out);
void dag_builder_destroy(struct dag_builder *builder);

/* The next bytes of the file, in pieces of any size; whole chunks are not copied. After an error
 * the builder is only good for being destroyed. */
must_check enum status dag_builder_write(struct dag_builder *builder, const uint8_t *data,
					 size_t size);

/* Emits what is left, and tells the file's name. Called once. */
must_check enum status dag_builder_finish(struct dag_builder *builder, struct cid *root);

#endif

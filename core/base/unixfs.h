/*
 * unixfs: one dag-pb block of a file. A node holds some bytes of the file itself (old leaves do),
 * or links to the nodes that do, in their order; it claims how many bytes of the file it and each
 * of its links unfold to. What a node says of itself is checked here; that its links keep what it
 * promised is checked by whoever follows them.
 *
 *     dag-pb   PBNode {2 links* {1 hash, 2 name, 3 size}, 1 data}
 *     UnixFS   Data {1 type, 2 data, 3 filesize, 4 blocksizes*, 5 hash type, 6 fan-out, 7 mode, 8
 * mtime}
 */
#ifndef BASE_UNIXFS_H
#define BASE_UNIXFS_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "core/cid.h"

struct unixfs_node {
	const uint8_t *data; /* bytes of the file that stand before those of the links */
	size_t data_size;
	uint64_t file_bytes; /* what the node unfolds to, by its own claim: data and links */
	uint32_t link_count;

	struct bytes links; /* where unixfs_next_link goes on */
	struct bytes sizes;
};

struct unixfs_link {
	struct cid cid;
	uint64_t file_bytes; /* what it unfolds to, by the claim of the node that has it; not 0 */
};

/*
 * Decodes a dag-pb block; `out` borrows it. Refused: bytes that do not decode (STATUS_MALFORMED);
 * sizes that do not add up (STATUS_INVALID); directories, symbolic links, and links to blocks of
 * another kind (STATUS_UNSUPPORTED). `fault` gives the reason alone, in less than 90 characters.
 */
must_check enum status unixfs_decode(const uint8_t *block, size_t size, struct unixfs_node *out,
				     struct fault *fault);

/* The next link of a decoded node; called at most `link_count` times. */
struct unixfs_link unixfs_next_link(struct unixfs_node *node);

/* Field numbers and types of the two messages, for the writer too. */
enum { UNIXFS_NODE_DATA = 1, UNIXFS_NODE_LINK = 2 };
enum { UNIXFS_LINK_HASH = 1, UNIXFS_LINK_NAME = 2, UNIXFS_LINK_SIZE = 3 };
enum {
	UNIXFS_DATA_TYPE = 1,
	UNIXFS_DATA_DATA = 2,
	UNIXFS_DATA_FILE_BYTES = 3,
	UNIXFS_DATA_BLOCK_BYTES = 4
};
enum {
	UNIXFS_RAW = 0,
	UNIXFS_DIRECTORY = 1,
	UNIXFS_FILE = 2,
	UNIXFS_METADATA = 3,
	UNIXFS_SYMLINK = 4,
	UNIXFS_HAMT_SHARD = 5
};

#endif

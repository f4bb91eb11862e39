/*
 * store: the blocks of this node, and what it knows of them, in one folder (its home):
 *
 *     blocks/XY/CID    a block; XY are the two characters before the CID's last
 *     node.db          which files were added (SQLite)
 *     temporary/       blocks that are being written
 *     damaged/         what turned out to be changed, kept for whoever wants to look
 *
 * A block is checked against its name whenever it is read, so writing is a rename without sync. Any
 * number of processes may use one home at once, and threads one store, but for its records (the
 * database), which belong to one thread at a time. Nothing is created before the first write, and
 * the database is opened by the first use of a record. A kill at any moment loses nothing that was
 * acknowledged.
 *
 * Faults name the block or the home; every string in them is escaped.
 */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cid.h"
#include "core/dag.h"
#include "core/status.h"

enum { STORE_HOME_BYTES = 3072 }; /* the longest path of a home, its zero included */

/* $CAIRN_HOME, else $XDG_DATA_HOME/cairn, else ~/.local/share/cairn. */
must_check enum status store_find_home(char out[STORE_HOME_BYTES], struct fault *fault);

struct store;

/* Touches no file. */
must_check enum status store_open(const char *home, struct store **out, struct fault *fault);
void store_close(struct store *store);

/* ---- Blocks ---- */

/* A buffer that grows with the blocks that are read into it; starts zeroed, may be used again. */
struct store_block {
	uint8_t *data;
	size_t size;
	size_t capacity;
};

/* STATUS_NOT_FOUND; STATUS_CORRUPT, after which the block is in damaged/ and no longer found;
 * STATUS_IO. */
must_check enum status store_get(struct store *store, const struct cid *cid,
				 struct store_block *block, struct fault *fault);
void store_block_release(struct store_block *block);

/* Whether there is a file for that block; whether its bytes are right shows when it is read. */
bool store_has(const struct store *store, const struct cid *cid);

/* `cid` is the name of these bytes: the caller has hashed them. A block that is there is left as it
 * is, after a look at its bytes. STATUS_LIMIT over DAG_BLOCK_BYTES_MAX, STATUS_IO. */
must_check enum status store_put(struct store *store, const struct cid *cid, const void *data,
				 size_t size, struct fault *fault);

/* ---- Files ---- */

/* Reads `file` (a descriptor) to its end and stores its blocks. */
must_check enum status store_add_file(struct store *store, int file, struct cid *root,
				      uint64_t *size, struct fault *fault);

/* Passes a file on, verified, piece by piece; STATUS_IO without a text where `sink` said no. */
must_check enum status store_read_file(struct store *store, const struct cid *root, dag_sink sink,
				       void *context, struct fault *fault);

/* ---- Records of the files that were added ---- */

struct store_record {
	struct cid cid;
	const uint8_t *name; /* as the user gave it: any bytes */
	size_t name_size;
	uint64_t size;
	uint64_t added_ns; /* since 1970 */
};

/* A damaged database is moved to damaged/, named in the log, and begun anew. */
must_check enum status store_record_add(struct store *store, const struct store_record *record,
					struct fault *fault);

/* Calls `visit` with each record, oldest first; the record is valid during the call. */
must_check enum status store_record_list(struct store *store,
					 void (*visit)(void *context,
						       const struct store_record *record),
					 void *context, struct fault *fault);

#endif

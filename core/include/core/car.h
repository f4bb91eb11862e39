/*
 * car: content-addressed archives, version 1 (a dag-cbor header with the roots, then blocks, each
 * with its CID). A reader borrows the bytes and trusts none of them; blocks are checked when read.
 */
#ifndef CORE_CAR_H
#define CORE_CAR_H

#include <stddef.h>
#include <stdint.h>

#include "core/cid.h"
#include "core/status.h"

struct car {
	const uint8_t *data;
	size_t size;
	size_t first_block; /* offset behind the header */
	struct cid root;    /* the first root */
};

/* Checks the header and that every section is whole, hashes nothing yet. */
must_check enum status car_open(const uint8_t *data, size_t size, struct car *out,
				struct fault *fault);

/* The block of that name, checked against it. STATUS_NOT_FOUND, STATUS_CORRUPT. */
must_check enum status car_block(const struct car *car, const struct cid *cid, const uint8_t **data,
				 size_t *size);

enum { CAR_HEADER_BYTES = 59, CAR_SECTION_HEADER_BYTES_MAX = 46 };

/* What a writer puts in front of the archive (one root), and in front of each block's bytes;
 * returns the size written. */
size_t car_write_header(const struct cid *root, uint8_t out[CAR_HEADER_BYTES]);
size_t car_write_section(const struct cid *cid, size_t block_size,
			 uint8_t out[CAR_SECTION_HEADER_BYTES_MAX]);

#endif

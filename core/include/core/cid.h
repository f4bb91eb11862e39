/*
 * cid: names of bytes. A `struct cid` is always in normal form: version 1, SHA-256, and one of two
 * codecs, so that equal names are equal structs. A CIDv0 ("Qm...") is the dag-pb CID of the same
 * hash.
 *
 * An interface's digest is a different type on purpose: neither is accepted where the other
 * belongs.
 */
#ifndef CORE_CID_H
#define CORE_CID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/* Multicodec numbers of the block formats that Cairn reads. */
enum cid_codec { CID_RAW = 0x55, CID_DAG_PB = 0x70 };

struct cid {
	enum cid_codec codec;
	uint8_t hash[32];
};

/* The SHA-256 of an interface's canonical text. */
struct digest {
	uint8_t bytes[32];
};

enum {
	CID_BINARY_BYTES = 36, /* version, codec, hash function, hash size, hash */
	CID_TEXT_BYTES = 60    /* "b" and 58 base32 digits, and a terminating zero */
};

/* The CID of a block with these bytes. */
struct cid cid_of_block(enum cid_codec codec, const void *data, size_t size);

/* Binary form, CIDv1 and CIDv0. Refuses what is not SHA-256 of raw or dag-pb (identity CIDs too)
 * with STATUS_UNSUPPORTED, and what is no CID at all with STATUS_MALFORMED. */
must_check enum status cid_from_binary(const uint8_t *data, size_t size, struct cid *out,
				       struct fault *fault);
void cid_to_binary(const struct cid *cid, uint8_t out[CID_BINARY_BYTES]);

/* Printed form: base32 (lower case, "b..."), base58btc ("z..."), base36 ("k..."), base16 ("f..."),
 * and CIDv0 ("Qm..."). An "/ipfs/" or "ipfs://" in front is accepted. Always prints base32. */
must_check enum status cid_from_text(const char *text, size_t size, struct cid *out,
				     struct fault *fault);
void cid_to_text(const struct cid *cid, char out[CID_TEXT_BYTES]);

bool cid_is_equal(const struct cid *a, const struct cid *b);

/* Checks that a block's bytes are what its name says. */
bool cid_matches_block(const struct cid *cid, const void *data, size_t size);

#endif

/*
 * cid_bytes: binary CIDs inside other formats, where what follows them is not theirs.
 */
#ifndef BASE_CID_BYTES_H
#define BASE_CID_BYTES_H

#include "bytes.h"
#include "core/cid.h"

/*
 * Takes one binary CID, version 1 or 0, off the cursor. STATUS_UNSUPPORTED where it is well formed
 * but not SHA-256 of raw or dag-pb: the cursor then stands behind it, and `reason` (a static
 * string) says which part is foreign. STATUS_MALFORMED leaves the reason in the cursor.
 */
must_check enum status cid_take(struct bytes *in, struct cid *out, const char **reason);

#endif

/*
 * path: a path among a function's arguments: where it begins, and how long it is. What it leads to
 * is for `files` to find out, and so is whether it leads out of its directory.
 */
#ifndef WASI_PATH_H
#define WASI_PATH_H

#include <cairn/wire.h>

#include "call.h"
#include "preview1.h"

/* More is no path anywhere, and need not be sent. */
enum { PATH_BYTES_MAX = 65535 };

/* The path of slots[slot] and slots[slot + 1], where it lies in the program's memory. EFAULT;
 * ENOENT for an empty one, ENAMETOOLONG, EPERM for one that is absolute. */
must_check enum wasi_error path_argument(struct thread *thread, const uint64_t *slots,
					 uint32_t slot, struct wire_bytes *out);

/* EINVAL where there are other bits than WASI_LOOKUP_FOLLOW. */
must_check enum wasi_error path_follows(uint32_t lookup_flags, bool *follows);

#endif

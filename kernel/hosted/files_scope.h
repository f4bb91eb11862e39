/*
 * files_scope: what a scope of `files` says: `ro:/srv/data`, `rw:/home/me/notes`, or
 * `rw:/home/me/notes:/notes` where the program is to see it under another name. A colon or a
 * backslash that belongs to one of the two names has a backslash before it.
 */
#ifndef HOSTED_FILES_SCOPE_H
#define HOSTED_FILES_SCOPE_H

#include <limits.h>
#include <stdbool.h>

#include "core/kernel.h"

struct files_scope {
	bool is_writable;
	char path[PATH_MAX]; /* on the host, absolute */
	char name[PATH_MAX]; /* for the program */
};

/* STATUS_INVALID where it is no such text. */
must_check enum status files_scope_parse(struct wasm_name text, struct files_scope *out);

#endif

/*
 * directories: what --dir of `cairn run` says: which of the host's folders the program is to see,
 * and under which names. Each becomes a scope of the program's grant for `files`.
 */
#ifndef CLI_DIRECTORIES_H
#define CLI_DIRECTORIES_H

#include <stdbool.h>

#include "core/kernel.h"

/* As many as there can be words that grant something. */
enum { DIRECTORIES_MAX = 60 };

struct directories {
	struct wasm_name scopes[DIRECTORIES_MAX]; /* texts of its own */
	uint32_t count;
};

/* HOST, HOST::GUEST, and either with :ro behind it. False after an error that was reported. */
bool directories_add(struct directories *directories, const char *word);
void directories_reset(struct directories *directories);

#endif

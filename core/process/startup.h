/*
 * startup: the arguments and the environment that a process was started with, kept as the bodies
 * that answer for them (list<list<u8>>). Owned by the process, on its account.
 */
#ifndef PROCESS_STARTUP_H
#define PROCESS_STARTUP_H

#include <stdint.h>

#include "bytes.h"
#include "core/wasm.h"

struct startup_list {
	uint8_t *data; /* a list<list<u8>>, encoded */
	uint32_t size;
};

struct startup {
	struct startup_list arguments;
	struct startup_list environment;
};

/* Copies the strings. STATUS_LIMIT, STATUS_NO_MEMORY, STATUS_INVALID where one holds a zero. */
must_check enum status startup_encode(const struct wasm_name *strings, uint32_t count,
				      struct startup_list *out);

/* Copies a list that a program sent; fails in `in` where it is malformed or holds a zero.
 * STATUS_MALFORMED, STATUS_LIMIT, STATUS_NO_MEMORY. */
must_check enum status startup_decode(struct bytes *in, struct startup_list *out);

/* A list from startup_encode or startup_decode. */
void startup_release(struct startup_list *list);

static inline uint64_t startup_bytes(const struct startup *startup)
{
	return (uint64_t)startup->arguments.size + startup->environment.size;
}

#endif

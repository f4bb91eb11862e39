/*
 * startup: what a process was started with: its arguments and its environment, each as it stands in
 * the answer that tells them, the terminal, and how much memory it may have. Owned by the process,
 * on its account.
 */
#ifndef PROCESS_STARTUP_H
#define PROCESS_STARTUP_H

#include <stdint.h>

#include <cairn/wire.h>

#include "core/status.h"
#include "core/wasm.h"

/* Lists of strings without zeros, encoded, in memory of the port's. */
struct startup {
	struct wire_bytes_list arguments;
	struct wire_bytes_list environment;
	uint64_t terminal;     /* the port's */
	uint64_t memory_bytes; /* of linear memory at most; 0: what the kernel's limits say */
};

/* Copies the strings. STATUS_LIMIT, STATUS_NO_MEMORY, STATUS_INVALID where one holds a zero. */
must_check enum status startup_encode(const struct wasm_name *strings, uint32_t count,
				      struct wire_bytes_list *out);

/* The same of a list that a program sent. */
must_check enum status startup_copy(struct wire_bytes_list list, struct wire_bytes_list *out);

void startup_release(struct startup *startup);

static inline uint64_t startup_bytes(const struct startup *startup)
{
	return (uint64_t)startup->arguments.size + startup->environment.size;
}

#endif

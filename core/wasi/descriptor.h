/*
 * descriptor: what the numbers 0, 1, 2 of a process stand for: the standard streams of `terminal`,
 * until the program closes or renumbers them. The table is the process's record (call.h), made by
 * the first function that needs it, and shared by its threads.
 */
#ifndef WASI_DESCRIPTOR_H
#define WASI_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "call.h"
#include "preview1.h"

struct descriptor {
	bool is_open;
	uint8_t stream; /* terminal's number of it */
	uint16_t flags; /* WASI_FDFLAGS_* */
};

/* EBADF where there is none. Valid until the current host function returns. */
must_check enum wasi_error descriptor_find(struct thread *thread, uint32_t number,
					   struct descriptor **out);

#endif

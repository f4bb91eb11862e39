/*
 * body: the bytes of a message or an answer on their way: somewhere, in parts. Nothing is owned.
 */
#ifndef IPC_BODY_H
#define IPC_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include <cairn/wire.h>

#include "core/status.h"

struct body {
	const struct wire_part *parts;
	uint32_t part_count;
	uint64_t size; /* of all parts together */
};

/* The sum of the parts' sizes; false where it does not fit 64 bits. */
must_check bool body_size(const struct wire_part *parts, uint32_t part_count, uint64_t *size);

/* Copies all parts to `out`, which has room for them and may overlap them. A part that is there
 * already costs nothing. */
void body_copy(const struct body *body, uint8_t *out);

#endif

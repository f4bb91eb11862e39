/*
 * protobuf: reads the fields of a message, one after the other, from a cursor over its bytes. What
 * a schema says (which numbers, which types, how often) is the caller's to check. Nothing is
 * copied.
 */
#ifndef BASE_PROTOBUF_H
#define BASE_PROTOBUF_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"

/* Wire types, by their number. Groups (3 and 4) are refused. */
enum protobuf_type {
	PROTOBUF_VARINT = 0,
	PROTOBUF_FIXED_64 = 1,
	PROTOBUF_BYTES = 2,
	PROTOBUF_FIXED_32 = 5
};

struct protobuf_field {
	uint32_t number; /* 1 to 2^29 - 1 */
	enum protobuf_type type;
	uint64_t value;    /* of a varint */
	struct bytes body; /* of bytes: a message inside, a string */
};

/* The next field; false at the end of the message and after an error of the cursor. */
bool protobuf_next(struct bytes *in, struct protobuf_field *out);

/* The field's value or body, where the schema wants that type: anything else fails the cursor, and
 * yields 0 or no bytes. */
uint64_t protobuf_value(struct bytes *in, const struct protobuf_field *field);
struct bytes protobuf_body(struct bytes *in, const struct protobuf_field *field);

/* Fails the cursor when a field of that number (0 to 31) was already met; `seen` starts at 0. */
void protobuf_once(struct bytes *in, uint32_t number, uint32_t *seen);

#endif

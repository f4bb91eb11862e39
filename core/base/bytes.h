/*
 * bytes: a cursor over bytes that somebody else wrote. It never reads past the end; it remembers
 * its first error and from then on yields zeros, so that a decoder asks once, at its end:
 *
 *     uint32_t count = bytes_leb_u32(in);
 *     for (uint32_t i = 0; i < count && bytes_ok(in); i++)
 *             decode_import(module, in);
 *     return bytes_status(in);
 *
 * A cursor borrows the bytes. Loops over counts that come from the input must look at `bytes_ok`.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

struct bytes {
	const uint8_t *start; /* of the whole input: offsets count from here */
	const uint8_t *next;
	const uint8_t *end;
	const char *reason;    /* of the first error; NULL while there is none */
	uint64_t error_offset; /* of the first error */
};

/* A cursor over `size` bytes. */
struct bytes bytes_over(const uint8_t *data, size_t size);

/* A cursor over the next `size` bytes, which are skipped here; offsets keep counting from `start`.
 */
struct bytes bytes_slice(struct bytes *in, uint64_t size);

/* Remembers `reason` (a static string) at the current offset, if it is the first error. */
void bytes_fail(struct bytes *in, const char *reason);
void bytes_fail_at(struct bytes *in, uint64_t offset, const char *reason);

static inline bool bytes_ok(const struct bytes *in)
{
	return in->reason == NULL;
}

static inline size_t bytes_left(const struct bytes *in)
{
	return (size_t)(in->end - in->next);
}

static inline uint64_t bytes_offset(const struct bytes *in)
{
	return (uint64_t)(in->next - in->start);
}

/* STATUS_OK or STATUS_MALFORMED. */
must_check enum status bytes_status(const struct bytes *in);

/* Writes the first error as a fault; the cursor must have one. */
void bytes_fault(const struct bytes *in, struct fault *fault);

/* The next `size` bytes, or NULL after an error. */
const uint8_t *bytes_take(struct bytes *in, uint64_t size);

/* Fixed width, little-endian. */
static inline uint8_t bytes_u8(struct bytes *in)
{
	if (in->next < in->end && bytes_ok(in))
		return *in->next++;
	bytes_fail(in, "unexpected end");
	return 0;
}

uint16_t bytes_u16(struct bytes *in);
uint32_t bytes_u32(struct bytes *in);
uint64_t bytes_u64(struct bytes *in);

/* LEB128 as WebAssembly restricts it (core specification, 5.2.2): no more bytes than the type
 * needs, no stray bits in the last one. */
uint64_t bytes_leb_u64(struct bytes *in);

/* Of any length; the functions below, which most are of one byte for, are shorter ways to them. */
uint32_t bytes_long_leb_u32(struct bytes *in);
int64_t bytes_long_leb_signed(struct bytes *in, unsigned bits);

static inline bool bytes_is_short_leb(const struct bytes *in)
{
	return in->next < in->end && *in->next < 0x80 && bytes_ok(in);
}

static inline uint32_t bytes_leb_u32(struct bytes *in)
{
	return bytes_is_short_leb(in) ? *in->next++ : bytes_long_leb_u32(in);
}

static inline int64_t bytes_leb_signed(struct bytes *in, unsigned bits)
{
	if (!bytes_is_short_leb(in))
		return bytes_long_leb_signed(in, bits);
	uint8_t byte = *in->next++;
	return byte < 0x40 ? byte : byte - 0x80;
}

static inline int32_t bytes_leb_s32(struct bytes *in)
{
	return (int32_t)bytes_leb_signed(in, 32);
}

static inline int64_t bytes_leb_s33(struct bytes *in)
{
	return bytes_leb_signed(in, 33);
}

static inline int64_t bytes_leb_s64(struct bytes *in)
{
	return bytes_leb_signed(in, 64);
}

/* An unsigned varint as multiformats restrict it: at most nine bytes, and the shortest form. */
uint64_t bytes_varint(struct bytes *in);

/* True when `size` bytes are well-formed UTF-8 (no surrogates, no overlong forms). */
bool bytes_are_utf8(const uint8_t *data, size_t size);

#endif

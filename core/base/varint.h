/*
 * varint: writing unsigned varints (multiformats, protobuf). Reading is the cursor's: bytes_varint.
 */
#ifndef BASE_VARINT_H
#define BASE_VARINT_H

#include <stddef.h>
#include <stdint.h>

enum { VARINT_BYTES_MAX = 10 };

/* Writes the shortest form; returns its size. */
static inline size_t varint_write(uint64_t value, uint8_t out[VARINT_BYTES_MAX])
{
	size_t used = 0;
	for (; value >= 0x80; value >>= 7)
		out[used++] = (uint8_t)(value | 0x80);
	out[used++] = (uint8_t)value;
	return used;
}

static inline size_t varint_size(uint64_t value)
{
	size_t size = 1;
	while (value >>= 7)
		size++;
	return size;
}

#endif

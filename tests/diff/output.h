/*
 * output: bytes that are written one after the other, in the encodings of the binary format.
 */
#ifndef DIFF_OUTPUT_H
#define DIFF_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

/* Starts zeroed. */
struct output {
	uint8_t *data;
	size_t size, capacity;
};

void output_reset(struct output *out);
void output_bytes(struct output *out, const void *data, size_t size);
void output_byte(struct output *out, uint8_t byte);
void output_u32(struct output *out, uint32_t value); /* LEB128 */
void output_s64(struct output *out, int64_t value);  /* signed LEB128 */
void output_fixed32(struct output *out, uint32_t value);
void output_fixed64(struct output *out, uint64_t value);
void output_name(struct output *out, const char *name);

/* The bytes of `payload`, their number in front; `payload` is emptied and can be used again. */
void output_sized(struct output *out, struct output *payload);

#endif

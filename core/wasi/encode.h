/*
 * encode: message bodies by hand, until the interface compiler writes this. A body is the number of
 * the function and its parameters, packed and little-endian, as the .wit files define them.
 *
 * An answer is as hostile as any input, whoever sent it. A decoder takes the whole body or refuses
 * it: what the sender of a message is told is the error of errors.h, and outputs stay untouched.
 */
#ifndef WASI_ENCODE_H
#define WASI_ENCODE_H

#include <stdint.h>

#include "bytes.h"
#include "call.h"
#include "preview1.h"

/* The fixed part of a body: the longest is three words and eight bytes. */
struct encode {
	uint8_t bytes[20];
	uint32_t size;
};

/* A body that starts with the function's number, then its parameters. */
struct encode encode_function(uint32_t function);
void encode_u32(struct encode *out, uint32_t value);
void encode_u64(struct encode *out, uint64_t value);

/* Sends a body that has no other part. */
enum wasm_host_result encode_call(struct thread *thread, const struct digest *interface,
				  const struct encode *body, call_continuation then);

/* -> u64 */
must_check enum wasi_error decode_u64(const struct call_answer *answer, uint64_t *value);

/* -> list<u8>: the bytes live as long as the answer. */
must_check enum wasi_error decode_bytes(const struct call_answer *answer, const uint8_t **data,
					uint32_t *size);

/* -> list<list<u8>>: checked to its end; the cursor then stands at the first item, which
 * `decode_item` yields one by one. */
must_check enum wasi_error decode_lists(const struct call_answer *answer, struct bytes *items,
					uint32_t *count);
const uint8_t *decode_item(struct bytes *items, uint32_t *size);

/* -> result<T, error> of the interface `terminal`. */
must_check enum wasi_error decode_terminal_bytes(const struct call_answer *answer,
						 const uint8_t **data, uint32_t *size);
must_check enum wasi_error decode_terminal_u32(const struct call_answer *answer, uint32_t *value);
must_check enum wasi_error decode_terminal_bool(const struct call_answer *answer, bool *value);

#endif

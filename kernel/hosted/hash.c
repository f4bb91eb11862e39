/*
 * The port's hashing, from nettle, and its randomness, from libsodium. Neither needs to be set up:
 * SHA-256 has no state that lasts, and the bytes come from the getrandom of the host.
 */
#include "core/port.h"

#include <nettle/sha2.h>
#include <sodium.h>

void port_random(void *out, size_t size)
{
	randombytes_buf(out, size);
}

void port_sha256(const void *data, size_t size, uint8_t out[32])
{
	struct sha256_ctx state;
	sha256_init(&state);
	sha256_update(&state, size, data);
	sha256_digest(&state, SHA256_DIGEST_SIZE, out);
}

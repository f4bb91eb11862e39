/*
 * The port's hashing and randomness, from libsodium. Neither needs sodium_init: SHA-256 has no
 * state, and the bytes come from the getrandom of the host.
 */
#include "core/port.h"

#include <sodium.h>

void port_random(void *out, size_t size)
{
	randombytes_buf(out, size);
}

void port_sha256(const void *data, size_t size, uint8_t out[32])
{
	crypto_hash_sha256(out, data, size);
}

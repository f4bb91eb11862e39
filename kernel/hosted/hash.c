/*
 * The port's hashing and randomness, from libsodium. Neither needs sodium_init: SHA-256 has no
 * state, and the bytes come from the getrandom of the host.
 */
#include "core/port.h"

#include <sodium.h>

#include "hash_x64.h"

void port_random(void *out, size_t size)
{
	randombytes_buf(out, size);
}

void port_sha256(const void *data, size_t size, uint8_t out[32])
{
	if (!hash_x64_sha256(data, size, out))
		crypto_hash_sha256(out, data, size);
}

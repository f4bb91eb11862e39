#include "identity.h"

#include <sodium.h>
#include <string.h>

void identity_of_text(const char *text, size_t size, uint8_t digest[32], char cid[64])
{
	static const uint8_t prefix[4] = {0x01, 0x55, 0x12, 32};
	uint8_t binary[36];
	crypto_hash_sha256(digest, (const unsigned char *)text, size);
	memcpy(binary, prefix, sizeof prefix);
	memcpy(binary + sizeof prefix, digest, 32);
	size_t used = 0;
	uint32_t bits = 0, count = 0;
	cid[used++] = 'b';
	for (size_t i = 0; i < sizeof binary; i++) {
		bits = bits << 8 | binary[i];
		for (count += 8; count >= 5; count -= 5)
			cid[used++] = "abcdefghijklmnopqrstuvwxyz234567"[bits >> (count - 5) & 31];
	}
	if (count > 0)
		cid[used++] = "abcdefghijklmnopqrstuvwxyz234567"[bits << (5 - count) & 31];
	cid[used] = '\0';
}

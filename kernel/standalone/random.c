/*
 * Random bytes are the key stream of ChaCha20, whose key is replaced by the stream's first bytes
 * each time, so that what was given out cannot be computed from what the kernel holds later. The
 * functions at the end are what libsodium's members leave undefined.
 */
#include "random.h"

#include <stdbool.h>

#include "core/port.h"
#include "cpu/cpu.h"
#include "devices/virtio_rng.h"
#include "mem.h"

/* libsodium's own headers want a C library; these declarations are theirs (crypto_hash_sha256.h,
 * crypto_stream_chacha20.h, sodium/runtime.h, sodium/utils.h, randombytes.h). */
int crypto_hash_sha256(unsigned char *out, const unsigned char *in, unsigned long long size);
int crypto_stream_chacha20(unsigned char *out, unsigned long long size, const unsigned char *nonce,
			   const unsigned char *key);
void sodium_memzero(void *address, size_t size);
_Noreturn void sodium_misuse(void);
void randombytes_buf(void *out, size_t size);
int sodium_runtime_has_avx2(void);
int sodium_runtime_has_ssse3(void);
_Noreturn void __stack_chk_fail(void);

enum {
	KEY_BYTES = 32,
	NONCE_BYTES = 8,
	PIECE_BYTES = 512, /* that one key yields, the next key apart */
	SEED_WORDS = 32,
	ATTEMPTS = 100,
	FEATURES_RDRAND = 1u << 30, /* of leaf 1, in ecx */
	FEATURES_RDSEED = 1u << 18, /* of leaf 7, in ebx */
	MSR_FS_BASE = 0xc0000100
};

static uint8_t key[KEY_BYTES];

/* Where libsodium's objects look for the canary that guards their stacks: at 40 bytes from fs. */
static struct {
	uint64_t unused[5];
	uint64_t canary;
} thread_area;

static bool read_seed(uint64_t *value)
{
	bool is_there;
	__asm__ volatile("rdseed %0" : "=r"(*value), "=@ccc"(is_there));
	return is_there;
}

static bool read_random(uint64_t *value)
{
	bool is_there;
	__asm__ volatile("rdrand %0" : "=r"(*value), "=@ccc"(is_there));
	return is_there;
}

static bool read_word(bool (*read)(uint64_t *), uint64_t *value)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		if (read(value))
			return true;
		cpu_pause();
	}
	return false;
}

/* False where the CPU has no such instruction, or it yields nothing. */
static bool read_cpu(uint64_t *words, int count)
{
	bool has_seed = (cpu_identify(7, 0).b & FEATURES_RDSEED) != 0;
	bool has_random = (cpu_identify(1, 0).c & FEATURES_RDRAND) != 0;
	for (int i = 0; i < count; i++)
		if (!(has_seed && read_word(read_seed, &words[i])) &&
		    !(has_random && read_word(read_random, &words[i])))
			return false;
	return true;
}

/* The seed is hashed, with the time stamp beside it: 2,048 random bits for a key of 256. */
enum status random_init(void)
{
	cpu_write_msr(MSR_FS_BASE, (uintptr_t)&thread_area);
	uint64_t seed[SEED_WORDS + 1];
	if (!read_cpu(seed, SEED_WORDS) &&
	    virtio_rng_read(seed, SEED_WORDS * sizeof seed[0]) != STATUS_OK)
		return STATUS_UNSUPPORTED;
	seed[SEED_WORDS] = cpu_timestamp();
	crypto_hash_sha256(key, (const uint8_t *)seed, sizeof seed);
	sodium_memzero(seed, sizeof seed);
	port_random(&thread_area.canary, sizeof thread_area.canary);
	return STATUS_OK;
}

void port_random(void *out, size_t size)
{
	static const uint8_t nonce[NONCE_BYTES];
	uint8_t stream[KEY_BYTES + PIECE_BYTES];
	uint8_t *next = out;
	while (size > 0) {
		size_t piece = size < PIECE_BYTES ? size : PIECE_BYTES;
		crypto_stream_chacha20(stream, KEY_BYTES + piece, nonce, key);
		memcpy(key, stream, KEY_BYTES);
		memcpy(next, stream + KEY_BYTES, piece);
		next += piece;
		size -= piece;
	}
	sodium_memzero(stream, sizeof stream);
}

void port_sha256(const void *data, size_t size, uint8_t out[32])
{
	crypto_hash_sha256(out, data, size);
}

/* ---- What libsodium's members need ---- */

/* The compiler cannot know that nobody reads what was cleared. */
void sodium_memzero(void *address, size_t size)
{
	memset(address, 0, size);
	__asm__ volatile("" : : "r"(address) : "memory");
}

void sodium_misuse(void)
{
	port_panic("libsodium was misused", __FILE__, __LINE__);
}

void randombytes_buf(void *out, size_t size)
{
	port_random(out, size);
}

/* Without these the portable implementation is never replaced. */
int sodium_runtime_has_avx2(void)
{
	return 0;
}

int sodium_runtime_has_ssse3(void)
{
	return 0;
}

void __stack_chk_fail(void)
{
	port_panic("a stack was smashed", __FILE__, __LINE__);
}

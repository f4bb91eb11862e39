/*
 * The processor keeps the eight words of the state as two vectors, ABEF and CDGH, and carries out
 * two rounds by one instruction. The 64 words of a block's schedule come four at a time, each four
 * from the sixteen before (FIPS 180-4, 6.2.2), in a ring of four vectors.
 */
#include "hash_x64.h"

#ifdef __x86_64__

#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>
#include <string.h>

enum { BLOCK_BYTES = 64, LENGTH_BYTES = 8, ROUNDS = 64 };

static const uint32_t constants[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

struct state {
	__m128i abef, cdgh;
};

#define WITH_SHA __attribute__((target("sha,ssse3,sse4.1")))

WITH_SHA static __m128i load_words(const uint8_t *data)
{
	const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)data), big_endian);
}

/* The next four words of the schedule, given the sixteen before them. */
WITH_SHA static __m128i next_words(__m128i w0, __m128i w1, __m128i w2, __m128i w3)
{
	__m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
	return _mm_sha256msg2_epu32(sum, w3);
}

WITH_SHA static void four_rounds(struct state *state, __m128i words, const uint32_t *constant)
{
	__m128i sums = _mm_add_epi32(words, _mm_loadu_si128((const __m128i *)constant));
	state->cdgh = _mm_sha256rnds2_epu32(state->cdgh, state->abef, sums);
	sums = _mm_shuffle_epi32(sums, 0x0e); /* the upper two */
	state->abef = _mm_sha256rnds2_epu32(state->abef, state->cdgh, sums);
}

WITH_SHA static void add_blocks(struct state *state, const uint8_t *data, size_t count)
{
	for (; count > 0; count--, data += BLOCK_BYTES) {
		struct state before = *state;
		__m128i words[4];
		for (int i = 0; i < 4; i++)
			words[i] = load_words(data + 16 * i);
#pragma clang loop unroll(full)
		for (int i = 0; i < ROUNDS / 4; i++) {
			if (i >= 4)
				words[i % 4] = next_words(words[i % 4], words[(i + 1) % 4],
							  words[(i + 2) % 4], words[(i + 3) % 4]);
			four_rounds(state, words[i % 4], constants + 4 * i);
		}
		state->abef = _mm_add_epi32(state->abef, before.abef);
		state->cdgh = _mm_add_epi32(state->cdgh, before.cdgh);
	}
}

/* What is left of the data, a bit that is set, zeros, and the length in bits. */
static size_t fill_last(uint8_t last[2 * BLOCK_BYTES], const uint8_t *rest, size_t size,
			uint64_t total)
{
	memset(last, 0, 2 * BLOCK_BYTES);
	if (size > 0)
		memcpy(last, rest, size);
	last[size] = 0x80;
	size_t count = size + 1 + LENGTH_BYTES <= BLOCK_BYTES ? 1 : 2;
	for (int i = 0; i < LENGTH_BYTES; i++)
		last[count * BLOCK_BYTES - 1 - (size_t)i] = (uint8_t)(total * 8 >> (8 * i));
	return count;
}

WITH_SHA static void hash(const uint8_t *data, size_t size, uint8_t out[32])
{
	uint8_t last[2 * BLOCK_BYTES];
	struct state state = {
	    .abef = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c),
	    .cdgh = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19),
	};
	size_t whole = size / BLOCK_BYTES, rest = size % BLOCK_BYTES;
	if (whole > 0)
		add_blocks(&state, data, whole);
	size_t count = fill_last(last, rest > 0 ? data + size - rest : NULL, rest, size);
	add_blocks(&state, last, count);
	uint32_t words[8] = {
	    (uint32_t)_mm_extract_epi32(state.abef, 3), (uint32_t)_mm_extract_epi32(state.abef, 2),
	    (uint32_t)_mm_extract_epi32(state.cdgh, 3), (uint32_t)_mm_extract_epi32(state.cdgh, 2),
	    (uint32_t)_mm_extract_epi32(state.abef, 1), (uint32_t)_mm_extract_epi32(state.abef, 0),
	    (uint32_t)_mm_extract_epi32(state.cdgh, 1), (uint32_t)_mm_extract_epi32(state.cdgh, 0),
	};
	for (int i = 0; i < 32; i++)
		out[i] = (uint8_t)(words[i / 4] >> (24 - 8 * (i % 4)));
}

/* Asking the processor takes long on a virtual machine, so it is asked once. */
static bool has_instructions(void)
{
	enum { UNKNOWN, ABSENT, PRESENT };
	static _Atomic int answer = UNKNOWN;
	int known = atomic_load_explicit(&answer, memory_order_relaxed);
	if (known == UNKNOWN) {
		unsigned a, b = 0, c = 0, d, unused;
		bool is_there = __get_cpuid_count(7, 0, &a, &b, &unused, &d) != 0 &&
				__get_cpuid(1, &a, &unused, &c, &d) != 0;
		known =
		    is_there && (b & bit_SHA) != 0 && (c & bit_SSSE3) != 0 && (c & bit_SSE4_1) != 0
			? PRESENT
			: ABSENT;
		atomic_store_explicit(&answer, known, memory_order_relaxed);
	}
	return known == PRESENT;
}

bool hash_x64_sha256(const void *data, size_t size, uint8_t out[32])
{
	if (!has_instructions())
		return false;
	hash(data, size, out);
	return true;
}

#else

bool hash_x64_sha256(const void *data, size_t size, uint8_t out[32])
{
	return false;
}

#endif

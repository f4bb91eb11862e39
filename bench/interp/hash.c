/*
 * Integers and memory: a checksum by table over a text, and its words counted in a hash table.
 */
#include <stdint.h>

enum { TEXT_BYTES = 1 << 16, SLOTS = 1 << 13 };

static uint8_t text[TEXT_BYTES];
static uint32_t crc_table[256];
static struct {
	uint64_t key;
	uint32_t count;
} words[SLOTS];

static uint32_t random_next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void fill(void)
{
	uint32_t state = 2463534242u;
	for (uint32_t i = 0; i < TEXT_BYTES; i++) {
		uint32_t draw = random_next(&state);
		text[i] = draw % 5 == 0 ? ' ' : (uint8_t)('a' + (draw >> 8) % 7);
	}
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
		crc_table[i] = crc;
	}
	for (uint32_t i = 0; i < SLOTS; i++)
		words[i].key = words[i].count = 0;
}

static uint32_t checksum(void)
{
	uint32_t crc = ~0u;
	for (uint32_t i = 0; i < TEXT_BYTES; i++)
		crc = crc >> 8 ^ crc_table[(crc ^ text[i]) & 0xff];
	return ~crc;
}

static void count_word(uint64_t key)
{
	uint32_t slot = (uint32_t)(key * 0x9e3779b97f4a7c15u >> 40) & (SLOTS - 1);
	for (uint32_t tries = 0; tries < SLOTS; tries++) {
		if (words[slot].key == key || words[slot].key == 0) {
			words[slot].key = key;
			words[slot].count++;
			return;
		}
		slot = (slot + 1) & (SLOTS - 1);
	}
}

static uint32_t count_words(void)
{
	uint64_t key = 14695981039346656037u;
	for (uint32_t i = 0; i < TEXT_BYTES; i++) {
		if (text[i] == ' ') {
			count_word(key);
			key = 14695981039346656037u;
		} else {
			key = (key ^ text[i]) * 1099511628211u;
		}
	}
	uint32_t most = 0;
	for (uint32_t i = 0; i < SLOTS; i++)
		if (words[i].count > most)
			most = words[i].count;
	return most;
}

uint32_t kernel(uint32_t rounds);

uint32_t kernel(uint32_t rounds)
{
	uint32_t result = 0;
	fill();
	for (uint32_t i = 0; i < rounds; i++) {
		result = result * 31 + checksum() + count_words();
		text[result % TEXT_BYTES] = (uint8_t)('a' + i % 26);
	}
	return result;
}

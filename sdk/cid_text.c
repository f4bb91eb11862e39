#include <cairn/cid_text.h>

/* `b` for base32, and eight bits for each byte, five a letter. */
enum { TEXT_BYTES = 1 + (CID_TEXT_BINARY_BYTES * 8 + 4) / 5 };

static int value_of(char letter)
{
	if (letter >= 'a' && letter <= 'z')
		return letter - 'a';
	return letter >= '2' && letter <= '7' ? letter - '2' + 26 : -1;
}

/* Version 1, the codec raw or dag-pb, SHA-256 of 32 bytes. */
static bool is_of_program(const uint8_t *cid)
{
	return cid[0] == 0x01 && (cid[1] == 0x55 || cid[1] == 0x70) && cid[2] == 0x12 &&
	       cid[3] == 0x20;
}

bool cid_text_read(const char *text, size_t size, uint8_t out[CID_TEXT_BINARY_BYTES])
{
	uint8_t cid[CID_TEXT_BINARY_BYTES];
	uint32_t bits = 0;
	uint32_t bit_count = 0;
	size_t filled = 0;
	if (size != TEXT_BYTES || text[0] != 'b')
		return false;
	for (size_t i = 1; i < size; i++) {
		int value = value_of(text[i]);
		if (value < 0)
			return false;
		bits = bits << 5 | (uint32_t)value;
		bit_count += 5;
		if (bit_count < 8)
			continue;
		bit_count -= 8;
		cid[filled++] = (uint8_t)(bits >> bit_count);
	}
	/* What is left of the last letter is zero, so that a CID has one text. */
	if ((bits & ((1u << bit_count) - 1)) != 0 || !is_of_program(cid))
		return false;
	__builtin_memcpy(out, cid, sizeof cid);
	return true;
}

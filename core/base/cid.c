/*
 * A binary CIDv1 is four varints (version 1, codec, hash function, hash size) and the hash; a CIDv0
 * is a bare SHA-256 multihash. Text is a letter for the base and the digits of the binary form;
 * CIDv0 has no letter and is always base58btc.
 */
#include "core/cid.h"

#include "cid_bytes.h"
#include "core/port.h"
#include "mem.h"
#include "text.h"

enum {
	MULTIHASH_IDENTITY = 0x00,
	MULTIHASH_SHA2_256 = 0x12,
	HASH_BYTES = 32,
	FOREIGN_HASH_BYTES_MAX = 128, /* no hash function of the multicodec table has more */
	V0_TEXT_BYTES = 46,
	TEXT_BYTES_MAX = 256,  /* base16 of the longest foreign CID, roughly; bounds the work */
	BINARY_BYTES_MAX = 192 /* what so many digits of base58 hold */
};

struct cid cid_of_block(enum cid_codec codec, const void *data, size_t size)
{
	struct cid cid = {.codec = codec};
	port_sha256(data, size, cid.hash);
	return cid;
}

bool cid_is_equal(const struct cid *a, const struct cid *b)
{
	return a->codec == b->codec && memcmp(a->hash, b->hash, HASH_BYTES) == 0;
}

bool cid_matches_block(const struct cid *cid, const void *data, size_t size)
{
	struct cid real = cid_of_block(cid->codec, data, size);
	return cid_is_equal(cid, &real);
}

/* ---- Binary ---- */

static bool is_version_0(const struct bytes *in)
{
	return bytes_left(in) >= 2 && in->next[0] == MULTIHASH_SHA2_256 &&
	       in->next[1] == HASH_BYTES;
}

/* Why a well-formed CID is none that Cairn reads, or NULL. */
static const char *foreign_part(uint64_t codec, uint64_t function, uint64_t hash_size)
{
	if (function == MULTIHASH_IDENTITY)
		return "an identity CID, which carries its bytes itself";
	if (function != MULTIHASH_SHA2_256)
		return "a hash function other than SHA-256";
	if (hash_size != HASH_BYTES)
		return "a SHA-256 hash that is not 32 bytes long";
	if (codec != CID_RAW && codec != CID_DAG_PB)
		return "a codec other than raw and dag-pb";
	return NULL;
}

enum status cid_take(struct bytes *in, struct cid *out, const char **reason)
{
	uint64_t codec = CID_DAG_PB;
	if (!is_version_0(in)) {
		if (bytes_varint(in) != 1)
			bytes_fail(in, "its version is not 1");
		codec = bytes_varint(in);
	}
	uint64_t function = bytes_varint(in);
	uint64_t hash_size = bytes_varint(in);
	if (hash_size > FOREIGN_HASH_BYTES_MAX)
		bytes_fail(in, "its hash is longer than any");
	const uint8_t *hash = bytes_take(in, hash_size);
	if (hash == NULL)
		return STATUS_MALFORMED;

	const char *foreign = foreign_part(codec, function, hash_size);
	if (foreign != NULL) {
		*reason = foreign;
		return STATUS_UNSUPPORTED;
	}
	out->codec = (enum cid_codec)codec;
	memcpy(out->hash, hash, HASH_BYTES);
	return STATUS_OK;
}

/* The whole of `data` as one CID; a reason where it is none. */
static enum status read_whole(const uint8_t *data, size_t size, struct cid *out, uint64_t *offset,
			      const char **reason)
{
	struct bytes in = bytes_over(data, size);
	struct cid cid = {0};
	enum status status = cid_take(&in, &cid, reason);
	if (status != STATUS_MALFORMED && bytes_left(&in) != 0) {
		bytes_fail(&in, "something follows it");
		status = STATUS_MALFORMED;
	}
	if (status == STATUS_OK)
		*out = cid;
	if (status == STATUS_MALFORMED)
		*reason = in.reason;
	*offset = in.error_offset;
	return status;
}

enum status cid_from_binary(const uint8_t *data, size_t size, struct cid *out, struct fault *fault)
{
	uint64_t offset = 0;
	const char *reason = NULL;
	enum status status = read_whole(data, size, out, &offset, &reason);
	if (status == STATUS_OK)
		return status;
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, status == STATUS_UNSUPPORTED ? "not a CID that is read here ("
							: "not a binary CID (");
	text_string(&text, reason);
	text_string(&text, ")");
	fault->offset = offset;
	return status;
}

void cid_to_binary(const struct cid *cid, uint8_t out[CID_BINARY_BYTES])
{
	out[0] = 1;
	out[1] = (uint8_t)cid->codec;
	out[2] = MULTIHASH_SHA2_256;
	out[3] = HASH_BYTES;
	memcpy(out + 4, cid->hash, HASH_BYTES);
}

/* ---- Text ---- */

static const char base16_digits[] = "0123456789abcdef";
static const char base32_digits[] = "abcdefghijklmnopqrstuvwxyz234567";
static const char base36_digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
static const char base58_digits[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/* The value of the next character as a digit; 0 and an error in the cursor where it is none. */
static unsigned digit_value(struct bytes *in, const char *digits, unsigned base)
{
	for (unsigned value = 0; value < base; value++) {
		if ((uint8_t)digits[value] == *in->next) {
			in->next++;
			return value;
		}
	}
	bytes_fail(in, "a character is no digit of its base");
	return 0;
}

/* Bases that are powers of two write the bits from the first byte on, padded with zero bits. */
static size_t decode_bits(struct bytes *in, const char *digits, unsigned bits,
			  uint8_t out[BINARY_BYTES_MAX])
{
	size_t size = 0;
	unsigned held = 0;
	unsigned held_bits = 0;
	while (bytes_ok(in) && bytes_left(in) > 0) {
		held = held << bits | digit_value(in, digits, 1u << bits);
		held_bits += bits;
		if (held_bits < 8)
			continue;
		held_bits -= 8;
		out[size++] = (uint8_t)(held >> held_bits);
		held &= (1u << held_bits) - 1;
	}
	if (held != 0 || held_bits >= bits)
		bytes_fail(in, "stray bits at its end");
	return size;
}

/* The other bases write one large number. No CID starts with a zero byte, so none is restored. */
static size_t decode_number(struct bytes *in, const char *digits, unsigned base,
			    uint8_t out[BINARY_BYTES_MAX])
{
	uint8_t number[BINARY_BYTES_MAX]; /* the smallest byte first */
	size_t size = 0;
	while (bytes_ok(in) && bytes_left(in) > 0) {
		unsigned carry = digit_value(in, digits, base);
		if (size == 0 && carry == 0)
			bytes_fail(in, "a leading zero");
		for (size_t i = 0; i < size; i++) {
			carry += number[i] * base;
			number[i] = (uint8_t)carry;
			carry >>= 8;
		}
		if (carry != 0)
			number[size++] = (uint8_t)carry;
	}
	for (size_t i = 0; i < size; i++)
		out[i] = number[size - 1 - i];
	return size;
}

static bool is_version_0_text(const struct bytes *in)
{
	return bytes_left(in) == V0_TEXT_BYTES && in->next[0] == 'Q' && in->next[1] == 'm';
}

/* A letter for the base, and its digits. */
static size_t decode_based(struct bytes *in, uint8_t out[BINARY_BYTES_MAX])
{
	switch (bytes_u8(in)) {
	case 'b':
		return decode_bits(in, base32_digits, 5, out);
	case 'f':
		return decode_bits(in, base16_digits, 4, out);
	case 'k':
		return decode_number(in, base36_digits, 36, out);
	case 'z':
		return decode_number(in, base58_digits, 58, out);
	default:
		bytes_fail_at(in, 0, "it starts with no known base");
		return 0;
	}
}

static bool skip_prefix(struct bytes *in, const char *prefix, size_t size)
{
	if (bytes_left(in) < size || memcmp(in->next, prefix, size) != 0)
		return false;
	in->next += size;
	return true;
}

static enum status parse_text(struct bytes *in, struct cid *out, const char **reason)
{
	if (!skip_prefix(in, "ipfs://", 7))
		skip_prefix(in, "/ipfs/", 6);
	if (bytes_left(in) == 0)
		bytes_fail(in, "it is empty");
	if (bytes_left(in) > TEXT_BYTES_MAX)
		bytes_fail(in, "it is longer than any");
	if (!bytes_ok(in)) {
		*reason = in->reason;
		return STATUS_MALFORMED;
	}

	uint8_t binary[BINARY_BYTES_MAX];
	bool is_version_0 = is_version_0_text(in);
	size_t size =
	    is_version_0 ? decode_number(in, base58_digits, 58, binary) : decode_based(in, binary);
	if (bytes_ok(in) && !is_version_0 && size > 0 && binary[0] != 1)
		bytes_fail_at(in, 0, "its version is not 1");
	*reason = in->reason;
	if (*reason != NULL)
		return STATUS_MALFORMED;
	uint64_t offset = 0;
	return read_whole(binary, size, out, &offset, reason);
}

enum status cid_from_text(const char *text, size_t size, struct cid *out, struct fault *fault)
{
	struct bytes in = bytes_over((const uint8_t *)text, size);
	const char *reason = NULL;
	enum status status = parse_text(&in, out, &reason);
	if (status == STATUS_OK)
		return status;
	struct text line = text_over(fault->text, sizeof fault->text);
	text_string(&line,
		    status == STATUS_UNSUPPORTED ? "not a CID that is read here (" : "not a CID (");
	text_string(&line, reason);
	text_string(&line, "): ");
	text_escaped(&line, (const uint8_t *)text, size);
	fault->offset = in.error_offset;
	return status;
}

void cid_to_text(const struct cid *cid, char out[CID_TEXT_BYTES])
{
	uint8_t binary[CID_BINARY_BYTES];
	cid_to_binary(cid, binary);
	size_t used = 0;
	unsigned held = 0;
	unsigned held_bits = 0;
	out[used++] = 'b';
	for (size_t i = 0; i < sizeof binary; i++) {
		held = held << 8 | binary[i];
		held_bits += 8;
		while (held_bits >= 5) {
			held_bits -= 5;
			out[used++] = base32_digits[held >> held_bits & 31];
		}
		held &= (1u << held_bits) - 1;
	}
	out[used++] = base32_digits[held << (5 - held_bits) & 31];
	out[used] = '\0';
}

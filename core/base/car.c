/*
 * CARv1: a varint and a dag-cbor header {"roots": [CID...], "version": 1}; then for each block a
 * varint with the size of what follows, its CID, and its bytes.
 */
#include "core/car.h"

#include "bytes.h"
#include "cid_bytes.h"
#include "mem.h"
#include "text.h"
#include "varint.h"

enum { ROOTS_MAX = 1024, HEADER_BYTES_MAX = 1 << 16 };

/* ---- The header, in the canonical form of dag-cbor, which has one encoding for each value ---- */

enum cbor_major {
	CBOR_UNSIGNED = 0,
	CBOR_BYTES = 2,
	CBOR_TEXT = 3,
	CBOR_ARRAY = 4,
	CBOR_MAP = 5,
	CBOR_TAG = 6
};

enum { CBOR_TAG_CID = 42 };

/* The head of a value that must be of that kind: its number, size or count. */
static uint64_t cbor_head(struct bytes *in, enum cbor_major major, const char *reason)
{
	uint8_t first = bytes_u8(in);
	unsigned detail = first & 31;
	if (first >> 5 != (unsigned)major || detail > 25)
		bytes_fail(in, reason);
	if (detail < 24)
		return detail;
	uint64_t value = bytes_u8(in);
	if (detail == 25)
		value = value << 8 | bytes_u8(in);
	if (value < (detail == 24 ? 24 : 256))
		bytes_fail(in, "a number in the header is not in its shortest form");
	return value;
}

static void expect_key(struct bytes *in, const char *key, size_t size, const char *reason)
{
	if (cbor_head(in, CBOR_TEXT, reason) != size)
		bytes_fail(in, reason);
	const uint8_t *data = bytes_take(in, size);
	if (data != NULL && memcmp(data, key, size) != 0)
		bytes_fail(in, reason);
}

static enum status take_root(struct bytes *in, struct cid *out, const char **foreign)
{
	if (cbor_head(in, CBOR_TAG, "a root is no CID") != CBOR_TAG_CID)
		bytes_fail(in, "a root is no CID");
	struct bytes cid = bytes_slice(in, cbor_head(in, CBOR_BYTES, "a root is no CID"));
	if (bytes_u8(&cid) != 0)
		bytes_fail(in, "a root is no CID");
	enum status status = STATUS_MALFORMED;
	if (bytes_ok(in))
		status = cid_take(&cid, out, foreign);
	if (status == STATUS_MALFORMED || bytes_left(&cid) != 0)
		bytes_fail(in, "a root is no CID");
	return status;
}

/* Only the first root matters to us; the others must be CIDs. */
static enum status read_header(struct bytes *in, struct cid *root, const char **foreign)
{
	if (cbor_head(in, CBOR_MAP, "its header is no map") != 2)
		bytes_fail(in, "its header has not two entries");
	expect_key(in, "roots", 5, "its header has no roots");
	uint64_t count = cbor_head(in, CBOR_ARRAY, "its roots are no list");
	if (count == 0 || count > ROOTS_MAX)
		bytes_fail(in, count == 0 ? "it has no root" : "it has more than 1024 roots");
	enum status status = STATUS_OK;
	for (uint64_t i = 0; i < count && bytes_ok(in); i++) {
		struct cid other;
		const char *ignored;
		enum status taken =
		    take_root(in, i == 0 ? root : &other, i == 0 ? foreign : &ignored);
		if (i == 0)
			status = taken;
	}
	expect_key(in, "version", 7, "its header has no version");
	if (cbor_head(in, CBOR_UNSIGNED, "its version is no number") != 1)
		bytes_fail(in, "its version is not 1");
	if (bytes_ok(in) && bytes_left(in) != 0)
		bytes_fail(in, "its header goes on behind its end");
	return bytes_ok(in) ? status : STATUS_MALFORMED;
}

/* ---- Sections ---- */

/* The next section; STATUS_UNSUPPORTED for one whose name is foreign, which nobody can ask for. */
static enum status take_section(struct bytes *in, struct cid *cid, struct bytes *data)
{
	struct bytes section = bytes_slice(in, bytes_varint(in));
	if (!bytes_ok(in))
		return STATUS_MALFORMED;
	const char *foreign;
	enum status status = cid_take(&section, cid, &foreign);
	if (status == STATUS_MALFORMED)
		bytes_fail_at(in, section.error_offset, "a block without a CID");
	*data = section;
	return status;
}

enum status car_open(const uint8_t *data, size_t size, struct car *out, struct fault *fault)
{
	struct bytes in = bytes_over(data, size);
	uint64_t header_bytes = bytes_varint(&in);
	if (header_bytes > HEADER_BYTES_MAX)
		bytes_fail(&in, "its header is longer than 64 KiB");
	struct bytes header = bytes_slice(&in, header_bytes);
	struct cid root = {0};
	const char *foreign = NULL;
	enum status status = read_header(&header, &root, &foreign);
	if (!bytes_ok(&header))
		bytes_fail_at(&in, header.error_offset, header.reason);
	size_t first_block = bytes_offset(&in);
	while (bytes_ok(&in) && bytes_left(&in) > 0) {
		struct cid cid;
		struct bytes block;
		if (take_section(&in, &cid, &block) == STATUS_MALFORMED)
			status = STATUS_MALFORMED;
	}
	if (!bytes_ok(&in) || status != STATUS_OK) {
		struct text text = text_over(fault->text, sizeof fault->text);
		text_string(&text, "not a CAR (");
		text_string(&text, bytes_ok(&in) ? foreign : in.reason);
		text_string(&text, ")");
		fault->offset = in.error_offset;
		return bytes_ok(&in) ? status : STATUS_MALFORMED;
	}
	*out = (struct car){.data = data, .size = size, .first_block = first_block, .root = root};
	return STATUS_OK;
}

enum status car_block(const struct car *car, const struct cid *cid, const uint8_t **data,
		      size_t *size)
{
	struct bytes in = bytes_over(car->data, car->size);
	bytes_take(&in, car->first_block);
	bool is_corrupt = false;
	while (bytes_ok(&in) && bytes_left(&in) > 0) {
		struct cid name;
		struct bytes block;
		if (take_section(&in, &name, &block) != STATUS_OK || !cid_is_equal(&name, cid))
			continue;
		if (cid_matches_block(cid, block.next, bytes_left(&block))) {
			*data = block.next;
			*size = bytes_left(&block);
			return STATUS_OK;
		}
		is_corrupt = true;
	}
	return is_corrupt ? STATUS_CORRUPT : STATUS_NOT_FOUND;
}

/* ---- Writing ---- */

size_t car_write_header(const struct cid *root, uint8_t out[CAR_HEADER_BYTES])
{
	static const uint8_t front[] = {58,  0xa2, 0x65, 'r', 'o',  'o',  't',
					's', 0x81, 0xd8, 42,  0x58, 0x25, 0};
	static const uint8_t back[] = {0x67, 'v', 'e', 'r', 's', 'i', 'o', 'n', 1};
	_Static_assert(sizeof front + CID_BINARY_BYTES + sizeof back == CAR_HEADER_BYTES,
		       "the header has one size");
	memcpy(out, front, sizeof front);
	cid_to_binary(root, out + sizeof front);
	memcpy(out + sizeof front + CID_BINARY_BYTES, back, sizeof back);
	return CAR_HEADER_BYTES;
}

size_t car_write_section(const struct cid *cid, size_t block_size,
			 uint8_t out[CAR_SECTION_HEADER_BYTES_MAX])
{
	size_t used = varint_write((uint64_t)block_size + CID_BINARY_BYTES, out);
	cid_to_binary(cid, out + used);
	return used + CID_BINARY_BYTES;
}

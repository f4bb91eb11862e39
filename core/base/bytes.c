#include "bytes.h"

#include "text.h"

struct bytes bytes_over(const uint8_t *data, size_t size)
{
	static const uint8_t nothing[1];
	if (data == NULL) /* C allows no arithmetic on it, not even by 0 */
		data = nothing;
	return (struct bytes){.start = data, .next = data, .end = data + size};
}

void bytes_fail_at(struct bytes *in, uint64_t offset, const char *reason)
{
	if (in->reason != NULL)
		return;
	in->reason = reason;
	in->error_offset = offset;
}

void bytes_fail(struct bytes *in, const char *reason)
{
	bytes_fail_at(in, bytes_offset(in), reason);
}

enum status bytes_status(const struct bytes *in)
{
	return bytes_ok(in) ? STATUS_OK : STATUS_MALFORMED;
}

void bytes_fault(const struct bytes *in, struct fault *fault)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, in->reason);
	fault->offset = in->error_offset;
}

const uint8_t *bytes_take(struct bytes *in, uint64_t size)
{
	if (in->reason == NULL && size > bytes_left(in))
		bytes_fail(in, "unexpected end");
	if (in->reason != NULL)
		return NULL;
	const uint8_t *taken = in->next;
	in->next += size;
	return taken;
}

struct bytes bytes_slice(struct bytes *in, uint64_t size)
{
	const uint8_t *taken = bytes_take(in, size);
	struct bytes slice = *in;
	if (taken == NULL) {
		slice.next = slice.end = in->end;
		return slice;
	}
	slice.next = taken;
	slice.end = taken + size;
	return slice;
}

static uint64_t fixed(struct bytes *in, unsigned size)
{
	const uint8_t *data = bytes_take(in, size);
	uint64_t value = 0;
	for (unsigned i = 0; data != NULL && i < size; i++)
		value |= (uint64_t)data[i] << (8 * i);
	return value;
}

uint16_t bytes_u16(struct bytes *in)
{
	return (uint16_t)fixed(in, 2);
}

uint32_t bytes_u32(struct bytes *in)
{
	return (uint32_t)fixed(in, 4);
}

uint64_t bytes_u64(struct bytes *in)
{
	return fixed(in, 8);
}

static uint64_t leb_unsigned(struct bytes *in, unsigned bits)
{
	uint64_t value = 0;
	for (unsigned shift = 0; bytes_ok(in); shift += 7) {
		uint8_t byte = bytes_u8(in);
		unsigned room = bits - shift;
		if (room < 7 && (byte & 0x7f) >> room != 0)
			bytes_fail(in, "integer too large");
		if (room <= 7 && (byte & 0x80) != 0)
			bytes_fail(in, "integer representation too long");
		value |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0)
			break;
	}
	return bytes_ok(in) ? value : 0;
}

int64_t bytes_long_leb_signed(struct bytes *in, unsigned bits)
{
	uint64_t value = 0;
	for (unsigned shift = 0; bytes_ok(in); shift += 7) {
		uint8_t byte = bytes_u8(in);
		unsigned room = bits - shift;
		if (room <= 7 && (byte & 0x80) != 0)
			bytes_fail(in, "integer representation too long");
		if (room < 7) {
			/* The bits past the type's width must repeat its sign. */
			uint8_t rest = (uint8_t)((byte & 0x7f) >> (room - 1));
			if (rest != 0 && rest != 0x7f >> (room - 1))
				bytes_fail(in, "integer too large");
		}
		value |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0) {
			if (shift + 7 < 64 && (byte & 0x40) != 0)
				value |= ~(uint64_t)0 << (shift + 7);
			break;
		}
	}
	return bytes_ok(in) ? (int64_t)value : 0;
}

uint32_t bytes_long_leb_u32(struct bytes *in)
{
	return (uint32_t)leb_unsigned(in, 32);
}

uint64_t bytes_leb_u64(struct bytes *in)
{
	return leb_unsigned(in, 64);
}

uint64_t bytes_varint(struct bytes *in)
{
	uint64_t value = 0;
	for (unsigned i = 0; bytes_ok(in); i++) {
		uint8_t byte = bytes_u8(in);
		if (i == 8 && (byte & 0x80) != 0)
			bytes_fail(in, "varint longer than nine bytes");
		value |= (uint64_t)(byte & 0x7f) << (7 * i);
		if ((byte & 0x80) != 0)
			continue;
		if (byte == 0 && i > 0)
			bytes_fail(in, "varint is not in its shortest form");
		break;
	}
	return bytes_ok(in) ? value : 0;
}

bool bytes_are_utf8(const uint8_t *data, size_t size)
{
	size_t i = 0;
	while (i < size) {
		uint8_t lead = data[i++];
		if (lead < 0x80)
			continue;
		unsigned more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
		if (lead < 0xc2 || lead > 0xf4 || size - i < more)
			return false;
		uint32_t point = lead & (0x3fu >> more);
		for (unsigned k = 0; k < more; k++) {
			if ((data[i] & 0xc0) != 0x80)
				return false;
			point = point << 6 | (data[i++] & 0x3f);
		}
		static const uint32_t smallest[4] = {0, 0x80, 0x800, 0x10000};
		if (point < smallest[more] || point > 0x10ffff ||
		    (point >= 0xd800 && point < 0xe000))
			return false;
	}
	return true;
}

#include "protobuf.h"

#include "core/port.h"

enum { FIELD_NUMBER_MAX = (1 << 29) - 1 };

bool protobuf_next(struct bytes *in, struct protobuf_field *out)
{
	if (!bytes_ok(in) || bytes_left(in) == 0)
		return false;
	uint64_t tag = bytes_leb_u64(in);
	uint64_t number = tag >> 3;
	if (number == 0 || number > FIELD_NUMBER_MAX)
		bytes_fail(in, "a field number out of range");
	struct protobuf_field field = {.number = (uint32_t)number,
				       .type = (enum protobuf_type)(tag & 7)};
	switch (tag & 7) {
	case PROTOBUF_VARINT:
		field.value = bytes_leb_u64(in);
		break;
	case PROTOBUF_FIXED_64:
		bytes_take(in, 8);
		break;
	case PROTOBUF_BYTES:
		field.body = bytes_slice(in, bytes_leb_u64(in));
		break;
	case PROTOBUF_FIXED_32:
		bytes_take(in, 4);
		break;
	default:
		bytes_fail(in, "a field of an unknown type");
	}
	if (!bytes_ok(in))
		return false;
	*out = field;
	return true;
}

uint64_t protobuf_value(struct bytes *in, const struct protobuf_field *field)
{
	if (field->type == PROTOBUF_VARINT)
		return field->value;
	bytes_fail(in, "a field that should be a number is none");
	return 0;
}

struct bytes protobuf_body(struct bytes *in, const struct protobuf_field *field)
{
	if (field->type == PROTOBUF_BYTES)
		return field->body;
	bytes_fail(in, "a field that should be bytes is none");
	return bytes_over(NULL, 0);
}

void protobuf_once(struct bytes *in, uint32_t number, uint32_t *seen)
{
	core_assert(number < 32);
	if (*seen >> number & 1)
		bytes_fail(in, "a field stands there twice");
	*seen |= 1u << number;
}

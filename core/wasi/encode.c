#include "encode.h"

#include "core/port.h"
#include "errors.h"
#include "guest.h"

struct encode encode_function(uint32_t function)
{
	struct encode body = {.size = 0};
	encode_u32(&body, function);
	return body;
}

void encode_u32(struct encode *out, uint32_t value)
{
	core_assert(sizeof(out->bytes) - out->size >= 4);
	guest_store_u32(out->bytes + out->size, value);
	out->size += 4;
}

void encode_u64(struct encode *out, uint64_t value)
{
	encode_u32(out, (uint32_t)value);
	encode_u32(out, (uint32_t)(value >> 32));
}

enum wasm_host_result encode_call(struct thread *thread, const struct digest *interface,
				  const struct encode *body, call_continuation then)
{
	struct wire_part part = {body->bytes, body->size};
	return call_begin(thread, interface, &part, 1, then);
}

/* A decoder's end: the body was neither too short nor too long. */
static bool is_whole(const struct bytes *in)
{
	return bytes_ok(in) && bytes_left(in) == 0;
}

enum wasi_error decode_u64(const struct call_answer *answer, uint64_t *value)
{
	if (answer->status != 0)
		return errors_of_status(answer->status);
	struct bytes in = bytes_over(answer->body, answer->size);
	uint64_t decoded = bytes_u64(&in);
	if (!is_whole(&in))
		return WASI_EPROTO;
	*value = decoded;
	return WASI_SUCCESS;
}

/* The rest of a body must be one list<u8>. */
static enum wasi_error rest_is_bytes(struct bytes *in, const uint8_t **data, uint32_t *size)
{
	uint32_t count = bytes_u32(in);
	const uint8_t *items = bytes_take(in, count);
	if (!is_whole(in))
		return WASI_EPROTO;
	*data = items;
	*size = count;
	return WASI_SUCCESS;
}

enum wasi_error decode_bytes(const struct call_answer *answer, const uint8_t **data, uint32_t *size)
{
	if (answer->status != 0)
		return errors_of_status(answer->status);
	struct bytes in = bytes_over(answer->body, answer->size);
	return rest_is_bytes(&in, data, size);
}

enum wasi_error decode_lists(const struct call_answer *answer, struct bytes *items, uint32_t *count)
{
	if (answer->status != 0)
		return errors_of_status(answer->status);
	struct bytes in = bytes_over(answer->body, answer->size);
	uint32_t claimed = bytes_u32(&in);
	struct bytes first = in;
	for (uint32_t i = 0; i < claimed && bytes_ok(&in); i++)
		bytes_take(&in, bytes_u32(&in));
	if (!is_whole(&in))
		return WASI_EPROTO;
	*items = first;
	*count = claimed;
	return WASI_SUCCESS;
}

const uint8_t *decode_item(struct bytes *items, uint32_t *size)
{
	*size = bytes_u32(items);
	return bytes_take(items, *size);
}

/* Takes the case of a result<T, error> off the body: success where T follows. */
static enum wasi_error terminal_case(const struct call_answer *answer, struct bytes *in)
{
	enum { RESULT_OK, RESULT_ERROR };
	if (answer->status != 0)
		return errors_of_status(answer->status);
	*in = bytes_over(answer->body, answer->size);
	uint8_t result = bytes_u8(in);
	if (result == RESULT_OK && bytes_ok(in))
		return WASI_SUCCESS;
	uint8_t error = bytes_u8(in);
	if (result != RESULT_ERROR || !is_whole(in))
		return WASI_EPROTO;
	return errors_of_terminal(error);
}

enum wasi_error decode_terminal_bytes(const struct call_answer *answer, const uint8_t **data,
				      uint32_t *size)
{
	struct bytes in;
	enum wasi_error error = terminal_case(answer, &in);
	return error != WASI_SUCCESS ? error : rest_is_bytes(&in, data, size);
}

enum wasi_error decode_terminal_u32(const struct call_answer *answer, uint32_t *value)
{
	struct bytes in;
	enum wasi_error error = terminal_case(answer, &in);
	if (error != WASI_SUCCESS)
		return error;
	uint32_t decoded = bytes_u32(&in);
	if (!is_whole(&in))
		return WASI_EPROTO;
	*value = decoded;
	return WASI_SUCCESS;
}

enum wasi_error decode_terminal_bool(const struct call_answer *answer, bool *value)
{
	struct bytes in;
	enum wasi_error error = terminal_case(answer, &in);
	if (error != WASI_SUCCESS)
		return error;
	uint8_t decoded = bytes_u8(&in);
	if (!is_whole(&in) || decoded > 1)
		return WASI_EPROTO;
	*value = decoded == 1;
	return WASI_SUCCESS;
}

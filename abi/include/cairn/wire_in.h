/*
 * wire_in: the decoding half of wire.h, which includes it and explains it.
 */
#ifndef CAIRN_WIRE_IN_H
#define CAIRN_WIRE_IN_H

#include <cairn/wire.h>

struct wire_in {
	const uint8_t *next;
	const uint8_t *end;
	enum wire_status status; /* of the first error; from then on zeros are read */
};

static inline void wire_fail(struct wire_in *in, enum wire_status status)
{
	if (in->status == WIRE_OK)
		in->status = status;
	in->next = in->end;
}

static inline struct wire_in wire_in_over(const uint8_t *body, size_t size)
{
	static const uint8_t nothing[1];
	const uint8_t *start = size == 0 ? nothing : body;
	struct wire_in in = {.next = start, .end = start + size};
	if (size > UINT32_MAX)
		wire_fail(&in, WIRE_LONG);
	return in;
}

/* What follows must be nothing. */
static inline enum wire_status wire_end(struct wire_in *in)
{
	if (in->next != in->end)
		wire_fail(in, WIRE_LONG);
	return in->status;
}

/* The next `size` bytes; NULL where there are fewer. */
static inline const uint8_t *wire_take(struct wire_in *in, uint64_t size)
{
	if (size > (size_t)(in->end - in->next)) {
		wire_fail(in, WIRE_SHORT);
		return NULL;
	}
	const uint8_t *taken = in->next;
	in->next += size;
	return taken;
}

static inline void wire_get(struct wire_in *in, void *value, size_t size)
{
	const uint8_t *bytes = wire_take(in, size);
	if (bytes != NULL)
		__builtin_memcpy(value, bytes, size);
}

static inline uint8_t wire_get_u8(struct wire_in *in)
{
	uint8_t value = 0;
	wire_get(in, &value, sizeof value);
	return value;
}

static inline uint16_t wire_get_u16(struct wire_in *in)
{
	uint16_t value = 0;
	wire_get(in, &value, sizeof value);
	return value;
}

static inline uint32_t wire_get_u32(struct wire_in *in)
{
	uint32_t value = 0;
	wire_get(in, &value, sizeof value);
	return value;
}

static inline uint64_t wire_get_u64(struct wire_in *in)
{
	uint64_t value = 0;
	wire_get(in, &value, sizeof value);
	return value;
}

static inline int8_t wire_get_s8(struct wire_in *in)
{
	return (int8_t)wire_get_u8(in);
}

static inline int16_t wire_get_s16(struct wire_in *in)
{
	return (int16_t)wire_get_u16(in);
}

static inline int32_t wire_get_s32(struct wire_in *in)
{
	return (int32_t)wire_get_u32(in);
}

static inline int64_t wire_get_s64(struct wire_in *in)
{
	return (int64_t)wire_get_u64(in);
}

static inline float wire_get_f32(struct wire_in *in)
{
	float value = 0;
	wire_get(in, &value, sizeof value);
	return value;
}

static inline double wire_get_f64(struct wire_in *in)
{
	double value = 0;
	wire_get(in, &value, sizeof value);
	return value;
}

/* ---- Checks of bytes that are used where they stand ---- */

/* A byte that chooses among `count` cases. */
static inline void wire_check_case(struct wire_in *in, const uint8_t *byte, unsigned count)
{
	if (*byte >= count)
		wire_fail(in, WIRE_CASE);
}

static inline void wire_check_bool(struct wire_in *in, const uint8_t *byte)
{
	if (*byte > 1)
		wire_fail(in, WIRE_BOOL);
}

static inline void wire_check_char(struct wire_in *in, const uint8_t *bytes)
{
	uint32_t value = *(const wire_u32 *)bytes;
	if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
		wire_fail(in, WIRE_CHAR);
}

/* `size` bytes of flags, of which `known` exist. */
static inline void wire_check_flags(struct wire_in *in, const uint8_t *bytes, size_t size,
				    uint64_t known)
{
	uint64_t value = 0;
	__builtin_memcpy(&value, bytes, size);
	if ((value & ~known) != 0)
		wire_fail(in, WIRE_FLAGS);
}

static inline bool wire_get_bool(struct wire_in *in)
{
	uint8_t value = wire_get_u8(in);
	wire_check_bool(in, &value);
	return value == 1;
}

static inline uint32_t wire_get_char(struct wire_in *in)
{
	uint32_t value = wire_get_u32(in);
	wire_check_char(in, (const uint8_t *)&value);
	return value;
}

/* A case below `count`; 0 after an error. */
static inline uint8_t wire_get_case(struct wire_in *in, unsigned count)
{
	uint8_t value = wire_get_u8(in);
	wire_check_case(in, &value, count);
	return in->status == WIRE_OK ? value : 0;
}

static inline uint64_t wire_get_flags(struct wire_in *in, size_t size, uint64_t known)
{
	uint64_t value = 0;
	wire_get(in, &value, size);
	wire_check_flags(in, (const uint8_t *)&value, sizeof value, known);
	return value;
}

/* A count of items of at least `least` bytes, which the rest of the body can hold. */
static inline uint32_t wire_get_count(struct wire_in *in, uint32_t least)
{
	uint32_t count = wire_get_u32(in);
	if ((uint64_t)count * least <= (size_t)(in->end - in->next))
		return count;
	wire_fail(in, WIRE_SHORT);
	return 0;
}

/* A list whose items are used where they stand. */
static inline const void *wire_get_items(struct wire_in *in, uint32_t item_size, uint32_t *count)
{
	*count = wire_get_count(in, item_size);
	return wire_take(in, (uint64_t)*count * item_size);
}

static inline struct wire_bytes wire_get_bytes(struct wire_in *in)
{
	struct wire_bytes bytes;
	bytes.data = (const uint8_t *)wire_get_items(in, 1, &bytes.size);
	return bytes;
}

/* The size of the well-formed UTF-8 character at `data`; 0 where there is none. */
static inline size_t wire_character(const uint8_t *data, size_t size)
{
	uint8_t lead = data[0];
	size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if (length > size || lead > 0xf4)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((data[i] & 0xc0) != 0x80)
			return 0;
	bool is_overlong = (lead == 0xe0 && data[1] < 0xa0) || (lead == 0xf0 && data[1] < 0x90);
	bool is_no_scalar = (lead == 0xed && data[1] > 0x9f) || (lead == 0xf4 && data[1] > 0x8f);
	return is_overlong || is_no_scalar ? 0 : length;
}

static inline bool wire_is_utf8(const uint8_t *data, size_t size)
{
	while (size > 0) {
		/* Most text is ASCII: eight at a time. */
		if (size >= 8 && (*(const wire_u64 *)data & 0x8080808080808080u) == 0) {
			data += 8;
			size -= 8;
			continue;
		}
		size_t length = wire_character(data, size);
		if (length == 0)
			return false;
		data += length;
		size -= length;
	}
	return true;
}

static inline struct wire_string wire_get_string(struct wire_in *in)
{
	struct wire_bytes bytes = wire_get_bytes(in);
	if (!wire_is_utf8(bytes.data, bytes.size))
		wire_fail(in, WIRE_TEXT);
	return (struct wire_string){.data = (const char *)bytes.data, .size = bytes.size};
}

static inline struct wire_bool_list wire_get_bool_list(struct wire_in *in)
{
	struct wire_bytes bytes = wire_get_bytes(in);
	for (uint32_t i = 0; i < bytes.size; i++)
		wire_check_bool(in, bytes.data + i);
	return (struct wire_bool_list){.items = (const bool *)bytes.data, .count = bytes.size};
}

static inline struct wire_s8_list wire_get_s8_list(struct wire_in *in)
{
	struct wire_s8_list list;
	list.items = (const int8_t *)wire_get_items(in, sizeof *list.items, &list.count);
	return list;
}

static inline struct wire_u16_list wire_get_u16_list(struct wire_in *in)
{
	struct wire_u16_list list;
	list.items = (const wire_u16 *)wire_get_items(in, sizeof *list.items, &list.count);
	return list;
}

static inline struct wire_s16_list wire_get_s16_list(struct wire_in *in)
{
	struct wire_s16_list list;
	list.items = (const wire_s16 *)wire_get_items(in, sizeof *list.items, &list.count);
	return list;
}

static inline struct wire_u32_list wire_get_u32_list(struct wire_in *in)
{
	struct wire_u32_list list;
	list.items = (const wire_u32 *)wire_get_items(in, sizeof *list.items, &list.count);
	return list;
}

static inline struct wire_s32_list wire_get_s32_list(struct wire_in *in)
{
	struct wire_s32_list list;
	list.items = (const wire_s32 *)wire_get_items(in, sizeof *list.items, &list.count);
	return list;
}

static inline struct wire_u64_list wire_get_u64_list(struct wire_in *in)
{
	struct wire_u64_list list;
	list.items = (const wire_u64 *)wire_get_items(in, sizeof *list.items, &list.count);
	return list;
}

static inline struct wire_s64_list wire_get_s64_list(struct wire_in *in)
{
	struct wire_s64_list list;
	list.items = (const wire_s64 *)wire_get_items(in, sizeof *list.items, &list.count);
	return list;
}

static inline struct wire_f32_list wire_get_f32_list(struct wire_in *in)
{
	struct wire_f32_list list;
	list.items = (const wire_f32 *)wire_get_items(in, sizeof *list.items, &list.count);
	return list;
}

static inline struct wire_f64_list wire_get_f64_list(struct wire_in *in)
{
	struct wire_f64_list list;
	list.items = (const wire_f64 *)wire_get_items(in, sizeof *list.items, &list.count);
	return list;
}

static inline struct wire_char_list wire_get_char_list(struct wire_in *in)
{
	struct wire_char_list list;
	list.items = (const wire_char *)wire_get_items(in, sizeof *list.items, &list.count);
	for (uint32_t i = 0; i < list.count; i++)
		wire_check_char(in, (const uint8_t *)(list.items + i));
	return list;
}

static inline struct wire_string_list wire_get_string_list(struct wire_in *in)
{
	struct wire_string_list list = {.count = wire_get_count(in, 4)};
	list.encoded = in->next;
	for (uint32_t i = 0; i < list.count && in->status == WIRE_OK; i++)
		(void)wire_get_string(in);
	list.size = (uint32_t)(in->next - list.encoded);
	return list;
}

static inline struct wire_bytes_list wire_get_bytes_list(struct wire_in *in)
{
	struct wire_bytes_list list = {.count = wire_get_count(in, 4)};
	list.encoded = in->next;
	for (uint32_t i = 0; i < list.count && in->status == WIRE_OK; i++)
		(void)wire_get_bytes(in);
	list.size = (uint32_t)(in->next - list.encoded);
	return list;
}

/* Takes the first item off; false at the end. */
static inline bool wire_string_list_next(struct wire_string_list *rest, struct wire_string *item)
{
	if (rest->count == 0)
		return false;
	rest->count--;
	if (rest->items != NULL) {
		*item = *rest->items++;
		return true;
	}
	struct wire_in in = wire_in_over(rest->encoded, rest->size);
	*item = wire_get_string(&in);
	rest->encoded = in.next;
	rest->size = (uint32_t)(in.end - in.next);
	return in.status == WIRE_OK;
}

static inline bool wire_bytes_list_next(struct wire_bytes_list *rest, struct wire_bytes *item)
{
	if (rest->count == 0)
		return false;
	rest->count--;
	if (rest->items != NULL) {
		*item = *rest->items++;
		return true;
	}
	struct wire_in in = wire_in_over(rest->encoded, rest->size);
	*item = wire_get_bytes(&in);
	rest->encoded = in.next;
	rest->size = (uint32_t)(in.end - in.next);
	return in.status == WIRE_OK;
}

/* The number of the function that a body calls; UINT32_MAX where it is too short to have one. */
static inline uint32_t wire_function(const uint8_t *body, size_t size)
{
	return size < 4 ? UINT32_MAX : *(const wire_u32 *)body;
}

/* A cursor behind the function's number, which must be `function`. */
static inline struct wire_in wire_in_call(const uint8_t *body, size_t size, uint32_t function)
{
	struct wire_in in = wire_in_over(body, size);
	if (wire_get_u32(&in) != function)
		wire_fail(&in, WIRE_FUNCTION);
	return in;
}

#endif

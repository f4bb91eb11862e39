/*
 * wire_out: the encoding half of wire.h, which includes it and explains it.
 */
#ifndef CAIRN_WIRE_OUT_H
#define CAIRN_WIRE_OUT_H

#include <cairn/wire.h>

/* Bytes of a body, in the form in which send and answer take them. */
struct wire_part {
	const void *data;
	size_t size;
};

enum {
	/* Shorter strings and lists are copied: a part of their own would cost more. */
	WIRE_COPIED_BYTES = 64
};

/* Room for a message of `fixed` bytes and `views` strings and lists, all of them as parts. */
#define WIRE_HEAD_BYTES(fixed, views) ((fixed) + (views) * WIRE_COPIED_BYTES)
#define WIRE_PARTS(views)             (2 * (views) + 1)

struct wire_out {
	uint8_t *next; /* in the buffer */
	uint8_t *end;
	uint64_t size; /* of the body so far, also of what had no room */
	bool is_cut;   /* something had no room */
	uint8_t *run;  /* what stands in the buffer from here on is not yet a part */
	struct wire_part *parts;
	uint32_t part_count;
	uint32_t part_max;
};

/* All in one buffer; one of 0 bytes measures. */
static inline struct wire_out wire_out_over(void *buffer, size_t size)
{
	uint8_t *start = (uint8_t *)buffer;
	return (struct wire_out){
	    .next = start, .end = size == 0 ? start : start + size, .run = start};
}

/* Long strings and lists are left where they are. */
static inline struct wire_out wire_out_parts(void *buffer, size_t size, struct wire_part *parts,
					     uint32_t part_max)
{
	struct wire_out out = wire_out_over(buffer, size);
	out.parts = parts;
	out.part_max = part_max;
	return out;
}

static inline bool wire_is_whole(const struct wire_out *out)
{
	return !out->is_cut;
}

/* Makes a part of what was copied since the last one. Encoders do it at their end. */
static inline void wire_close(struct wire_out *out)
{
	if (out->parts == NULL || out->next == out->run)
		return;
	out->parts[out->part_count++] =
	    (struct wire_part){.data = out->run, .size = (size_t)(out->next - out->run)};
	out->run = out->next;
}

static inline void wire_put(struct wire_out *out, const void *data, size_t size)
{
	out->size += size;
	if (out->is_cut || size > (size_t)(out->end - out->next)) {
		out->is_cut = true;
		return;
	}
	__builtin_memcpy(out->next, data, size);
	out->next += size;
}

/* Bytes of the caller's, which become a part where that pays. */
static inline void wire_put_view(struct wire_out *out, const void *data, uint64_t size)
{
	if (size == 0)
		return;
	if (data == NULL) { /* it follows in parts of the sender's */
		out->size += size;
		return;
	}
	if (size >= WIRE_COPIED_BYTES && out->part_count + 3 <= out->part_max) {
		wire_close(out);
		out->parts[out->part_count++] =
		    (struct wire_part){.data = data, .size = (size_t)size};
		out->size += size;
		return;
	}
	if (size > SIZE_MAX) {
		out->size += size;
		out->is_cut = true;
		return;
	}
	wire_put(out, data, (size_t)size);
}

static inline void wire_put_u8(struct wire_out *out, uint8_t value)
{
	wire_put(out, &value, sizeof value);
}

static inline void wire_put_u16(struct wire_out *out, uint16_t value)
{
	wire_put(out, &value, sizeof value);
}

static inline void wire_put_u32(struct wire_out *out, uint32_t value)
{
	wire_put(out, &value, sizeof value);
}

static inline void wire_put_u64(struct wire_out *out, uint64_t value)
{
	wire_put(out, &value, sizeof value);
}

static inline void wire_put_s8(struct wire_out *out, int8_t value)
{
	wire_put(out, &value, sizeof value);
}

static inline void wire_put_s16(struct wire_out *out, int16_t value)
{
	wire_put(out, &value, sizeof value);
}

static inline void wire_put_s32(struct wire_out *out, int32_t value)
{
	wire_put(out, &value, sizeof value);
}

static inline void wire_put_s64(struct wire_out *out, int64_t value)
{
	wire_put(out, &value, sizeof value);
}

static inline void wire_put_f32(struct wire_out *out, float value)
{
	wire_put(out, &value, sizeof value);
}

static inline void wire_put_f64(struct wire_out *out, double value)
{
	wire_put(out, &value, sizeof value);
}

static inline void wire_put_bool(struct wire_out *out, bool value)
{
	wire_put(out, &value, sizeof value);
}

static inline void wire_put_char(struct wire_out *out, uint32_t value)
{
	wire_put(out, &value, sizeof value);
}

/* A list whose items are encoded as they stand. */
static inline void wire_put_items(struct wire_out *out, const void *items, uint32_t count,
				  size_t item_size)
{
	wire_put_u32(out, count);
	wire_put_view(out, items, (uint64_t)count * item_size);
}

static inline void wire_put_bytes(struct wire_out *out, struct wire_bytes bytes)
{
	wire_put_items(out, bytes.data, bytes.size, 1);
}

static inline void wire_put_string(struct wire_out *out, struct wire_string string)
{
	wire_put_items(out, string.data, string.size, 1);
}

static inline void wire_put_bool_list(struct wire_out *out, struct wire_bool_list list)
{
	wire_put_items(out, list.items, list.count, sizeof *list.items);
}

static inline void wire_put_s8_list(struct wire_out *out, struct wire_s8_list list)
{
	wire_put_items(out, list.items, list.count, sizeof *list.items);
}

static inline void wire_put_u16_list(struct wire_out *out, struct wire_u16_list list)
{
	wire_put_items(out, list.items, list.count, sizeof *list.items);
}

static inline void wire_put_s16_list(struct wire_out *out, struct wire_s16_list list)
{
	wire_put_items(out, list.items, list.count, sizeof *list.items);
}

static inline void wire_put_u32_list(struct wire_out *out, struct wire_u32_list list)
{
	wire_put_items(out, list.items, list.count, sizeof *list.items);
}

static inline void wire_put_s32_list(struct wire_out *out, struct wire_s32_list list)
{
	wire_put_items(out, list.items, list.count, sizeof *list.items);
}

static inline void wire_put_u64_list(struct wire_out *out, struct wire_u64_list list)
{
	wire_put_items(out, list.items, list.count, sizeof *list.items);
}

static inline void wire_put_s64_list(struct wire_out *out, struct wire_s64_list list)
{
	wire_put_items(out, list.items, list.count, sizeof *list.items);
}

static inline void wire_put_f32_list(struct wire_out *out, struct wire_f32_list list)
{
	wire_put_items(out, list.items, list.count, sizeof *list.items);
}

static inline void wire_put_f64_list(struct wire_out *out, struct wire_f64_list list)
{
	wire_put_items(out, list.items, list.count, sizeof *list.items);
}

static inline void wire_put_char_list(struct wire_out *out, struct wire_char_list list)
{
	wire_put_items(out, list.items, list.count, sizeof *list.items);
}

static inline void wire_put_string_list(struct wire_out *out, struct wire_string_list list)
{
	wire_put_u32(out, list.count);
	if (list.items == NULL)
		wire_put_view(out, list.encoded, list.size);
	for (uint32_t i = 0; list.items != NULL && i < list.count; i++)
		wire_put_string(out, list.items[i]);
}

static inline void wire_put_bytes_list(struct wire_out *out, struct wire_bytes_list list)
{
	wire_put_u32(out, list.count);
	if (list.items == NULL)
		wire_put_view(out, list.encoded, list.size);
	for (uint32_t i = 0; list.items != NULL && i < list.count; i++)
		wire_put_bytes(out, list.items[i]);
}

#endif

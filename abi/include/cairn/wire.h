/*
 * wire: what the generated bindings are made of: values as the bytes of a message, and back.
 * Freestanding: the core, the ports and programs use the same. docs/INTERFACES.md has the encoding.
 *
 * Encoding: over a buffer, or over a small buffer and an array of parts, where long strings and
 * lists become parts of their own and are not copied:
 *
 *     struct wire_out out = wire_out_over(buffer, sizeof buffer);
 *     blocks_get_encode(&out, &call);
 *     if (!wire_is_whole(&out))
 *             ... out.size bytes would have been needed ...
 *
 * A cursor goes on counting behind the end of its buffer, so that one over no buffer at all
 * measures. A list of bytes in the last place may be given by its size alone, without data: whoever
 * sends the message then has the bytes follow in parts of their own, wherever they lie scattered.
 * Nothing is checked that only the program's own mistakes could get wrong.
 *
 * Decoding: total. A body is accepted whole or refused with the first reason; nothing outside of it
 * is read, and nothing is allocated: strings and lists are views of the body and live as long.
 * Lists whose items differ in size are walked with the NAME_next of their type; they were checked
 * already.
 *
 * Records of fixed layout are packed structs whose memory is their encoding. That, and lists of
 * numbers being views, takes a little-endian machine; what a view points to need not be aligned,
 * and its item types say so.
 */
#ifndef CAIRN_WIRE_H
#define CAIRN_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "values are encoded as they stand");
_Static_assert(sizeof(bool) == 1, "a bool is a byte, 0 or 1");

/* Of fixed layout: as on the wire, at any address, over memory of any type. */
#define WIRE_FIXED __attribute__((packed, may_alias))

/* Why a body was refused. Whoever decodes has to look at it. */
enum __attribute__((warn_unused_result)) wire_status {
	WIRE_OK = 0,
	WIRE_SHORT,    /* it ends too early, or a count is larger than what follows */
	WIRE_LONG,     /* something follows its end */
	WIRE_FUNCTION, /* the interface has no function of that number, or the handler lacks it */
	WIRE_CASE,     /* a variant, enum, option or result has no such case */
	WIRE_BOOL,     /* neither 0 nor 1 */
	WIRE_CHAR,     /* no Unicode scalar value */
	WIRE_FLAGS,    /* a bit that is no flag */
	WIRE_TEXT      /* a string that is not UTF-8 */
};

/* The same in words, for a log. */
static inline const char *wire_status_text(enum wire_status status)
{
	static const char *const texts[] = {
	    "ok",
	    "too short",
	    "too long",
	    "no such function",
	    "no such case",
	    "a bool that is neither 0 nor 1",
	    "no character",
	    "a flag that is unknown",
	    "text that is not UTF-8",
	};
	return texts[status];
}

/* ---- Values ---- */

/* list<u8> */
struct wire_bytes {
	const uint8_t *data;
	uint32_t size;
};

/* string: UTF-8; no zero stands behind it. */
struct wire_string {
	const char *data;
	uint32_t size;
};

/* Numbers at any address. */
typedef uint16_t wire_u16 __attribute__((aligned(1), may_alias));
typedef uint32_t wire_u32 __attribute__((aligned(1), may_alias));
typedef uint64_t wire_u64 __attribute__((aligned(1), may_alias));
typedef int16_t wire_s16 __attribute__((aligned(1), may_alias));
typedef int32_t wire_s32 __attribute__((aligned(1), may_alias));
typedef int64_t wire_s64 __attribute__((aligned(1), may_alias));
typedef float wire_f32 __attribute__((aligned(1), may_alias));
typedef double wire_f64 __attribute__((aligned(1), may_alias));
typedef uint32_t wire_char __attribute__((aligned(1), may_alias));

/* list<T> of numbers: a view, or an array of the caller's. */
struct wire_bool_list {
	const bool *items;
	uint32_t count;
};
struct wire_s8_list {
	const int8_t *items;
	uint32_t count;
};
struct wire_u16_list {
	const wire_u16 *items;
	uint32_t count;
};
struct wire_s16_list {
	const wire_s16 *items;
	uint32_t count;
};
struct wire_u32_list {
	const wire_u32 *items;
	uint32_t count;
};
struct wire_s32_list {
	const wire_s32 *items;
	uint32_t count;
};
struct wire_u64_list {
	const wire_u64 *items;
	uint32_t count;
};
struct wire_s64_list {
	const wire_s64 *items;
	uint32_t count;
};
struct wire_f32_list {
	const wire_f32 *items;
	uint32_t count;
};
struct wire_f64_list {
	const wire_f64 *items;
	uint32_t count;
};
struct wire_char_list {
	const wire_char *items;
	uint32_t count;
};

/*
 * Lists of items that differ in size. Whoever encodes gives `items` and `count`; a decoder gives
 * `encoded`, `size` and `count`, which can be encoded again as they are. Either is walked with the
 * NAME_next of its type, which takes the first item off.
 */
struct wire_string_list {
	const struct wire_string *items; /* or NULL */
	const uint8_t *encoded;
	uint32_t size;
	uint32_t count;
};
struct wire_bytes_list {
	const struct wire_bytes *items; /* or NULL */
	const uint8_t *encoded;
	uint32_t size;
	uint32_t count;
};

/* A text of C's, which ends with a zero. */
static inline struct wire_string wire_text(const char *text)
{
	struct wire_string string = {.data = text};
	while (text[string.size] != '\0')
		string.size++;
	return string;
}

/* (By hand: a program without a C library has no memcmp.) */
static inline bool wire_string_is(struct wire_string string, const char *text)
{
	for (uint32_t i = 0; i < string.size; i++)
		if (string.data[i] != text[i] || text[i] == '\0')
			return false;
	return text[string.size] == '\0';
}

#include <cairn/wire_in.h>
#include <cairn/wire_out.h>

#endif

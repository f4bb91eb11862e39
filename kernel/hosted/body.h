/*
 * body: the packed little-endian encoding of messages, as far as the services of the hosted kernel
 * need it. Reading is total: a cursor that ran over its end stays broken and yields zeros, and
 * `body_is_whole` answers once, when everything was asked for.
 */
#ifndef HOSTED_BODY_H
#define HOSTED_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The cases of a result. */
enum { BODY_RESULT_OK = 0, BODY_RESULT_ERROR = 1 };

struct body {
	const uint8_t *next;
	size_t left;
	bool is_broken;
};

static inline struct body body_over(const uint8_t *data, size_t size)
{
	return (struct body){.next = data, .left = size};
}

static inline const uint8_t *body_bytes(struct body *body, size_t size)
{
	if (body->is_broken || size > body->left) {
		body->is_broken = true;
		return NULL;
	}
	const uint8_t *bytes = body->next;
	body->next += size;
	body->left -= size;
	return bytes;
}

static inline uint32_t body_u32(struct body *body)
{
	const uint8_t *b = body_bytes(body, 4);
	if (b == NULL)
		return 0;
	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* A list<u8>; NULL with a size of 0 where the body is broken. */
static inline const uint8_t *body_list(struct body *body, size_t *size)
{
	uint32_t count = body_u32(body);
	const uint8_t *bytes = body_bytes(body, count);
	*size = bytes == NULL ? 0 : count;
	return bytes;
}

/* Everything was there, and nothing is left. */
static inline bool body_is_whole(const struct body *body)
{
	return !body->is_broken && body->left == 0;
}

static inline void body_put_u32(uint8_t out[4], uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}

#endif

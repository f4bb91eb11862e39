/*
 * call: what the generated NAME_calls.h are made of: sending an encoded message, waiting for its
 * answer in memory of the caller's, and answering.
 *
 *     struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
 *     struct blocks_bytes_or_error block;
 *     enum call_status status = blocks_get(&buffer, cid, &block);
 *
 * A buffer holds one notification at a time: what a result points to lives until the buffer is used
 * again.
 */
#ifndef CAIRN_CALL_H
#define CAIRN_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cairn/abi.h>
#include <cairn/system.h>
#include <cairn/wire.h>

/* How a call went. Positive ones are an answer's status; where a message's id is due, a negative
 * one stands for it. */
enum call_status {
	CALL_OK = CAIRN_STATUS_OK,

	CALL_REFUSED = CAIRN_STATUS_REFUSED,
	CALL_LATER_DENIED = CAIRN_STATUS_DENIED, /* decided after it was sent */
	CALL_HANDLER_NOT_STARTED = CAIRN_STATUS_NO_HANDLER,
	CALL_HANDLER_ENDED = CAIRN_STATUS_HANDLER_ENDED,
	CALL_HANDLER_CHANGED = CAIRN_STATUS_HANDLER_CHANGED,
	CALL_ANSWER_TOO_LARGE = CAIRN_STATUS_LIMIT,

	CALL_INVALID = CAIRN_INVALID,
	CALL_NO_HANDLER = CAIRN_NO_HANDLER,
	CALL_BUSY = CAIRN_BUSY,
	CALL_TOO_LARGE = CAIRN_TOO_LARGE,
	CALL_DENIED = CAIRN_DENIED,
	CALL_LIMIT = CAIRN_LIMIT,

	CALL_MALFORMED = -100, /* the answer is not what the interface says */
	CALL_NO_ROOM = -101,   /* the buffer is too small for the message or its answer */
	CALL_CANCELLED = -102, /* by future_cancel */
	CALL_TIMED_OUT = -103  /* see future_until */
};

/*
 * Memory for one notification, aligned to 8. `grow` (optional) makes room for `size` bytes or
 * returns false; it need not keep what was there. Where an answer had no room, `pending` is its
 * message: it waits, and call_wait with a larger buffer gets it.
 */
struct call_buffer {
	void *data;
	size_t size;
	bool (*grow)(struct call_buffer *buffer, size_t size);
	int64_t pending;
};

_Static_assert(sizeof(struct wire_part) == sizeof(struct cairn_part) &&
		   offsetof(struct wire_part, size) == offsetof(struct cairn_part, size),
	       "an encoded message is sent as it is");

static inline struct call_buffer call_buffer_over(void *data, size_t size)
{
	return (struct call_buffer){.data = data, .size = size};
}

static inline bool call_buffer_reserve(struct call_buffer *buffer, uint64_t size)
{
	if (size <= buffer->size)
		return true;
	return size <= SIZE_MAX && buffer->grow != NULL && buffer->grow(buffer, (size_t)size);
}

/* The message's id, 0 without CAIRN_SEND_ANSWER, or a negative error. */
static inline int64_t call_send(const uint8_t *interface, const struct wire_out *out,
				uint32_t flags)
{
	return cairn_send(interface, (const struct cairn_part *)(const void *)out->parts,
			  out->part_count, flags);
}

/* Waits for the answer to a message; `message` may be the error of a send, which is passed on. */
static inline enum call_status call_wait(int64_t message, struct call_buffer *buffer,
					 const struct cairn_notification **answer)
{
	if (message < 0)
		return (enum call_status)message;
	for (;;) {
		int32_t size =
		    cairn_wait(&message, 1, buffer->data, (uint32_t)buffer->size, CAIRN_WAIT_BLOCK);
		if (size < 0)
			return (enum call_status)size;
		if ((uint32_t)size <= buffer->size)
			break;
		if (!call_buffer_reserve(buffer, (uint32_t)size)) {
			buffer->pending = message;
			return CALL_NO_ROOM;
		}
	}
	*answer = (const struct cairn_notification *)buffer->data;
	return CALL_OK;
}

/* The bytes behind a notification's header; `length` of them. */
static inline const uint8_t *call_body(const struct cairn_notification *notification)
{
	return (const uint8_t *)(notification + 1);
}

static inline enum call_status call_answer(uint64_t message, const struct wire_out *out)
{
	return (enum call_status)cairn_answer((int64_t)message,
					      (const struct cairn_part *)(const void *)out->parts,
					      out->part_count, 0);
}

/* For a message that is malformed or cannot be served. */
static inline void call_refuse(uint64_t message)
{
	if (message != 0)
		(void)cairn_answer((int64_t)message, NULL, 0, CAIRN_ANSWER_REFUSED);
}

#endif

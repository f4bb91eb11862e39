/*
 * kv_calls: the interface of kv.h from inside a program, written by idlc.
 *
 * NAME waits for its answer; NAME_start only sends, and gives the message's id or a negative error;
 * NAME_finish reads the answer once it is there. Strings and lists of a result point into the
 * answer, and live until its buffer is used again. NAME_answer is for the interface's handler.
 */
#ifndef CAIRN_KV_CALLS_H
#define CAIRN_KV_CALLS_H

#include <cairn/call.h>

#include "kv.h"

/*
 * forget: func(key: string)
 *
 * Forgets a key. No answer.
 */
static inline enum call_status kv_forget(struct wire_string key)
{
	const struct kv_forget_call call = {.key = key};
	uint8_t head[WIRE_HEAD_BYTES(8, 1)];
	struct wire_part parts[WIRE_PARTS(1)];
	struct wire_out out = wire_out_parts(head, sizeof head, parts, WIRE_PARTS(1));
	kv_forget_encode(&out, &call);
	return (enum call_status)call_send(kv_interface, &out, 0);
}

/*
 * get: func(key: string) -> result<item, error>
 *
 * The value under a key.
 */
static inline int64_t kv_get_start(struct wire_string key)
{
	const struct kv_get_call call = {.key = key};
	uint8_t head[WIRE_HEAD_BYTES(8, 1)];
	struct wire_part parts[WIRE_PARTS(1)];
	struct wire_out out = wire_out_parts(head, sizeof head, parts, WIRE_PARTS(1));
	kv_get_encode(&out, &call);
	return call_send(kv_interface, &out, CAIRN_SEND_ANSWER);
}

static inline enum call_status kv_get_finish(const struct cairn_notification *answer,
					     struct kv_item_or_error *result)
{
	if (answer->status != CAIRN_STATUS_OK)
		return (enum call_status)answer->status;
	enum wire_status status = kv_get_answer_decode(call_body(answer), answer->length, result);
	return status == WIRE_OK ? CALL_OK : CALL_MALFORMED;
}

static inline enum call_status kv_get(struct call_buffer *buffer, struct wire_string key,
				      struct kv_item_or_error *result)
{
	const struct cairn_notification *answer;
	int64_t message = kv_get_start(key);
	enum call_status status = call_wait(message, buffer, &answer);
	return status == CALL_OK ? kv_get_finish(answer, result) : status;
}

static inline enum call_status kv_get_answer(uint64_t message,
					     const struct kv_item_or_error *result)
{
	uint8_t head[WIRE_HEAD_BYTES(17, 2)];
	struct wire_part parts[WIRE_PARTS(2)];
	struct wire_out out = wire_out_parts(head, sizeof head, parts, WIRE_PARTS(2));
	kv_get_answer_encode(&out, result);
	return call_answer(message, &out);
}

/*
 * keys: func(after: string) -> list<string>
 *
 * Keys in alphabetical order, behind `after`; at most 100.
 */
static inline int64_t kv_keys_start(struct wire_string after)
{
	const struct kv_keys_call call = {.after = after};
	uint8_t head[WIRE_HEAD_BYTES(8, 1)];
	struct wire_part parts[WIRE_PARTS(1)];
	struct wire_out out = wire_out_parts(head, sizeof head, parts, WIRE_PARTS(1));
	kv_keys_encode(&out, &call);
	return call_send(kv_interface, &out, CAIRN_SEND_ANSWER);
}

static inline enum call_status kv_keys_finish(const struct cairn_notification *answer,
					      struct wire_string_list *result)
{
	if (answer->status != CAIRN_STATUS_OK)
		return (enum call_status)answer->status;
	enum wire_status status = kv_keys_answer_decode(call_body(answer), answer->length, result);
	return status == WIRE_OK ? CALL_OK : CALL_MALFORMED;
}

static inline enum call_status kv_keys(struct call_buffer *buffer, struct wire_string after,
				       struct wire_string_list *result)
{
	const struct cairn_notification *answer;
	int64_t message = kv_keys_start(after);
	enum call_status status = call_wait(message, buffer, &answer);
	return status == CALL_OK ? kv_keys_finish(answer, result) : status;
}

static inline enum call_status kv_keys_answer(struct call_buffer *buffer, uint64_t message,
					      struct wire_string_list result)
{
	struct wire_out out = wire_out_over(NULL, 0);
	kv_keys_answer_encode(&out, result);
	if (!call_buffer_reserve(buffer, out.size))
		return CALL_NO_ROOM;
	struct wire_part part;
	out = wire_out_parts(buffer->data, (size_t)out.size, &part, 1);
	kv_keys_answer_encode(&out, result);
	return call_answer(message, &out);
}

/*
 * put: func(key: string, value: list<u8>) -> result<_, error>
 *
 * Puts a value under a key, in place of what was there.
 */
static inline int64_t kv_put_start(struct wire_string key, struct wire_bytes value)
{
	const struct kv_put_call call = {.key = key, .value = value};
	uint8_t head[WIRE_HEAD_BYTES(12, 2)];
	struct wire_part parts[WIRE_PARTS(2)];
	struct wire_out out = wire_out_parts(head, sizeof head, parts, WIRE_PARTS(2));
	kv_put_encode(&out, &call);
	return call_send(kv_interface, &out, CAIRN_SEND_ANSWER);
}

static inline enum call_status kv_put_finish(const struct cairn_notification *answer,
					     struct kv_nothing_or_error *result)
{
	if (answer->status != CAIRN_STATUS_OK)
		return (enum call_status)answer->status;
	enum wire_status status = kv_put_answer_decode(call_body(answer), answer->length, result);
	return status == WIRE_OK ? CALL_OK : CALL_MALFORMED;
}

static inline enum call_status kv_put(struct wire_string key, struct wire_bytes value,
				      struct kv_nothing_or_error *result)
{
	struct {
		struct cairn_notification head;
		uint8_t body[2];
	} memory;
	struct call_buffer buffer = call_buffer_over(&memory, sizeof memory);
	const struct cairn_notification *answer;
	int64_t message = kv_put_start(key, value);
	enum call_status status = call_wait(message, &buffer, &answer);
	return status == CALL_OK ? kv_put_finish(answer, result) : status;
}

static inline enum call_status kv_put_answer(uint64_t message,
					     const struct kv_nothing_or_error *result)
{
	uint8_t head[WIRE_HEAD_BYTES(2, 0)];
	struct wire_part parts[WIRE_PARTS(0)];
	struct wire_out out = wire_out_parts(head, sizeof head, parts, WIRE_PARTS(0));
	kv_put_answer_encode(&out, result);
	return call_answer(message, &out);
}

/*
 * Hands an incoming message to its function, which finds the message, a struct cairn_notification,
 * in its parameter of that name. Refuses what is malformed.
 */
static inline void kv_serve(const struct kv_handler *handler, void *self,
			    struct cairn_notification *message)
{
	const uint8_t *body = call_body(message);
	enum wire_status status = kv_dispatch(handler, self, message, body, message->length);
	if (status != WIRE_OK)
		call_refuse(message->message);
}

#endif

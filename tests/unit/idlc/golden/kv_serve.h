/*
 * kv_serve: the interface of kv.h from inside the kernel or its port, which handles it; written by
 * idlc.
 *
 * NAME_answer consumes the request. A result that has no greatest size is encoded in a cursor of
 * the caller's.
 */
#ifndef CAIRN_KV_SERVE_H
#define CAIRN_KV_SERVE_H

#include "core/request.h"

#include "kv.h"

/*
 * get: func(key: string) -> result<item, error>
 *
 * The value under a key.
 */
static inline void kv_get_answer(struct kernel_request *request,
				 const struct kv_item_or_error *result)
{
	uint8_t head[WIRE_HEAD_BYTES(17, 2)];
	struct wire_part parts[WIRE_PARTS(2)];
	struct wire_out out = wire_out_parts(head, sizeof head, parts, WIRE_PARTS(2));
	kv_get_answer_encode(&out, result);
	request_answer(request, &out);
}

/*
 * keys: func(after: string) -> list<string>
 *
 * Keys in alphabetical order, behind `after`; at most 100.
 */
static inline void kv_keys_answer(struct kernel_request *request, struct wire_out *out,
				  struct wire_string_list result)
{
	kv_keys_answer_encode(out, result);
	request_answer(request, out);
}

/*
 * put: func(key: string, value: list<u8>) -> result<_, error>
 *
 * Puts a value under a key, in place of what was there.
 */
static inline void kv_put_answer(struct kernel_request *request,
				 const struct kv_nothing_or_error *result)
{
	uint8_t head[WIRE_HEAD_BYTES(2, 0)];
	struct wire_part parts[WIRE_PARTS(0)];
	struct wire_out out = wire_out_parts(head, sizeof head, parts, WIRE_PARTS(0));
	kv_put_answer_encode(&out, result);
	request_answer(request, &out);
}

/*
 * Hands a request to its function, which finds it, a struct kernel_request, in its parameter
 * `message` and owns it. Refuses what is malformed.
 */
static inline void kv_serve(const struct kv_handler *handler, void *self,
			    struct kernel_request *request)
{
	size_t size;
	const uint8_t *body = kernel_request_body(request, &size);
	if (kv_dispatch(handler, self, request, body, size) != WIRE_OK)
		request_refuse(request);
}

#endif

/*
 * kv: the bindings of an interface, written by idlc from its definition.
 *
 * Values under keys, for as long as the handler runs.
 *
 * bafkreigbgu32og3uew3j3em6br5oxjjtu47m7gyvuvr4megrn7alc7z3nu
 */
#ifndef CAIRN_KV_H
#define CAIRN_KV_H

#include <cairn/wire.h>

/* The name of "kv": the SHA-256 of its canonical text. */
#define KV_DIGEST                                                                                  \
	{                                                                                          \
	    0xc1, 0x35, 0x37, 0xa7, 0x1b, 0x74, 0x25, 0xb6, 0x9d, 0x91, 0x9e,                      \
	    0x0c, 0x7a, 0xeb, 0xa5, 0x33, 0xa7, 0x3e, 0xcf, 0x9b, 0x15, 0xa5,                      \
	    0x63, 0xc6, 0x10, 0xd1, 0x6f, 0xc0, 0xb1, 0x7f, 0x3b, 0x6d,                            \
	}
static const uint8_t kv_interface[32] = KV_DIGEST;

/* The numbers of its functions. */
enum {
	KV_FORGET = 0,
	KV_GET = 1,
	KV_KEYS = 2,
	KV_PUT = 3,
};

enum WIRE_FIXED kv_error {
	/* There is no such key. */
	KV_ERROR_NOT_FOUND,
	/* The handler holds as much as it may. */
	KV_ERROR_FULL,
};

/* Nanoseconds since 1970. */
struct WIRE_FIXED kv_time {
	uint64_t ns;
};
_Static_assert(sizeof(struct kv_time) == 8, "as encoded");

struct kv_item {
	/* At most 256 bytes. */
	struct wire_string key;
	struct wire_bytes value;
	struct kv_time changed;
};

/* result<item, error> */
struct kv_item_or_error {
	bool is_error;
	union {
		struct kv_item value;
		enum kv_error error;
	};
};

/* result<_, error> */
struct kv_nothing_or_error {
	bool is_error;
	enum kv_error error;
};

static inline void kv_time_get(struct wire_in *in, struct kv_time *value)
{
	wire_get(in, value, sizeof *value);
}

static inline void kv_time_put(struct wire_out *out, const struct kv_time *value)
{
	wire_put(out, value, sizeof *value);
}

static inline void kv_item_get(struct wire_in *in, struct kv_item *value)
{
	value->key = wire_get_string(in);
	value->value = wire_get_bytes(in);
	kv_time_get(in, &value->changed);
}

static inline void kv_item_put(struct wire_out *out, const struct kv_item *value)
{
	wire_put_string(out, value->key);
	wire_put_bytes(out, value->value);
	kv_time_put(out, &value->changed);
}

static inline void kv_item_or_error_get(struct wire_in *in, struct kv_item_or_error *value)
{
	value->is_error = wire_get_case(in, 2) == 1;
	if (value->is_error)
		value->error = (enum kv_error)wire_get_case(in, 2);
	else
		kv_item_get(in, &value->value);
}

static inline void kv_item_or_error_put(struct wire_out *out, const struct kv_item_or_error *value)
{
	wire_put_bool(out, value->is_error);
	if (value->is_error)
		wire_put_u8(out, (uint8_t)value->error);
	else
		kv_item_put(out, &value->value);
}

static inline void kv_nothing_or_error_get(struct wire_in *in, struct kv_nothing_or_error *value)
{
	value->is_error = wire_get_case(in, 2) == 1;
	if (value->is_error)
		value->error = (enum kv_error)wire_get_case(in, 2);
}

static inline void kv_nothing_or_error_put(struct wire_out *out,
					   const struct kv_nothing_or_error *value)
{
	wire_put_bool(out, value->is_error);
	if (value->is_error)
		wire_put_u8(out, (uint8_t)value->error);
}

/*
 * forget: func(key: string)
 *
 * Forgets a key. No answer.
 */
struct kv_forget_call {
	struct wire_string key;
};

static inline void kv_forget_encode(struct wire_out *out, const struct kv_forget_call *call)
{
	wire_put_u32(out, KV_FORGET);
	wire_put_string(out, call->key);
	wire_close(out);
}

static inline enum wire_status kv_forget_decode(const uint8_t *body, size_t size,
						struct kv_forget_call *call)
{
	struct wire_in in = wire_in_call(body, size, KV_FORGET);
	struct kv_forget_call decoded;
	decoded.key = wire_get_string(&in);
	if (wire_end(&in) == WIRE_OK)
		*call = decoded;
	return in.status;
}

/*
 * get: func(key: string) -> result<item, error>
 *
 * The value under a key.
 */
struct kv_get_call {
	struct wire_string key;
};

static inline void kv_get_encode(struct wire_out *out, const struct kv_get_call *call)
{
	wire_put_u32(out, KV_GET);
	wire_put_string(out, call->key);
	wire_close(out);
}

static inline enum wire_status kv_get_decode(const uint8_t *body, size_t size,
					     struct kv_get_call *call)
{
	struct wire_in in = wire_in_call(body, size, KV_GET);
	struct kv_get_call decoded;
	decoded.key = wire_get_string(&in);
	if (wire_end(&in) == WIRE_OK)
		*call = decoded;
	return in.status;
}

static inline void kv_get_answer_encode(struct wire_out *out, const struct kv_item_or_error *result)
{
	kv_item_or_error_put(out, result);
	wire_close(out);
}

static inline enum wire_status kv_get_answer_decode(const uint8_t *body, size_t size,
						    struct kv_item_or_error *result)
{
	struct wire_in in = wire_in_over(body, size);
	struct kv_item_or_error decoded;
	kv_item_or_error_get(&in, &decoded);
	if (wire_end(&in) == WIRE_OK)
		*result = decoded;
	return in.status;
}

/*
 * keys: func(after: string) -> list<string>
 *
 * Keys in alphabetical order, behind `after`; at most 100.
 */
struct kv_keys_call {
	struct wire_string after;
};

static inline void kv_keys_encode(struct wire_out *out, const struct kv_keys_call *call)
{
	wire_put_u32(out, KV_KEYS);
	wire_put_string(out, call->after);
	wire_close(out);
}

static inline enum wire_status kv_keys_decode(const uint8_t *body, size_t size,
					      struct kv_keys_call *call)
{
	struct wire_in in = wire_in_call(body, size, KV_KEYS);
	struct kv_keys_call decoded;
	decoded.after = wire_get_string(&in);
	if (wire_end(&in) == WIRE_OK)
		*call = decoded;
	return in.status;
}

static inline void kv_keys_answer_encode(struct wire_out *out, struct wire_string_list result)
{
	wire_put_string_list(out, result);
	wire_close(out);
}

static inline enum wire_status kv_keys_answer_decode(const uint8_t *body, size_t size,
						     struct wire_string_list *result)
{
	struct wire_in in = wire_in_over(body, size);
	struct wire_string_list decoded;
	decoded = wire_get_string_list(&in);
	if (wire_end(&in) == WIRE_OK)
		*result = decoded;
	return in.status;
}

/*
 * put: func(key: string, value: list<u8>) -> result<_, error>
 *
 * Puts a value under a key, in place of what was there.
 */
struct kv_put_call {
	struct wire_string key;
	struct wire_bytes value;
};

static inline void kv_put_encode(struct wire_out *out, const struct kv_put_call *call)
{
	wire_put_u32(out, KV_PUT);
	wire_put_string(out, call->key);
	wire_put_bytes(out, call->value);
	wire_close(out);
}

static inline enum wire_status kv_put_decode(const uint8_t *body, size_t size,
					     struct kv_put_call *call)
{
	struct wire_in in = wire_in_call(body, size, KV_PUT);
	struct kv_put_call decoded;
	decoded.key = wire_get_string(&in);
	decoded.value = wire_get_bytes(&in);
	if (wire_end(&in) == WIRE_OK)
		*call = decoded;
	return in.status;
}

static inline void kv_put_answer_encode(struct wire_out *out,
					const struct kv_nothing_or_error *result)
{
	kv_nothing_or_error_put(out, result);
	wire_close(out);
}

static inline enum wire_status kv_put_answer_decode(const uint8_t *body, size_t size,
						    struct kv_nothing_or_error *result)
{
	struct wire_in in = wire_in_over(body, size);
	struct kv_nothing_or_error decoded;
	kv_nothing_or_error_get(&in, &decoded);
	if (wire_end(&in) == WIRE_OK)
		*result = decoded;
	return in.status;
}

/*
 * What a handler does with each call. `self` and `message` are what the dispatch was given; a
 * call's strings and lists point into the body. A function that is left out is refused.
 */
struct kv_handler {
	void (*forget)(void *self, void *message, const struct kv_forget_call *call);
	void (*get)(void *self, void *message, const struct kv_get_call *call);
	void (*keys)(void *self, void *message, const struct kv_keys_call *call);
	void (*put)(void *self, void *message, const struct kv_put_call *call);
};

static inline enum wire_status kv_forget_dispatch(const struct kv_handler *handler, void *self,
						  void *message, const uint8_t *body, size_t size)
{
	struct kv_forget_call call;
	enum wire_status status = kv_forget_decode(body, size, &call);
	if (status == WIRE_OK && handler->forget == NULL)
		return WIRE_FUNCTION;
	if (status == WIRE_OK)
		handler->forget(self, message, &call);
	return status;
}

static inline enum wire_status kv_get_dispatch(const struct kv_handler *handler, void *self,
					       void *message, const uint8_t *body, size_t size)
{
	struct kv_get_call call;
	enum wire_status status = kv_get_decode(body, size, &call);
	if (status == WIRE_OK && handler->get == NULL)
		return WIRE_FUNCTION;
	if (status == WIRE_OK)
		handler->get(self, message, &call);
	return status;
}

static inline enum wire_status kv_keys_dispatch(const struct kv_handler *handler, void *self,
						void *message, const uint8_t *body, size_t size)
{
	struct kv_keys_call call;
	enum wire_status status = kv_keys_decode(body, size, &call);
	if (status == WIRE_OK && handler->keys == NULL)
		return WIRE_FUNCTION;
	if (status == WIRE_OK)
		handler->keys(self, message, &call);
	return status;
}

static inline enum wire_status kv_put_dispatch(const struct kv_handler *handler, void *self,
					       void *message, const uint8_t *body, size_t size)
{
	struct kv_put_call call;
	enum wire_status status = kv_put_decode(body, size, &call);
	if (status == WIRE_OK && handler->put == NULL)
		return WIRE_FUNCTION;
	if (status == WIRE_OK)
		handler->put(self, message, &call);
	return status;
}

/*
 * Decodes a call and hands it to the function that it is for. Where the status is not WIRE_OK
 * nothing was called, and the message is to be refused.
 */
static inline enum wire_status kv_dispatch(const struct kv_handler *handler, void *self,
					   void *message, const uint8_t *body, size_t size)
{
	switch (wire_function(body, size)) {
	case KV_FORGET:
		return kv_forget_dispatch(handler, self, message, body, size);
	case KV_GET:
		return kv_get_dispatch(handler, self, message, body, size);
	case KV_KEYS:
		return kv_keys_dispatch(handler, self, message, body, size);
	case KV_PUT:
		return kv_put_dispatch(handler, self, message, body, size);
	default:
		return size < 4 ? WIRE_SHORT : WIRE_FUNCTION;
	}
}

#endif

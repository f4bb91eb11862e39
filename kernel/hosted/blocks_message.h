/*
 * blocks_message: the encoding of interfaces/blocks.wit.
 */
#ifndef HOSTED_BLOCKS_MESSAGE_H
#define HOSTED_BLOCKS_MESSAGE_H

#include <cairn/blocks.h>

#include "core/kernel.h"

struct blocks_message {
	uint32_t function; /* BLOCKS_GET or BLOCKS_PUT */
	uint32_t codec;    /* of a put */
	const uint8_t
	    *data; /* the binary CID of a get, the block of a put; in the request's body */
	size_t size;
};

/* False where the body is not exactly one message of the interface. */
bool blocks_message_decode(const struct kernel_request *request, struct blocks_message *out);

/* These consume the request. Both functions yield a list of bytes: a block, or its binary CID. */
void blocks_answer_bytes(struct kernel_request *request, const uint8_t *data, size_t size);
void blocks_answer_error(struct kernel_request *request, enum blocks_error error);

#endif

/*
 * answer: what the generated bindings encoded, as the answer to a request.
 */
#ifndef STANDALONE_ANSWER_H
#define STANDALONE_ANSWER_H

#include <cairn/abi.h>
#include <cairn/wire.h>

#include "core/kernel.h"

/* Room for an answer with one string or list. */
enum { ANSWER_HEAD_BYTES = WIRE_HEAD_BYTES(16, 1), ANSWER_PARTS = WIRE_PARTS(1) };

static inline void answer_send(struct kernel_request *request, const struct wire_out *out)
{
	kernel_request_answer(request, CAIRN_STATUS_OK, out->parts, out->part_count);
}

static inline void answer_refuse(struct kernel_request *request)
{
	kernel_request_answer(request, CAIRN_STATUS_REFUSED, NULL, 0);
}

#endif

/*
 * request: what the generated NAME_serve.h are made of: how a part of the kernel, or of a port,
 * answers the requests of the interface that it handles (kernel.h). Each of these consumes the
 * request.
 */
#ifndef CORE_REQUEST_H
#define CORE_REQUEST_H

#include <cairn/abi.h>
#include <cairn/wire.h>

#include "core/kernel.h"

/* For a message that is malformed, or cannot be served. */
static inline void request_refuse(struct kernel_request *request)
{
	kernel_request_answer(request, CAIRN_STATUS_REFUSED, NULL, 0);
}

/* An answer that had no room in its cursor is none. */
static inline void request_answer(struct kernel_request *request, const struct wire_out *out)
{
	if (!wire_is_whole(out))
		request_refuse(request);
	else
		kernel_request_answer(request, CAIRN_STATUS_OK, out->parts, out->part_count);
}

/* For a message that expects no answer, when it is served. */
static inline void request_done(struct kernel_request *request)
{
	kernel_request_answer(request, CAIRN_STATUS_OK, NULL, 0);
}

#endif

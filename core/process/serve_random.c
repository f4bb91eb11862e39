#include <cairn/abi.h>
#include <cairn/messages.h>

#include "core/port.h"
#include "kernel_limits.h"
#include "serve.h"

static void answer_bytes(struct kernel_request *request, uint32_t count)
{
	uint8_t *bytes = port_allocate(count + (size_t)1);
	if (bytes == NULL) {
		serve_refuse(request);
		return;
	}
	port_random(bytes, count);
	struct kernel_part parts[] = {{&count, sizeof count}, {bytes, count}};
	kernel_request_answer(request, CAIRN_STATUS_OK, parts, 2);
	port_release(bytes, count + (size_t)1);
}

static void receive(void *self, struct kernel_request *request)
{
	struct bytes in = serve_body(request);
	uint32_t function = bytes_u32(&in);
	uint32_t count = bytes_u32(&in);
	if (!serve_is_whole(&in) || function != RANDOM_BYTES || count > RANDOM_BYTES_MAX)
		serve_refuse(request);
	else
		answer_bytes(request, count);
}

const struct kernel_service serve_random = {.receive = receive};

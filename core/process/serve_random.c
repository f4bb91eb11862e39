#include <cairn/random_serve.h>

#include "core/port.h"
#include "kernel_limits.h"
#include "serve.h"

static void tell_bytes(void *self, void *message, const struct random_bytes_call *call)
{
	uint32_t count = call->count;
	if (count > RANDOM_BYTES_MAX) {
		request_refuse(message);
		return;
	}
	uint8_t *bytes = port_allocate(count + (size_t)1);
	if (bytes == NULL) {
		request_refuse(message);
		return;
	}
	port_random(bytes, count);
	random_bytes_answer(message, (struct wire_bytes){bytes, count});
	port_release(bytes, count + (size_t)1);
}

static void receive(void *self, struct kernel_request *request)
{
	static const struct random_handler handler = {.bytes = tell_bytes};
	random_serve(&handler, self, request);
}

const struct kernel_service serve_random = {.receive = receive};

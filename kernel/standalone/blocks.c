#include "blocks.h"

#include <cairn/blocks_serve.h>

static enum blocks_error error_of(enum status status)
{
	switch (status) {
	case STATUS_NOT_FOUND:
		return BLOCKS_ERROR_NOT_FOUND;
	case STATUS_CORRUPT:
		return BLOCKS_ERROR_CORRUPT;
	default:
		return BLOCKS_ERROR_FAILED;
	}
}

static void get(void *self, void *message, const struct blocks_get_call *call)
{
	const struct car *archive = self;
	struct blocks_bytes_or_error result = {.is_error = true, .error = BLOCKS_ERROR_NOT_A_CID};
	struct cid cid;
	struct fault fault;
	if (cid_from_binary(call->cid.data, call->cid.size, &cid, &fault) == STATUS_OK) {
		const uint8_t *data = NULL;
		size_t size = 0;
		enum status status = car_block(archive, &cid, &data, &size);
		result.is_error = status != STATUS_OK;
		if (result.is_error)
			result.error = error_of(status);
		else
			result.value = (struct wire_bytes){data, (uint32_t)size};
	}
	blocks_get_answer(message, &result);
}

/* The archive is only read. */
static void put(void *self, void *message, const struct blocks_put_call *call)
{
	struct blocks_bytes_or_error result = {.is_error = true, .error = BLOCKS_ERROR_FAILED};
	blocks_put_answer(message, &result);
}

static void receive(void *self, struct kernel_request *request)
{
	static const struct blocks_handler handler = {.get = get, .put = put};
	blocks_serve(&handler, self, request);
}

enum status blocks_create(struct kernel *kernel, const struct car *archive)
{
	static const struct digest interface = {BLOCKS_DIGEST};
	static const struct kernel_service service = {.receive = receive};
	return kernel_serve(kernel, &interface, &service, (void *)(uintptr_t)archive);
}

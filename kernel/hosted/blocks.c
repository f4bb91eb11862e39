#include "blocks.h"

#include <stdlib.h>
#include <string.h>

#include <cairn/blocks_serve.h>

#include "core/port.h"

struct blocks {
	struct store *store;
	struct store_block block; /* the last one that was read */
};

static enum blocks_error error_of(enum status status)
{
	switch (status) {
	case STATUS_NOT_FOUND:
		return BLOCKS_ERROR_NOT_FOUND;
	case STATUS_CORRUPT:
		return BLOCKS_ERROR_CORRUPT;
	case STATUS_LIMIT:
		return BLOCKS_ERROR_TOO_LARGE;
	default:
		return BLOCKS_ERROR_FAILED;
	}
}

/* That a block is not there is no news to the operator; that it cannot be read or stored is. */
static struct blocks_bytes_or_error failure(enum status status, const struct fault *fault)
{
	if (status != STATUS_NOT_FOUND)
		port_log(PORT_LOG_WARNING, fault->text, strlen(fault->text));
	return (struct blocks_bytes_or_error){.is_error = true, .error = error_of(status)};
}

static const struct blocks_bytes_or_error not_a_cid = {.is_error = true,
						       .error = BLOCKS_ERROR_NOT_A_CID};

static void get(void *self, void *message, const struct blocks_get_call *call)
{
	struct blocks *blocks = self;
	struct blocks_bytes_or_error result;
	struct cid cid;
	struct fault fault = {0};
	if (cid_from_binary(call->cid.data, call->cid.size, &cid, &fault) != STATUS_OK) {
		blocks_get_answer(message, &not_a_cid);
		return;
	}
	enum status status = store_get(blocks->store, &cid, &blocks->block, &fault);
	if (status == STATUS_OK)
		result = (struct blocks_bytes_or_error){
		    .value = {blocks->block.data, (uint32_t)blocks->block.size}};
	else
		result = failure(status, &fault);
	blocks_get_answer(message, &result);
}

static void put(void *self, void *message, const struct blocks_put_call *call)
{
	struct blocks *blocks = self;
	struct blocks_bytes_or_error result;
	uint8_t name[CID_BINARY_BYTES];
	if (call->codec != CID_RAW && call->codec != CID_DAG_PB) {
		blocks_put_answer(message, &not_a_cid);
		return;
	}
	struct cid cid =
	    cid_of_block((enum cid_codec)call->codec, call->data.data, call->data.size);
	struct fault fault = {0};
	enum status status =
	    store_put(blocks->store, &cid, call->data.data, call->data.size, &fault);
	cid_to_binary(&cid, name);
	if (status == STATUS_OK)
		result = (struct blocks_bytes_or_error){.value = {name, sizeof name}};
	else
		result = failure(status, &fault);
	blocks_put_answer(message, &result);
}

static void receive(void *self, struct kernel_request *request)
{
	static const struct blocks_handler handler = {.get = get, .put = put};
	blocks_serve(&handler, self, request);
}

enum status blocks_create(struct kernel *kernel, struct store *store, struct blocks **out)
{
	static const struct digest interface = {BLOCKS_DIGEST};
	static const struct kernel_service service = {.receive = receive};
	struct blocks *blocks = calloc(1, sizeof *blocks);
	if (blocks == NULL)
		return STATUS_NO_MEMORY;
	blocks->store = store;
	enum status status = kernel_serve(kernel, &interface, &service, blocks);
	if (status != STATUS_OK) {
		free(blocks);
		return status;
	}
	*out = blocks;
	return STATUS_OK;
}

void blocks_destroy(struct blocks *blocks)
{
	if (blocks == NULL)
		return;
	store_block_release(&blocks->block);
	free(blocks);
}

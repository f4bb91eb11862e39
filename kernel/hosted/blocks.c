#include "blocks.h"

#include <stdlib.h>
#include <string.h>

#include <cairn/abi.h>
#include <cairn/messages.h>

#include "blocks_message.h"
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
static void answer_failure(struct kernel_request *request, enum status status,
			   const struct fault *fault)
{
	if (status != STATUS_NOT_FOUND)
		port_log(PORT_LOG_WARNING, fault->text, strlen(fault->text));
	blocks_answer_error(request, error_of(status));
}

static void get(struct blocks *blocks, struct kernel_request *request,
		const struct blocks_message *message)
{
	struct cid cid;
	struct fault fault = {0};
	if (cid_from_binary(message->data, message->size, &cid, &fault) != STATUS_OK) {
		blocks_answer_error(request, BLOCKS_ERROR_NOT_A_CID);
		return;
	}
	enum status status = store_get(blocks->store, &cid, &blocks->block, &fault);
	if (status == STATUS_OK)
		blocks_answer_bytes(request, blocks->block.data, blocks->block.size);
	else
		answer_failure(request, status, &fault);
}

static void put(struct blocks *blocks, struct kernel_request *request,
		const struct blocks_message *message)
{
	if (message->codec != CID_RAW && message->codec != CID_DAG_PB) {
		blocks_answer_error(request, BLOCKS_ERROR_NOT_A_CID);
		return;
	}
	struct cid cid = cid_of_block((enum cid_codec)message->codec, message->data, message->size);
	struct fault fault = {0};
	enum status status = store_put(blocks->store, &cid, message->data, message->size, &fault);
	if (status != STATUS_OK) {
		answer_failure(request, status, &fault);
		return;
	}
	uint8_t name[CID_BINARY_BYTES];
	cid_to_binary(&cid, name);
	blocks_answer_bytes(request, name, sizeof name);
}

static void receive(void *self, struct kernel_request *request)
{
	struct blocks_message message;
	if (!blocks_message_decode(request, &message))
		kernel_request_answer(request, CAIRN_STATUS_REFUSED, NULL, 0);
	else if (message.function == BLOCKS_GET)
		get(self, request, &message);
	else
		put(self, request, &message);
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

#include "support/block_list.h"

#include <stdlib.h>
#include <string.h>

#include "varint.h"

struct cid block_list_put(struct block_list *list, enum cid_codec codec, const void *data,
			  size_t size)
{
	struct cid cid = cid_of_block(codec, data, size);
	block_list_emit(list, &cid, data, size);
	return cid;
}

const struct block *block_list_find(const struct block_list *list, const struct cid *cid)
{
	for (size_t i = 0; i < list->count; i++)
		if (cid_is_equal(&list->blocks[i].cid, cid))
			return &list->blocks[i];
	return NULL;
}

void block_list_reset(struct block_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->blocks[i].data);
	free(list->blocks);
	*list = (struct block_list){0};
}

bool block_list_emit(void *context, const struct cid *cid, const uint8_t *data, size_t size)
{
	struct block_list *list = context;
	if (block_list_find(list, cid) != NULL)
		return true;
	list->blocks = realloc(list->blocks, (list->count + 1) * sizeof list->blocks[0]);
	struct block *block = &list->blocks[list->count++];
	block->cid = *cid;
	block->size = size;
	block->data = malloc(size + 1);
	if (size > 0)
		memcpy(block->data, data, size);
	return true;
}

/* ---- Nodes ---- */

static void append(uint8_t **to, size_t *used, const void *data, size_t size)
{
	*to = realloc(*to, *used + size + 1);
	if (size > 0)
		memcpy(*to + *used, data, size);
	*used += size;
}

static void append_varint(uint8_t **to, size_t *used, uint64_t value)
{
	uint8_t varint[VARINT_BYTES_MAX];
	append(to, used, varint, varint_write(value, varint));
}

static void append_bytes(uint8_t **to, size_t *used, unsigned field, const void *data, size_t size)
{
	append_varint(to, used, field << 3 | 2);
	append_varint(to, used, size);
	append(to, used, data, size);
}

static void append_number(uint8_t **to, size_t *used, unsigned field, uint64_t value)
{
	append_varint(to, used, field << 3);
	append_varint(to, used, value);
}

void node_begin(struct node_writer *node, int type)
{
	*node = (struct node_writer){0};
	if (type >= 0)
		append_number(&node->message, &node->message_size, 1, (uint64_t)type);
}

void node_data(struct node_writer *node, const void *data, size_t size)
{
	append_bytes(&node->message, &node->message_size, 2, data, size);
}

void node_file_bytes(struct node_writer *node, uint64_t file_bytes)
{
	append_number(&node->message, &node->message_size, 3, file_bytes);
}

void node_block_bytes(struct node_writer *node, uint64_t file_bytes)
{
	append_number(&node->message, &node->message_size, 4, file_bytes);
}

void node_link_only(struct node_writer *node, const void *cid, size_t cid_size)
{
	uint8_t *link = NULL;
	size_t size = 0;
	append_bytes(&link, &size, 1, cid, cid_size);
	append_bytes(&link, &size, 2, "", 0);
	append_number(&link, &size, 3, 1);
	append_bytes(&node->links, &node->links_size, 2, link, size);
	free(link);
}

void node_link(struct node_writer *node, const struct cid *cid, uint64_t file_bytes)
{
	uint8_t binary[CID_BINARY_BYTES];
	cid_to_binary(cid, binary);
	node_link_only(node, binary, sizeof binary);
	node_block_bytes(node, file_bytes);
}

struct cid node_put(struct node_writer *node, struct block_list *list)
{
	if (node->message != NULL)
		append_bytes(&node->links, &node->links_size, 1, node->message, node->message_size);
	struct cid cid = block_list_put(list, CID_DAG_PB, node->links, node->links_size);
	free(node->links);
	free(node->message);
	return cid;
}

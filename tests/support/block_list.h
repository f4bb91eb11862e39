/*
 * block_list: blocks in memory by name, and nodes of graphs as somebody else might write them.
 */
#ifndef SUPPORT_BLOCK_LIST_H
#define SUPPORT_BLOCK_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cid.h"

struct block {
	struct cid cid;
	uint8_t *data;
	size_t size;
};

/* Starts zeroed. */
struct block_list {
	struct block *blocks;
	size_t count;
};

/* Keeps a copy; one that is there already is not kept twice. */
struct cid block_list_put(struct block_list *list, enum cid_codec codec, const void *data,
			  size_t size);
const struct block *block_list_find(const struct block_list *list, const struct cid *cid);
void block_list_reset(struct block_list *list);

/* A dag_emit whose context is a block_list. */
bool block_list_emit(void *context, const struct cid *cid, const uint8_t *data, size_t size);

/* A UnixFS node, honest or not. */
struct node_writer {
	uint8_t *links;
	size_t links_size;
	uint8_t *message;
	size_t message_size;
};

/* `type` is UnixFS's; -1 leaves it out, as for the other numbers here. */
void node_begin(struct node_writer *node, int type);
void node_data(struct node_writer *node, const void *data, size_t size);
void node_file_bytes(struct node_writer *node, uint64_t file_bytes);
void node_block_bytes(struct node_writer *node, uint64_t file_bytes);
void node_link_only(struct node_writer *node, const void *cid, size_t cid_size);

/* A link with its size. */
void node_link(struct node_writer *node, const struct cid *cid, uint64_t file_bytes);

/* Puts the node into the list, and frees what the writer holds. */
struct cid node_put(struct node_writer *node, struct block_list *list);

#endif

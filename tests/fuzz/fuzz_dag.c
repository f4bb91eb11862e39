/*
 * Walks graphs. Bytes alone would never get far, because links are hashes; so the input is read as
 * a recipe, whose first byte says which kind:
 *
 *     0    the rest is one dag-pb block
 *     1    nodes that link earlier nodes and claim sizes, honestly or not: for each node a byte of
 *          flags, a byte that counts links, for each link a byte that says which node (and whether
 *          its size is a lie); the last node is the root
 *
 * A walk that completes must have yielded what a plain recursion over the same nodes yields.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/dag.h"
#include "core/port.h"
#include "support/block_list.h"
#include "support/port.h"
#include "unixfs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	NODES_MAX = 24,
	FILE_BYTES_MAX = 1 << 16,
	LEAF_BYTES_MAX = 64,
	SUPPLIES_MAX = 100000,
	FLAG_RAW = 1,
	FLAG_DATA = 2,
	FLAG_WRONG_FILE_BYTES = 4,
	FLAG_NO_FILE_BYTES = 8,
	FLAG_WRONG_BYTES = 16, /* the supplier hands over something else */
	LINK_LIE = 0x80
};

struct recipe {
	const uint8_t *next;
	const uint8_t *end;
	struct block_list blocks;
	uint32_t count;
	struct cid cids[NODES_MAX];
	uint64_t file_bytes[NODES_MAX]; /* what the node really unfolds to, as far as it knows */
	uint8_t flags[NODES_MAX];
};

static uint8_t take(struct recipe *recipe)
{
	return recipe->next < recipe->end ? *recipe->next++ : 0;
}

static void add_raw_leaf(struct recipe *recipe, uint32_t index)
{
	uint8_t bytes[LEAF_BYTES_MAX];
	size_t size = take(recipe) % (LEAF_BYTES_MAX + 1);
	memset(bytes, (int)index, sizeof bytes);
	recipe->cids[index] = block_list_put(&recipe->blocks, CID_RAW, bytes, size);
	recipe->file_bytes[index] = size;
}

static void add_node(struct recipe *recipe, uint32_t index, uint8_t flags)
{
	uint8_t bytes[LEAF_BYTES_MAX];
	struct node_writer node;
	uint64_t sum = 0;
	memset(bytes, (int)index, sizeof bytes);
	node_begin(&node, flags >> 5 == 0 ? UNIXFS_FILE : flags >> 5);
	if ((flags & FLAG_DATA) != 0) {
		sum = take(recipe) % (LEAF_BYTES_MAX + 1);
		node_data(&node, bytes, sum);
	}
	for (uint8_t left = take(recipe) % 40; left > 0 && index > 0; left--) {
		uint8_t link = take(recipe);
		uint32_t child = (link & ~(unsigned)LINK_LIE) % index;
		uint64_t claim = recipe->file_bytes[child];
		if ((link & LINK_LIE) != 0)
			claim = claim * 1000 + take(recipe);
		node_link(&node, &recipe->cids[child], claim);
		sum += claim;
	}
	if ((flags & FLAG_NO_FILE_BYTES) == 0)
		node_file_bytes(&node, (flags & FLAG_WRONG_FILE_BYTES) != 0 ? sum + 1 : sum);
	recipe->cids[index] = node_put(&node, &recipe->blocks);
	recipe->file_bytes[index] = sum;
}

static void read_recipe(struct recipe *recipe)
{
	while (recipe->next < recipe->end && recipe->count < NODES_MAX) {
		uint32_t index = recipe->count++;
		uint8_t flags = take(recipe);
		recipe->flags[index] = flags;
		if ((flags & FLAG_RAW) != 0)
			add_raw_leaf(recipe, index);
		else
			add_node(recipe, index, flags);
	}
}

/* ---- The plain recursion ---- */

struct expected {
	uint8_t data[FILE_BYTES_MAX];
	size_t size;
};

/* Only called for graphs that a walk found sound, so it need not check anything. */
static void unfold(const struct recipe *recipe, const struct cid *cid, struct expected *expected)
{
	const struct block *block = block_list_find(&recipe->blocks, cid);
	struct unixfs_node node = {.data = block->data, .data_size = block->size};
	struct fault fault;
	if (cid->codec == CID_DAG_PB)
		core_assert(unixfs_decode(block->data, block->size, &node, &fault) == STATUS_OK);
	core_assert(node.data_size <= sizeof expected->data - expected->size);
	if (node.data_size > 0)
		memcpy(expected->data + expected->size, node.data, node.data_size);
	expected->size += node.data_size;
	for (uint32_t i = 0; i < node.link_count; i++) {
		struct unixfs_link link = unixfs_next_link(&node);
		unfold(recipe, &link.cid, expected);
	}
}

static void check_file(const struct recipe *recipe, const struct cid *root,
		       const struct dag_walk *walk)
{
	static struct expected expected;
	expected.size = 0;
	unfold(recipe, root, &expected);
	uint64_t size;
	const uint8_t *file = dag_walk_file(walk, &size);
	core_assert(size == expected.size);
	core_assert(memcmp(file, expected.data, expected.size) == 0);
}

/* ---- The walk ---- */

static void check_fault(enum status status, const struct fault *fault)
{
	core_assert(status == STATUS_MALFORMED || status == STATUS_INVALID ||
		    status == STATUS_LIMIT || status == STATUS_UNSUPPORTED);
	core_assert(strstr(fault->text, "block b") != NULL);
}

static enum status supply(struct recipe *recipe, struct dag_walk *walk, const struct cid *cid,
			  struct fault *fault)
{
	const struct block *block = block_list_find(&recipe->blocks, cid);
	if (recipe->flags[(size_t)(block - recipe->blocks.blocks) % NODES_MAX] & FLAG_WRONG_BYTES) {
		enum status status = dag_walk_supply(walk, cid, (const uint8_t *)"wrong", 5, fault);
		core_assert(status == STATUS_CORRUPT || status == STATUS_NOT_FOUND);
	}
	return dag_walk_supply(walk, cid, block->data, block->size, fault);
}

static void walk_graph(struct recipe *recipe, const struct cid *root, uint32_t random)
{
	struct dag_walk *walk;
	struct fault fault = {.text = ""};
	struct cid wanted[DAG_WALK_AHEAD];
	size_t count = 0;
	enum status status = STATUS_OK;
	core_assert(dag_walk_create(root, FILE_BYTES_MAX, &walk) == STATUS_OK);
	for (int supplies = 0; status == STATUS_OK; supplies++) {
		while (count < DAG_WALK_AHEAD && dag_walk_want(walk, &wanted[count]))
			count++;
		if (count == 0)
			break;
		core_assert(supplies < SUPPLIES_MAX);
		random = random * 1664525u + 1013904223u;
		size_t pick = (random >> 8) % count;
		status = supply(recipe, walk, &wanted[pick], &fault);
		wanted[pick] = wanted[--count];
	}
	if (status == STATUS_OK) {
		core_assert(dag_walk_is_complete(walk));
		check_file(recipe, root, walk);
	} else {
		check_fault(status, &fault);
	}
	dag_walk_destroy(walk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	struct recipe recipe = {.next = data + 2, .end = data + size};
	if (data[0] == 0) {
		recipe.cids[0] = block_list_put(&recipe.blocks, CID_DAG_PB, data + 2, size - 2);
		recipe.count = 1;
		struct unixfs_node node;
		struct fault fault = {.text = ""};
		if (unixfs_decode(data + 2, size - 2, &node, &fault) != STATUS_OK)
			core_assert(fault.text[0] != '\0');
		else if (node.link_count == 0)
			walk_graph(&recipe, &recipe.cids[0], data[1]);
	} else {
		read_recipe(&recipe);
		if (recipe.count > 0)
			walk_graph(&recipe, &recipe.cids[recipe.count - 1], data[1]);
	}
	block_list_reset(&recipe.blocks);
	core_assert(test_port_live_bytes == 0);
	core_assert(test_port_committed_bytes == 0);
	return 0;
}

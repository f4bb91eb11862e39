/*
 * The walk keeps one list: what is still to come of the file, in the file's order. At first that is
 * the root. A node that arrives is replaced by its links; bytes that arrive wait in the list until
 * everything before them is gone, and are then passed on. So the file comes out in order while up
 * to DAG_WALK_AHEAD blocks are awaited or wait, whichever way they arrive.
 *
 * Who supplies blocks may lie about anything but hashes. Each node's claim is checked against its
 * parent's as soon as it arrives, so a lie shows at the first block that does not keep it; what was
 * allocated by then is bounded by the bytes that the liar really sent. The front of the list can
 * always be asked for: a node frees its place among the awaited when its links take its position.
 */
#include "core/dag.h"

#include "core/port.h"
#include "list.h"
#include "mem.h"
#include "text.h"
#include "unixfs.h"

enum item_state {
	ITEM_UNKNOWN, /* not asked for */
	ITEM_AWAITED,
	ITEM_HELD /* its bytes are here, and what comes before them is not */
};

/* A part of the file that is still to come. */
struct item {
	struct list_link link; /* in the walk's list */
	struct group *group;
	struct cid cid;
	uint64_t file_bytes; /* that its parent claims; unknown for the root */
	uint8_t *held;
	uint32_t held_size;
	uint8_t depth; /* 1 for the root */
	enum item_state state;
};

/* The items that one node brought, in one allocation that goes with the last of them. */
struct group {
	size_t allocated_bytes;
	uint32_t remaining;
	struct item items[];
};

struct dag_walk {
	uint64_t file_bytes_max;
	uint64_t file_bytes; /* of the whole file, once the root is here */
	uint64_t passed_bytes;
	uint64_t node_count; /* known so far, repeated ones each time */
	bool has_root;
	struct list items;
	struct item
	    *open[DAG_WALK_AHEAD]; /* awaited or held, in the order in which they were asked */
	uint32_t open_count;

	dag_sink sink;
	void *sink_context;
	struct port_region file; /* where the walk keeps the file itself */

	enum status status; /* of the error that ended the walk */
	struct fault fault;
};

/* ---- Faults ---- */

static void append_block(struct fault *fault, const struct cid *cid)
{
	char name[CID_TEXT_BYTES];
	cid_to_text(cid, name);
	char reason[FAULT_TEXT_BYTES];
	memcpy(reason, fault->text, sizeof reason);
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, reason);
	text_string(&text, ": block ");
	text_string(&text, name);
}

/* For errors that end the walk. */
static enum status fail(struct dag_walk *walk, enum status status, const struct cid *cid,
			const char *reason)
{
	fault_set(&walk->fault, 0, reason);
	append_block(&walk->fault, cid);
	walk->status = status;
	return status;
}

static enum status fail_sizes(struct dag_walk *walk, enum status status, const struct item *item,
			      uint64_t bytes, const char *between, uint64_t other)
{
	struct text text = text_over(walk->fault.text, sizeof walk->fault.text);
	text_string(&text, "it has ");
	text_decimal(&text, bytes);
	text_string(&text, between);
	text_decimal(&text, other);
	walk->fault.offset = 0;
	append_block(&walk->fault, &item->cid);
	walk->status = status;
	return status;
}

/* ---- The list ---- */

static struct item *item_of(struct list_link *link)
{
	return list_record(link, struct item, link);
}

/* `count` items before `position`, not yet filled; NULL when refused. */
static struct group *add_group(struct list_link *position, uint32_t count)
{
	size_t bytes = sizeof(struct group) + count * sizeof(struct item);
	struct group *group = port_allocate(bytes);
	if (group == NULL)
		return NULL;
	memset(group, 0, bytes);
	group->allocated_bytes = bytes;
	group->remaining = count;
	for (uint32_t i = 0; i < count; i++) {
		group->items[i].group = group;
		list_insert_before(position, &group->items[i].link);
	}
	return group;
}

static void close_item(struct dag_walk *walk, const struct item *item)
{
	for (uint32_t i = 0; i < walk->open_count; i++) {
		if (walk->open[i] != item)
			continue;
		walk->open_count--;
		memmove(walk->open + i, walk->open + i + 1,
			(walk->open_count - i) * sizeof walk->open[0]);
	}
}

static void remove_item(struct dag_walk *walk, struct item *item)
{
	close_item(walk, item);
	list_remove(&item->link);
	port_release(item->held, item->held_size);
	struct group *group = item->group;
	if (--group->remaining == 0)
		port_release(group, group->allocated_bytes);
}

static bool is_front(const struct dag_walk *walk, const struct item *item)
{
	return list_first(&walk->items) == &item->link;
}

/* ---- The file ---- */

/* The sink of walks that keep the file. Commits twice what is there, so that the port is asked a
 * few times only, and never more than was claimed. */
static bool keep(void *context, const uint8_t *data, size_t size)
{
	struct dag_walk *walk = context;
	uint64_t end = walk->passed_bytes + size;
	uint64_t commit = walk->file.committed * 2;
	if (commit < end)
		commit = (end + PORT_PAGE_BYTES - 1) / PORT_PAGE_BYTES * PORT_PAGE_BYTES;
	if (commit > walk->file.reserved)
		commit = walk->file.reserved;
	if (end > walk->file.committed && port_region_commit(&walk->file, commit) != STATUS_OK)
		return false;
	memcpy(walk->file.base + walk->passed_bytes, data, size);
	return true;
}

static enum status pass_on(struct dag_walk *walk, const struct item *item, const uint8_t *data,
			   size_t size)
{
	if (size > 0 && !walk->sink(walk->sink_context, data, size)) {
		if (walk->sink == keep)
			return fail(walk, STATUS_NO_MEMORY, &item->cid, "no memory for it");
		return fail(walk, STATUS_IO, &item->cid, "its bytes could not be passed on");
	}
	walk->passed_bytes += size;
	return STATUS_OK;
}

static enum status pass_on_held(struct dag_walk *walk)
{
	while (!list_is_empty(&walk->items)) {
		struct item *item = item_of(list_first(&walk->items));
		if (item->state != ITEM_HELD)
			break;
		enum status status = pass_on(walk, item, item->held, item->held_size);
		if (status != STATUS_OK)
			return status;
		remove_item(walk, item);
	}
	return STATUS_OK;
}

static enum status hold(struct dag_walk *walk, struct item *item, const uint8_t *data, size_t size)
{
	core_assert(size > 0); /* links that hold nothing are refused, and the root never waits */
	uint8_t *held = port_allocate(size);
	if (held == NULL)
		return fail(walk, STATUS_NO_MEMORY, &item->cid, "no memory for it");
	memcpy(held, data, size);
	item->held = held;
	item->held_size = (uint32_t)size;
	item->state = ITEM_HELD;
	return STATUS_OK;
}

/* ---- Blocks that arrive ---- */

/* The root says how large the file is: nothing is fetched or reserved for more than is allowed. */
static enum status take_root_claim(struct dag_walk *walk, const struct item *root,
				   uint64_t file_bytes)
{
	if (file_bytes > walk->file_bytes_max)
		return fail_sizes(walk, STATUS_LIMIT, root, file_bytes, " bytes, the maximum is ",
				  walk->file_bytes_max);
	uint64_t pages = file_bytes / PORT_PAGE_BYTES + (file_bytes % PORT_PAGE_BYTES != 0);
	if (walk->sink == keep && pages > 0 &&
	    port_region_reserve(pages * PORT_PAGE_BYTES, &walk->file) != STATUS_OK)
		return fail(walk, STATUS_NO_MEMORY, &root->cid, "no memory for it");
	walk->file_bytes = file_bytes;
	walk->has_root = true;
	return STATUS_OK;
}

static enum status check_claim(struct dag_walk *walk, const struct item *item, uint64_t file_bytes)
{
	if (!walk->has_root)
		return take_root_claim(walk, item, file_bytes);
	if (file_bytes != item->file_bytes)
		return fail_sizes(walk, STATUS_INVALID, item, file_bytes,
				  " bytes, the link to it says ", item->file_bytes);
	return STATUS_OK;
}

static enum status take_bytes(struct dag_walk *walk, struct item *item, const uint8_t *data,
			      size_t size)
{
	if (!is_front(walk, item))
		return hold(walk, item, data, size);
	enum status status = pass_on(walk, item, data, size);
	if (status == STATUS_OK)
		remove_item(walk, item);
	return status;
}

/* Bytes that stand in a node beside its links are an item of their own, which takes the node's
 * place among the open ones where it has to wait. */
static enum status take_node_bytes(struct dag_walk *walk, struct item *item, struct item *inside,
				   const struct unixfs_node *node)
{
	inside->cid = item->cid;
	for (uint32_t i = 0; i < walk->open_count; i++)
		if (walk->open[i] == item)
			walk->open[i] = inside;
	return take_bytes(walk, inside, node->data, node->data_size);
}

static enum status check_bounds(struct dag_walk *walk, const struct item *item,
				const struct unixfs_node *node)
{
	if (node->link_count > 0 && item->depth >= DAG_DEPTH_MAX)
		return fail(walk, STATUS_LIMIT, &item->cid, "its graph is deeper than 16 blocks");
	walk->node_count += node->link_count;
	if (walk->node_count > DAG_NODES_MAX(walk->file_bytes))
		return fail(walk, STATUS_LIMIT, &item->cid, "too many nodes for the file's size");
	return STATUS_OK;
}

/* Replaces a node by its bytes and its links. */
static enum status take_links(struct dag_walk *walk, struct item *item, struct unixfs_node *node)
{
	enum status status = check_bounds(walk, item, node);
	if (status != STATUS_OK)
		return status;
	uint32_t inside_count = node->data_size > 0;
	struct group *group = add_group(&item->link, inside_count + node->link_count);
	if (group == NULL)
		return fail(walk, STATUS_NO_MEMORY, &item->cid, "no memory for its links");
	for (uint32_t i = inside_count; i < inside_count + node->link_count; i++) {
		struct unixfs_link link = unixfs_next_link(node);
		group->items[i].cid = link.cid;
		group->items[i].file_bytes = link.file_bytes;
		group->items[i].depth = (uint8_t)(item->depth + 1);
	}
	if (inside_count > 0)
		status = take_node_bytes(walk, item, &group->items[0], node);
	remove_item(walk, item);
	return status;
}

static enum status take_node(struct dag_walk *walk, struct item *item, const uint8_t *data,
			     size_t size)
{
	struct unixfs_node node;
	enum status status = unixfs_decode(data, size, &node, &walk->fault);
	if (status != STATUS_OK) {
		append_block(&walk->fault, &item->cid);
		walk->status = status;
		return status;
	}
	status = check_claim(walk, item, node.file_bytes);
	if (status != STATUS_OK)
		return status;
	if (node.link_count == 0)
		return take_bytes(walk, item, node.data, node.data_size);
	return take_links(walk, item, &node);
}

static enum status take_block(struct dag_walk *walk, struct item *item, const uint8_t *data,
			      size_t size)
{
	if (size > DAG_BLOCK_BYTES_MAX)
		return fail(walk, STATUS_LIMIT, &item->cid, "it is larger than 2 MiB");
	if (item->cid.codec == CID_DAG_PB)
		return take_node(walk, item, data, size);
	enum status status = check_claim(walk, item, size);
	return status == STATUS_OK ? take_bytes(walk, item, data, size) : status;
}

/* ---- The interface ---- */

static struct item *find_awaited(const struct dag_walk *walk, const struct cid *cid)
{
	for (uint32_t i = 0; i < walk->open_count; i++)
		if (walk->open[i]->state == ITEM_AWAITED && cid_is_equal(&walk->open[i]->cid, cid))
			return walk->open[i];
	return NULL;
}

enum status dag_walk_create_streaming(const struct cid *root, uint64_t file_bytes_max,
				      dag_sink sink, void *context, struct dag_walk **out)
{
	struct dag_walk *walk = port_allocate(sizeof *walk);
	if (walk == NULL)
		return STATUS_NO_MEMORY;
	*walk = (struct dag_walk){.file_bytes_max = file_bytes_max,
				  .node_count = 1,
				  .sink = sink,
				  .sink_context = context};
	list_init(&walk->items);
	struct group *group = add_group(&walk->items.head, 1);
	if (group == NULL) {
		port_release(walk, sizeof *walk);
		return STATUS_NO_MEMORY;
	}
	group->items[0].cid = *root;
	group->items[0].depth = 1;
	*out = walk;
	return STATUS_OK;
}

enum status dag_walk_create(const struct cid *root, uint64_t file_bytes_max, struct dag_walk **out)
{
	struct dag_walk *walk;
	enum status status = dag_walk_create_streaming(root, file_bytes_max, keep, NULL, &walk);
	if (status != STATUS_OK)
		return status;
	walk->sink_context = walk;
	*out = walk;
	return STATUS_OK;
}

void dag_walk_destroy(struct dag_walk *walk)
{
	if (walk == NULL)
		return;
	while (!list_is_empty(&walk->items))
		remove_item(walk, item_of(list_first(&walk->items)));
	port_region_release(&walk->file);
	port_release(walk, sizeof *walk);
}

bool dag_walk_want(struct dag_walk *walk, struct cid *out)
{
	if (walk->status != STATUS_OK)
		return false;
	list_for_each(link, &walk->items)
	{
		struct item *item = item_of(link);
		if (walk->open_count == DAG_WALK_AHEAD)
			return false;
		if (item->state != ITEM_UNKNOWN)
			continue;
		bool is_asked = find_awaited(walk, &item->cid) != NULL;
		item->state = ITEM_AWAITED;
		walk->open[walk->open_count++] = item;
		if (is_asked)
			continue;
		*out = item->cid;
		return true;
	}
	return false;
}

enum status dag_walk_supply(struct dag_walk *walk, const struct cid *cid, const uint8_t *data,
			    size_t size, struct fault *fault)
{
	if (walk->status != STATUS_OK) {
		*fault = walk->fault;
		return walk->status;
	}
	struct item *item = find_awaited(walk, cid);
	if (item == NULL || !cid_matches_block(cid, data, size)) {
		fault_set(fault, 0,
			  item == NULL ? "nobody asked for it"
				       : "its bytes do not hash to its name");
		append_block(fault, cid);
		return item == NULL ? STATUS_NOT_FOUND : STATUS_CORRUPT;
	}
	enum status status = STATUS_OK;
	for (; status == STATUS_OK && item != NULL; item = find_awaited(walk, cid)) {
		status = take_block(walk, item, data, size);
		if (status == STATUS_OK)
			status = pass_on_held(walk);
	}
	if (status != STATUS_OK)
		*fault = walk->fault;
	return status;
}

bool dag_walk_is_complete(const struct dag_walk *walk)
{
	return walk->status == STATUS_OK && list_is_empty(&walk->items);
}

const uint8_t *dag_walk_file(const struct dag_walk *walk, uint64_t *size)
{
	static const uint8_t nothing[1];
	core_assert(dag_walk_is_complete(walk) && walk->passed_bytes == walk->file_bytes);
	core_assert(walk->sink == keep);
	*size = walk->file_bytes;
	return walk->file.base == NULL ? nothing : walk->file.base;
}

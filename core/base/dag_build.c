/*
 * The tree grows from below. Each level collects links to the level under it; a level with
 * DAG_LINKS_MAX links becomes a node when one more arrives, whose link goes to the level above. At
 * the end the levels that are left are closed from below, until one link remains that nothing
 * stands above: the root. That is the shape of kubo's balanced layout, where all leaves have one
 * depth.
 */
#include "core/dag.h"

#include "core/port.h"
#include "mem.h"
#include "protobuf.h"
#include "unixfs.h"
#include "varint.h"

enum {
	LEVELS_MAX = 7, /* 174^7 chunks of 256 KiB are more bytes than 64 bits count */
	/* Tag and size of a link, and its fields: CID, empty name, size. */
	LINK_BYTES_MAX = 2 + 2 + CID_BINARY_BYTES + 2 + 1 + 10,
	BLOCK_SIZE_BYTES_MAX = 1 + 10,
	/* Tag and size of the UnixFS message, and its type and file size. */
	MESSAGE_BYTES_MAX = 1 + 3 + 2 + 11,
	NODE_BYTES_MAX = DAG_LINKS_MAX * (LINK_BYTES_MAX + BLOCK_SIZE_BYTES_MAX) + MESSAGE_BYTES_MAX
};

struct link {
	struct cid cid;
	uint64_t file_bytes;
	uint64_t block_bytes; /* of the block and all under it, repeated ones each time */
};

struct level {
	uint32_t count;
	struct link links[DAG_LINKS_MAX];
};

struct dag_builder {
	dag_emit emit;
	void *context;
	size_t chunk_size;
	uint8_t chunk[DAG_CHUNK_BYTES];
	uint8_t node[NODE_BYTES_MAX];
	struct level levels[LEVELS_MAX];
};

enum status dag_builder_create(dag_emit emit, void *context, struct dag_builder **out)
{
	struct dag_builder *builder = port_allocate(sizeof *builder);
	if (builder == NULL)
		return STATUS_NO_MEMORY;
	builder->emit = emit;
	builder->context = context;
	builder->chunk_size = 0;
	for (uint32_t i = 0; i < LEVELS_MAX; i++)
		builder->levels[i].count = 0;
	*out = builder;
	return STATUS_OK;
}

void dag_builder_destroy(struct dag_builder *builder)
{
	port_release(builder, sizeof *builder);
}

/* ---- Encoding ---- */

static uint8_t *write_number(uint8_t *to, uint8_t field, uint64_t value)
{
	*to++ = (uint8_t)(field << 3 | PROTOBUF_VARINT);
	return to + varint_write(value, to);
}

static uint8_t *write_size(uint8_t *to, uint8_t field, uint64_t size)
{
	*to++ = (uint8_t)(field << 3 | PROTOBUF_BYTES);
	return to + varint_write(size, to);
}

static uint8_t *write_link(uint8_t *to, const struct link *link)
{
	size_t size = 2 + CID_BINARY_BYTES + 2 + 1 + varint_size(link->block_bytes);
	to = write_size(to, UNIXFS_NODE_LINK, size);
	to = write_size(to, UNIXFS_LINK_HASH, CID_BINARY_BYTES);
	cid_to_binary(&link->cid, to);
	to += CID_BINARY_BYTES;
	to = write_size(to, UNIXFS_LINK_NAME, 0);
	return write_number(to, UNIXFS_LINK_SIZE, link->block_bytes);
}

/* The links in front, then the UnixFS message: the order that dag-pb prescribes. */
static size_t write_node(const struct level *level, uint64_t file_bytes, uint8_t *node)
{
	uint8_t *to = node;
	size_t message_bytes = 2 + 1 + varint_size(file_bytes);
	for (uint32_t i = 0; i < level->count; i++) {
		to = write_link(to, &level->links[i]);
		message_bytes += 1 + varint_size(level->links[i].file_bytes);
	}
	to = write_size(to, UNIXFS_NODE_DATA, message_bytes);
	to = write_number(to, UNIXFS_DATA_TYPE, UNIXFS_FILE);
	to = write_number(to, UNIXFS_DATA_FILE_BYTES, file_bytes);
	for (uint32_t i = 0; i < level->count; i++)
		to = write_number(to, UNIXFS_DATA_BLOCK_BYTES, level->links[i].file_bytes);
	return (size_t)(to - node);
}

/* ---- The tree ---- */

static enum status emit_block(struct dag_builder *builder, enum cid_codec codec,
			      const uint8_t *data, size_t size, struct cid *out)
{
	struct cid cid = cid_of_block(codec, data, size);
	if (!builder->emit(builder->context, &cid, data, size))
		return STATUS_IO;
	*out = cid;
	return STATUS_OK;
}

/* Makes a node of a level's links, and empties it. */
static enum status close_level(struct dag_builder *builder, uint32_t index, struct link *out)
{
	struct level *level = &builder->levels[index];
	struct link link = {0};
	for (uint32_t i = 0; i < level->count; i++) {
		link.file_bytes += level->links[i].file_bytes;
		link.block_bytes += level->links[i].block_bytes;
	}
	size_t size = write_node(level, link.file_bytes, builder->node);
	core_assert(size <= NODE_BYTES_MAX);
	link.block_bytes += size;
	level->count = 0;
	enum status status = emit_block(builder, CID_DAG_PB, builder->node, size, &link.cid);
	if (status == STATUS_OK)
		*out = link;
	return status;
}

/* Puts a link into a level, and what overflows into those above. */
static enum status add_link(struct dag_builder *builder, uint32_t index, struct link link)
{
	for (uint32_t i = index; i < LEVELS_MAX; i++) {
		struct level *level = &builder->levels[i];
		if (level->count < DAG_LINKS_MAX) {
			level->links[level->count++] = link;
			return STATUS_OK;
		}
		struct link above;
		enum status status = close_level(builder, i, &above);
		if (status != STATUS_OK)
			return status;
		level->links[level->count++] = link;
		link = above;
	}
	return STATUS_LIMIT;
}

static enum status add_chunk(struct dag_builder *builder, const uint8_t *data, size_t size)
{
	struct link link = {.file_bytes = size, .block_bytes = size};
	enum status status = emit_block(builder, CID_RAW, data, size, &link.cid);
	return status == STATUS_OK ? add_link(builder, 0, link) : status;
}

enum status dag_builder_write(struct dag_builder *builder, const uint8_t *data, size_t size)
{
	while (size > 0) {
		size_t room = DAG_CHUNK_BYTES - builder->chunk_size;
		size_t taken = size < room ? size : room;
		const uint8_t *chunk = data;
		if (taken < DAG_CHUNK_BYTES) {
			memcpy(builder->chunk + builder->chunk_size, data, taken);
			chunk = builder->chunk;
		}
		builder->chunk_size += taken;
		data += taken;
		size -= taken;
		if (builder->chunk_size < DAG_CHUNK_BYTES)
			break;
		builder->chunk_size = 0;
		enum status status = add_chunk(builder, chunk, DAG_CHUNK_BYTES);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static bool is_last_link(const struct dag_builder *builder, uint32_t index)
{
	for (uint32_t i = index + 1; i < LEVELS_MAX; i++)
		if (builder->levels[i].count > 0)
			return false;
	return builder->levels[index].count == 1;
}

enum status dag_builder_finish(struct dag_builder *builder, struct cid *root)
{
	enum status status = STATUS_OK;
	/* A file without bytes is one chunk without bytes. */
	if (builder->chunk_size > 0 || builder->levels[0].count == 0)
		status = add_chunk(builder, builder->chunk, builder->chunk_size);
	builder->chunk_size = 0;
	for (uint32_t i = 0; status == STATUS_OK && i < LEVELS_MAX; i++) {
		if (is_last_link(builder, i)) {
			*root = builder->levels[i].links[0].cid;
			return STATUS_OK;
		}
		struct link above;
		status = close_level(builder, i, &above);
		if (status == STATUS_OK)
			status = add_link(builder, i + 1, above);
	}
	return status;
}

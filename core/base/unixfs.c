#include "unixfs.h"

#include "cid_bytes.h"
#include "core/port.h"
#include "protobuf.h"
#include "text.h"

/* One link of a PBNode. The name means nothing in a file, and the size (of the blocks, not of the
 * file) is known to be wrong in the wild, so both are let be. */
static enum status decode_link(struct bytes *in, struct bytes link, struct cid *out,
			       const char **reason)
{
	struct protobuf_field field;
	struct bytes hash = bytes_over(NULL, 0);
	uint32_t seen = 0;
	while (protobuf_next(&link, &field)) {
		if (field.number > UNIXFS_LINK_SIZE)
			continue;
		protobuf_once(&link, field.number, &seen);
		if (field.number == UNIXFS_LINK_HASH)
			hash = protobuf_body(&link, &field);
	}
	if ((seen >> UNIXFS_LINK_HASH & 1) == 0)
		bytes_fail(&link, "a link without a CID");
	enum status status = STATUS_MALFORMED;
	if (bytes_ok(&link))
		status = cid_take(&hash, out, reason);
	if (status != STATUS_MALFORMED && bytes_left(&hash) != 0)
		bytes_fail(&link, "something follows a link's CID");
	if (!bytes_ok(&link))
		bytes_fail_at(in, link.error_offset, link.reason);
	else if (status == STATUS_MALFORMED)
		bytes_fail_at(in, hash.error_offset, hash.reason);
	return bytes_ok(in) ? status : STATUS_MALFORMED;
}

/* What the two messages of a block hold, before it is judged. */
struct parts {
	struct bytes block;   /* the PBNode */
	struct bytes message; /* its data: the UnixFS message */
	bool has_message;
	uint64_t type;
	bool has_type;
	struct bytes data;
	uint64_t file_bytes;
	bool has_file_bytes;
	uint64_t size_count;
	uint64_t size_sum;
	uint32_t link_count;
	bool has_empty_link;
};

static enum status decode_node(struct parts *parts, const char **foreign)
{
	struct bytes *in = &parts->block;
	enum status status = STATUS_OK;
	struct protobuf_field field;
	uint32_t seen = 0;
	while (status != STATUS_MALFORMED && protobuf_next(in, &field)) {
		if (field.number == UNIXFS_NODE_DATA) {
			protobuf_once(in, UNIXFS_NODE_DATA, &seen);
			parts->message = protobuf_body(in, &field);
			parts->has_message = true;
		} else if (field.number == UNIXFS_NODE_LINK) {
			struct cid cid;
			enum status link =
			    decode_link(in, protobuf_body(in, &field), &cid, foreign);
			if (link != STATUS_OK)
				status = link;
			parts->link_count++;
		}
	}
	return bytes_ok(in) ? status : STATUS_MALFORMED;
}

static void add_block_bytes(struct parts *parts, struct bytes *in, uint64_t bytes)
{
	if (bytes == 0)
		parts->has_empty_link = true;
	if (__builtin_add_overflow(parts->size_sum, bytes, &parts->size_sum))
		bytes_fail(in, "its sizes add up to more than 64 bits hold");
	parts->size_count++;
}

static void decode_message(struct parts *parts, struct bytes *in)
{
	struct protobuf_field field;
	uint32_t seen = 0;
	while (protobuf_next(in, &field)) {
		if (field.number < UNIXFS_DATA_BLOCK_BYTES)
			protobuf_once(in, field.number, &seen);
		switch (field.number) {
		case UNIXFS_DATA_TYPE:
			parts->type = protobuf_value(in, &field);
			parts->has_type = true;
			break;
		case UNIXFS_DATA_DATA:
			parts->data = protobuf_body(in, &field);
			break;
		case UNIXFS_DATA_FILE_BYTES:
			parts->file_bytes = protobuf_value(in, &field);
			parts->has_file_bytes = true;
			break;
		case UNIXFS_DATA_BLOCK_BYTES:
			add_block_bytes(parts, in, protobuf_value(in, &field));
			break;
		default: /* mode, time, and what a directory has */
			break;
		}
	}
	if (!parts->has_type)
		bytes_fail(in, "UnixFS data without a type");
}

static enum status refuse(struct fault *fault, enum status status, const char *reason)
{
	fault_set(fault, 0, reason);
	return status;
}

static enum status check_type(uint64_t type, struct fault *fault)
{
	switch (type) {
	case UNIXFS_RAW:
	case UNIXFS_FILE:
		return STATUS_OK;
	case UNIXFS_DIRECTORY:
	case UNIXFS_HAMT_SHARD:
		return refuse(fault, STATUS_UNSUPPORTED, "a directory, not a file");
	case UNIXFS_SYMLINK:
		return refuse(fault, STATUS_UNSUPPORTED, "a symbolic link, not a file");
	default:
		return refuse(fault, STATUS_UNSUPPORTED, "UnixFS data of an unknown type");
	}
}

/* The node's sizes must agree with each other; `file_bytes` may be left out. */
static enum status check_sizes(const struct parts *parts, uint64_t *file_bytes, struct fault *fault)
{
	if (parts->size_count != parts->link_count)
		return refuse(fault, STATUS_INVALID, "it has not one size for each link");
	/* Without this a few blocks could unfold to any number of empty nodes. */
	if (parts->has_empty_link)
		return refuse(fault, STATUS_INVALID, "a link claims to hold no bytes");
	uint64_t sum;
	if (__builtin_add_overflow(parts->size_sum, bytes_left(&parts->data), &sum))
		return refuse(fault, STATUS_INVALID, "its sizes add up to more than 64 bits hold");
	if (parts->has_file_bytes && parts->file_bytes != sum)
		return refuse(fault, STATUS_INVALID, "its sizes do not add up to its file size");
	*file_bytes = sum;
	return STATUS_OK;
}

enum status unixfs_decode(const uint8_t *block, size_t size, struct unixfs_node *out,
			  struct fault *fault)
{
	struct parts parts = {.block = bytes_over(block, size), .data = bytes_over(NULL, 0)};
	const char *foreign = NULL;
	enum status links = decode_node(&parts, &foreign);
	if (links == STATUS_MALFORMED) {
		bytes_fault(&parts.block, fault);
		return links;
	}
	if (!parts.has_message)
		return refuse(fault, STATUS_UNSUPPORTED, "dag-pb without UnixFS data, no file");
	struct bytes message = parts.message;
	decode_message(&parts, &message);
	if (!bytes_ok(&message)) {
		bytes_fault(&message, fault);
		return STATUS_MALFORMED;
	}

	enum status status = check_type(parts.type, fault);
	if (status != STATUS_OK)
		return status;
	if (links == STATUS_UNSUPPORTED)
		return refuse(fault, links, foreign);
	uint64_t file_bytes;
	status = check_sizes(&parts, &file_bytes, fault);
	if (status != STATUS_OK)
		return status;
	*out = (struct unixfs_node){.data = parts.data.next,
				    .data_size = bytes_left(&parts.data),
				    .file_bytes = file_bytes,
				    .link_count = parts.link_count,
				    .links = bytes_over(block, size),
				    .sizes = parts.message};
	return STATUS_OK;
}

struct unixfs_link unixfs_next_link(struct unixfs_node *node)
{
	struct unixfs_link link = {0};
	struct protobuf_field field = {0};
	const char *reason;
	while (field.number != UNIXFS_NODE_LINK && protobuf_next(&node->links, &field))
		continue;
	enum status status = decode_link(&node->links, field.body, &link.cid, &reason);
	field.number = 0;
	while (field.number != UNIXFS_DATA_BLOCK_BYTES && protobuf_next(&node->sizes, &field))
		continue;
	link.file_bytes = field.value;
	core_assert(status == STATUS_OK && link.file_bytes != 0);
	return link;
}

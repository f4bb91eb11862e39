/*
 * Files in the store: a builder whose blocks are put there, and a walk whose blocks come from
 * there.
 */
#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/port.h"
#include "core/text.h"
#include "store_home.h"

/* ---- Adding ---- */

enum { READ_BYTES = 4 * DAG_CHUNK_BYTES };

struct adding {
	struct store *store;
	struct fault *fault;
	enum status status; /* of the block that could not be put */
};

static bool put_block(void *context, const struct cid *cid, const uint8_t *data, size_t size)
{
	struct adding *adding = context;
	adding->status = store_put(adding->store, cid, data, size, adding->fault);
	return adding->status == STATUS_OK;
}

static enum status fail(enum status status, const char *what, struct fault *fault)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, what);
	fault->offset = 0;
	return status;
}

/* Fills the buffer, so that whole chunks go on without being copied; a pipe yields little at a
 * time. Returns what was read, less than asked for only at the end; -1 and errno. */
static ssize_t fill(int file, uint8_t *buffer)
{
	size_t filled = 0;
	while (filled < READ_BYTES) {
		ssize_t got = read(file, buffer + filled, READ_BYTES - filled);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		filled += (size_t)got;
	}
	return (ssize_t)filled;
}

static enum status fail_reading(int error, struct fault *fault)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, "cannot read (");
	text_string(&text, strerror(error));
	text_string(&text, ")");
	fault->offset = 0;
	return STATUS_IO;
}

static enum status write_all(struct dag_builder *builder, int file, uint8_t *buffer, uint64_t *size,
			     struct fault *fault)
{
	ssize_t filled;
	do {
		filled = fill(file, buffer);
		if (filled < 0)
			return fail_reading(errno, fault);
		*size += (uint64_t)filled;
		enum status status = dag_builder_write(builder, buffer, (size_t)filled);
		if (status != STATUS_OK)
			return status;
	} while (filled == READ_BYTES);
	return STATUS_OK;
}

enum status store_add_file(struct store *store, int file, struct cid *root, uint64_t *size,
			   struct fault *fault)
{
	struct adding adding = {.store = store, .fault = fault};
	struct dag_builder *builder = NULL;
	uint64_t total = 0;
	uint8_t *buffer = malloc(READ_BYTES);
	enum status status =
	    buffer == NULL ? STATUS_NO_MEMORY : dag_builder_create(put_block, &adding, &builder);
	if (status == STATUS_OK)
		status = write_all(builder, file, buffer, &total, fault);
	if (status == STATUS_OK)
		status = dag_builder_finish(builder, root);
	dag_builder_destroy(builder);
	free(buffer);
	if (adding.status != STATUS_OK)
		return adding.status;
	if (status == STATUS_NO_MEMORY)
		return fail(status, "out of memory", fault);
	if (status == STATUS_OK)
		*size = total;
	return status;
}

/* ---- Reading ---- */

struct reading {
	dag_sink sink;
	void *context;
	bool is_refused;
};

static bool pass_on(void *context, const uint8_t *data, size_t size)
{
	struct reading *reading = context;
	reading->is_refused = !reading->sink(reading->context, data, size);
	return !reading->is_refused;
}

/* The walk checks the block, so that it is hashed once. */
static enum status supply(struct store *store, struct dag_walk *walk, const struct cid *cid,
			  struct store_block *block, struct fault *fault)
{
	enum status status = store_block_read(store, cid, block, fault);
	if (status != STATUS_OK)
		return status;
	status = dag_walk_supply(walk, cid, block->data, block->size, fault);
	return status == STATUS_CORRUPT ? store_block_set_aside(store, cid, fault) : status;
}

static enum status supply_all(struct store *store, struct dag_walk *walk, struct fault *fault)
{
	struct store_block block = {0};
	struct cid cid;
	enum status status = STATUS_OK;
	while (status == STATUS_OK && dag_walk_want(walk, &cid))
		status = supply(store, walk, &cid, &block, fault);
	store_block_release(&block);
	return status;
}

enum status store_read_file(struct store *store, const struct cid *root, dag_sink sink,
			    void *context, struct fault *fault)
{
	struct reading reading = {.sink = sink, .context = context};
	struct dag_walk *walk;
	enum status status = dag_walk_create_streaming(root, UINT64_MAX, pass_on, &reading, &walk);
	if (status != STATUS_OK)
		return fail(status, "out of memory", fault);
	status = supply_all(store, walk, fault);
	core_assert(status != STATUS_OK || dag_walk_is_complete(walk));
	dag_walk_destroy(walk);
	if (reading.is_refused)
		fault->text[0] = '\0';
	return status;
}

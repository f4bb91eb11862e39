#include "archive.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "boot_image.h"
#include "core/car.h"
#include "core/dag.h"
#include "report.h"

/* What is being written, and what was: blocks that stand in files several times are written once.
 */
struct archive {
	FILE *out;
	struct store *store;
	struct store_block block;
	void *written; /* a tree of CIDs (tsearch) */
};

static int compare(const void *a, const void *b)
{
	const struct cid *x = a, *y = b;
	if (x->codec != y->codec)
		return x->codec < y->codec ? -1 : 1;
	return memcmp(x->hash, y->hash, sizeof x->hash);
}

/* Whether that block is new; then it counts as written. */
static enum status remember(struct archive *archive, const struct cid *cid, bool *is_new)
{
	*is_new = tfind(cid, &archive->written, compare) == NULL;
	if (!*is_new)
		return STATUS_OK;
	struct cid *copy = malloc(sizeof *copy);
	if (copy == NULL)
		return STATUS_NO_MEMORY;
	*copy = *cid;
	if (tsearch(copy, &archive->written, compare) != NULL)
		return STATUS_OK;
	free(copy);
	return STATUS_NO_MEMORY;
}

static enum status add_block(struct archive *archive, const struct cid *cid, struct fault *fault)
{
	enum status status = store_get(archive->store, cid, &archive->block, fault);
	bool is_new = false;
	if (status == STATUS_OK)
		status = remember(archive, cid, &is_new);
	if (status != STATUS_OK || !is_new)
		return status;
	uint8_t header[CAR_SECTION_HEADER_BYTES_MAX];
	size_t header_size = car_write_section(cid, archive->block.size, header);
	if (fwrite(header, 1, header_size, archive->out) != header_size ||
	    fwrite(archive->block.data, 1, archive->block.size, archive->out) !=
		archive->block.size)
		return STATUS_IO;
	return STATUS_OK;
}

/* The walk is there for the names of the blocks; what the file says is of no interest. */
static bool drop(void *context, const uint8_t *data, size_t size)
{
	return true;
}

static enum status add_program(struct archive *archive, const struct cid *program,
			       struct fault *fault)
{
	struct dag_walk *walk = NULL;
	enum status status =
	    dag_walk_create_streaming(program, DAG_FILE_BYTES_MAX, drop, NULL, &walk);
	struct cid cid;
	while (status == STATUS_OK && dag_walk_want(walk, &cid)) {
		status = add_block(archive, &cid, fault);
		if (status == STATUS_OK)
			status = dag_walk_supply(walk, &cid, archive->block.data,
						 archive->block.size, fault);
	}
	dag_walk_destroy(walk);
	return status;
}

bool archive_write(FILE *out, struct store *store, const struct cid *programs, size_t count)
{
	struct archive archive = {.out = out, .store = store};
	struct fault fault = {0};
	enum status status = STATUS_OK;
	if (fwrite(boot_image, 1, boot_image_size, out) != boot_image_size)
		status = STATUS_IO;
	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		status = add_program(&archive, &programs[i], &fault);
	if (status == STATUS_OK && fflush(out) != 0)
		status = STATUS_IO;
	if (status == STATUS_IO && fault.text[0] == '\0')
		report_error("cannot write (%s): the archive", strerror(errno));
	else if (status != STATUS_OK)
		report_fault(status, &fault);
	tdestroy(archive.written, free);
	store_block_release(&archive.block);
	return status == STATUS_OK;
}

bool archive_write_run(FILE *out, struct store *store, const struct handlers *handlers)
{
	struct cid programs[1 + HANDLERS_WORDS_MAX] = {handlers->program};
	for (uint32_t i = 0; i < handlers->count; i++)
		programs[1 + i] = handlers->kernel[i].program;
	return archive_write(out, store, programs, 1 + handlers->count);
}

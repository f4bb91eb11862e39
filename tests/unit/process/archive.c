#include "archive.h"

#include <stdlib.h>

#include "core/car.h"

void archive_add_line(struct archive *archive, const char *line)
{
	size_t used = strlen(archive->manifest);
	size_t left = sizeof archive->manifest - used;
	assert_true((size_t)snprintf(archive->manifest + used, left, "%s\n", line) < left);
}

struct cid archive_add_program(struct archive *archive, const char *name, const char *bytes)
{
	char line[128];
	char text[CID_TEXT_BYTES];
	struct cid cid = block_list_put(&archive->blocks, CID_RAW, bytes, strlen(bytes));
	cid_to_text(&cid, text);
	snprintf(line, sizeof line, "program %s %s", name, text);
	archive_add_line(archive, line);
	return cid;
}

void archive_add_digest(struct archive *archive, const char *word, const char *name,
			const struct digest *interface)
{
	char line[128];
	size_t used = (size_t)snprintf(line, sizeof line, "%s %s ", word, name);
	for (size_t i = 0; i < sizeof interface->bytes; i++)
		used +=
		    (size_t)snprintf(line + used, sizeof line - used, "%02x", interface->bytes[i]);
	archive_add_line(archive, line);
}

static void write_block(FILE *out, const struct cid *cid, const void *data, size_t size)
{
	uint8_t header[CAR_SECTION_HEADER_BYTES_MAX];
	fwrite(header, 1, car_write_section(cid, size, header), out);
	fwrite(data, 1, size, out);
}

char *archive_write(const struct block_list *blocks, const struct cid *root, size_t *size)
{
	uint8_t header[CAR_HEADER_BYTES];
	char *bytes;
	FILE *out = open_memstream(&bytes, size);
	fwrite(header, 1, car_write_header(root, header), out);
	for (size_t i = 0; i < blocks->count; i++)
		write_block(out, &blocks->blocks[i].cid, blocks->blocks[i].data,
			    blocks->blocks[i].size);
	fclose(out);
	return bytes;
}

enum status archive_boot(struct archive *archive, struct kernel *kernel, struct fault *fault)
{
	struct cid root =
	    block_list_put(&archive->blocks, CID_RAW, archive->manifest, strlen(archive->manifest));
	archive->bytes = archive_write(&archive->blocks, &root, &archive->size);
	return kernel_boot(kernel, (const uint8_t *)archive->bytes, archive->size, fault);
}

void archive_reset(struct archive *archive)
{
	block_list_reset(&archive->blocks);
	free(archive->bytes);
	*archive = (struct archive){0};
}

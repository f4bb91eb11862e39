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

enum status archive_boot(struct archive *archive, struct kernel *kernel, struct fault *fault)
{
	size_t manifest_size = strlen(archive->manifest);
	struct cid root = cid_of_block(CID_RAW, archive->manifest, manifest_size);
	uint8_t header[CAR_HEADER_BYTES];
	FILE *out = open_memstream(&archive->bytes, &archive->size);
	fwrite(header, 1, car_write_header(&root, header), out);
	write_block(out, &root, archive->manifest, manifest_size);
	for (size_t i = 0; i < archive->blocks.count; i++)
		write_block(out, &archive->blocks.blocks[i].cid, archive->blocks.blocks[i].data,
			    archive->blocks.blocks[i].size);
	fclose(out);
	return kernel_boot(kernel, (const uint8_t *)archive->bytes, archive->size, fault);
}

void archive_reset(struct archive *archive)
{
	block_list_reset(&archive->blocks);
	free(archive->bytes);
	*archive = (struct archive){0};
}

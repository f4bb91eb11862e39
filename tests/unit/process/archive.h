/*
 * archive: a CAR with a boot manifest, made line by line.
 *
 *     archive_add_program, archive_add_line ... -> archive_boot -> stage_destroy -> archive_reset
 */
#ifndef PROCESS_ARCHIVE_H
#define PROCESS_ARCHIVE_H

#include "puppet.h"
#include "support/block_list.h"

struct archive {
	struct block_list blocks;
	char manifest[8192];
	char *bytes;
	size_t size;
};

/* "program NAME CID"; the bytes go into the archive, if there are any. */
struct cid archive_add_program(struct archive *archive, const char *name, const char *bytes);

/* "handles NAME DIGEST" or "grants NAME DIGEST". */
void archive_add_digest(struct archive *archive, const char *word, const char *name,
			const struct digest *interface);
void archive_add_line(struct archive *archive, const char *line);

/* kernel_boot with what was added. */
enum status archive_boot(struct archive *archive, struct kernel *kernel, struct fault *fault);
void archive_reset(struct archive *archive);

/* A CAR with that root and these blocks, for free(). */
char *archive_write(const struct block_list *blocks, const struct cid *root, size_t *size);

#endif

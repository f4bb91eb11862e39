/*
 * mkboot: makes the CAR of boot programs that goes into the kernel's image.
 *
 *     mkboot MANIFEST INTERFACES PROGRAMS OUT
 *
 * MANIFEST is boot/manifest, INTERFACES what `idlc hash` prints, PROGRAMS the folder of the
 * manifest's files. The archive's root is a raw block, the manifest as kernel.h defines it: names
 * of files have become CIDs, names of interfaces digests.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/car.h"
#include "core/cid.h"
#include "core/dag.h"

enum { FIELD_BYTES = 100, PATH_BYTES = 1000 };

/* What is written where: the manifest for the kernel, and the sections of the programs' blocks. */
struct image {
	FILE *manifest;
	FILE *sections;
	const char *interfaces; /* a file */
	const char *programs;   /* the folder */
};

__attribute__((format(printf, 1, 2))) static _Noreturn void fail(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fputs("mkboot: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(1);
}

static FILE *open_or_fail(const char *path, const char *mode)
{
	FILE *file = fopen(path, mode);
	if (file == NULL)
		fail("%s: %s", path, strerror(errno));
	return file;
}

static void write_or_fail(const void *data, size_t size, FILE *file)
{
	if (fwrite(data, 1, size, file) != size)
		fail("writing failed: %s", strerror(errno));
}

static void write_section(FILE *out, const struct cid *cid, const void *data, size_t size)
{
	uint8_t header[CAR_SECTION_HEADER_BYTES_MAX];
	write_or_fail(header, car_write_section(cid, size, header), out);
	write_or_fail(data, size, out);
}

static bool emit_block(void *context, const struct cid *cid, const uint8_t *data, size_t size)
{
	write_section(context, cid, data, size);
	return true;
}

/* Writes the blocks of a file, and tells its name. */
static struct cid add_file(FILE *sections, const char *path)
{
	struct dag_builder *builder = NULL;
	struct cid root;
	enum status status = dag_builder_create(emit_block, sections, &builder);
	FILE *file = open_or_fail(path, "rb");
	static uint8_t piece[DAG_CHUNK_BYTES];
	size_t size;
	while (status == STATUS_OK && (size = fread(piece, 1, sizeof piece, file)) > 0)
		status = dag_builder_write(builder, piece, size);
	if (status == STATUS_OK && ferror(file))
		fail("%s: reading failed", path);
	if (status == STATUS_OK)
		status = dag_builder_finish(builder, &root);
	if (status != STATUS_OK)
		fail("%s: %s", path, status_text(status));
	dag_builder_destroy(builder);
	fclose(file);
	return root;
}

static void add_program(struct image *image, const char *name, const char *file)
{
	char path[PATH_BYTES];
	char text[CID_TEXT_BYTES];
	if ((size_t)snprintf(path, sizeof path, "%s/%s", image->programs, file) >= sizeof path)
		fail("%s: the path is too long", file);
	struct cid cid = add_file(image->sections, path);
	cid_to_text(&cid, text);
	fprintf(image->manifest, "program %s %s\n", name, text);
}

/* Each line is a name, a digest in hexadecimal digits, and a CID. */
static void find_interface(const char *path, const char *name, char digest[FIELD_BYTES])
{
	char line[4 * FIELD_BYTES], found[FIELD_BYTES];
	bool is_found = false;
	FILE *lines = open_or_fail(path, "r");
	while (!is_found && fgets(line, sizeof line, lines) != NULL)
		is_found =
		    sscanf(line, "%99s %99s", found, digest) == 2 && strcmp(found, name) == 0;
	fclose(lines);
	if (!is_found)
		fail("the manifest speaks of an interface that is not known: %s", name);
}

static void add_interface(struct image *image, const char *verb, const char *name,
			  const char *interface)
{
	char digest[FIELD_BYTES];
	find_interface(image->interfaces, interface, digest);
	fprintf(image->manifest, "%s %s %s\n", verb, name, digest);
}

static void add_line(struct image *image, const char *path, int number, const char *line)
{
	char verb[FIELD_BYTES], name[FIELD_BYTES], value[FIELD_BYTES], rest[2];
	int fields = sscanf(line, "%99s %99s %99s %1s", verb, name, value, rest);
	if (fields <= 0 || verb[0] == '#')
		return;
	if (fields != 3)
		fail("%s:%d: expected a verb, a program's name and a value", path, number);
	if (strcmp(verb, "program") == 0)
		add_program(image, name, value);
	else if (strcmp(verb, "handles") == 0 || strcmp(verb, "grants") == 0)
		add_interface(image, verb, name, value);
	else
		fail("%s:%d: expected program, handles or grants instead of %s", path, number,
		     verb);
}

static void write_archive(const char *path, const char *manifest, size_t manifest_size,
			  const char *sections, size_t sections_size)
{
	struct cid root = cid_of_block(CID_RAW, manifest, manifest_size);
	uint8_t header[CAR_HEADER_BYTES];
	FILE *out = open_or_fail(path, "wb");
	write_or_fail(header, car_write_header(&root, header), out);
	write_section(out, &root, manifest, manifest_size);
	write_or_fail(sections, sections_size, out);
	if (fclose(out) != 0)
		fail("%s: %s", path, strerror(errno));
}

int main(int argc, char **argv)
{
	if (argc != 5)
		fail("usage: mkboot MANIFEST INTERFACES PROGRAMS OUT");
	char *manifest = NULL, *sections = NULL;
	size_t manifest_size = 0, sections_size = 0;
	struct image image = {
	    .manifest = open_memstream(&manifest, &manifest_size),
	    .sections = open_memstream(&sections, &sections_size),
	    .interfaces = argv[2],
	    .programs = argv[3],
	};
	if (image.manifest == NULL || image.sections == NULL)
		fail("out of memory");
	FILE *lines = open_or_fail(argv[1], "r");
	char line[4 * FIELD_BYTES];
	for (int number = 1; fgets(line, sizeof line, lines) != NULL; number++)
		add_line(&image, argv[1], number, line);
	fclose(lines);
	if (fclose(image.manifest) != 0 || fclose(image.sections) != 0)
		fail("out of memory");
	write_archive(argv[4], manifest, manifest_size, sections, sections_size);
	free(manifest);
	free(sections);
	return 0;
}

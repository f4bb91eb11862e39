#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cairn/authorizer.h>
#include <cairn/loader.h>

#include "core/car.h"
#include "core/dag.h"
#include "sim.h"
#include "unixfs.h"
#include "varint.h"

const char *const store_kind_names[KIND_COUNT] = {
    "client", "server", "forwarder", "hog",    "self",       "crasher",
    "late",   "loader", "starter",   "filter", "authorizer",
};

/* Which of them are boot programs, and what each may send to. */
static const struct {
	enum machine_kind kind;
	uint32_t threads;
	bool is_in_archive;
	uint32_t handles[3]; /* INTERFACE_COUNT ends the list */
} boot_programs[] = {
    {KIND_SERVER, 1, true, {INTERFACE_SERVED, INTERFACE_WATCHED, INTERFACE_COUNT}},
    {KIND_FORWARDER, 2, true, {INTERFACE_FORWARDED, INTERFACE_COUNT}},
    {KIND_HOG, 1, true, {INTERFACE_HOGGED, INTERFACE_COUNT}},
    {KIND_SELF, 2, true, {INTERFACE_OWN, INTERFACE_COUNT}},
    {KIND_CRASHER, 1, true, {INTERFACE_CRASHED, INTERFACE_COUNT}},
    {KIND_LATE, 3, false, {INTERFACE_LATE, INTERFACE_COUNT}},
    {KIND_LOADER, 1, true, {INTERFACE_COUNT}},
    {KIND_SERVER, 2, true, {INTERFACE_COUNT}},
    {KIND_FILTER, 1, true, {INTERFACE_COUNT}},
    {KIND_FILTER, 2, true, {INTERFACE_COUNT}},
    {KIND_AUTHORIZER, 1, true, {INTERFACE_COUNT}},
};

enum { BLOCKS_MAX = 128, BOOT_COUNT = sizeof boot_programs / sizeof boot_programs[0] };

static struct {
	struct cid cid;
	uint8_t *data;
	size_t size;
} blocks[BLOCKS_MAX];
static uint32_t block_count;

static struct cid programs[STORE_PROGRAMS];
static struct cid corrupt;
static uint8_t *archive;
static size_t archive_size;

bool store_block(const struct cid *cid, const uint8_t **data, size_t *size)
{
	for (uint32_t i = 0; i < block_count; i++) {
		if (!cid_is_equal(&blocks[i].cid, cid))
			continue;
		*data = blocks[i].data;
		*size = blocks[i].size;
		return true;
	}
	return false;
}

static bool keep_block(void *context, const struct cid *cid, const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size);
	if (copy == NULL || block_count == BLOCKS_MAX)
		abort();
	memcpy(copy, data, size);
	blocks[block_count].cid = *cid;
	blocks[block_count].data = copy;
	blocks[block_count++].size = size;
	return true;
}

/* A program of `size` bytes: of one block, or of several. */
static struct cid make_program(enum machine_kind kind, uint32_t threads, size_t size)
{
	static uint32_t salt;
	struct machine_program program = {{'S', 'I', 'M', '1'}, kind, threads, salt++};
	uint8_t *bytes = calloc(1, size);
	struct dag_builder *builder;
	struct cid cid;
	if (bytes == NULL || dag_builder_create(keep_block, NULL, &builder) != STATUS_OK)
		abort();
	memcpy(bytes, &program, sizeof program);
	if (dag_builder_write(builder, bytes, size) != STATUS_OK ||
	    dag_builder_finish(builder, &cid) != STATUS_OK)
		abort();
	dag_builder_destroy(builder);
	free(bytes);
	return cid;
}

/* The same file in many small blocks under one node, as another IPFS might have written it: so that
 * a start has several blocks under way. */
static struct cid make_scattered_program(enum machine_kind kind, uint32_t threads)
{
	enum { LEAVES = 12, LEAF_BYTES = 50, LINK_BYTES = 2 + CID_BINARY_BYTES };
	static uint8_t file[LEAVES * LEAF_BYTES];
	uint8_t node[4096];
	uint8_t sizes[256];
	size_t used = 0;
	size_t sizes_used = 2;
	struct machine_program program = {{'S', 'I', 'M', '1'}, kind, threads, 1000};
	memcpy(file, &program, sizeof program);
	memcpy(sizes, (uint8_t[]){8, UNIXFS_FILE}, 2);
	sizes[sizes_used++] = UNIXFS_DATA_FILE_BYTES << 3;
	sizes_used += varint_write(sizeof file, sizes + sizes_used);
	for (uint32_t i = 0; i < LEAVES; i++) {
		uint8_t *leaf = file + (size_t)i * LEAF_BYTES;
		leaf[LEAF_BYTES - 1] = (uint8_t)i;
		struct cid cid = cid_of_block(CID_RAW, leaf, LEAF_BYTES);
		keep_block(NULL, &cid, leaf, LEAF_BYTES);
		memcpy(node + used, (uint8_t[]){0x12, LINK_BYTES, 0x0a, CID_BINARY_BYTES}, 4);
		cid_to_binary(&cid, node + used + 4);
		used += 2 + LINK_BYTES;
		sizes[sizes_used++] = UNIXFS_DATA_BLOCK_BYTES << 3;
		sizes[sizes_used++] = LEAF_BYTES;
	}
	node[used++] = 0x0a;
	used += varint_write(sizes_used, node + used);
	memcpy(node + used, sizes, sizes_used);
	used += sizes_used;
	struct cid root = cid_of_block(CID_DAG_PB, node, used);
	keep_block(NULL, &root, node, used);
	return root;
}

struct digest store_interface(uint32_t interface)
{
	struct digest digest;
	for (size_t i = 0; i < sizeof digest.bytes; i++)
		digest.bytes[i] = (uint8_t)(interface * 7 + i);
	return digest;
}

uint32_t store_interface_index(const uint8_t digest[32])
{
	for (uint32_t i = 0; i < INTERFACE_COUNT; i++) {
		struct digest known = store_interface(i);
		if (memcmp(known.bytes, digest, sizeof known.bytes) == 0)
			return i;
	}
	return INTERFACE_COUNT;
}

/* ---- The archive ---- */

static void print_line(FILE *out, const char *word, const char *name, const struct digest *digest)
{
	fprintf(out, "%s %s ", word, name);
	for (size_t i = 0; i < sizeof digest->bytes; i++)
		fprintf(out, "%02x", digest->bytes[i]);
	fprintf(out, "\n");
}

static void print_program(FILE *out, const char *name, const struct cid *cid)
{
	char text[CID_TEXT_BYTES];
	cid_to_text(cid, text);
	fprintf(out, "program %s %s\n", name, text);
	for (uint32_t i = 0; i < INTERFACE_COUNT; i++) {
		struct digest interface = store_interface(i);
		print_line(out, "grants", name, &interface);
	}
}

static void print_manifest(FILE *out)
{
	static const struct digest loader = {LOADER_DIGEST};
	static const struct digest authorizer = {AUTHORIZER_DIGEST};
	for (uint32_t i = 0; i < BOOT_COUNT; i++) {
		char name[16];
		snprintf(name, sizeof name, "%s%u", store_kind_names[boot_programs[i].kind], i);
		print_program(out, name, &programs[i]);
		for (const uint32_t *at = boot_programs[i].handles; *at != INTERFACE_COUNT; at++) {
			struct digest interface = store_interface(*at);
			print_line(out, "handles", name, &interface);
		}
	}
	print_line(out, "handles", "loader6", &loader);
	print_line(out, "handles", "authorizer10", &authorizer);
	struct digest interface = store_interface(INTERFACE_CORRUPT);
	print_program(out, "corrupt", &corrupt);
	print_line(out, "handles", "corrupt", &interface);
}

static void write_section(FILE *out, const struct cid *cid, const void *data, size_t size)
{
	uint8_t header[CAR_SECTION_HEADER_BYTES_MAX];
	fwrite(header, 1, car_write_section(cid, size, header), out);
	fwrite(data, 1, size, out);
}

static void make_archive(void)
{
	char *manifest;
	size_t manifest_size;
	FILE *out = open_memstream(&manifest, &manifest_size);
	print_manifest(out);
	fclose(out);
	uint8_t header[CAR_HEADER_BYTES];
	struct cid root = cid_of_block(CID_RAW, manifest, manifest_size);
	char *bytes;
	out = open_memstream(&bytes, &archive_size);
	fwrite(header, 1, car_write_header(&root, header), out);
	write_section(out, &root, manifest, manifest_size);
	for (uint32_t i = 0; i < BOOT_COUNT; i++) {
		const uint8_t *data;
		size_t size;
		if (boot_programs[i].is_in_archive && store_block(&programs[i], &data, &size))
			write_section(out, &programs[i], data, size);
	}
	write_section(out, &corrupt, "no program", 10);
	fclose(out);
	free(manifest);
	archive = (uint8_t *)bytes;
}

void store_create(void)
{
	enum { SMALL = 100 };
	uint32_t count = 0;
	for (uint32_t i = 0; i < BOOT_COUNT; i++)
		programs[count++] =
		    make_program(boot_programs[i].kind, boot_programs[i].threads, SMALL);
	programs[count++] = make_program(KIND_CLIENT, 1, SMALL);
	programs[count++] = make_program(KIND_CLIENT, 3, SMALL);
	programs[count++] = make_program(KIND_STARTER, 1, SMALL);
	programs[count++] = make_program(KIND_STARTER, 2, SMALL);
	programs[count++] = make_scattered_program(KIND_CLIENT, 1);
	programs[count++] = make_program(KIND_COUNT, 1, SMALL);
	corrupt = cid_of_block(CID_RAW, "some program", 12);
	while (count < STORE_PROGRAMS)
		programs[count++] = corrupt;
	make_archive();
}

const struct cid *store_program(uint32_t index)
{
	return &programs[index];
}

/* The index is that of boot_programs. */
const struct cid *store_handler(uint32_t index)
{
	static const uint32_t handlers[STORE_HANDLERS] = {0, 3, 4, 5, 7, 8, 9};
	return &programs[handlers[index]];
}

const uint8_t *store_boot(size_t *size)
{
	*size = archive_size;
	return archive;
}

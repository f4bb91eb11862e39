#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/car.h"

enum { ARCHIVE_BYTES_MAX = 4096 };

struct archive {
	uint8_t data[ARCHIVE_BYTES_MAX];
	size_t size;
};

static void append(struct archive *archive, const void *data, size_t size)
{
	assert_true(size <= sizeof archive->data - archive->size);
	memcpy(archive->data + archive->size, data, size);
	archive->size += size;
}

static struct cid add_block(struct archive *archive, enum cid_codec codec, const char *text)
{
	struct cid cid = cid_of_block(codec, text, strlen(text));
	uint8_t header[CAR_SECTION_HEADER_BYTES_MAX];
	append(archive, header, car_write_section(&cid, strlen(text), header));
	append(archive, text, strlen(text));
	return cid;
}

static struct archive begin(const char *root_text)
{
	struct archive archive = {.size = 0};
	struct cid root = cid_of_block(CID_RAW, root_text, strlen(root_text));
	uint8_t header[CAR_HEADER_BYTES];
	append(&archive, header, car_write_header(&root, header));
	return archive;
}

static void assert_malformed(const struct archive *archive, enum status status, const char *reason)
{
	struct car car = {0};
	struct fault fault = {0};
	/* A copy of just that size, so that the sanitizer sees a byte too far. */
	uint8_t *copy = malloc(archive->size);
	memcpy(copy, archive->data, archive->size);
	assert_int_equal(car_open(copy, archive->size, &car, &fault), status);
	assert_non_null(strstr(fault.text, "not a CAR ("));
	assert_non_null(strstr(fault.text, reason));
	assert_null(car.data);
	free(copy);
}

static void what_was_written_is_read_back(void **state)
{
	struct archive archive = begin("root");
	struct cid root = add_block(&archive, CID_RAW, "root");
	struct cid node = add_block(&archive, CID_DAG_PB, "node");
	struct cid empty = add_block(&archive, CID_RAW, "");
	struct car car;
	struct fault fault;
	assert_int_equal(car_open(archive.data, archive.size, &car, &fault), STATUS_OK);
	assert_true(cid_is_equal(&car.root, &root));
	const uint8_t *data;
	size_t size;
	assert_int_equal(car_block(&car, &node, &data, &size), STATUS_OK);
	assert_int_equal(size, 4);
	assert_memory_equal(data, "node", 4);
	assert_int_equal(car_block(&car, &empty, &data, &size), STATUS_OK);
	assert_int_equal(size, 0);
	struct cid missing = cid_of_block(CID_RAW, "missing", 7);
	assert_int_equal(car_block(&car, &missing, &data, &size), STATUS_NOT_FOUND);
}

static void the_header_is_the_one_of_the_specification(void **state)
{
	/* {"roots": [a CID], "version": 1} in dag-cbor, as other implementations write it. */
	struct archive archive = begin("");
	static const uint8_t front[] = "\x3a\xa2\x65roots\x81\xd8\x2a\x58\x25\x00\x01\x55\x12\x20";
	assert_memory_equal(archive.data, front, sizeof front - 1);
	assert_memory_equal(archive.data + 50, "\x67version\x01", 9);
	assert_int_equal(archive.size, CAR_HEADER_BYTES);
}

static void an_archive_without_blocks_is_whole(void **state)
{
	struct archive archive = begin("root");
	struct car car;
	struct fault fault;
	assert_int_equal(car_open(archive.data, archive.size, &car, &fault), STATUS_OK);
}

static void an_archive_cut_short_is_refused_but_between_blocks(void **state)
{
	struct archive archive = begin("root");
	size_t first = archive.size;
	add_block(&archive, CID_RAW, "root");
	size_t second = archive.size;
	add_block(&archive, CID_RAW, "another");
	for (size_t size = 0; size < archive.size; size++) {
		struct archive cut = archive;
		cut.size = size;
		if (size != first && size != second)
			assert_malformed(&cut, STATUS_MALFORMED, "");
	}
}

static void a_block_that_was_changed_is_found_corrupt(void **state)
{
	struct archive archive = begin("root");
	struct cid root = add_block(&archive, CID_RAW, "root");
	archive.data[archive.size - 1] ^= 1;
	struct car car;
	struct fault fault;
	const uint8_t *data = NULL;
	size_t size;
	assert_int_equal(car_open(archive.data, archive.size, &car, &fault), STATUS_OK);
	assert_int_equal(car_block(&car, &root, &data, &size), STATUS_CORRUPT);
	assert_null(data);
	/* A sound copy further on serves. */
	add_block(&archive, CID_RAW, "root");
	assert_int_equal(car_open(archive.data, archive.size, &car, &fault), STATUS_OK);
	assert_int_equal(car_block(&car, &root, &data, &size), STATUS_OK);
}

static void blocks_of_other_kinds_are_passed_over(void **state)
{
	struct archive archive = begin("root");
	append(&archive, "\x09\x01\x55\x00\x05hello", 10); /* an identity CID without a block */
	struct cid root = add_block(&archive, CID_RAW, "root");
	struct car car;
	struct fault fault;
	const uint8_t *data;
	size_t size;
	assert_int_equal(car_open(archive.data, archive.size, &car, &fault), STATUS_OK);
	assert_int_equal(car_block(&car, &root, &data, &size), STATUS_OK);
}

static void a_header_that_is_not_understood_is_refused_with_the_reason(void **state)
{
	static const struct {
		size_t offset;
		uint8_t byte;
		enum status status;
		const char *reason;
	} changes[] = {
	    {1, 0xa1, STATUS_MALFORMED, "two entries"},
	    {1, 0x82, STATUS_MALFORMED, "no map"},
	    {3, 'R', STATUS_MALFORMED, "no roots"},
	    {8, 0x80, STATUS_MALFORMED, "no root"},
	    {10, 43, STATUS_MALFORMED, "a root is no CID"},
	    {12, 0x24, STATUS_MALFORMED, "a root is no CID"},
	    {13, 1, STATUS_MALFORMED, "a root is no CID"},
	    {15, 0x71, STATUS_UNSUPPORTED, "codec"},
	    {51, 'V', STATUS_MALFORMED, "no version"},
	    {58, 2, STATUS_MALFORMED, "version is not 1"},
	};
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		struct archive archive = begin("root");
		archive.data[changes[i].offset] = changes[i].byte;
		assert_malformed(&archive, changes[i].status, changes[i].reason);
	}
	struct archive archive = {.size = 0};
	append(&archive, "\xff\xff\xff\xff\x0f", 5);
	assert_malformed(&archive, STATUS_MALFORMED, "longer than 64 KiB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_written_is_read_back),
	    cmocka_unit_test(the_header_is_the_one_of_the_specification),
	    cmocka_unit_test(an_archive_without_blocks_is_whole),
	    cmocka_unit_test(an_archive_cut_short_is_refused_but_between_blocks),
	    cmocka_unit_test(a_block_that_was_changed_is_found_corrupt),
	    cmocka_unit_test(blocks_of_other_kinds_are_passed_over),
	    cmocka_unit_test(a_header_that_is_not_understood_is_refused_with_the_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/dag.h"
#include "support/block_list.h"
#include "support/port.h"
#include "support/sample.h"

/* The bytes of which the vectors below were made, by another implementation with kubo's settings.
 */
static uint8_t *make_bytes(size_t size)
{
	uint8_t *data = test_malloc(size + 1);
	sample_fill(data, size);
	return data;
}

static struct cid build(const uint8_t *data, size_t size, size_t piece, struct block_list *blocks)
{
	struct dag_builder *builder;
	assert_int_equal(dag_builder_create(block_list_emit, blocks, &builder), STATUS_OK);
	for (size_t done = 0; done < size; done += piece) {
		size_t part = size - done < piece ? size - done : piece;
		assert_int_equal(dag_builder_write(builder, data + done, part), STATUS_OK);
	}
	struct cid root;
	assert_int_equal(dag_builder_finish(builder, &root), STATUS_OK);
	dag_builder_destroy(builder);
	return root;
}

static void assert_builds(size_t size, size_t piece, const char *name)
{
	struct block_list blocks = {0};
	uint8_t *data = make_bytes(size);
	struct cid root = build(data, size, piece, &blocks);
	char text[CID_TEXT_BYTES];
	cid_to_text(&root, text);
	assert_string_equal(text, name);
	assert_non_null(block_list_find(&blocks, &root));
	block_list_reset(&blocks);
	test_free(data);
}

static void files_of_one_chunk_are_bare_raw_blocks(void **state)
{
	assert_builds(0, 1, "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
	assert_builds(1, 1, "bafkreig2xu5p65u7a7vsszkad2yctf2oxorua6x5akzg3w2wj2s7r35ooi");
	assert_builds(262143, 262143,
		      "bafkreiaybxqo456watp65nsl3xn27if6ljn5gdjpjxxshiv7cx6pnfiwvi");
	assert_builds(262144, 262144,
		      "bafkreidd6k2rtu2k6woh25xxx2nxk2d2ifjrn54h6wjqfbqijyvdl2nrmq");
}

static void larger_files_get_the_names_that_kubo_gives(void **state)
{
	assert_builds(262145, 262145,
		      "bafybeidmf7miq54symki3qff7ohjgfhn23ysap4nt7fcolcjetgkyvqoaa");
	assert_builds(1000000, 1000000,
		      "bafybeicfqavgjm2zjrnv4glvw26k4jcucpmugsrh26lqagqe3vo7hlbfbi");
}

static void files_with_two_levels_of_nodes_get_the_names_that_kubo_gives(void **state)
{
	assert_builds(46000000, 46000000,
		      "bafybeiaciesoeyoxv72bok3hn7brll2oferfhs6lna4j7hqgpvfkesrgw4");
}

static void the_size_of_the_pieces_does_not_matter(void **state)
{
	static const size_t pieces[] = {1, 7, 4096, 262143, 262144, 262145, 600000};
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
		assert_builds(1000000, pieces[i],
			      "bafybeicfqavgjm2zjrnv4glvw26k4jcucpmugsrh26lqagqe3vo7hlbfbi");
}

static void a_full_node_stays_alone_until_one_link_more_comes(void **state)
{
	/* One leaf repeated, so that this is quick: 174 of them are one node, 175 are three. */
	size_t size = (size_t)DAG_LINKS_MAX * DAG_CHUNK_BYTES;
	uint8_t *data = test_calloc(size + 1, 1);
	struct block_list blocks = {0};
	struct cid full = build(data, size, size, &blocks);
	assert_int_equal(blocks.count, 2);
	struct cid more = build(data, size + 1, size + 1, &blocks);
	assert_int_equal(blocks.count, 5); /* the leaf of one byte, its node, and the root */
	assert_false(cid_is_equal(&full, &more));
	block_list_reset(&blocks);
	test_free(data);
}

static bool refuse_the_third(void *context, const struct cid *cid, const uint8_t *data, size_t size)
{
	int *count = context;
	return ++*count < 3;
}

static void a_block_that_is_not_taken_stops_the_build(void **state)
{
	struct dag_builder *builder;
	int count = 0;
	assert_int_equal(dag_builder_create(refuse_the_third, &count, &builder), STATUS_OK);
	uint8_t *data = make_bytes(600000);
	struct cid root;
	assert_int_equal(dag_builder_write(builder, data, 600000), STATUS_OK);
	assert_int_equal(dag_builder_finish(builder, &root), STATUS_IO);
	assert_int_equal(count, 3);
	dag_builder_destroy(builder);
	test_free(data);
}

static void a_refused_allocation_is_an_error_without_a_leak(void **state)
{
	struct dag_builder *builder;
	uint64_t live = test_port_live_bytes;
	test_port_refuse_after = test_port_allocations;
	assert_int_equal(dag_builder_create(block_list_emit, NULL, &builder), STATUS_NO_MEMORY);
	test_port_refuse_after = UINT64_MAX;
	assert_int_equal(test_port_live_bytes, live);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files_of_one_chunk_are_bare_raw_blocks),
	    cmocka_unit_test(larger_files_get_the_names_that_kubo_gives),
	    cmocka_unit_test(files_with_two_levels_of_nodes_get_the_names_that_kubo_gives),
	    cmocka_unit_test(the_size_of_the_pieces_does_not_matter),
	    cmocka_unit_test(a_full_node_stays_alone_until_one_link_more_comes),
	    cmocka_unit_test(a_block_that_is_not_taken_stops_the_build),
	    cmocka_unit_test(a_refused_allocation_is_an_error_without_a_leak),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

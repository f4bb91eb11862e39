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
#include "unixfs.h"

static struct block_list blocks;

static int set_up(void **state)
{
	blocks = (struct block_list){0};
	return 0;
}

/* Whatever a test did, nothing of the walk is left. */
static int tear_down(void **state)
{
	block_list_reset(&blocks);
	assert_int_equal(test_port_live_bytes, 0);
	assert_int_equal(test_port_committed_bytes, 0);
	return 0;
}

#define guarded_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static uint8_t *make_bytes(size_t size)
{
	uint8_t *data = test_malloc(size + 1);
	sample_fill(data, size);
	return data;
}

static struct cid build(const uint8_t *data, size_t size)
{
	struct dag_builder *builder;
	struct cid root;
	assert_int_equal(dag_builder_create(block_list_emit, &blocks, &builder), STATUS_OK);
	assert_int_equal(dag_builder_write(builder, data, size), STATUS_OK);
	assert_int_equal(dag_builder_finish(builder, &root), STATUS_OK);
	dag_builder_destroy(builder);
	return root;
}

static enum status supply(struct dag_walk *walk, const struct cid *cid, struct fault *fault)
{
	const struct block *block = block_list_find(&blocks, cid);
	assert_non_null(block);
	return dag_walk_supply(walk, cid, block->data, block->size, fault);
}

/* Gathers what is wanted, and supplies it in an order of its own: the last first, or as `random`
 * says. */
static enum status supply_all(struct dag_walk *walk, uint32_t random, struct fault *fault)
{
	struct cid wanted[DAG_WALK_AHEAD];
	size_t count = 0;
	enum status status = STATUS_OK;
	while (status == STATUS_OK) {
		while (count < DAG_WALK_AHEAD && dag_walk_want(walk, &wanted[count]))
			count++;
		if (count == 0)
			break;
		random = random * 1664525u + 1013904223u;
		size_t pick = random == 0 ? count - 1 : (random >> 8) % count;
		status = supply(walk, &wanted[pick], fault);
		wanted[pick] = wanted[--count];
	}
	return status;
}

static void assert_reads(const struct cid *root, const uint8_t *data, size_t size, uint32_t random)
{
	struct dag_walk *walk;
	struct fault fault = {0};
	assert_int_equal(dag_walk_create(root, DAG_FILE_BYTES_MAX, &walk), STATUS_OK);
	assert_int_equal(supply_all(walk, random, &fault), STATUS_OK);
	assert_true(dag_walk_is_complete(walk));
	uint64_t file_bytes;
	const uint8_t *file = dag_walk_file(walk, &file_bytes);
	assert_int_equal(file_bytes, size);
	assert_memory_equal(file, data, size);
	dag_walk_destroy(walk);
}

/* The walk ends with that error, which names `culprit` and says `reason`. Returns how many blocks
 * it was given. */
static size_t assert_refused(const struct cid *root, uint64_t file_bytes_max, enum status status,
			     const char *reason, const struct cid *culprit)
{
	struct dag_walk *walk;
	struct fault fault = {0};
	struct cid cid;
	size_t given = 0;
	enum status got = STATUS_OK;
	assert_int_equal(dag_walk_create(root, file_bytes_max, &walk), STATUS_OK);
	while (got == STATUS_OK && dag_walk_want(walk, &cid)) {
		got = supply(walk, &cid, &fault);
		given++;
	}
	assert_int_equal(got, status);
	assert_non_null(strstr(fault.text, reason));
	char name[CID_TEXT_BYTES];
	cid_to_text(culprit, name);
	assert_non_null(strstr(fault.text, name));

	/* It stays so. */
	assert_false(dag_walk_want(walk, &cid));
	assert_false(dag_walk_is_complete(walk));
	struct fault again = {0};
	assert_int_equal(dag_walk_supply(walk, root, NULL, 0, &again), status);
	assert_string_equal(again.text, fault.text);
	dag_walk_destroy(walk);
	return given;
}

/* ---- Files that are read ---- */

static void files_of_all_shapes_are_read_back(void **state)
{
	static const size_t sizes[] = {0, 1, 262143, 262144, 262145, 1000000};
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		uint8_t *data = make_bytes(sizes[i]);
		struct cid root = build(data, sizes[i]);
		assert_reads(&root, data, sizes[i], 1);
		test_free(data);
	}
}

static void blocks_may_arrive_in_any_order(void **state)
{
	size_t size = 46000000;
	uint8_t *data = make_bytes(size);
	struct cid root = build(data, size);
	for (uint32_t random = 0; random < 3; random++)
		assert_reads(&root, data, size, random);
	test_free(data);
}

static void
a_block_that_stands_in_the_file_many_times_is_told_once_while_it_is_awaited(void **state)
{
	size_t size = (size_t)20 * DAG_CHUNK_BYTES;
	uint8_t *data = test_calloc(size, 1);
	struct cid root = build(data, size);
	struct dag_walk *walk;
	struct fault fault;
	struct cid cid;
	assert_int_equal(dag_walk_create(&root, DAG_FILE_BYTES_MAX, &walk), STATUS_OK);
	assert_true(dag_walk_want(walk, &cid));
	assert_int_equal(supply(walk, &cid, &fault), STATUS_OK);
	assert_true(dag_walk_want(walk, &cid));
	struct cid other;
	assert_false(dag_walk_want(walk, &other));
	assert_int_equal(supply(walk, &cid, &fault), STATUS_OK);
	assert_true(dag_walk_is_complete(walk));
	dag_walk_destroy(walk);
	assert_reads(&root, data, size, 1);
	test_free(data);
}

static void at_most_32_blocks_are_asked_ahead(void **state)
{
	size_t size = (size_t)100 * DAG_CHUNK_BYTES;
	uint8_t *data = make_bytes(size);
	struct cid root = build(data, size);
	struct dag_walk *walk;
	struct fault fault;
	struct cid wanted[DAG_WALK_AHEAD];
	struct cid cid;
	assert_int_equal(dag_walk_create(&root, DAG_FILE_BYTES_MAX, &walk), STATUS_OK);
	assert_true(dag_walk_want(walk, &cid));
	assert_false(dag_walk_want(walk, &wanted[0]));
	assert_int_equal(supply(walk, &cid, &fault), STATUS_OK);
	for (int i = 0; i < DAG_WALK_AHEAD; i++)
		assert_true(dag_walk_want(walk, &wanted[i]));
	assert_false(dag_walk_want(walk, &cid));
	/* Those that came before their turn still count, until the first comes. */
	for (int i = 1; i < DAG_WALK_AHEAD; i++)
		assert_int_equal(supply(walk, &wanted[i], &fault), STATUS_OK);
	assert_false(dag_walk_want(walk, &cid));
	assert_int_equal(supply(walk, &wanted[0], &fault), STATUS_OK);
	assert_true(dag_walk_want(walk, &cid));
	dag_walk_destroy(walk);
	test_free(data);
}

static void leaves_that_are_nodes_with_bytes_inside_are_read(void **state)
{
	struct node_writer node;
	node_begin(&node, UNIXFS_RAW);
	node_data(&node, "hello ", 6);
	node_file_bytes(&node, 6);
	struct cid first = node_put(&node, &blocks);
	node_begin(&node, UNIXFS_FILE);
	node_data(&node, "world", 5); /* without its size, which is optional */
	struct cid second = node_put(&node, &blocks);
	node_begin(&node, UNIXFS_FILE);
	node_file_bytes(&node, 11);
	node_link(&node, &first, 6);
	node_link(&node, &second, 5);
	struct cid root = node_put(&node, &blocks);
	for (uint32_t random = 0; random < 4; random++)
		assert_reads(&root, (const uint8_t *)"hello world", 11, random);
	assert_reads(&second, (const uint8_t *)"world", 5, 0);
}

static void bytes_inside_a_node_come_before_those_of_its_links(void **state)
{
	struct cid leaf = block_list_put(&blocks, CID_RAW, "c", 1);
	struct node_writer node;
	node_begin(&node, UNIXFS_FILE);
	node_data(&node, "b", 1);
	node_link(&node, &leaf, 1);
	struct cid inner = node_put(&node, &blocks);
	struct cid other = block_list_put(&blocks, CID_RAW, "0", 1);
	node_begin(&node, UNIXFS_FILE);
	node_data(&node, "a", 1);
	node_link(&node, &other, 1);
	node_link(&node, &inner, 2);
	struct cid root = node_put(&node, &blocks);
	for (uint32_t random = 0; random < 8; random++)
		assert_reads(&root, (const uint8_t *)"a0bc", 4, random);
}

static void an_empty_file_of_the_old_kind_is_read(void **state)
{
	struct node_writer node;
	node_begin(&node, UNIXFS_FILE);
	node_file_bytes(&node, 0);
	struct cid root = node_put(&node, &blocks);
	char name[CID_TEXT_BYTES];
	cid_to_text(&root, name);
	/* QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH, which `ipfs add` gives for no bytes. */
	assert_string_equal(name, "bafybeif7ztnhq65lumvvtr4ekcwd2ifwgm3awq4zfr3srh462rwyinlb4y");
	assert_reads(&root, (const uint8_t *)"", 0, 0);
}

static bool count_bytes(void *context, const uint8_t *data, size_t size)
{
	uint64_t *left = context;
	if (size > *left)
		return false;
	*left -= size;
	return true;
}

static void a_streaming_walk_passes_pieces_on_and_stops_when_they_are_refused(void **state)
{
	size_t size = 1000000;
	uint8_t *data = make_bytes(size);
	struct cid root = build(data, size);
	uint64_t left = size;
	struct dag_walk *walk;
	struct fault fault;
	assert_int_equal(
	    dag_walk_create_streaming(&root, DAG_FILE_BYTES_MAX, count_bytes, &left, &walk),
	    STATUS_OK);
	assert_int_equal(supply_all(walk, 1, &fault), STATUS_OK);
	assert_true(dag_walk_is_complete(walk));
	assert_int_equal(left, 0);
	dag_walk_destroy(walk);

	left = 500000;
	assert_int_equal(
	    dag_walk_create_streaming(&root, DAG_FILE_BYTES_MAX, count_bytes, &left, &walk),
	    STATUS_OK);
	assert_int_equal(supply_all(walk, 1, &fault), STATUS_IO);
	dag_walk_destroy(walk);
	test_free(data);
}

/* ---- Suppliers that lie ---- */

static void bytes_that_do_not_hash_to_the_name_are_refused_and_may_come_again(void **state)
{
	struct cid root = build((const uint8_t *)"hello", 5);
	struct dag_walk *walk;
	struct fault fault;
	struct cid cid;
	assert_int_equal(dag_walk_create(&root, DAG_FILE_BYTES_MAX, &walk), STATUS_OK);
	assert_true(dag_walk_want(walk, &cid));
	const uint8_t *other = (const uint8_t *)"hellO";
	assert_int_equal(dag_walk_supply(walk, &cid, other, 5, &fault), STATUS_CORRUPT);
	assert_non_null(strstr(fault.text, "do not hash to its name"));
	assert_int_equal(supply(walk, &cid, &fault), STATUS_OK);
	assert_true(dag_walk_is_complete(walk));
	dag_walk_destroy(walk);
}

static void a_block_that_nobody_asked_for_is_refused(void **state)
{
	struct cid root = build((const uint8_t *)"hello", 5);
	struct cid other = block_list_put(&blocks, CID_RAW, "other", 5);
	struct dag_walk *walk;
	struct fault fault;
	struct cid cid;
	assert_int_equal(dag_walk_create(&root, DAG_FILE_BYTES_MAX, &walk), STATUS_OK);
	assert_int_equal(supply(walk, &root, &fault), STATUS_NOT_FOUND);
	assert_true(dag_walk_want(walk, &cid));
	assert_int_equal(supply(walk, &other, &fault), STATUS_NOT_FOUND);
	assert_int_equal(supply(walk, &cid, &fault), STATUS_OK);
	assert_int_equal(supply(walk, &cid, &fault), STATUS_NOT_FOUND);
	dag_walk_destroy(walk);
}

/* ---- Graphs that lie ---- */

/* A node whose links all lead to one child, each for `file_bytes`. */
static struct cid repeat(const struct cid *child, uint64_t file_bytes, int count)
{
	struct node_writer node;
	node_begin(&node, UNIXFS_FILE);
	node_file_bytes(&node, file_bytes * (uint64_t)count);
	for (int i = 0; i < count; i++)
		node_link(&node, child, file_bytes);
	return node_put(&node, &blocks);
}

static void a_terabyte_of_repeated_links_is_refused_by_its_root_alone(void **state)
{
	static const uint8_t chunk[DAG_CHUNK_BYTES];
	struct cid cid = block_list_put(&blocks, CID_RAW, chunk, sizeof chunk);
	uint64_t file_bytes = sizeof chunk;
	for (int level = 0; level < 3; level++) {
		cid = repeat(&cid, file_bytes, 174);
		file_bytes *= 174;
	}
	assert_true(file_bytes > (uint64_t)1 << 40);
	size_t given =
	    assert_refused(&cid, DAG_FILE_BYTES_MAX, STATUS_LIMIT, "1380980883456 bytes", &cid);
	assert_int_equal(given, 1);
}

static void a_graph_that_lies_about_its_size_is_refused_as_soon_as_the_lie_shows(void **state)
{
	static const uint8_t chunk[DAG_CHUNK_BYTES];
	struct cid leaf = block_list_put(&blocks, CID_RAW, chunk, sizeof chunk);
	struct cid inner = repeat(&leaf, sizeof chunk, 174);
	struct cid outer = repeat(&inner, (uint64_t)sizeof chunk * 174, 174);
	struct cid root = repeat(&outer, 1000, 174);
	size_t given = assert_refused(&root, DAG_FILE_BYTES_MAX, STATUS_INVALID,
				      "the link to it says 1000", &outer);
	assert_int_equal(given, 2);
}

static void a_leaf_of_another_size_than_its_link_says_is_refused(void **state)
{
	struct cid leaf = block_list_put(&blocks, CID_RAW, "hello", 5);
	struct cid root = repeat(&leaf, 4, 2);
	assert_refused(&root, DAG_FILE_BYTES_MAX, STATUS_INVALID,
		       "it has 5 bytes, the link to it says 4", &leaf);
	root = repeat(&leaf, 6, 2);
	assert_refused(&root, DAG_FILE_BYTES_MAX, STATUS_INVALID,
		       "it has 5 bytes, the link to it says 6", &leaf);
}

static void nodes_whose_own_sizes_disagree_are_refused(void **state)
{
	struct cid leaf = block_list_put(&blocks, CID_RAW, "hello", 5);
	struct node_writer node;
	node_begin(&node, UNIXFS_FILE);
	node_file_bytes(&node, 6);
	node_link(&node, &leaf, 5);
	struct cid root = node_put(&node, &blocks);
	assert_refused(&root, DAG_FILE_BYTES_MAX, STATUS_INVALID, "add up to its file size", &root);

	node_begin(&node, UNIXFS_FILE);
	node_link(&node, &leaf, 5);
	node_block_bytes(&node, 5);
	root = node_put(&node, &blocks);
	assert_refused(&root, DAG_FILE_BYTES_MAX, STATUS_INVALID, "one size for each link", &root);

	node_begin(&node, UNIXFS_FILE);
	node_link(&node, &leaf, UINT64_MAX);
	node_link(&node, &leaf, 2);
	root = node_put(&node, &blocks);
	assert_refused(&root, DAG_FILE_BYTES_MAX, STATUS_MALFORMED, "more than 64 bits", &root);
}

static void links_to_nothing_are_refused_so_that_nodes_cannot_multiply_for_free(void **state)
{
	struct cid leaf = block_list_put(&blocks, CID_RAW, "", 0);
	struct cid root = repeat(&leaf, 0, 1000);
	assert_refused(&root, DAG_FILE_BYTES_MAX, STATUS_INVALID, "no bytes", &root);
}

static void more_nodes_than_the_size_justifies_are_refused(void **state)
{
	struct cid leaf = block_list_put(&blocks, CID_RAW, "x", 1);
	struct cid inner = repeat(&leaf, 1, 1000);
	struct cid root = repeat(&inner, 1000, 1000);
	/* A million bytes may have 4096 + 976 nodes: the root's 1000, and those of four children.
	 */
	size_t given =
	    assert_refused(&root, DAG_FILE_BYTES_MAX, STATUS_LIMIT, "too many nodes", &inner);
	assert_int_equal(given, 1 + 4 * 1001 + 1);
}

static void a_graph_of_16_blocks_depth_is_read_and_one_of_17_refused(void **state)
{
	struct cid leaf = block_list_put(&blocks, CID_RAW, "x", 1);
	struct cid cid = leaf;
	for (int depth = 2; depth <= 16; depth++)
		cid = repeat(&cid, 1, 1);
	assert_reads(&cid, (const uint8_t *)"x", 1, 0);
	struct cid deeper = repeat(&cid, 1, 1);
	struct cid last = repeat(&leaf, 1, 1);
	size_t given =
	    assert_refused(&deeper, DAG_FILE_BYTES_MAX, STATUS_LIMIT, "deeper than 16", &last);
	assert_int_equal(given, 16);
}

static void a_file_larger_than_is_allowed_is_refused_whatever_its_kind(void **state)
{
	struct cid raw = block_list_put(&blocks, CID_RAW, "hello", 5);
	assert_refused(&raw, 4, STATUS_LIMIT, "it has 5 bytes, the maximum is 4", &raw);
	struct node_writer node;
	node_begin(&node, UNIXFS_FILE);
	node_data(&node, "hello", 5);
	struct cid inside = node_put(&node, &blocks);
	assert_refused(&inside, 4, STATUS_LIMIT, "it has 5 bytes, the maximum is 4", &inside);
}

static void a_block_over_2_mib_is_refused(void **state)
{
	size_t size = DAG_BLOCK_BYTES_MAX + 1;
	uint8_t *data = test_calloc(size, 1);
	struct cid cid = block_list_put(&blocks, CID_RAW, data, size);
	assert_refused(&cid, DAG_FILE_BYTES_MAX, STATUS_LIMIT, "larger than 2 MiB", &cid);
	test_free(data);
}

static void what_is_no_file_is_refused_by_what_it_is(void **state)
{
	static const struct {
		int type;
		enum status status;
		const char *reason;
	} kinds[] = {
	    {UNIXFS_DIRECTORY, STATUS_UNSUPPORTED, "a directory, not a file"},
	    {UNIXFS_HAMT_SHARD, STATUS_UNSUPPORTED, "a directory, not a file"},
	    {UNIXFS_SYMLINK, STATUS_UNSUPPORTED, "a symbolic link, not a file"},
	    {UNIXFS_METADATA, STATUS_UNSUPPORTED, "unknown type"},
	    {77, STATUS_UNSUPPORTED, "unknown type"},
	};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct node_writer node;
		node_begin(&node, kinds[i].type);
		node_data(&node, "target", 6);
		struct cid root = node_put(&node, &blocks);
		assert_refused(&root, DAG_FILE_BYTES_MAX, kinds[i].status, kinds[i].reason, &root);
	}
	/* The empty directory that every IPFS node has. */
	struct fault fault;
	struct cid directory;
	assert_int_equal(
	    cid_from_text("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn", 46, &directory, &fault),
	    STATUS_OK);
	block_list_put(&blocks, CID_DAG_PB, "\x0a\x02\x08\x01", 4);
	assert_refused(&directory, DAG_FILE_BYTES_MAX, STATUS_UNSUPPORTED, "directory", &directory);

	struct cid bare = block_list_put(&blocks, CID_DAG_PB, "", 0);
	assert_refused(&bare, DAG_FILE_BYTES_MAX, STATUS_UNSUPPORTED, "without UnixFS", &bare);
}

static void links_to_other_kinds_of_blocks_are_refused(void **state)
{
	struct node_writer node;
	struct cid leaf = block_list_put(&blocks, CID_RAW, "hello", 5);
	node_begin(&node, UNIXFS_FILE);
	node_link_only(&node, "\x01\x55\x00\x05hello", 9);
	node_block_bytes(&node, 5);
	node_link(&node, &leaf, 5);
	struct cid root = node_put(&node, &blocks);
	assert_refused(&root, DAG_FILE_BYTES_MAX, STATUS_UNSUPPORTED, "identity", &root);

	node_begin(&node, UNIXFS_FILE);
	node_link_only(&node, "", 0);
	node_block_bytes(&node, 5);
	root = node_put(&node, &blocks);
	assert_refused(&root, DAG_FILE_BYTES_MAX, STATUS_MALFORMED, "", &root);
}

static void a_node_cut_short_anywhere_is_refused(void **state)
{
	struct cid leaf = block_list_put(&blocks, CID_RAW, "hello", 5);
	struct cid root = repeat(&leaf, 5, 3);
	const struct block *whole = block_list_find(&blocks, &root);
	for (size_t size = 0; size < whole->size; size++) {
		/* A copy of just that size, so that the sanitizer sees a byte too far. */
		uint8_t *exact = malloc(size);
		assert_true(exact != NULL || size == 0);
		memcpy(exact, whole->data, size);
		struct cid cid = cid_of_block(CID_DAG_PB, exact, size);
		struct dag_walk *walk;
		struct fault fault = {0};
		struct cid wanted;
		assert_int_equal(dag_walk_create(&cid, DAG_FILE_BYTES_MAX, &walk), STATUS_OK);
		assert_true(dag_walk_want(walk, &wanted));
		enum status status = dag_walk_supply(walk, &wanted, exact, size, &fault);
		assert_true(status == STATUS_MALFORMED || status == STATUS_UNSUPPORTED);
		assert_true(fault.text[0] != '\0');
		dag_walk_destroy(walk);
		free(exact);
	}
}

/* ---- Memory ---- */

static void memory_follows_what_was_verified_not_what_was_claimed(void **state)
{
	uint8_t *chunk = make_bytes(DAG_CHUNK_BYTES);
	struct cid leaf = block_list_put(&blocks, CID_RAW, chunk, DAG_CHUNK_BYTES);
	chunk[0] ^= 1;
	struct cid missing = cid_of_block(CID_RAW, chunk, DAG_CHUNK_BYTES);
	test_free(chunk);
	struct node_writer node;
	node_begin(&node, UNIXFS_FILE);
	node_link(&node, &leaf, DAG_CHUNK_BYTES);
	for (int i = 0; i < 1000; i++)
		node_link(&node, &missing, DAG_CHUNK_BYTES);
	struct cid root = node_put(&node, &blocks);
	struct dag_walk *walk;
	struct fault fault;
	struct cid cid;
	assert_int_equal(dag_walk_create(&root, DAG_FILE_BYTES_MAX, &walk), STATUS_OK);
	for (int i = 0; i < 2; i++) {
		assert_true(dag_walk_want(walk, &cid));
		assert_int_equal(supply(walk, &cid, &fault), STATUS_OK);
	}
	assert_true(test_port_committed_bytes <= 2 * DAG_CHUNK_BYTES);
	assert_true(test_port_live_bytes < 300000);
	dag_walk_destroy(walk);
}

static void every_refused_allocation_is_an_error_without_a_leak(void **state)
{
	size_t size = 3 * DAG_CHUNK_BYTES;
	uint8_t *data = make_bytes(size);
	struct cid root = build(data, size);
	enum status status = STATUS_NO_MEMORY;
	uint64_t refused = 0;
	for (; status != STATUS_OK; refused++) {
		assert_int_equal(status, STATUS_NO_MEMORY);
		struct dag_walk *walk;
		struct fault fault = {0};
		test_port_refuse_after = test_port_allocations + refused;
		status = dag_walk_create(&root, DAG_FILE_BYTES_MAX, &walk);
		if (status == STATUS_OK) {
			status = supply_all(walk, 0, &fault);
			dag_walk_destroy(walk);
			assert_true(status == STATUS_OK || fault.text[0] != '\0');
		}
		test_port_refuse_after = UINT64_MAX;
		assert_int_equal(test_port_live_bytes, 0);
		assert_int_equal(test_port_committed_bytes, 0);
	}
	assert_true(refused > 6);
	test_free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    guarded_test(files_of_all_shapes_are_read_back),
	    guarded_test(blocks_may_arrive_in_any_order),
	    guarded_test(
		a_block_that_stands_in_the_file_many_times_is_told_once_while_it_is_awaited),
	    guarded_test(at_most_32_blocks_are_asked_ahead),
	    guarded_test(leaves_that_are_nodes_with_bytes_inside_are_read),
	    guarded_test(bytes_inside_a_node_come_before_those_of_its_links),
	    guarded_test(an_empty_file_of_the_old_kind_is_read),
	    guarded_test(a_streaming_walk_passes_pieces_on_and_stops_when_they_are_refused),
	    guarded_test(bytes_that_do_not_hash_to_the_name_are_refused_and_may_come_again),
	    guarded_test(a_block_that_nobody_asked_for_is_refused),
	    guarded_test(a_terabyte_of_repeated_links_is_refused_by_its_root_alone),
	    guarded_test(a_graph_that_lies_about_its_size_is_refused_as_soon_as_the_lie_shows),
	    guarded_test(a_leaf_of_another_size_than_its_link_says_is_refused),
	    guarded_test(nodes_whose_own_sizes_disagree_are_refused),
	    guarded_test(links_to_nothing_are_refused_so_that_nodes_cannot_multiply_for_free),
	    guarded_test(more_nodes_than_the_size_justifies_are_refused),
	    guarded_test(a_graph_of_16_blocks_depth_is_read_and_one_of_17_refused),
	    guarded_test(a_file_larger_than_is_allowed_is_refused_whatever_its_kind),
	    guarded_test(a_block_over_2_mib_is_refused),
	    guarded_test(what_is_no_file_is_refused_by_what_it_is),
	    guarded_test(links_to_other_kinds_of_blocks_are_refused),
	    guarded_test(a_node_cut_short_anywhere_is_refused),
	    guarded_test(memory_follows_what_was_verified_not_what_was_claimed),
	    guarded_test(every_refused_allocation_is_an_error_without_a_leak),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

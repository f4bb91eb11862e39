/* The interface `blocks`, asked message by message over a store in a folder of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <cairn/blocks.h>

#include "blocks.h"
#include "log.h"
#include "unit/hosted/fake_kernel.h"

struct fixture {
	char home[64];
	struct store *store;
	struct blocks *blocks;
	struct kernel_request request;
};

/* What is said about damaged blocks is not looked at here. */
static void drop_line(void *self, enum port_log_level level, const char *text, size_t size)
{
}

static const struct log_sink no_log = {.write = drop_line};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct fault fault;
	*state = f;
	snprintf(f->home, sizeof f->home, "/tmp/cairn-test-XXXXXX");
	log_set_sink(&no_log);
	return mkdtemp(f->home) == NULL || store_open(f->home, &f->store, &fault) != STATUS_OK ||
	       blocks_create(NULL, f->store, &f->blocks) != STATUS_OK;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char command[128];
	blocks_destroy(f->blocks);
	store_close(f->store);
	snprintf(command, sizeof command, "rm -r '%s'", f->home);
	int status = system(command);
	free(f->request.answer);
	free(f);
	return status;
}

static const struct kernel_request *get(struct fixture *f, const void *cid, uint32_t size)
{
	blocks_get_encode(fake_kernel_body(&f->request),
			  &(struct blocks_get_call){.cid = {cid, size}});
	fake_kernel_send(&f->request);
	return &f->request;
}

static const struct kernel_request *put(struct fixture *f, uint32_t codec, const char *text)
{
	const struct wire_bytes data = {(const uint8_t *)text, (uint32_t)strlen(text)};
	blocks_put_encode(fake_kernel_body(&f->request), &(struct blocks_put_call){codec, data});
	fake_kernel_send(&f->request);
	return &f->request;
}

/* Both functions have the same result. */
static struct blocks_bytes_or_error result_of(const struct kernel_request *request)
{
	struct blocks_bytes_or_error result;
	assert_true(request->is_answered);
	assert_int_equal(request->status, CAIRN_STATUS_OK);
	assert_int_equal(blocks_get_answer_decode(request->answer, request->answer_size, &result),
			 WIRE_OK);
	return result;
}

static void assert_bytes(const struct kernel_request *request, const void *data, size_t size)
{
	struct blocks_bytes_or_error result = result_of(request);
	assert_false(result.is_error);
	assert_int_equal(result.value.size, size);
	assert_memory_equal(result.value.data, data, size);
}

static void assert_error(const struct kernel_request *request, enum blocks_error error)
{
	struct blocks_bytes_or_error result = result_of(request);
	assert_true(result.is_error);
	assert_int_equal(result.error, error);
}

static void cid_of(const char *text, uint8_t out[CID_BINARY_BYTES])
{
	struct cid cid = cid_of_block(CID_RAW, text, strlen(text));
	cid_to_binary(&cid, out);
}

static void what_was_put_comes_back_under_the_name_that_was_told(void **state)
{
	struct fixture *f = *state;
	uint8_t name[CID_BINARY_BYTES];
	cid_of("some bytes", name);
	assert_bytes(put(f, CID_RAW, "some bytes"), name, sizeof name);
	assert_bytes(get(f, name, sizeof name), "some bytes", 10);
}

static void an_empty_block_is_a_block(void **state)
{
	struct fixture *f = *state;
	uint8_t name[CID_BINARY_BYTES];
	cid_of("", name);
	assert_bytes(put(f, CID_RAW, ""), name, sizeof name);
	assert_bytes(get(f, name, sizeof name), "", 0);
}

static void a_block_that_is_not_there_is_not_found(void **state)
{
	struct fixture *f = *state;
	uint8_t name[CID_BINARY_BYTES];
	cid_of("never stored", name);
	assert_error(get(f, name, sizeof name), BLOCKS_ERROR_NOT_FOUND);
}

static void bytes_that_are_no_cid_are_told_so(void **state)
{
	struct fixture *f = *state;
	assert_error(get(f, "abc", 3), BLOCKS_ERROR_NOT_A_CID);
	assert_error(get(f, "", 0), BLOCKS_ERROR_NOT_A_CID);
	static const uint8_t identity[] = {1, 0x55, 0, 2, 'h', 'i'};
	assert_error(get(f, identity, sizeof identity), BLOCKS_ERROR_NOT_A_CID);
}

static void an_unknown_codec_is_not_stored(void **state)
{
	struct fixture *f = *state;
	assert_error(put(f, 0x71, "dag-cbor"), BLOCKS_ERROR_NOT_A_CID);
}

static void a_block_that_was_changed_on_disk_is_corrupt_and_then_gone(void **state)
{
	struct fixture *f = *state;
	uint8_t name[CID_BINARY_BYTES];
	char command[160];
	cid_of("some bytes", name);
	put(f, CID_RAW, "some bytes");
	snprintf(command, sizeof command,
		 "chmod -R u+w '%s' && find '%s/blocks' -type f -exec sh -c 'echo x > {}' ';'",
		 f->home, f->home);
	assert_int_equal(system(command), 0);
	assert_error(get(f, name, sizeof name), BLOCKS_ERROR_CORRUPT);
	assert_error(get(f, name, sizeof name), BLOCKS_ERROR_NOT_FOUND);
}

static void messages_that_are_not_exactly_right_are_refused(void **state)
{
	struct fixture *f = *state;
	/* By hand: bindings would not encode these. */
	static const uint8_t other[] = {2, 0, 0, 0, 0, 0, 0, 0};
	static const uint8_t endless[] = {BLOCKS_PUT, 0,    0,    0,    0x55, 0,  0,
					  0,          0xff, 0xff, 0xff, 0xff, 'a'};
	blocks_get_encode(fake_kernel_body(&f->request),
			  &(struct blocks_get_call){.cid = {(const uint8_t *)"abc", 3}});
	fake_kernel_refuses_all_but_whole(&f->request);
	fake_kernel_send_bytes(&f->request, other, sizeof other);
	assert_int_equal(f->request.status, CAIRN_STATUS_REFUSED);
	fake_kernel_send_bytes(&f->request, endless, sizeof endless);
	assert_int_equal(f->request.status, CAIRN_STATUS_REFUSED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_was_put_comes_back_under_the_name_that_was_told),
	    TEST(an_empty_block_is_a_block),
	    TEST(a_block_that_is_not_there_is_not_found),
	    TEST(bytes_that_are_no_cid_are_told_so),
	    TEST(an_unknown_codec_is_not_stored),
	    TEST(a_block_that_was_changed_on_disk_is_corrupt_and_then_gone),
	    TEST(messages_that_are_not_exactly_right_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <cairn/abi.h>
#include <cairn/random.h>

#include "fake_call.h"
#include "preview1.h"

enum { PIECE = 65536 };

/* Queues `size` bytes that are all `fill`. */
static void answer_with(uint32_t size, uint8_t fill)
{
	static uint8_t bytes[PIECE];
	memset(bytes, fill, size);
	random_bytes_answer_encode(fake_body(), (struct wire_bytes){bytes, size});
	fake_answer_body();
}

static void assert_asked(uint32_t index, uint32_t size)
{
	random_bytes_encode(fake_body(), &(struct random_bytes_call){size});
	fake_assert_message(index, random_interface);
}

static void bytes_are_asked_for_and_written(void **state)
{
	answer_with(10, 7);
	assert_int_equal(fake_run("random_get", 2, 100ull, 10ull), WASI_SUCCESS);
	assert_int_equal(fake_message_count, 1);
	assert_asked(0, 10);
	for (int i = 100; i < 110; i++)
		assert_int_equal(fake_memory[i], 7);
	assert_int_equal(fake_memory[99], FAKE_UNTOUCHED);
	assert_int_equal(fake_memory[110], FAKE_UNTOUCHED);
}

static void no_bytes_need_no_message(void **state)
{
	assert_int_equal(fake_run("random_get", 2, 100ull, 0ull), WASI_SUCCESS);
	assert_int_equal(fake_run("random_get", 2, (uint64_t)FAKE_MEMORY_BYTES, 0ull),
			 WASI_SUCCESS);
	assert_int_equal(fake_message_count, 0);
	fake_assert_untouched();
}

static void many_bytes_come_in_pieces(void **state)
{
	answer_with(PIECE, 1);
	answer_with(PIECE, 2);
	answer_with(5, 3);
	assert_int_equal(fake_run("random_get", 2, 8ull, 2ull * PIECE + 5), WASI_SUCCESS);
	assert_int_equal(fake_message_count, 3);
	assert_asked(0, PIECE);
	assert_asked(1, PIECE);
	assert_asked(2, 5);
	assert_int_equal(fake_memory[8], 1);
	assert_int_equal(fake_memory[8 + PIECE - 1], 1);
	assert_int_equal(fake_memory[8 + PIECE], 2);
	assert_int_equal(fake_memory[8 + 2 * PIECE], 3);
	assert_int_equal(fake_memory[8 + 2 * PIECE + 4], 3);
	assert_int_equal(fake_memory[8 + 2 * PIECE + 5], FAKE_UNTOUCHED);
}

static void a_whole_number_of_pieces_asks_for_no_empty_one(void **state)
{
	answer_with(PIECE, 1);
	answer_with(PIECE, 2);
	assert_int_equal(fake_run("random_get", 2, 0ull, 2ull * PIECE), WASI_SUCCESS);
	assert_int_equal(fake_message_count, 2);
}

static void the_last_byte_of_the_memory_can_be_filled(void **state)
{
	answer_with(1, 9);
	assert_int_equal(fake_run("random_get", 2, FAKE_MEMORY_BYTES - 1ull, 1ull), WASI_SUCCESS);
	assert_int_equal(fake_memory[FAKE_MEMORY_BYTES - 1], 9);
}

static void a_range_that_leaves_the_memory_is_a_fault(void **state)
{
	static const uint64_t ranges[][2] = {
	    {FAKE_MEMORY_BYTES - 9, 10}, {FAKE_MEMORY_BYTES, 1}, {FAKE_MEMORY_BYTES + 1, 0},
	    {0, FAKE_MEMORY_BYTES + 1},  {UINT32_MAX, 1},        {UINT32_MAX, UINT32_MAX},
	    {16, UINT32_MAX - 15}, /* the sum is 2^32 */
	};
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		assert_int_equal(fake_run("random_get", 2, ranges[i][0], ranges[i][1]),
				 WASI_EFAULT);
	assert_int_equal(fake_message_count, 0);
	fake_assert_untouched();
}

static void an_answer_of_another_size_is_refused(void **state)
{
	answer_with(9, 7);
	assert_int_equal(fake_run("random_get", 2, 100ull, 10ull), WASI_EPROTO);
	answer_with(11, 7);
	assert_int_equal(fake_run("random_get", 2, 100ull, 10ull), WASI_EPROTO);
	answer_with(0, 7);
	assert_int_equal(fake_run("random_get", 2, 100ull, 10ull), WASI_EPROTO);
	fake_assert_untouched();
}

static void bytes_are_a_protocol_error(void)
{
	assert_int_equal(fake_run("random_get", 2, 100ull, 3ull), WASI_EPROTO);
	fake_assert_untouched();
}

static void an_answer_that_is_cut_or_too_long_is_refused(void **state)
{
	static const uint8_t three[] = {1, 2, 3};
	random_bytes_answer_encode(fake_body(), (struct wire_bytes){three, sizeof(three)});
	fake_each_broken(bytes_are_a_protocol_error);
}

static void an_error_in_the_middle_is_the_result(void **state)
{
	answer_with(PIECE, 1);
	fake_answer(CAIRN_STATUS_LIMIT, NULL, 0);
	assert_int_equal(fake_run("random_get", 2, 0ull, PIECE + 1ull), WASI_ENOMEM);
	assert_int_equal(fake_memory[PIECE], FAKE_UNTOUCHED);
}

int main(void)
{
	const struct CMUnitTest entropy[] = {
	    fake_test(bytes_are_asked_for_and_written),
	    fake_test(no_bytes_need_no_message),
	    fake_test(many_bytes_come_in_pieces),
	    fake_test(a_whole_number_of_pieces_asks_for_no_empty_one),
	    fake_test(the_last_byte_of_the_memory_can_be_filled),
	    fake_test(a_range_that_leaves_the_memory_is_a_fault),
	    fake_test(an_answer_of_another_size_is_refused),
	    fake_test(an_answer_that_is_cut_or_too_long_is_refused),
	    fake_test(an_error_in_the_middle_is_the_result),
	};
	return fake_run_tests(entropy);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <cairn/abi.h>
#include <cairn/process.h>

#include "fake_call.h"
#include "preview1.h"

static const char *get;
static const char *sizes_get;

static void encode_three_strings(void)
{
	static const struct wire_bytes strings[] = {
	    {(const uint8_t *)"tool", 4}, {NULL, 0}, {(const uint8_t *)"-x", 2}};
	process_arguments_answer_encode(fake_body(),
					(struct wire_bytes_list){.items = strings, .count = 3});
}

/* Arguments and environment have the same type. */
static void answer_with_three_strings(void)
{
	encode_three_strings();
	fake_answer_body();
}

static void sizes_count_the_strings_and_their_zeros(void **state)
{
	answer_with_three_strings();
	assert_int_equal(fake_run("args_sizes_get", 2, 16ull, 32ull), WASI_SUCCESS);
	assert_int_equal(fake_load_u32(fake_memory + 16), 3);
	assert_int_equal(fake_load_u32(fake_memory + 32), 5 + 1 + 3);
	assert_int_equal(fake_message_count, 1);
	process_arguments_encode(fake_body());
	fake_assert_message(0, process_interface);
}

static void strings_are_written_behind_one_another_with_pointers_to_each(void **state)
{
	answer_with_three_strings();
	assert_int_equal(fake_run("args_get", 2, 16ull, 64ull), WASI_SUCCESS);
	assert_int_equal(fake_load_u32(fake_memory + 16), 64);
	assert_int_equal(fake_load_u32(fake_memory + 20), 69);
	assert_int_equal(fake_load_u32(fake_memory + 24), 70);
	assert_memory_equal(fake_memory + 64, "tool\0\0-x\0", 9);
	assert_int_equal(fake_memory[28], FAKE_UNTOUCHED);
	assert_int_equal(fake_memory[63], FAKE_UNTOUCHED);
	assert_int_equal(fake_memory[73], FAKE_UNTOUCHED);
}

static void the_environment_is_asked_for_by_its_own_function(void **state)
{
	answer_with_three_strings();
	answer_with_three_strings();
	assert_int_equal(fake_run("environ_sizes_get", 2, 0ull, 4ull), WASI_SUCCESS);
	assert_int_equal(fake_run("environ_get", 2, 16ull, 64ull), WASI_SUCCESS);
	assert_int_equal(fake_load_u32(fake_memory), 3);
	assert_memory_equal(fake_memory + 64, "tool\0\0-x\0", 9);
	process_environment_encode(fake_body());
	fake_assert_message(0, process_interface);
	fake_assert_message(1, process_interface);
}

static void no_strings_write_no_byte(void **state)
{
	process_arguments_answer_encode(fake_body(), (struct wire_bytes_list){.count = 0});
	fake_answer_body();
	assert_int_equal(
	    fake_run("args_get", 2, (uint64_t)FAKE_MEMORY_BYTES, (uint64_t)FAKE_MEMORY_BYTES),
	    WASI_SUCCESS);
	fake_assert_untouched();
}

static void strings_that_end_with_the_memory_fit(void **state)
{
	answer_with_three_strings();
	assert_int_equal(fake_run("args_get", 2, 0ull, FAKE_MEMORY_BYTES - 9ull), WASI_SUCCESS);
	assert_memory_equal(fake_memory + FAKE_MEMORY_BYTES - 9, "tool\0\0-x\0", 9);
	answer_with_three_strings();
	assert_int_equal(fake_run("args_get", 2, FAKE_MEMORY_BYTES - 12ull, 0ull), WASI_SUCCESS);
	assert_int_equal(fake_load_u32(fake_memory + FAKE_MEMORY_BYTES - 4), 6);
}

static void pointers_outside_the_memory_are_faults_and_write_nothing(void **state)
{
	static const uint64_t outside_strings[] = {FAKE_MEMORY_BYTES - 8, FAKE_MEMORY_BYTES,
						   UINT32_MAX, UINT32_MAX - 8};
	static const uint64_t outside_pointers[] = {FAKE_MEMORY_BYTES - 11, FAKE_MEMORY_BYTES,
						    UINT32_MAX, UINT32_MAX - 11};
	static const uint64_t outside_word[] = {FAKE_MEMORY_BYTES - 3, UINT32_MAX, UINT32_MAX - 3};
	for (int i = 0; i < 4; i++) {
		answer_with_three_strings();
		assert_int_equal(fake_run(get, 2, 0ull, outside_strings[i]), WASI_EFAULT);
		answer_with_three_strings();
		assert_int_equal(fake_run(get, 2, outside_pointers[i], 64ull), WASI_EFAULT);
	}
	for (int i = 0; i < 3; i++) {
		answer_with_three_strings();
		assert_int_equal(fake_run(sizes_get, 2, 0ull, outside_word[i]), WASI_EFAULT);
		answer_with_three_strings();
		assert_int_equal(fake_run(sizes_get, 2, outside_word[i], 0ull), WASI_EFAULT);
	}
	fake_assert_untouched();
}

static void bad_pointers_of_arguments(void **state)
{
	get = "args_get";
	sizes_get = "args_sizes_get";
	pointers_outside_the_memory_are_faults_and_write_nothing(state);
}

static void bad_pointers_of_the_environment(void **state)
{
	get = "environ_get";
	sizes_get = "environ_sizes_get";
	pointers_outside_the_memory_are_faults_and_write_nothing(state);
}

static void strings_are_a_protocol_error(void)
{
	assert_int_equal(fake_run("args_get", 2, 0ull, 64ull), WASI_EPROTO);
	fake_assert_untouched();
}

static void sizes_are_a_protocol_error(void)
{
	assert_int_equal(fake_run("environ_sizes_get", 2, 0ull, 64ull), WASI_EPROTO);
	fake_assert_untouched();
}

static void an_answer_that_is_cut_or_too_long_is_refused(void **state)
{
	encode_three_strings();
	fake_each_broken(strings_are_a_protocol_error);
	fake_each_broken(sizes_are_a_protocol_error);
}

static void an_answer_that_claims_four_billion_strings_is_refused(void **state)
{
	/* By hand: bindings would not claim more than there is. */
	static const uint8_t many[] = {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0};
	static const uint8_t long_one[] = {1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 'x'};
	fake_answer(CAIRN_STATUS_OK, many, sizeof(many));
	strings_are_a_protocol_error();
	fake_answer(CAIRN_STATUS_OK, long_one, sizeof(long_one));
	strings_are_a_protocol_error();
}

static void a_message_that_fails_gives_its_error(void **state)
{
	fake_answer(CAIRN_STATUS_DENIED, NULL, 0);
	assert_int_equal(fake_run("args_get", 2, 0ull, 64ull), WASI_EACCES);
	fake_answer(CAIRN_STATUS_NO_HANDLER, NULL, 0);
	assert_int_equal(fake_run("args_sizes_get", 2, 0ull, 64ull), WASI_ENOSYS);
	fake_assert_untouched();
}

int main(void)
{
	const struct CMUnitTest arguments[] = {
	    fake_test(sizes_count_the_strings_and_their_zeros),
	    fake_test(strings_are_written_behind_one_another_with_pointers_to_each),
	    fake_test(the_environment_is_asked_for_by_its_own_function),
	    fake_test(no_strings_write_no_byte),
	    fake_test(strings_that_end_with_the_memory_fit),
	    fake_test(bad_pointers_of_arguments),
	    fake_test(bad_pointers_of_the_environment),
	    fake_test(an_answer_that_is_cut_or_too_long_is_refused),
	    fake_test(an_answer_that_claims_four_billion_strings_is_refused),
	    fake_test(a_message_that_fails_gives_its_error),
	};
	return fake_run_tests(arguments);
}

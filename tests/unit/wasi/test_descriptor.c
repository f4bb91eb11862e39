#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <cairn/abi.h>
#include <cairn/terminal.h>

#include "fake_call.h"
#include "preview1.h"

enum { OUT = 64, FDSTAT_BYTES = 24, FILESTAT_BYTES = 64 };
enum { CHARACTER_DEVICE = 2, UNKNOWN = 0 };
enum { RIGHT_READ = 1 << 1, RIGHT_SEEK = 1 << 2, RIGHT_TELL = 1 << 5, RIGHT_WRITE = 1 << 6 };

static uint32_t fdstat(uint64_t descriptor)
{
	return fake_run("fd_fdstat_get", 2, descriptor, (uint64_t)OUT);
}

static void assert_described(uint32_t index, uint32_t stream)
{
	terminal_describe_encode(fake_body(), &(struct terminal_describe_call){stream});
	fake_assert_message(index, terminal_interface);
}

static void a_stream_to_a_terminal_is_a_character_device_without_a_position(void **state)
{
	fake_answer_described(true);
	assert_int_equal(fdstat(1), WASI_SUCCESS);
	assert_described(0, 1);
	assert_int_equal(fake_memory[OUT], CHARACTER_DEVICE);
	uint64_t rights = fake_load_u64(fake_memory + OUT + 8);
	assert_int_equal(rights & (RIGHT_SEEK | RIGHT_TELL), 0);
	assert_int_equal(rights & (RIGHT_READ | RIGHT_WRITE), RIGHT_WRITE);
	assert_int_equal(fake_load_u64(fake_memory + OUT + 16), 0);
	assert_int_equal(fake_memory[OUT - 1], FAKE_UNTOUCHED);
	assert_int_equal(fake_memory[OUT + FDSTAT_BYTES], FAKE_UNTOUCHED);
}

static void a_stream_to_anything_else_is_of_unknown_type(void **state)
{
	fake_answer_described(false);
	assert_int_equal(fdstat(0), WASI_SUCCESS);
	assert_described(0, 0);
	assert_int_equal(fake_memory[OUT], UNKNOWN);
	uint64_t rights = fake_load_u64(fake_memory + OUT + 8);
	assert_int_equal(rights & (RIGHT_READ | RIGHT_WRITE), RIGHT_READ);
}

static void a_file_status_has_the_type_and_zeros(void **state)
{
	uint8_t expected[FILESTAT_BYTES] = {[16] = CHARACTER_DEVICE, [24] = 1};
	fake_answer_described(true);
	assert_int_equal(fake_run("fd_filestat_get", 2, 2ull, (uint64_t)OUT), WASI_SUCCESS);
	assert_described(0, 2);
	assert_memory_equal(fake_memory + OUT, expected, FILESTAT_BYTES);
	assert_int_equal(fake_memory[OUT - 1], FAKE_UNTOUCHED);
	assert_int_equal(fake_memory[OUT + FILESTAT_BYTES], FAKE_UNTOUCHED);
}

static void flags_of_appending_and_synchronous_writes_are_kept(void **state)
{
	assert_int_equal(fake_run("fd_fdstat_set_flags", 2, 1ull, 0x1bull), WASI_SUCCESS);
	fake_answer_described(false);
	assert_int_equal(fdstat(1), WASI_SUCCESS);
	assert_int_equal(fake_memory[OUT + 2] | fake_memory[OUT + 3] << 8, 0x1b);
	fake_answer_described(false);
	assert_int_equal(fdstat(2), WASI_SUCCESS);
	assert_int_equal(fake_memory[OUT + 2], 0);
}

static void flags_that_cannot_be_kept_are_refused_and_change_nothing(void **state)
{
	assert_int_equal(fake_run("fd_fdstat_set_flags", 2, 1ull, 4ull), WASI_ENOTSUP);
	assert_int_equal(fake_run("fd_fdstat_set_flags", 2, 1ull, 5ull), WASI_ENOTSUP);
	assert_int_equal(fake_run("fd_fdstat_set_flags", 2, 1ull, 0x20ull), WASI_EINVAL);
	assert_int_equal(fake_run("fd_fdstat_set_flags", 2, 1ull, 0x10001ull), WASI_EINVAL);
	fake_answer_described(false);
	assert_int_equal(fdstat(1), WASI_SUCCESS);
	assert_int_equal(fake_memory[OUT + 2] | fake_memory[OUT + 3] << 8, 0);
}

static void a_closed_descriptor_is_bad_for_everything(void **state)
{
	assert_int_equal(fake_run("fd_close", 1, 1ull), WASI_SUCCESS);
	assert_int_equal(fake_run("fd_close", 1, 1ull), WASI_EBADF);
	assert_int_equal(fdstat(1), WASI_EBADF);
	assert_int_equal(fake_run("fd_filestat_get", 2, 1ull, (uint64_t)OUT), WASI_EBADF);
	assert_int_equal(fake_run("fd_fdstat_set_flags", 2, 1ull, 0ull), WASI_EBADF);
	assert_int_equal(fake_run("fd_seek", 4, 1ull, 0ull, 0ull, (uint64_t)OUT), WASI_EBADF);
	assert_int_equal(fake_run("fd_write", 4, 1ull, 0ull, 0ull, (uint64_t)OUT), WASI_EBADF);
	assert_int_equal(fake_message_count, 0);
	fake_assert_untouched();
	fake_answer_described(false);
	assert_int_equal(fdstat(2), WASI_SUCCESS);
}

static void a_renumbered_descriptor_takes_its_stream_along(void **state)
{
	assert_int_equal(fake_run("fd_fdstat_set_flags", 2, 2ull, 1ull), WASI_SUCCESS);
	assert_int_equal(fake_run("fd_renumber", 2, 2ull, 1ull), WASI_SUCCESS);
	fake_answer_described(false);
	assert_int_equal(fdstat(1), WASI_SUCCESS);
	assert_described(0, 2);
	assert_int_equal(fake_memory[OUT + 2], 1);
	assert_int_equal(fdstat(2), WASI_EBADF);
}

static void renumbering_to_itself_changes_nothing(void **state)
{
	assert_int_equal(fake_run("fd_renumber", 2, 1ull, 1ull), WASI_SUCCESS);
	fake_answer_described(true);
	assert_int_equal(fdstat(1), WASI_SUCCESS);
	assert_described(0, 1);
}

static void renumbering_needs_two_descriptors_that_exist(void **state)
{
	assert_int_equal(fake_run("fd_renumber", 2, 3ull, 1ull), WASI_EBADF);
	assert_int_equal(fake_run("fd_renumber", 2, 1ull, 3ull), WASI_EBADF);
	assert_int_equal(fake_run("fd_renumber", 2, 1ull, 0xffffffffull), WASI_EBADF);
	fake_answer_described(true);
	assert_int_equal(fdstat(1), WASI_SUCCESS);
	assert_described(0, 1);
}

static void a_status_outside_the_memory_is_a_fault_before_anything_is_sent(void **state)
{
	static const uint64_t outside[] = {FAKE_MEMORY_BYTES - 23, FAKE_MEMORY_BYTES,
					   UINT32_MAX - 23, UINT32_MAX};
	for (int i = 0; i < 4; i++) {
		assert_int_equal(fake_run("fd_fdstat_get", 2, 1ull, outside[i]), WASI_EFAULT);
		assert_int_equal(fake_run("fd_filestat_get", 2, 1ull, outside[i]), WASI_EFAULT);
	}
	assert_int_equal(fake_run("fd_filestat_get", 2, 1ull, FAKE_MEMORY_BYTES - 63ull),
			 WASI_EFAULT);
	assert_int_equal(fake_message_count, 0);
	fake_assert_untouched();
}

static void fdstat_is_a_protocol_error(void)
{
	assert_int_equal(fdstat(1), WASI_EPROTO);
	fake_assert_untouched();
}

static void filestat_is_a_protocol_error(void)
{
	assert_int_equal(fake_run("fd_filestat_get", 2, 1ull, (uint64_t)OUT), WASI_EPROTO);
	fake_assert_untouched();
}

static void answers_that_are_no_description_are_refused(void **state)
{
	/* By hand: bindings would not encode these. */
	static const uint8_t no_bool[] = {0, 2};
	static const uint8_t no_error[] = {1, TERMINAL_ERROR_NOT_POSSIBLE + 1};
	const struct terminal_stream_info_or_error described = {.value = {.is_terminal = true}};
	terminal_describe_answer_encode(fake_body(), &described);
	fake_each_broken(fdstat_is_a_protocol_error);
	fake_each_broken(filestat_is_a_protocol_error);
	fake_answer(CAIRN_STATUS_OK, no_bool, sizeof(no_bool));
	fdstat_is_a_protocol_error();
	fake_answer(CAIRN_STATUS_OK, no_error, sizeof(no_error));
	filestat_is_a_protocol_error();
}

static void errors_of_the_description_are_told(void **state)
{
	fake_answer_terminal_error(TERMINAL_ERROR_UNKNOWN_STREAM);
	assert_int_equal(fdstat(1), WASI_EBADF);
	fake_answer(CAIRN_STATUS_NO_HANDLER, NULL, 0);
	assert_int_equal(fdstat(1), WASI_ENOSYS);
	fake_answer(CAIRN_STATUS_DENIED, NULL, 0);
	assert_int_equal(fake_run("fd_filestat_get", 2, 1ull, (uint64_t)OUT), WASI_EACCES);
	fake_assert_untouched();
}

static void a_descriptor_that_is_closed_under_way_is_bad(void **state)
{
	fake_before_answer = fake_close_all;
	fake_answer_described(true);
	assert_int_equal(fdstat(1), WASI_EBADF);
	fake_assert_untouched();
}

int main(void)
{
	const struct CMUnitTest descriptors[] = {
	    fake_test(a_stream_to_a_terminal_is_a_character_device_without_a_position),
	    fake_test(a_stream_to_anything_else_is_of_unknown_type),
	    fake_test(a_file_status_has_the_type_and_zeros),
	    fake_test(flags_of_appending_and_synchronous_writes_are_kept),
	    fake_test(flags_that_cannot_be_kept_are_refused_and_change_nothing),
	    fake_test(a_closed_descriptor_is_bad_for_everything),
	    fake_test(a_renumbered_descriptor_takes_its_stream_along),
	    fake_test(renumbering_to_itself_changes_nothing),
	    fake_test(renumbering_needs_two_descriptors_that_exist),
	    fake_test(a_status_outside_the_memory_is_a_fault_before_anything_is_sent),
	    fake_test(answers_that_are_no_description_are_refused),
	    fake_test(errors_of_the_description_are_told),
	    fake_test(a_descriptor_that_is_closed_under_way_is_bad),
	};
	return fake_run_tests(descriptors);
}

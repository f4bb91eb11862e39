#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <cairn/abi.h>
#include <cairn/time.h>

#include "fake_call.h"
#include "preview1.h"

static void the_monotonic_clock_is_the_message_now(void **state)
{
	fake_answer_time(0x1122334455667788);
	assert_int_equal(fake_run("clock_time_get", 3, 1ull, 0ull, 16ull), WASI_SUCCESS);
	assert_int_equal(fake_load_u64(fake_memory + 16), 0x1122334455667788);
	assert_int_equal(fake_message_count, 1);
	time_now_encode(fake_body());
	fake_assert_message(0, time_interface);
}

static void the_real_time_clock_is_the_message_wall(void **state)
{
	fake_answer_time(1700000000000000000);
	assert_int_equal(fake_run("clock_time_get", 3, 0ull, UINT64_MAX, FAKE_MEMORY_BYTES - 8ull),
			 WASI_SUCCESS);
	assert_int_equal(fake_load_u64(fake_memory + FAKE_MEMORY_BYTES - 8), 1700000000000000000);
	time_wall_encode(fake_body());
	fake_assert_message(0, time_interface);
}

static void both_clocks_count_nanoseconds(void **state)
{
	for (uint64_t clock = 0; clock < 2; clock++) {
		fake_reset();
		assert_int_equal(fake_run("clock_res_get", 2, clock, 8ull), WASI_SUCCESS);
		assert_int_equal(fake_load_u64(fake_memory + 8), 1);
		assert_int_equal(fake_message_count, 0);
	}
}

static void processor_time_is_not_supported_and_other_clocks_are_invalid(void **state)
{
	assert_int_equal(fake_run("clock_time_get", 3, 2ull, 0ull, 16ull), WASI_ENOTSUP);
	assert_int_equal(fake_run("clock_time_get", 3, 3ull, 0ull, 16ull), WASI_ENOTSUP);
	assert_int_equal(fake_run("clock_time_get", 3, 4ull, 0ull, 16ull), WASI_EINVAL);
	assert_int_equal(fake_run("clock_time_get", 3, 0xffffffffull, 0ull, 16ull), WASI_EINVAL);
	assert_int_equal(fake_run("clock_res_get", 2, 2ull, 16ull), WASI_ENOTSUP);
	assert_int_equal(fake_run("clock_res_get", 2, 4ull, 16ull), WASI_EINVAL);
	assert_int_equal(fake_message_count, 0);
	fake_assert_untouched();
}

static void a_time_outside_the_memory_is_a_fault(void **state)
{
	static const uint64_t outside[] = {FAKE_MEMORY_BYTES - 7, FAKE_MEMORY_BYTES, UINT32_MAX - 7,
					   UINT32_MAX};
	for (int i = 0; i < 4; i++) {
		assert_int_equal(fake_run("clock_time_get", 3, 1ull, 0ull, outside[i]),
				 WASI_EFAULT);
		assert_int_equal(fake_run("clock_res_get", 2, 1ull, outside[i]), WASI_EFAULT);
	}
	assert_int_equal(fake_message_count, 0);
	fake_assert_untouched();
}

static void time_is_a_protocol_error(void)
{
	assert_int_equal(fake_run("clock_time_get", 3, 1ull, 0ull, 16ull), WASI_EPROTO);
	fake_assert_untouched();
}

static void an_answer_that_is_cut_or_too_long_is_refused(void **state)
{
	time_now_answer_encode(fake_body(), 0x0807060504030201);
	fake_each_broken(time_is_a_protocol_error);
}

static void each_status_of_an_answer_has_its_error(void **state)
{
	static const struct {
		uint32_t status;
		uint32_t error;
	} map[] = {
	    {CAIRN_STATUS_REFUSED, WASI_ENOTSUP},     {CAIRN_STATUS_DENIED, WASI_EACCES},
	    {CAIRN_STATUS_NO_HANDLER, WASI_ENOSYS},   {CAIRN_STATUS_HANDLER_ENDED, WASI_EIO},
	    {CAIRN_STATUS_HANDLER_CHANGED, WASI_EIO}, {CAIRN_STATUS_LIMIT, WASI_ENOMEM},
	    {CAIRN_STATUS_LIMIT + 1, WASI_EIO},       {UINT32_MAX, WASI_EIO},
	};
	static const uint8_t plausible[8];
	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
		fake_answer(map[i].status, plausible, sizeof(plausible));
		assert_int_equal(fake_run("clock_time_get", 3, 1ull, 0ull, 16ull), map[i].error);
	}
	fake_assert_untouched();
}

int main(void)
{
	const struct CMUnitTest clock[] = {
	    fake_test(the_monotonic_clock_is_the_message_now),
	    fake_test(the_real_time_clock_is_the_message_wall),
	    fake_test(both_clocks_count_nanoseconds),
	    fake_test(processor_time_is_not_supported_and_other_clocks_are_invalid),
	    fake_test(a_time_outside_the_memory_is_a_fault),
	    fake_test(an_answer_that_is_cut_or_too_long_is_refused),
	    fake_test(each_status_of_an_answer_has_its_error),
	};
	return fake_run_tests(clock);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <cairn/abi.h>
#include <cairn/time.h>

#include "fake_call.h"
#include "preview1.h"

enum { COUNT = 16, SUBSCRIPTIONS = 1024, EVENTS = 65536 };
enum { CLOCK = 0, FD_READ = 1, FD_WRITE = 2 };
enum { REALTIME = 0, MONOTONIC = 1, RELATIVE = 0, ABSOLUTE = 1 };

static void store_subscription(uint32_t index, uint64_t userdata, uint8_t type)
{
	uint8_t *at = fake_memory + SUBSCRIPTIONS + 48 * index;
	fake_store_u64(at, userdata);
	at[8] = type;
}

static void store_clock(uint32_t index, uint32_t clock, uint64_t timeout, uint32_t flags)
{
	uint8_t *at = fake_memory + SUBSCRIPTIONS + 48 * index;
	store_subscription(index, 100 + index, CLOCK);
	fake_store_u32(at + 16, clock);
	fake_store_u64(at + 24, timeout);
	fake_store_u64(at + 32, 0);
	at[40] = (uint8_t)flags;
	at[41] = 0;
}

static void store_descriptor(uint32_t index, uint8_t type, uint32_t descriptor)
{
	store_subscription(index, 100 + index, type);
	fake_store_u32(fake_memory + SUBSCRIPTIONS + 48 * index + 16, descriptor);
}

static uint32_t poll(uint64_t count)
{
	return fake_run("poll_oneoff", 4, (uint64_t)SUBSCRIPTIONS, (uint64_t)EVENTS, count,
			(uint64_t)COUNT);
}

static uint32_t told(void)
{
	return fake_load_u32(fake_memory + COUNT);
}

static void assert_event(uint32_t index, uint64_t userdata, uint32_t error, uint8_t type)
{
	const uint8_t *at = fake_memory + EVENTS + 32 * index;
	assert_int_equal(fake_load_u64(at), userdata);
	assert_int_equal(at[8] | at[9] << 8, error);
	assert_int_equal(at[10], type);
	for (int i = 11; i < 32; i++)
		assert_int_equal(at[i], 0);
}

static void assert_asked_now(uint32_t index)
{
	time_now_encode(fake_body());
	fake_assert_message(index, time_interface);
}

static void assert_asked_wall(uint32_t index)
{
	time_wall_encode(fake_body());
	fake_assert_message(index, time_interface);
}

static void assert_slept(uint32_t index, uint64_t deadline)
{
	time_sleep_until_encode(fake_body(), &(struct time_sleep_until_call){deadline});
	fake_assert_message(index, time_interface);
}

static void a_span_is_slept_from_now_on(void **state)
{
	store_clock(0, MONOTONIC, 50, RELATIVE);
	fake_answer_time(1000);
	fake_answer_time(1057);
	assert_int_equal(poll(1), WASI_SUCCESS);
	assert_int_equal(fake_message_count, 2);
	assert_asked_now(0);
	assert_slept(1, 1050);
	assert_int_equal(told(), 1);
	assert_event(0, 100, 0, CLOCK);
	assert_int_equal(fake_memory[EVENTS + 32], FAKE_UNTOUCHED);
}

static void a_span_of_the_real_time_clock_needs_no_time_of_day(void **state)
{
	store_clock(0, REALTIME, 50, RELATIVE);
	fake_answer_time(1000);
	fake_answer_time(1050);
	assert_int_equal(poll(1), WASI_SUCCESS);
	assert_int_equal(fake_message_count, 2);
	assert_slept(1, 1050);
}

static void a_time_of_the_monotonic_clock_is_the_deadline(void **state)
{
	store_clock(0, MONOTONIC, 5000, ABSOLUTE);
	fake_answer_time(1000);
	fake_answer_time(5000);
	assert_int_equal(poll(1), WASI_SUCCESS);
	assert_slept(1, 5000);
}

static void a_time_of_day_becomes_a_span_from_now(void **state)
{
	store_clock(0, REALTIME, 9000000, ABSOLUTE);
	fake_answer_time(1000);
	fake_answer_time(8999000);
	fake_answer_time(2000);
	assert_int_equal(poll(1), WASI_SUCCESS);
	assert_int_equal(fake_message_count, 3);
	assert_asked_now(0);
	assert_asked_wall(1);
	assert_slept(2, 2000);
	assert_event(0, 100, 0, CLOCK);
}

static void what_is_due_already_is_not_slept_for(void **state)
{
	store_clock(0, MONOTONIC, 0, RELATIVE);
	store_clock(1, MONOTONIC, 1, RELATIVE);
	store_clock(2, MONOTONIC, 999, ABSOLUTE);
	store_clock(3, REALTIME, 5, ABSOLUTE);
	fake_answer_time(1000);
	fake_answer_time(9000);
	assert_int_equal(poll(4), WASI_SUCCESS);
	assert_int_equal(fake_message_count, 2);
	assert_int_equal(told(), 3);
	assert_event(0, 100, 0, CLOCK);
	assert_event(1, 102, 0, CLOCK);
	assert_event(2, 103, 0, CLOCK);
}

static void the_earliest_clock_wakes_and_all_that_are_due_are_told(void **state)
{
	store_clock(0, MONOTONIC, 300, RELATIVE);
	store_clock(1, MONOTONIC, 100, RELATIVE);
	store_clock(2, MONOTONIC, 1150, ABSOLUTE);
	store_clock(3, MONOTONIC, UINT64_MAX, RELATIVE);
	fake_answer_time(1000);
	fake_answer_time(1200);
	assert_int_equal(poll(4), WASI_SUCCESS);
	assert_slept(1, 1100);
	assert_int_equal(told(), 2);
	assert_event(0, 101, 0, CLOCK);
	assert_event(1, 102, 0, CLOCK);
}

static void a_span_past_the_end_of_time_is_the_end_of_time(void **state)
{
	store_clock(0, MONOTONIC, UINT64_MAX - 5, RELATIVE);
	fake_answer_time(1000);
	fake_answer_time(UINT64_MAX);
	assert_int_equal(poll(1), WASI_SUCCESS);
	assert_slept(1, UINT64_MAX);
	assert_int_equal(told(), 1);
}

static void answer_readable(void)
{
	const struct terminal_nothing_or_error result = {0};
	terminal_wait_readable_answer_encode(fake_body(), &result);
	fake_answer_body();
}

static void assert_asked_readable(uint32_t index, uint32_t stream)
{
	terminal_wait_readable_encode(fake_body(), &(struct terminal_wait_readable_call){stream});
	fake_assert_message(index, terminal_interface);
}

static void a_stream_that_is_written_is_ready_and_nobody_waits_for_others(void **state)
{
	store_descriptor(0, FD_READ, 0);
	store_clock(1, MONOTONIC, 10, RELATIVE);
	store_descriptor(2, FD_WRITE, 2);
	fake_answered_together = 0;
	assert_int_equal(poll(3), WASI_SUCCESS);
	assert_int_equal(fake_message_count, 1);
	assert_asked_readable(0, 0);
	assert_int_equal(told(), 1);
	assert_event(0, 102, 0, FD_WRITE);
}

static void what_is_ready_beside_it_is_told_too(void **state)
{
	store_descriptor(0, FD_READ, 0);
	store_descriptor(1, FD_WRITE, 1);
	answer_readable();
	assert_int_equal(poll(2), WASI_SUCCESS);
	assert_int_equal(told(), 2);
	assert_event(0, 100, 0, FD_READ);
	assert_event(1, 101, 0, FD_WRITE);
}

static void input_is_waited_for_until_a_clock_is_due(void **state)
{
	store_descriptor(0, FD_READ, 0);
	store_clock(1, MONOTONIC, 50, RELATIVE);
	fake_answer_time(1000);
	fake_answered_together = 1 << 1; /* the input; the sleep is given up */
	answer_readable();
	assert_int_equal(poll(2), WASI_SUCCESS);
	assert_int_equal(fake_message_count, 3);
	assert_asked_now(0);
	time_sleep_until_encode(fake_body(), &(struct time_sleep_until_call){1050});
	fake_assert_message(1, time_interface);
	assert_asked_readable(2, 0);
	assert_int_equal(told(), 1);
	assert_event(0, 100, 0, FD_READ);

	fake_reset();
	store_descriptor(0, FD_READ, 0);
	store_clock(1, MONOTONIC, 50, RELATIVE);
	fake_answer_time(1000);
	fake_answered_together = 1 << 0;
	fake_answer_time(1051);
	assert_int_equal(poll(2), WASI_SUCCESS);
	assert_int_equal(told(), 1);
	assert_event(0, 101, 0, CLOCK);
}

static void who_cannot_tell_when_there_is_input_is_taken_to_be_ready(void **state)
{
	store_descriptor(0, FD_READ, 0);
	fake_answer(CAIRN_STATUS_REFUSED, NULL, 0);
	assert_int_equal(poll(1), WASI_SUCCESS);
	assert_event(0, 100, 0, FD_READ);
	fake_reset();
	store_descriptor(0, FD_READ, 0);
	fake_answer(CAIRN_STATUS_HANDLER_ENDED, NULL, 0);
	assert_int_equal(poll(1), WASI_SUCCESS);
	assert_event(0, 100, WASI_EIO, FD_READ);
	fake_reset();
	store_descriptor(0, FD_READ, 0);
	fake_answer(CAIRN_STATUS_OK, "x", 1);
	assert_int_equal(poll(1), WASI_SUCCESS);
	assert_event(0, 100, WASI_EPROTO, FD_READ);
}

static void wrong_subscriptions_are_told_at_once_each_with_its_error(void **state)
{
	store_descriptor(0, FD_READ, 3);
	store_clock(1, 2, 10, RELATIVE);
	store_clock(2, 4, 10, RELATIVE);
	store_clock(3, MONOTONIC, 10, 2);
	store_descriptor(4, 3, 0);
	store_clock(5, MONOTONIC, 10, RELATIVE);
	assert_int_equal(poll(6), WASI_SUCCESS);
	assert_int_equal(fake_message_count, 0);
	assert_int_equal(told(), 5);
	assert_event(0, 100, WASI_EBADF, FD_READ);
	assert_event(1, 101, WASI_ENOTSUP, CLOCK);
	assert_event(2, 102, WASI_EINVAL, CLOCK);
	assert_event(3, 103, WASI_EINVAL, CLOCK);
	assert_event(4, 104, WASI_EINVAL, 3);
}

static void no_subscription_and_too_many_are_invalid(void **state)
{
	assert_int_equal(poll(0), WASI_EINVAL);
	assert_int_equal(poll(1025), WASI_EINVAL);
	assert_int_equal(poll(UINT32_MAX), WASI_EINVAL);
	assert_int_equal(poll(0x05555556), WASI_EINVAL); /* 48 times that is 2^32 + 32 */
	fake_assert_untouched();
}

static void the_most_subscriptions_are_all_looked_at(void **state)
{
	for (uint32_t i = 0; i < 1024; i++)
		store_descriptor(i, FD_WRITE, 1);
	assert_int_equal(poll(1024), WASI_SUCCESS);
	assert_int_equal(told(), 1024);
	assert_event(1023, 100 + 1023, 0, FD_WRITE);
}

static void arguments_outside_the_memory_are_faults(void **state)
{
	static const uint64_t arguments[][4] = {
	    {FAKE_MEMORY_BYTES - 47, EVENTS, 1, COUNT},
	    {UINT32_MAX - 47, EVENTS, 1, COUNT},
	    {SUBSCRIPTIONS, FAKE_MEMORY_BYTES - 31, 1, COUNT},
	    {SUBSCRIPTIONS, UINT32_MAX, 1, COUNT},
	    {SUBSCRIPTIONS, EVENTS, 1, FAKE_MEMORY_BYTES - 3},
	    {SUBSCRIPTIONS, EVENTS, 1, UINT32_MAX - 3},
	    {FAKE_MEMORY_BYTES - 95, EVENTS, 2, COUNT},
	    {SUBSCRIPTIONS, FAKE_MEMORY_BYTES - 63, 2, COUNT},
	};
	for (int i = 0; i < 8; i++)
		assert_int_equal(fake_run("poll_oneoff", 4, arguments[i][0], arguments[i][1],
					  arguments[i][2], arguments[i][3]),
				 WASI_EFAULT);
	assert_int_equal(fake_message_count, 0);
	fake_assert_untouched();
}

static void a_sleep_that_ends_early_is_refused(void **state)
{
	store_clock(0, MONOTONIC, 50, RELATIVE);
	fake_answer_time(1000);
	fake_answer_time(1049);
	assert_int_equal(poll(1), WASI_EPROTO);
	assert_int_equal(told(), 0xa5a5a5a5);
}

static void poll_is_a_protocol_error(void)
{
	store_clock(0, REALTIME, 50, ABSOLUTE);
	assert_int_equal(poll(1), WASI_EPROTO);
	assert_int_equal(told(), 0xa5a5a5a5);
}

static void answers_that_are_no_time_are_refused(void **state)
{
	static const uint8_t short_time[7];
	time_now_answer_encode(fake_body(), 0);
	fake_each_broken(poll_is_a_protocol_error);
	fake_reset();
	fake_answer_time(1);
	fake_answer(CAIRN_STATUS_OK, short_time, sizeof(short_time));
	poll_is_a_protocol_error();
	fake_answer_time(1);
	fake_answer_time(2);
	fake_answer(CAIRN_STATUS_OK, NULL, 0);
	poll_is_a_protocol_error();
}

static void an_error_at_any_step_is_the_result(void **state)
{
	store_clock(0, REALTIME, 50, ABSOLUTE);
	for (uint32_t step = 0; step < 3; step++) {
		for (uint32_t i = 0; i < step; i++)
			fake_answer_time(i);
		fake_answer(CAIRN_STATUS_HANDLER_ENDED, NULL, 0);
		assert_int_equal(poll(1), WASI_EIO);
	}
	assert_int_equal(told(), 0xa5a5a5a5);
}

/* What another thread of the program does while a message is under way. */
static void scribble(void)
{
	for (uint32_t i = 0; i < 48 * 2; i++)
		fake_memory[SUBSCRIPTIONS + i] = 0xff;
}

static void subscriptions_that_change_under_way_harm_nobody_else(void **state)
{
	store_clock(0, REALTIME, 50, ABSOLUTE);
	store_clock(1, MONOTONIC, 50, RELATIVE);
	fake_before_answer = scribble;
	fake_answer_time(1000);
	assert_int_equal(poll(2), WASI_SUCCESS);
	assert_int_equal(told(), 2);
	assert_event(0, UINT64_MAX, WASI_EINVAL, 0xff);
}

int main(void)
{
	const struct CMUnitTest polling[] = {
	    fake_test(a_span_is_slept_from_now_on),
	    fake_test(a_span_of_the_real_time_clock_needs_no_time_of_day),
	    fake_test(a_time_of_the_monotonic_clock_is_the_deadline),
	    fake_test(a_time_of_day_becomes_a_span_from_now),
	    fake_test(what_is_due_already_is_not_slept_for),
	    fake_test(the_earliest_clock_wakes_and_all_that_are_due_are_told),
	    fake_test(a_span_past_the_end_of_time_is_the_end_of_time),
	    fake_test(a_stream_that_is_written_is_ready_and_nobody_waits_for_others),
	    fake_test(what_is_ready_beside_it_is_told_too),
	    fake_test(input_is_waited_for_until_a_clock_is_due),
	    fake_test(who_cannot_tell_when_there_is_input_is_taken_to_be_ready),
	    fake_test(wrong_subscriptions_are_told_at_once_each_with_its_error),
	    fake_test(no_subscription_and_too_many_are_invalid),
	    fake_test(the_most_subscriptions_are_all_looked_at),
	    fake_test(arguments_outside_the_memory_are_faults),
	    fake_test(a_sleep_that_ends_early_is_refused),
	    fake_test(answers_that_are_no_time_are_refused),
	    fake_test(an_error_at_any_step_is_the_result),
	    fake_test(subscriptions_that_change_under_way_harm_nobody_else),
	};
	return fake_run_tests(polling);
}

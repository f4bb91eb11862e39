#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <cairn/abi.h>
#include <cairn/terminal.h>

#include "fake_call.h"
#include "preview1.h"

enum {
	PIECE = 65536,
	RESULT = 8,    /* where the number of bytes goes */
	IOVECS = 1024, /* where the array stands */
	DATA = 65536   /* where buffers start */
};

static void store_iovec(uint32_t index, uint32_t address, uint32_t size)
{
	fake_store_u32(fake_memory + IOVECS + 8 * index, address);
	fake_store_u32(fake_memory + IOVECS + 8 * index + 4, size);
}

static uint32_t write_to(uint64_t descriptor, uint64_t iovec_count)
{
	return fake_run("fd_write", 4, descriptor, (uint64_t)IOVECS, iovec_count, (uint64_t)RESULT);
}

static uint32_t read_from(uint64_t descriptor, uint64_t iovec_count)
{
	return fake_run("fd_read", 4, descriptor, (uint64_t)IOVECS, iovec_count, (uint64_t)RESULT);
}

static uint32_t transferred(void)
{
	return fake_load_u32(fake_memory + RESULT);
}

/* The data of a message that writes; it must go to that stream, and have that size. */
static const uint8_t *written_by(uint32_t index, uint32_t stream, uint32_t size)
{
	struct terminal_write_call call;
	assert_true(index < fake_message_count);
	const struct fake_message *message = &fake_messages[index];
	assert_memory_equal(message->interface.bytes, terminal_interface, 32);
	assert_int_equal(terminal_write_decode(message->body, message->size, &call), WIRE_OK);
	assert_int_equal(call.stream_number, stream);
	assert_int_equal(call.data.size, size);
	return call.data.data;
}

static void assert_read_message(uint32_t index, uint32_t stream, uint32_t size)
{
	terminal_read_encode(fake_body(), &(struct terminal_read_call){stream, size});
	fake_assert_message(index, terminal_interface);
}

/* ---- fd_write ---- */

static void scattered_buffers_are_written_as_one_message(void **state)
{
	memcpy(fake_memory + DATA, "hello, ", 7);
	memcpy(fake_memory + DATA + 100, "world\n", 6);
	store_iovec(0, DATA, 7);
	store_iovec(1, DATA + 50, 0);
	store_iovec(2, DATA + 100, 6);
	fake_answer_written(13);
	assert_int_equal(write_to(1, 3), WASI_SUCCESS);
	assert_int_equal(transferred(), 13);
	assert_int_equal(fake_message_count, 1);
	assert_memory_equal(written_by(0, 1, 13), "hello, world\n", 13);
}

static void errors_go_to_the_stream_of_errors(void **state)
{
	store_iovec(0, DATA, 1);
	fake_answer_written(1);
	assert_int_equal(write_to(2, 1), WASI_SUCCESS);
	written_by(0, 2, 1);
}

static void a_write_of_nothing_sends_nothing(void **state)
{
	assert_int_equal(write_to(1, 0), WASI_SUCCESS);
	assert_int_equal(transferred(), 0);
	store_iovec(0, FAKE_MEMORY_BYTES, 0);
	assert_int_equal(write_to(1, 1), WASI_SUCCESS);
	assert_int_equal(transferred(), 0);
	assert_int_equal(fake_message_count, 0);
}

static void a_large_write_is_cut_into_pieces(void **state)
{
	for (uint32_t i = 0; i < 2 * PIECE + 3; i++)
		fake_memory[DATA + i] = (uint8_t)(i * 7 + i / 251);
	store_iovec(0, DATA, 10);
	store_iovec(1, DATA + 10, 2 * PIECE - 7);
	fake_answer_written(PIECE);
	fake_answer_written(PIECE);
	fake_answer_written(3);
	assert_int_equal(write_to(1, 2), WASI_SUCCESS);
	assert_int_equal(transferred(), 2 * PIECE + 3);
	assert_int_equal(fake_message_count, 3);
	assert_memory_equal(written_by(0, 1, PIECE), fake_memory + DATA, PIECE);
	assert_memory_equal(written_by(1, 1, PIECE), fake_memory + DATA + PIECE, PIECE);
	assert_memory_equal(written_by(2, 1, 3), fake_memory + DATA + 2 * PIECE, 3);
}

static void many_small_buffers_go_in_several_messages_in_their_order(void **state)
{
	for (uint32_t i = 0; i < 200; i++) {
		fake_memory[DATA + i] = (uint8_t)i;
		store_iovec(i, DATA + i, 1);
	}
	fake_answer_written(64);
	fake_answer_written(64);
	fake_answer_written(64);
	fake_answer_written(8);
	assert_int_equal(write_to(1, 200), WASI_SUCCESS);
	assert_int_equal(transferred(), 200);
	assert_int_equal(fake_message_count, 4);
	for (uint32_t m = 0; m < 4; m++) {
		uint32_t size = m < 3 ? 64 : 8;
		assert_memory_equal(written_by(m, 1, size), fake_memory + DATA + 64 * m, size);
	}
}

static void of_too_many_buffers_the_first_are_written(void **state)
{
	for (uint32_t i = 0; i < 1024; i++)
		store_iovec(i, DATA, i == 1000);
	store_iovec(1024, DATA, 1);
	store_iovec(1025, UINT32_MAX, UINT32_MAX);
	fake_answer_written(1);
	assert_int_equal(write_to(1, 1026), WASI_SUCCESS);
	assert_int_equal(transferred(), 1);
	written_by(0, 1, 1);
}

static void buffers_that_overlap_without_end_are_cut_to_what_linux_writes_at_once(void **state)
{
	uint32_t count = 1024;
	for (uint32_t i = 0; i < count; i++)
		store_iovec(i, 0, FAKE_MEMORY_BYTES);
	store_iovec(0, 0, PIECE);
	fake_answer_written(PIECE);
	fake_answer_written(PIECE);
	fake_answer(CAIRN_STATUS_HANDLER_ENDED, NULL, 0);
	assert_int_equal(write_to(1, count), WASI_SUCCESS);
	assert_int_equal(transferred(), 2 * PIECE);
}

static void a_partial_write_is_told_as_it_is(void **state)
{
	store_iovec(0, DATA, 10);
	fake_answer_written(4);
	assert_int_equal(write_to(1, 1), WASI_SUCCESS);
	assert_int_equal(transferred(), 4);
	assert_int_equal(fake_message_count, 1);
}

static void an_error_behind_written_pieces_is_a_partial_write(void **state)
{
	store_iovec(0, DATA, PIECE + 1);
	fake_answer_written(PIECE);
	fake_answer_terminal_error(TERMINAL_ERROR_CLOSED);
	assert_int_equal(write_to(1, 1), WASI_SUCCESS);
	assert_int_equal(transferred(), PIECE);
}

static void a_count_of_nothing_or_of_more_than_was_sent_is_refused(void **state)
{
	store_iovec(0, DATA, 10);
	fake_answer_written(0);
	assert_int_equal(write_to(1, 1), WASI_EPROTO);
	fake_answer_written(11);
	assert_int_equal(write_to(1, 1), WASI_EPROTO);
	fake_answer_written(UINT32_MAX);
	assert_int_equal(write_to(1, 1), WASI_EPROTO);
	assert_int_equal(transferred(), 0xa5a5a5a5);
}

/* ---- fd_read ---- */

static void a_read_fills_the_buffers_in_their_order(void **state)
{
	store_iovec(0, DATA, 3);
	store_iovec(1, DATA + 50, 0);
	store_iovec(2, DATA + 100, 20);
	fake_answer_read("abcdefgh", 8);
	assert_int_equal(read_from(0, 3), WASI_SUCCESS);
	assert_int_equal(transferred(), 8);
	assert_read_message(0, 0, 23);
	assert_memory_equal(fake_memory + DATA, "abc\xa5", 4);
	assert_memory_equal(fake_memory + DATA + 100, "defgh\xa5", 6);
}

static void the_end_of_the_input_is_a_read_of_nothing(void **state)
{
	store_iovec(0, DATA, 3);
	fake_answer_read("", 0);
	assert_int_equal(read_from(0, 1), WASI_SUCCESS);
	assert_int_equal(transferred(), 0);
	assert_int_equal(fake_memory[DATA], FAKE_UNTOUCHED);
}

static void a_read_into_nothing_sends_nothing(void **state)
{
	assert_int_equal(read_from(0, 0), WASI_SUCCESS);
	assert_int_equal(transferred(), 0);
	assert_int_equal(fake_message_count, 0);
}

static void a_large_read_asks_for_one_piece(void **state)
{
	store_iovec(0, DATA, 3 * PIECE);
	fake_answer_read("x", 1);
	assert_int_equal(read_from(0, 1), WASI_SUCCESS);
	assert_read_message(0, 0, PIECE);
	assert_int_equal(transferred(), 1);
}

static void more_than_was_asked_for_is_refused(void **state)
{
	store_iovec(0, DATA, 3);
	fake_answer_read("abcd", 4);
	assert_int_equal(read_from(0, 1), WASI_EPROTO);
	assert_int_equal(fake_memory[DATA], FAKE_UNTOUCHED);
	assert_int_equal(transferred(), 0xa5a5a5a5);
}

/* ---- Both ---- */

/* Each of the descriptor of its own number. */
static const char *const functions[] = {"fd_read", "fd_write"};

static void descriptors_that_do_not_exist_are_bad(void **state)
{
	static const uint64_t numbers[] = {3, 4, 1000, 0x80000000, UINT32_MAX};
	store_iovec(0, DATA, 3);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(read_from(numbers[i], 1), WASI_EBADF);
		assert_int_equal(write_to(numbers[i], 1), WASI_EBADF);
	}
	assert_int_equal(fake_message_count, 0);
}

static void streams_are_read_or_written_but_not_both(void **state)
{
	store_iovec(0, DATA, 3);
	assert_int_equal(read_from(1, 1), WASI_EBADF);
	assert_int_equal(read_from(2, 1), WASI_EBADF);
	assert_int_equal(write_to(0, 1), WASI_EBADF);
	assert_int_equal(fake_message_count, 0);
}

static void an_array_outside_the_memory_is_a_fault(void **state)
{
	static const uint64_t arrays[][2] = {
	    {FAKE_MEMORY_BYTES - 7, 1}, {FAKE_MEMORY_BYTES + 1, 0},     {UINT32_MAX, 1},
	    {UINT32_MAX - 7, 1},        {0, FAKE_MEMORY_BYTES / 8 + 1}, {0, UINT32_MAX},
	    {64, 0x20000000}, /* eight times that is 2^32 */
	};
	for (int f = 0; f < 2; f++) {
		for (int i = 0; i < 7; i++)
			assert_int_equal(fake_run(functions[f], 4, (uint64_t)f, arrays[i][0],
						  arrays[i][1], (uint64_t)RESULT),
					 WASI_EFAULT);
	}
	assert_int_equal(fake_message_count, 0);
	fake_assert_untouched();
}

static void any_buffer_outside_the_memory_is_a_fault_before_anything_is_sent(void **state)
{
	static const uint32_t buffers[][2] = {
	    {FAKE_MEMORY_BYTES, 1}, {FAKE_MEMORY_BYTES - 9, 10}, {UINT32_MAX, 1}, {UINT32_MAX, 0},
	    {0, UINT32_MAX},        {16, UINT32_MAX - 15},
	};
	store_iovec(0, DATA, 3);
	for (int f = 0; f < 2; f++) {
		for (int i = 0; i < 6; i++) {
			store_iovec(1, buffers[i][0], buffers[i][1]);
			assert_int_equal(fake_run(functions[f], 4, (uint64_t)f, (uint64_t)IOVECS,
						  2ull, (uint64_t)RESULT),
					 WASI_EFAULT);
		}
	}
	assert_int_equal(fake_message_count, 0);
	assert_int_equal(transferred(), 0xa5a5a5a5);
}

static void a_result_outside_the_memory_is_a_fault_before_anything_is_sent(void **state)
{
	static const uint64_t outside[] = {FAKE_MEMORY_BYTES - 3, UINT32_MAX - 3, UINT32_MAX};
	store_iovec(0, DATA, 3);
	for (int f = 0; f < 2; f++) {
		for (int i = 0; i < 3; i++)
			assert_int_equal(fake_run(functions[f], 4, (uint64_t)f, (uint64_t)IOVECS,
						  1ull, outside[i]),
					 WASI_EFAULT);
	}
	assert_int_equal(fake_message_count, 0);
}

static void each_error_of_the_terminal_has_its_number(void **state)
{
	static const uint32_t errors[] = {WASI_EBADF, WASI_EPIPE, WASI_EIO, WASI_EBADF,
					  WASI_EPROTO /* there is no such case */};
	store_iovec(0, DATA, 3);
	for (uint8_t i = 0; i < 5; i++) {
		fake_answer_terminal_error((enum terminal_error)i);
		assert_int_equal(write_to(1, 1), errors[i]);
		fake_answer_terminal_error((enum terminal_error)i);
		assert_int_equal(read_from(0, 1), errors[i]);
	}
	assert_int_equal(transferred(), 0xa5a5a5a5);
}

static void a_denied_terminal_is_a_lack_of_permission(void **state)
{
	store_iovec(0, DATA, 3);
	fake_answer(CAIRN_STATUS_DENIED, NULL, 0);
	assert_int_equal(write_to(1, 1), WASI_EACCES);
	fake_answer(CAIRN_STATUS_DENIED, NULL, 0);
	assert_int_equal(read_from(0, 1), WASI_EACCES);
}

static void write_is_a_protocol_error(void)
{
	store_iovec(0, DATA, 3);
	assert_int_equal(write_to(1, 1), WASI_EPROTO);
	assert_int_equal(transferred(), 0xa5a5a5a5);
}

static void read_is_a_protocol_error(void)
{
	store_iovec(0, DATA, 3);
	assert_int_equal(read_from(0, 1), WASI_EPROTO);
	assert_int_equal(transferred(), 0xa5a5a5a5);
	assert_int_equal(fake_memory[DATA], FAKE_UNTOUCHED);
}

static void answers_that_are_cut_or_too_long_or_no_result_are_refused(void **state)
{
	/* By hand: a result has two cases only. */
	static const uint8_t no_result[] = {2, 3, 0, 0, 0};
	const struct terminal_u32_or_error written = {.value = 3};
	const struct terminal_u32_or_error closed = {.is_error = true,
						     .error = TERMINAL_ERROR_CLOSED};
	const struct terminal_bytes_or_error data = {.value = {(const uint8_t *)"abc", 3}};
	terminal_write_answer_encode(fake_body(), &written);
	fake_each_broken(write_is_a_protocol_error);
	terminal_write_answer_encode(fake_body(), &closed);
	fake_each_broken(write_is_a_protocol_error);
	fake_each_broken(read_is_a_protocol_error);
	terminal_read_answer_encode(fake_body(), &data);
	fake_each_broken(read_is_a_protocol_error);
	fake_reset();
	fake_answer(CAIRN_STATUS_OK, no_result, sizeof(no_result));
	write_is_a_protocol_error();
	fake_answer(CAIRN_STATUS_OK, no_result, 2);
	read_is_a_protocol_error();
}

/* What another thread of the program does while a message is under way. */
static void move_the_buffers_outside(void)
{
	for (uint32_t i = 0; i < 4; i++)
		store_iovec(i, FAKE_MEMORY_BYTES - 1, PIECE);
}

static void shrink_the_buffers(void)
{
	for (uint32_t i = 0; i < 4; i++)
		store_iovec(i, DATA, 2);
}

static void close_the_descriptors(void)
{
	fake_before_answer = NULL;
	fake_close_all();
}

static void buffers_that_change_under_way_are_checked_again(void **state)
{
	store_iovec(0, DATA, 10);
	fake_before_answer = move_the_buffers_outside;
	fake_answer_read("0123456789", 10);
	assert_int_equal(read_from(0, 1), WASI_EFAULT);
	store_iovec(0, DATA, 10);
	fake_before_answer = shrink_the_buffers;
	fake_answer_read("0123456789", 10);
	assert_int_equal(read_from(0, 1), WASI_SUCCESS);
	assert_int_equal(transferred(), 2);
	assert_memory_equal(fake_memory + DATA, "01\xa5", 3);
	fake_before_answer = shrink_the_buffers;
	fake_answer_written(PIECE);
	store_iovec(0, DATA, PIECE + 1);
	assert_int_equal(write_to(1, 1), WASI_SUCCESS);
	assert_int_equal(transferred(), PIECE);
	store_iovec(0, DATA, PIECE + 1);
	fake_before_answer = move_the_buffers_outside;
	fake_answer_written(PIECE);
	assert_int_equal(write_to(1, 1), WASI_SUCCESS);
	assert_int_equal(transferred(), PIECE);
}

static void a_transfer_under_way_outlives_its_descriptor(void **state)
{
	store_iovec(0, DATA, PIECE + 1);
	fake_before_answer = close_the_descriptors;
	fake_answer_written(PIECE);
	fake_answer_written(1);
	assert_int_equal(write_to(1, 1), WASI_SUCCESS);
	assert_int_equal(transferred(), PIECE + 1);
	written_by(1, 1, 1);
	assert_int_equal(write_to(1, 1), WASI_EBADF);
}

static void without_memory_for_the_table_there_is_no_descriptor(void **state)
{
	fake_refuses_record = true;
	store_iovec(0, DATA, 3);
	assert_int_equal(write_to(1, 1), WASI_ENOMEM);
	assert_int_equal(read_from(0, 1), WASI_ENOMEM);
	assert_int_equal(fake_message_count, 0);
}

int main(void)
{
	const struct CMUnitTest writing[] = {
	    fake_test(scattered_buffers_are_written_as_one_message),
	    fake_test(errors_go_to_the_stream_of_errors),
	    fake_test(a_write_of_nothing_sends_nothing),
	    fake_test(a_large_write_is_cut_into_pieces),
	    fake_test(many_small_buffers_go_in_several_messages_in_their_order),
	    fake_test(of_too_many_buffers_the_first_are_written),
	    fake_test(buffers_that_overlap_without_end_are_cut_to_what_linux_writes_at_once),
	    fake_test(a_partial_write_is_told_as_it_is),
	    fake_test(an_error_behind_written_pieces_is_a_partial_write),
	    fake_test(a_count_of_nothing_or_of_more_than_was_sent_is_refused),
	};
	const struct CMUnitTest reading[] = {
	    fake_test(a_read_fills_the_buffers_in_their_order),
	    fake_test(the_end_of_the_input_is_a_read_of_nothing),
	    fake_test(a_read_into_nothing_sends_nothing),
	    fake_test(a_large_read_asks_for_one_piece),
	    fake_test(more_than_was_asked_for_is_refused),
	};
	const struct CMUnitTest both[] = {
	    fake_test(descriptors_that_do_not_exist_are_bad),
	    fake_test(streams_are_read_or_written_but_not_both),
	    fake_test(an_array_outside_the_memory_is_a_fault),
	    fake_test(any_buffer_outside_the_memory_is_a_fault_before_anything_is_sent),
	    fake_test(a_result_outside_the_memory_is_a_fault_before_anything_is_sent),
	    fake_test(each_error_of_the_terminal_has_its_number),
	    fake_test(a_denied_terminal_is_a_lack_of_permission),
	    fake_test(answers_that_are_cut_or_too_long_or_no_result_are_refused),
	    fake_test(buffers_that_change_under_way_are_checked_again),
	    fake_test(a_transfer_under_way_outlives_its_descriptor),
	    fake_test(without_memory_for_the_table_there_is_no_descriptor),
	};
	int failures = fake_run_tests(writing);
	failures += fake_run_tests(reading);
	failures += fake_run_tests(both);
	return failures;
}

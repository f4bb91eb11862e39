/*
 * The side of programs: NAME_calls.h over three system calls that this test plays itself. What is
 * sent is handed to a handler at once, as if it ran in another process.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The system calls' imports mean something to wasm only. */
#pragma clang diagnostic ignored "-Wunknown-attributes"
#include <cairn/blocks_calls.h>
#include <cairn/log_calls.h>
#include <cairn/process_calls.h>
#include <cairn/time_calls.h>
#include <tests/everything_calls.h>

/* ---- The kernel, played ---- */

static struct {
	int64_t send_result; /* instead of sending, where it is not 0 */
	uint8_t interface[32];
	uint32_t flags;
	uint8_t body[4096];
	size_t body_size;
	const void *part_data[8];
	uint32_t part_count;
	struct {
		struct cairn_notification head;
		uint8_t body[4096];
	} answer;
	uint32_t answers; /* how often cairn_answer was called */
	uint32_t refusals;
} kernel;

static size_t gather(const struct cairn_part *parts, uint32_t count, uint8_t *to)
{
	size_t size = 0;
	for (uint32_t i = 0; i < count; i++) {
		assert_true(size + parts[i].size <= 4096);
		memcpy(to + size, parts[i].data, parts[i].size);
		size += parts[i].size;
	}
	return size;
}

int64_t cairn_send(const uint8_t *interface, const struct cairn_part *parts, uint32_t part_count,
		   uint32_t flags)
{
	if (kernel.send_result != 0)
		return kernel.send_result;
	memcpy(kernel.interface, interface, 32);
	kernel.flags = flags;
	kernel.part_count = part_count;
	for (uint32_t i = 0; i < part_count && i < 8; i++)
		kernel.part_data[i] = parts[i].data;
	kernel.body_size = gather(parts, part_count, kernel.body);
	return flags == CAIRN_SEND_ANSWER ? 77 : 0;
}

int32_t cairn_answer(int64_t message, const struct cairn_part *parts, uint32_t part_count,
		     uint32_t flags)
{
	assert_int_equal(message, 77);
	kernel.answers++;
	kernel.refusals += flags == CAIRN_ANSWER_REFUSED ? 1 : 0;
	kernel.answer.head =
	    (struct cairn_notification){.kind = CAIRN_KIND_ANSWER, .message = 77, .status = flags};
	kernel.answer.head.length = (uint32_t)gather(parts, part_count, kernel.answer.body);
	return 0;
}

int32_t cairn_wait(const int64_t *ids, uint32_t id_count, void *out, uint32_t out_size,
		   uint32_t flags)
{
	assert_int_equal(id_count, 1);
	assert_int_equal(ids[0], 77);
	assert_int_equal(flags, CAIRN_WAIT_BLOCK);
	uint32_t size = 64 + kernel.answer.head.length;
	if (size <= out_size)
		memcpy(out, &kernel.answer, size);
	return (int32_t)size;
}

static void prepare_answer(const void *body, uint32_t size)
{
	memset(&kernel, 0, sizeof kernel);
	kernel.answer.head =
	    (struct cairn_notification){.kind = CAIRN_KIND_ANSWER, .message = 77, .length = size};
	memcpy(kernel.answer.body, body, size);
}

static void expect_body(const void *body, size_t size)
{
	assert_int_equal(kernel.body_size, size);
	assert_memory_equal(kernel.body, body, size);
}

/* What was sent, as the notification that a handler gets. */
static struct cairn_notification *incoming(void)
{
	static struct {
		struct cairn_notification head;
		uint8_t body[4096];
	} message;
	message.head = (struct cairn_notification){
	    .kind = CAIRN_KIND_MESSAGE, .message = 77, .length = (uint32_t)kernel.body_size};
	memcpy(message.body, kernel.body, kernel.body_size);
	return &message.head;
}

/* ---- Callers ---- */

static void a_call_with_a_small_answer_needs_no_memory_of_the_callers(void **state)
{
	uint64_t now = 0;
	prepare_answer("\x15\xcd\x5b\x07\0\0\0\0", 8);
	assert_int_equal(time_now(&now), CALL_OK);
	assert_int_equal(now, 123456789);
	expect_body("\0\0\0\0", 4);
	assert_memory_equal(kernel.interface, time_interface, 32);
	assert_int_equal(kernel.flags, CAIRN_SEND_ANSWER);
}

static void the_result_of_a_call_points_into_the_buffer(void **state)
{
	_Alignas(8) uint8_t memory[256];
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct blocks_bytes_or_error result;
	prepare_answer("\0\3\0\0\0abc", 8);
	struct wire_bytes cid = {.data = (const uint8_t *)"cid", .size = 3};
	assert_int_equal(blocks_get(&buffer, cid, &result), CALL_OK);
	assert_false(result.is_error);
	assert_ptr_equal(result.value.data, memory + 64 + 5);
	assert_memory_equal(result.value.data, "abc", result.value.size);
	expect_body("\0\0\0\0\3\0\0\0cid", 11);
}

static void an_error_of_the_interface_is_a_result_like_any_other(void **state)
{
	_Alignas(8) uint8_t memory[256];
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct blocks_bytes_or_error result;
	prepare_answer("\1\2", 2);
	assert_int_equal(blocks_get(&buffer, (struct wire_bytes){0}, &result), CALL_OK);
	assert_true(result.is_error);
	assert_int_equal(result.error, BLOCKS_ERROR_TOO_LARGE);
}

static void long_data_is_sent_from_where_it_is(void **state)
{
	static uint8_t data[1000];
	prepare_answer("", 0);
	struct wire_bytes bytes = {.data = data, .size = sizeof data};
	assert_int_equal(blocks_put_start(0x55, bytes), 77);
	assert_int_equal(kernel.part_count, 2);
	assert_ptr_equal(kernel.part_data[1], data);
	assert_int_equal(kernel.body_size, 12 + 1000);
	bytes.size = WIRE_COPIED_BYTES - 1;
	assert_int_equal(blocks_put_start(0x55, bytes), 77);
	assert_int_equal(kernel.part_count, 1);
}

static bool grow(struct call_buffer *buffer, size_t size)
{
	buffer->data = realloc(buffer->data, size);
	buffer->size = size;
	return buffer->data != NULL;
}

static void an_answer_without_room_waits_for_a_larger_buffer(void **state)
{
	_Alignas(8) uint8_t memory[68], larger[128];
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct blocks_bytes_or_error result;
	prepare_answer("\0\3\0\0\0abc", 8);
	assert_int_equal(blocks_get(&buffer, (struct wire_bytes){0}, &result), CALL_NO_ROOM);
	const struct cairn_notification *answer = NULL;
	int64_t pending = buffer.pending;
	buffer = call_buffer_over(larger, sizeof larger);
	assert_int_equal(call_wait(pending, &buffer, &answer), CALL_OK);
	assert_int_equal(blocks_get_finish(answer, &result), CALL_OK);
	assert_int_equal(result.value.size, 3);
}

static void a_buffer_that_can_grow_does(void **state)
{
	struct call_buffer buffer = {.grow = grow};
	struct blocks_bytes_or_error result;
	prepare_answer("\0\3\0\0\0abc", 8);
	assert_int_equal(blocks_get(&buffer, (struct wire_bytes){0}, &result), CALL_OK);
	assert_int_equal(buffer.size, 72);
	free(buffer.data);
}

static void what_went_wrong_is_told_apart(void **state)
{
	uint64_t now = 1;
	prepare_answer("1234567", 7);
	assert_int_equal(time_now(&now), CALL_MALFORMED);
	prepare_answer("123456789", 9);
	assert_int_equal(time_now(&now), CALL_NO_ROOM);
	prepare_answer("", 0);
	kernel.answer.head.status = CAIRN_STATUS_HANDLER_ENDED;
	assert_int_equal(time_now(&now), CALL_HANDLER_ENDED);
	prepare_answer("", 0);
	kernel.send_result = CAIRN_DENIED;
	assert_int_equal(time_now(&now), CALL_DENIED);
	assert_int_equal(now, 1);
}

static void a_function_without_a_result_expects_no_answer(void **state)
{
	prepare_answer("", 0);
	assert_int_equal(log_write(LOG_LEVEL_WARNING, wire_text("hm")), CALL_OK);
	assert_int_equal(kernel.flags, 0);
	expect_body("\0\0\0\0\2\2\0\0\0hm", 11);
}

static void lists_of_lists_are_encoded_in_the_buffer_first(void **state)
{
	_Alignas(8) uint8_t memory[256], small[72];
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	const struct wire_bytes items[] = {{(const uint8_t *)"a", 1}, {(const uint8_t *)"bc", 2}};
	struct wire_bytes_list arguments = {.items = items, .count = 2};
	struct process_u64_or_start_error result;
	const struct process_right_list_option all = {0};
	prepare_answer("\0\5\0\0\0\0\0\0\0", 9);
	assert_int_equal(process_start(&buffer, (struct wire_bytes){0}, arguments,
				       (struct wire_bytes_list){0}, &all, &result),
			 CALL_OK);
	assert_int_equal(result.value, 5);
	expect_body("\4\0\0\0\0\0\0\0\2\0\0\0\1\0\0\0a\2\0\0\0bc\0\0\0\0\0", 28);
	buffer = call_buffer_over(small, 20);
	assert_int_equal(process_start(&buffer, (struct wire_bytes){0}, arguments,
				       (struct wire_bytes_list){0}, &all, &result),
			 CALL_NO_ROOM);
}

/* ---- Handlers ---- */

struct seen {
	uint32_t calls;
	uint64_t message;
	char text[64];
};

static void handle_texts(void *self, void *message, const struct everything_texts_call *call)
{
	struct seen *seen = self;
	const struct cairn_notification *notification = message;
	seen->calls++;
	seen->message = notification->message;
	memcpy(seen->text, call->text.data, call->text.size);
	assert_int_equal(everything_texts_answer(notification->message, call->text), CALL_OK);
}

static void handle_nothing(void *self, void *message)
{
	((struct seen *)self)->calls++;
}

static const struct everything_handler handler = {.texts = handle_texts, .nothing = handle_nothing};

static void a_handler_gets_calls_decoded_and_its_answer_reaches_the_caller(void **state)
{
	struct seen seen = {0};
	struct wire_string answer;
	prepare_answer("", 0);
	assert_int_equal(everything_texts_start(wire_text("hello"), 'x', true), 77);
	everything_serve(&handler, &seen, incoming());
	assert_int_equal(seen.calls, 1);
	assert_int_equal(seen.message, 77);
	assert_string_equal(seen.text, "hello");
	assert_int_equal(everything_texts_finish(&kernel.answer.head, &answer), CALL_OK);
	assert_true(wire_string_is(answer, "hello"));
	assert_int_equal(kernel.refusals, 0);
}

static void malformed_unknown_and_missing_functions_are_refused(void **state)
{
	struct seen seen = {0};
	static const uint8_t bodies[][12] = {
	    {1},                                     /* shorter than a number */
	    {0xff, 0xff, 0xff, 0xff},                /* no such function */
	    {EVERYTHING_NOTHING, 0, 0, 0, 0},        /* a byte too many */
	    {EVERYTHING_UPPER_CASE, 0, 0, 0, 7},     /* not handled */
	    {EVERYTHING_TEXTS, 0, 0, 0, 9, 0, 0, 0}, /* a text that is not there */
	};
	static const size_t sizes[] = {1, 4, 5, 5, 8};
	prepare_answer("", 0);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		memcpy(kernel.body, bodies[i], sizes[i]);
		kernel.body_size = sizes[i];
		everything_serve(&handler, &seen, incoming());
		assert_int_equal(kernel.refusals, i + 1);
	}
	assert_int_equal(seen.calls, 0);
}

static void a_message_without_an_answer_is_not_refused(void **state)
{
	struct seen seen = {0};
	prepare_answer("", 0);
	kernel.body_size = 2;
	struct cairn_notification *message = incoming();
	message->message = 0;
	everything_serve(&handler, &seen, message);
	assert_int_equal(kernel.answers, 0);
	assert_int_equal(everything_nothing(), CALL_OK);
	everything_serve(&handler, &seen, incoming());
	assert_int_equal(seen.calls, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_call_with_a_small_answer_needs_no_memory_of_the_callers),
	    cmocka_unit_test(the_result_of_a_call_points_into_the_buffer),
	    cmocka_unit_test(an_error_of_the_interface_is_a_result_like_any_other),
	    cmocka_unit_test(long_data_is_sent_from_where_it_is),
	    cmocka_unit_test(an_answer_without_room_waits_for_a_larger_buffer),
	    cmocka_unit_test(a_buffer_that_can_grow_does),
	    cmocka_unit_test(what_went_wrong_is_told_apart),
	    cmocka_unit_test(a_function_without_a_result_expects_no_answer),
	    cmocka_unit_test(lists_of_lists_are_encoded_in_the_buffer_first),
	    cmocka_unit_test(a_handler_gets_calls_decoded_and_its_answer_reaches_the_caller),
	    cmocka_unit_test(malformed_unknown_and_missing_functions_are_refused),
	    cmocka_unit_test(a_message_without_an_answer_is_not_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The kernel's own interfaces: interface, time, random, log, and what they refuse. */
#include "puppet.h"

#include <cairn/interface.h>
#include <cairn/log.h>
#include <cairn/process.h>
#include <cairn/random.h>
#include <cairn/time.h>

static const struct digest of_interface = {INTERFACE_DIGEST};
static const struct digest of_process = {PROCESS_DIGEST};
static const struct digest of_time = {TIME_DIGEST};
static const struct digest of_random = {RANDOM_DIGEST};
static const struct digest of_log = {LOG_DIGEST};

static struct kernel *kernel;
static struct puppet *puppet;

static int set_up(void **state)
{
	kernel = stage_create(NULL);
	puppet = puppet_create(kernel);
	return 0;
}

/* The same with a clock that stands still, so that no second goes by. */
static int set_up_still(void **state)
{
	test_port_stands_still = true;
	return set_up(state);
}

static int tear_down(void **state)
{
	stage_destroy(kernel);
	test_port_stands_still = false;
	return 0;
}

/* ---- Requests ---- */

/* Asks, and takes the answer, which must be there at once; returns its status. */
static uint32_t ask(const struct digest *interface, const struct request *request)
{
	return puppet_take_answer(puppet, puppet_ask(puppet, interface, request));
}

/* One byte less, or one more, is refused. */
static void is_checked_to_the_byte(const struct digest *interface, const struct request *request)
{
	struct request wrong = *request;
	for (wrong.size = 0; wrong.size < request->size; wrong.size++)
		assert_int_equal(ask(interface, &wrong), CAIRN_STATUS_REFUSED);
	wrong.size = request->size + 1;
	assert_int_equal(ask(interface, &wrong), CAIRN_STATUS_REFUSED);
}

/* ---- interface ---- */

static struct request register_bytes(const void *digest, uint32_t size, uint8_t options)
{
	interface_register_encode(request_cursor(),
				  &(struct interface_register_call){{digest, size}, options});
	return request_encoded();
}

static struct request register_request(char letter, uint8_t options)
{
	struct digest interface = stage_interface(letter);
	return register_bytes(interface.bytes, sizeof interface.bytes, options);
}

static struct request unregister_request(char letter)
{
	struct digest interface = stage_interface(letter);
	interface_unregister_encode(
	    request_cursor(),
	    &(struct interface_unregister_call){{interface.bytes, sizeof interface.bytes}});
	return request_encoded();
}

static struct request cancel_request(uint64_t id)
{
	interface_cancel_encode(request_cursor(), &(struct interface_cancel_call){id});
	return request_encoded();
}

static struct request scopes_request(uint32_t grant)
{
	interface_scopes_encode(request_cursor(), &(struct interface_scopes_call){grant});
	return request_encoded();
}

/* A function that no interface of the kernel's has. */
static struct request unknown_request(void)
{
	return (struct request){.bytes = {99}, .size = 4};
}

static struct interface_bool_or_register_error register_result(void)
{
	struct interface_bool_or_register_error result;
	assert_int_equal(
	    interface_register_answer_decode(puppet_body(puppet), puppet->note.length, &result),
	    WIRE_OK);
	return result;
}

static void expect_registered(void)
{
	struct interface_bool_or_register_error result = register_result();
	assert_true(!result.is_error && result.value);
}

static void expect_not_registered(enum interface_register_error error)
{
	struct interface_bool_or_register_error result = register_result();
	assert_true(result.is_error);
	assert_int_equal(result.error, error);
}

/* What unregister and cancel answer. */
static bool bool_in_answer(void)
{
	bool value;
	assert_int_equal(
	    interface_cancel_answer_decode(puppet_body(puppet), puppet->note.length, &value),
	    WIRE_OK);
	return value;
}

static struct stop *configure(char letter, const struct cid *program)
{
	return stage_stop(kernel, letter, program);
}

static void only_the_configured_program_becomes_the_handler(void **state)
{
	static const struct cid other = {.codec = CID_RAW, .hash = {1}};
	struct stop *mine = configure('m', &puppet->process->cid);
	configure('o', &other);
	struct request request =
	    register_request('m', INTERFACE_OPTIONS_WATCH_SENDERS | INTERFACE_OPTIONS_KEEPS_STATE);
	assert_int_equal(ask(&of_interface, &request), CAIRN_STATUS_OK);
	expect_registered();
	assert_true(mine->options.keeps_state);
	assert_ptr_equal(mine->handler, &puppet->process->party);
	assert_true(mine->options.watches_senders);
	request = register_request('o', 0);
	ask(&of_interface, &request);
	expect_not_registered(INTERFACE_REGISTER_ERROR_NOT_CONFIGURED);
	request = register_request('n', 0);
	ask(&of_interface, &request);
	expect_not_registered(INTERFACE_REGISTER_ERROR_NOT_CONFIGURED);
}

static void an_interface_of_the_kernel_cannot_be_taken(void **state)
{
	struct request request = register_bytes(of_process.bytes, sizeof of_process.bytes, 0);
	ask(&of_interface, &request);
	expect_not_registered(INTERFACE_REGISTER_ERROR_NOT_CONFIGURED);
}

static void what_another_handles_is_taken(void **state)
{
	struct stop *stop = configure('m', &puppet->process->cid);
	struct puppet *first = puppet_create(kernel);
	assert_int_equal(stop_register(&kernel->exchange, stop, &first->process->party,
				       (struct stop_options){0}),
			 STATUS_OK);
	struct request request = register_request('m', 0);
	ask(&of_interface, &request);
	expect_not_registered(INTERFACE_REGISTER_ERROR_TAKEN);
}

static void a_digest_has_32_bytes(void **state)
{
	struct request request = register_bytes("abc", 3, 0);
	ask(&of_interface, &request);
	expect_not_registered(INTERFACE_REGISTER_ERROR_NOT_A_DIGEST);
}

static void unknown_options_are_refused(void **state)
{
	configure('m', &puppet->process->cid);
	struct request request = register_request('m', 4);
	assert_int_equal(ask(&of_interface, &request), CAIRN_STATUS_REFUSED);
}

static void an_interface_is_handed_back_by_its_handler(void **state)
{
	struct stop *stop = configure('m', &puppet->process->cid);
	struct request request = register_request('m', 0);
	ask(&of_interface, &request);
	request = unregister_request('m');
	ask(&of_interface, &request);
	assert_true(bool_in_answer());
	assert_null(stop->handler);
	ask(&of_interface, &request);
	assert_false(bool_in_answer());
}

static void the_scopes_of_a_grant_are_for_who_got_a_message_under_it(void **state)
{
	struct puppet *sender = puppet_create(kernel);
	puppet_handles(puppet, 'a');
	puppet_send(sender, 'a', "", 0);
	puppet_take(puppet);
	struct request request = scopes_request(puppet->note.status);
	struct wire_string_list scopes;
	assert_int_equal(ask(&of_interface, &request), CAIRN_STATUS_OK);
	assert_int_equal(
	    interface_scopes_answer_decode(puppet_body(puppet), puppet->note.length, &scopes),
	    WIRE_OK);
	assert_int_equal(scopes.count, 0);
	struct puppet *handler = puppet;
	puppet = sender;
	assert_int_equal(ask(&of_interface, &request), CAIRN_STATUS_REFUSED);
	puppet = handler;
	request = scopes_request(1000);
	assert_int_equal(ask(&of_interface, &request), CAIRN_STATUS_REFUSED);
}

static void requests_to_interface_are_checked_to_the_byte(void **state)
{
	struct request request = register_request('m', 0);
	is_checked_to_the_byte(&of_interface, &request);
	request = cancel_request(16);
	is_checked_to_the_byte(&of_interface, &request);
	request = unknown_request();
	assert_int_equal(ask(&of_interface, &request), CAIRN_STATUS_REFUSED);
}

/* ---- time ---- */

/* All functions of `time` answer alike. */
static uint64_t time_in_answer(void)
{
	uint64_t value;
	assert_int_equal(time_now_answer_decode(puppet_body(puppet), puppet->note.length, &value),
			 WIRE_OK);
	return value;
}

static struct request sleep_request(uint64_t deadline)
{
	time_sleep_until_encode(request_cursor(), &(struct time_sleep_until_call){deadline});
	return request_encoded();
}

static void the_clock_does_not_go_back(void **state)
{
	time_now_encode(request_cursor());
	struct request request = request_encoded();
	ask(&of_time, &request);
	uint64_t first = time_in_answer();
	ask(&of_time, &request);
	assert_true(time_in_answer() >= first);
	is_checked_to_the_byte(&of_time, &request);
	time_wall_encode(request_cursor());
	request = request_encoded();
	ask(&of_time, &request);
	assert_true(time_in_answer() > 1500000000000000000);
}

static void a_sleep_ends_when_its_time_has_come_and_not_before(void **state)
{
	uint64_t now = port_monotonic_ns();
	struct request request = sleep_request(now + 1000000000000);
	puppet_ask(puppet, &of_time, &request);
	request = sleep_request(now + 500000000000);
	puppet_ask(puppet, &of_time, &request);
	assert_int_equal(timers_next_ns(&kernel->timers), now + 500000000000);
	assert_int_equal(kernel_next_deadline_ns(kernel), now + 500000000000);
	timers_fire(&kernel->timers, now + 499999999999);
	assert_int_equal(puppet_wait(puppet, (struct puppet_ids){{16, 17}}, 0), 0);
	timers_fire(&kernel->timers, now + 500000000000);
	assert_int_equal(puppet_take_answer(puppet, 17), CAIRN_STATUS_OK);
	assert_int_equal(time_in_answer(), now + 500000000000);
	assert_int_equal(puppet_wait(puppet, (struct puppet_ids){{16}}, 0), 0);
}

static void a_sleep_into_the_past_ends_at_once(void **state)
{
	struct request request = sleep_request(1);
	assert_int_equal(ask(&of_time, &request), CAIRN_STATUS_OK);
}

static void many_sleeps_end_in_their_order(void **state)
{
	enum { COUNT = 200 };
	uint64_t base = port_monotonic_ns() + 1000000000000;
	for (uint64_t i = 0; i < COUNT; i++) {
		struct request request = sleep_request(base + i * 37 % COUNT);
		puppet_ask(puppet, &of_time, &request);
	}
	timers_fire(&kernel->timers, base + COUNT / 2 - 1);
	assert_int_equal(kernel->timers.count, COUNT / 2);
	for (uint64_t i = 0; i < COUNT; i++) {
		struct puppet_ids id = {{16 + i}};
		bool is_early = i * 37 % COUNT < COUNT / 2;
		assert_int_equal(puppet_wait(puppet, id, 0) > 0, is_early);
	}
}

static void ten_thousand_requests_may_be_with_the_kernel_at_once(void **state)
{
	struct request request = sleep_request(UINT64_MAX);
	for (int i = 0; i < 10000; i++)
		puppet_ask(puppet, &of_time, &request);
	assert_int_equal(kernel->timers.count, 10000);
	puppet_kill(puppet);
	assert_int_equal(kernel->timers.count, 0);
}

static void a_sleep_can_be_cancelled(void **state)
{
	struct request request = sleep_request(UINT64_MAX);
	puppet_ask(puppet, &of_time, &request);
	request = cancel_request(16);
	ask(&of_interface, &request);
	assert_true(bool_in_answer());
	assert_int_equal(puppet_take_answer(puppet, 16), CAIRN_STATUS_REFUSED);
	assert_int_equal(kernel->timers.count, 0);
}

static void a_sleeper_that_ends_leaves_no_timer(void **state)
{
	struct request request = sleep_request(UINT64_MAX);
	struct puppet *sleeper = puppet_create(kernel);
	puppet_ask(sleeper, &of_time, &request);
	assert_int_equal(kernel->timers.count, 1);
	puppet_kill(sleeper);
	assert_int_equal(kernel->timers.count, 0);
}

/* ---- random and log ---- */

static struct request random_request(uint32_t count)
{
	random_bytes_encode(request_cursor(), &(struct random_bytes_call){count});
	return request_encoded();
}

static struct wire_bytes random_in_answer(void)
{
	struct wire_bytes bytes;
	assert_int_equal(
	    random_bytes_answer_decode(puppet_body(puppet), puppet->note.length, &bytes), WIRE_OK);
	return bytes;
}

static void random_gives_as_many_bytes_as_asked_and_no_more_than_its_limit(void **state)
{
	struct request request = random_request(32);
	uint8_t first[32];
	assert_int_equal(ask(&of_random, &request), CAIRN_STATUS_OK);
	assert_int_equal(random_in_answer().size, sizeof first);
	memcpy(first, random_in_answer().data, sizeof first);
	ask(&of_random, &request);
	assert_memory_not_equal(first, random_in_answer().data, sizeof first);
	is_checked_to_the_byte(&of_random, &request);
	request = random_request(RANDOM_BYTES_MAX + 1);
	assert_int_equal(ask(&of_random, &request), CAIRN_STATUS_REFUSED);
	request = random_request(0);
	assert_int_equal(ask(&of_random, &request), CAIRN_STATUS_OK);
	assert_int_equal(random_in_answer().size, 0);
}

static struct request log_request(enum log_level level, const char *text)
{
	log_write_encode(request_cursor(), &(struct log_write_call){level, wire_text(text)});
	return request_encoded();
}

static void a_line_is_stamped_and_escaped(void **state)
{
	struct request request = log_request(LOG_LEVEL_ERROR, "red: \033[31m, \xe2\x80\xae");
	test_port_keep_log = true;
	assert_int_equal(ask(&of_log, &request), CAIRN_STATUS_OK);
	test_port_keep_log = false;
	char expected[64];
	snprintf(expected, sizeof expected, "process %llu (baf",
		 (unsigned long long)puppet_pid(puppet));
	assert_memory_equal(test_port_last_line, expected, strlen(expected));
	assert_non_null(strstr(test_port_last_line, "): red: \\u{001b}[31m, \\u{202e}"));
}

static void lines_are_limited_in_number(void **state)
{
	struct request request = log_request(LOG_LEVEL_DEBUG, "again");
	for (int i = 0; i < LOG_LINES_BURST + 10; i++)
		ask(&of_log, &request);
	assert_int_equal(puppet->process->log.suppressed, 10);
}

static void malformed_lines_are_refused(void **state)
{
	struct request request = log_request(LOG_LEVEL_DEBUG, "a line");
	is_checked_to_the_byte(&of_log, &request);
	request = log_request(LOG_LEVEL_ERROR + 1, "no such level");
	assert_int_equal(ask(&of_log, &request), CAIRN_STATUS_REFUSED);
	request = log_request(LOG_LEVEL_DEBUG, "not UTF-8: \xff");
	assert_int_equal(ask(&of_log, &request), CAIRN_STATUS_REFUSED);
}

#define test(sentence) cmocka_unit_test_setup_teardown(sentence, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(only_the_configured_program_becomes_the_handler),
	    test(an_interface_of_the_kernel_cannot_be_taken),
	    test(what_another_handles_is_taken),
	    test(a_digest_has_32_bytes),
	    test(unknown_options_are_refused),
	    test(an_interface_is_handed_back_by_its_handler),
	    test(the_scopes_of_a_grant_are_for_who_got_a_message_under_it),
	    test(requests_to_interface_are_checked_to_the_byte),
	    test(the_clock_does_not_go_back),
	    test(a_sleep_ends_when_its_time_has_come_and_not_before),
	    test(a_sleep_into_the_past_ends_at_once),
	    test(many_sleeps_end_in_their_order),
	    test(ten_thousand_requests_may_be_with_the_kernel_at_once),
	    test(a_sleep_can_be_cancelled),
	    test(a_sleeper_that_ends_leaves_no_timer),
	    test(random_gives_as_many_bytes_as_asked_and_no_more_than_its_limit),
	    test(a_line_is_stamped_and_escaped),
	    cmocka_unit_test_setup_teardown(lines_are_limited_in_number, set_up_still, tear_down),
	    test(malformed_lines_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

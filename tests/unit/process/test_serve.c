/* The kernel's own interfaces: interface, time, random, log, and what they refuse. */
#include "puppet.h"

enum { ASKS = CAIRN_SEND_ANSWER, BLOCKS = CAIRN_WAIT_BLOCK };

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

static int tear_down(void **state)
{
	stage_destroy(kernel);
	return 0;
}

/* ---- Requests ---- */

struct request {
	uint8_t bytes[256];
	size_t size;
};

static void put(struct request *request, const void *data, size_t size)
{
	memcpy(request->bytes + request->size, data, size);
	request->size += size;
}

static struct request function(uint32_t number)
{
	struct request request = {.size = 0};
	put(&request, &number, sizeof number);
	return request;
}

/* Asks, and takes the answer, which must be there at once; returns its status. */
static uint32_t ask(const struct digest *interface, const struct request *request)
{
	int64_t id = puppet_send_bytes(puppet, interface, request->bytes, request->size, ASKS);
	assert_true(id > 0);
	return puppet_take_answer(puppet, (uint64_t)id);
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

static struct request register_request(char letter, uint8_t options)
{
	struct request request = function(INTERFACE_REGISTER);
	struct digest interface = stage_interface(letter);
	put(&request, &(uint32_t){sizeof interface.bytes}, 4);
	put(&request, interface.bytes, sizeof interface.bytes);
	put(&request, &options, 1);
	return request;
}

/* result<bool, register-error> */
static void expect_result(uint8_t is_error, uint8_t value)
{
	assert_int_equal(puppet->note.length, 2);
	assert_int_equal(puppet->body[0], is_error);
	assert_int_equal(puppet->body[1], value);
}

static struct route *configure(char letter, const struct cid *program)
{
	struct digest interface = stage_interface(letter);
	struct route *route;
	assert_int_equal(router_add(&kernel->exchange.router, &interface, program, &route),
			 STATUS_OK);
	return route;
}

static void only_the_configured_program_becomes_the_handler(void **state)
{
	static const struct cid other = {.codec = CID_RAW, .hash = {1}};
	struct route *mine = configure('m', &puppet->process->cid);
	configure('o', &other);
	struct request request = register_request('m', 1);
	assert_int_equal(ask(&of_interface, &request), CAIRN_STATUS_OK);
	expect_result(0, 1);
	assert_ptr_equal(mine->handler, &puppet->process->party);
	assert_true(mine->watches_senders);
	request = register_request('o', 0);
	ask(&of_interface, &request);
	expect_result(1, 1);
	request = register_request('n', 0);
	ask(&of_interface, &request);
	expect_result(1, 1);
}

static void an_interface_of_the_kernel_cannot_be_taken(void **state)
{
	struct request request = function(INTERFACE_REGISTER);
	put(&request, &(uint32_t){sizeof of_process.bytes}, 4);
	put(&request, of_process.bytes, sizeof of_process.bytes);
	put(&request, &(uint8_t){0}, 1);
	ask(&of_interface, &request);
	expect_result(1, 1);
}

static void what_another_handles_is_taken(void **state)
{
	struct route *route = configure('m', &puppet->process->cid);
	struct puppet *first = puppet_create(kernel);
	assert_int_equal(exchange_register(&kernel->exchange, route, &first->process->party),
			 STATUS_OK);
	struct request request = register_request('m', 0);
	ask(&of_interface, &request);
	expect_result(1, 2);
}

static void a_digest_has_32_bytes(void **state)
{
	struct request request = function(INTERFACE_REGISTER);
	put(&request, &(uint32_t){3}, 4);
	put(&request, "abc", 3);
	put(&request, &(uint8_t){0}, 1);
	ask(&of_interface, &request);
	expect_result(1, 0);
}

static void unknown_options_are_refused(void **state)
{
	configure('m', &puppet->process->cid);
	struct request request = register_request('m', 2);
	assert_int_equal(ask(&of_interface, &request), CAIRN_STATUS_REFUSED);
}

static void an_interface_is_handed_back_by_its_handler(void **state)
{
	struct route *route = configure('m', &puppet->process->cid);
	struct request request = register_request('m', 0);
	ask(&of_interface, &request);
	struct digest interface = stage_interface('m');
	request = function(INTERFACE_UNREGISTER);
	put(&request, &(uint32_t){sizeof interface.bytes}, 4);
	put(&request, interface.bytes, sizeof interface.bytes);
	ask(&of_interface, &request);
	assert_int_equal(puppet->body[0], 1);
	assert_null(route->handler);
	ask(&of_interface, &request);
	assert_int_equal(puppet->note.length, 1);
	assert_int_equal(puppet->body[0], 0);
}

static void a_grant_has_no_scopes_yet_and_an_unknown_one_is_refused(void **state)
{
	struct request request = function(INTERFACE_SCOPES);
	put(&request, &(uint32_t){1}, 4);
	assert_int_equal(ask(&of_interface, &request), CAIRN_STATUS_OK);
	assert_int_equal(puppet->note.length, 4);
	request = function(INTERFACE_SCOPES);
	put(&request, &(uint32_t){1000}, 4);
	assert_int_equal(ask(&of_interface, &request), CAIRN_STATUS_REFUSED);
}

static void requests_to_interface_are_checked_to_the_byte(void **state)
{
	struct request request = register_request('m', 0);
	is_checked_to_the_byte(&of_interface, &request);
	request = function(INTERFACE_CANCEL);
	put(&request, &(uint64_t){16}, 8);
	is_checked_to_the_byte(&of_interface, &request);
	request = function(INTERFACE_SCOPES);
	put(&request, &(uint32_t){1}, 4);
	is_checked_to_the_byte(&of_interface, &request);
	request = function(99);
	assert_int_equal(ask(&of_interface, &request), CAIRN_STATUS_REFUSED);
}

/* ---- time ---- */

static uint64_t number_in_answer(void)
{
	uint64_t value;
	assert_int_equal(puppet->note.length, sizeof value);
	memcpy(&value, puppet->body, sizeof value);
	return value;
}

static struct request sleep_request(uint64_t deadline)
{
	struct request request = function(TIME_SLEEP_UNTIL);
	put(&request, &deadline, sizeof deadline);
	return request;
}

static void the_clock_does_not_go_back(void **state)
{
	struct request request = function(TIME_NOW);
	ask(&of_time, &request);
	uint64_t first = number_in_answer();
	ask(&of_time, &request);
	assert_true(number_in_answer() >= first);
	is_checked_to_the_byte(&of_time, &request);
	request = function(TIME_WALL);
	ask(&of_time, &request);
	assert_true(number_in_answer() > 1500000000000000000);
}

static void a_sleep_ends_when_its_time_has_come_and_not_before(void **state)
{
	uint64_t now = port_monotonic_ns();
	struct request request = sleep_request(now + 1000000000000);
	puppet_send_bytes(puppet, &of_time, request.bytes, request.size, ASKS);
	request = sleep_request(now + 500000000000);
	puppet_send_bytes(puppet, &of_time, request.bytes, request.size, ASKS);
	assert_int_equal(timers_next_ns(&kernel->timers), now + 500000000000);
	assert_int_equal(kernel_next_deadline_ns(kernel), now + 500000000000);
	timers_fire(&kernel->timers, now + 499999999999);
	assert_int_equal(puppet_wait(puppet, (struct puppet_ids){{16, 17}}, 0), 0);
	timers_fire(&kernel->timers, now + 500000000000);
	assert_int_equal(puppet_take_answer(puppet, 17), CAIRN_STATUS_OK);
	assert_int_equal(number_in_answer(), now + 500000000000);
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
		puppet_send_bytes(puppet, &of_time, request.bytes, request.size, ASKS);
	}
	timers_fire(&kernel->timers, base + COUNT / 2 - 1);
	assert_int_equal(kernel->timers.count, COUNT / 2);
	for (uint64_t i = 0; i < COUNT; i++) {
		struct puppet_ids id = {{16 + i}};
		bool is_early = i * 37 % COUNT < COUNT / 2;
		assert_int_equal(puppet_wait(puppet, id, 0) > 0, is_early);
	}
}

static void a_sleep_can_be_cancelled(void **state)
{
	struct request request = sleep_request(UINT64_MAX);
	puppet_send_bytes(puppet, &of_time, request.bytes, request.size, ASKS);
	request = function(INTERFACE_CANCEL);
	put(&request, &(uint64_t){16}, 8);
	ask(&of_interface, &request);
	assert_int_equal(puppet->body[0], 1);
	assert_int_equal(puppet_take_answer(puppet, 16), CAIRN_STATUS_REFUSED);
	assert_int_equal(kernel->timers.count, 0);
}

static void a_sleeper_that_ends_leaves_no_timer(void **state)
{
	struct request request = sleep_request(UINT64_MAX);
	struct puppet *sleeper = puppet_create(kernel);
	puppet_send_bytes(sleeper, &of_time, request.bytes, request.size, ASKS);
	assert_int_equal(kernel->timers.count, 1);
	puppet_kill(sleeper);
	assert_int_equal(kernel->timers.count, 0);
}

/* ---- random and log ---- */

static void random_gives_as_many_bytes_as_asked_and_no_more_than_its_limit(void **state)
{
	struct request request = function(RANDOM_BYTES);
	put(&request, &(uint32_t){32}, 4);
	assert_int_equal(ask(&of_random, &request), CAIRN_STATUS_OK);
	assert_int_equal(puppet->note.length, 36);
	uint8_t first[32];
	memcpy(first, puppet->body + 4, sizeof first);
	ask(&of_random, &request);
	assert_memory_not_equal(first, puppet->body + 4, sizeof first);
	is_checked_to_the_byte(&of_random, &request);
	request = function(RANDOM_BYTES);
	put(&request, &(uint32_t){RANDOM_BYTES_MAX + 1}, 4);
	assert_int_equal(ask(&of_random, &request), CAIRN_STATUS_REFUSED);
	request = function(RANDOM_BYTES);
	put(&request, &(uint32_t){0}, 4);
	assert_int_equal(ask(&of_random, &request), CAIRN_STATUS_OK);
	assert_int_equal(puppet->note.length, 4);
}

static struct request log_request(uint8_t level, const char *text)
{
	struct request request = function(LOG_WRITE);
	put(&request, &level, 1);
	put(&request, &(uint32_t){(uint32_t)strlen(text)}, 4);
	put(&request, text, strlen(text));
	return request;
}

static void a_line_is_stamped_and_escaped(void **state)
{
	struct request request = log_request(3, "red: \033[31m, \xe2\x80\xae");
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
	struct request request = log_request(0, "again");
	for (int i = 0; i < LOG_LINES_BURST + 10; i++)
		ask(&of_log, &request);
	assert_in_range(puppet->process->log.suppressed, 1, 10);
}

static void malformed_lines_are_refused(void **state)
{
	struct request request = log_request(0, "a line");
	is_checked_to_the_byte(&of_log, &request);
	request = log_request(4, "no such level");
	assert_int_equal(ask(&of_log, &request), CAIRN_STATUS_REFUSED);
	request = log_request(0, "not UTF-8: \xff");
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
	    test(a_grant_has_no_scopes_yet_and_an_unknown_one_is_refused),
	    test(requests_to_interface_are_checked_to_the_byte),
	    test(the_clock_does_not_go_back),
	    test(a_sleep_ends_when_its_time_has_come_and_not_before),
	    test(a_sleep_into_the_past_ends_at_once),
	    test(many_sleeps_end_in_their_order),
	    test(a_sleep_can_be_cancelled),
	    test(a_sleeper_that_ends_leaves_no_timer),
	    test(random_gives_as_many_bytes_as_asked_and_no_more_than_its_limit),
	    test(a_line_is_stamped_and_escaped),
	    test(lines_are_limited_in_number),
	    test(malformed_lines_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

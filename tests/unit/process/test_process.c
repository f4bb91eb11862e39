/* The interface `process`: arguments, exit, and the processes that one starts. */
#include "archive.h"

enum { ASKS = CAIRN_SEND_ANSWER, BLOCKS = CAIRN_WAIT_BLOCK };

/* The cases of kill-error and start-error, and those of `end`. */
enum { NO_SUCH_PROCESS = 0 };
enum { NOT_A_CID, DENIED };
enum { EXITED, TRAPPED, KILLED, NOT_STARTED };

static const struct digest of_process = {PROCESS_DIGEST};

static struct kernel *kernel;
static struct archive archive;
static struct cid program;  /* that can be started */
static struct cid nonsense; /* that cannot */
static struct puppet *parent;

static int set_up(void **state)
{
	struct fault fault;
	kernel = stage_create(NULL);
	program = archive_add_program(&archive, "child", "P child");
	nonsense = archive_add_program(&archive, "nonsense", "no puppet");
	assert_int_equal(archive_boot(&archive, kernel, &fault), STATUS_OK);
	parent = puppet_create(kernel);
	return 0;
}

static int tear_down(void **state)
{
	stage_destroy(kernel);
	archive_reset(&archive);
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

static void put_u32(struct request *request, uint32_t value)
{
	put(request, &value, sizeof value);
}

static struct request with_pid(uint32_t function, uint64_t pid)
{
	struct request request = {.size = 0};
	put_u32(&request, function);
	put(&request, &pid, sizeof pid);
	return request;
}

static struct request start_request(const struct cid *cid)
{
	struct request request = {.size = 0};
	uint8_t binary[CID_BINARY_BYTES];
	cid_to_binary(cid, binary);
	put_u32(&request, PROCESS_START);
	put_u32(&request, sizeof binary);
	put(&request, binary, sizeof binary);
	put_u32(&request, 2);
	put_u32(&request, 5);
	put(&request, "child", 5);
	put_u32(&request, 0);
	put_u32(&request, 1);
	put_u32(&request, 3);
	put(&request, "A=b", 3);
	return request;
}

static uint64_t send(struct puppet *puppet, const struct request *request)
{
	int64_t id = puppet_send_bytes(puppet, &of_process, request->bytes, request->size, ASKS);
	assert_true(id > 0);
	return (uint64_t)id;
}

static uint32_t ask(struct puppet *puppet, const struct request *request)
{
	return puppet_take_answer(puppet, send(puppet, request));
}

static uint64_t start(struct puppet *puppet, const struct cid *cid)
{
	struct request request = start_request(cid);
	uint64_t pid;
	assert_int_equal(ask(puppet, &request), CAIRN_STATUS_OK);
	assert_int_equal(puppet->note.length, 9);
	assert_int_equal(puppet->body[0], 0);
	memcpy(&pid, puppet->body + 1, sizeof pid);
	stage_settle(kernel);
	return pid;
}

static struct puppet *child_of(uint64_t pid)
{
	return kernel_find(kernel, pid)->instance;
}

static void expect_error(uint8_t error)
{
	assert_int_equal(parent->note.length, 2);
	assert_int_equal(parent->body[0], 1);
	assert_int_equal(parent->body[1], error);
}

/* ---- Oneself ---- */

static void arguments_and_environment_are_what_was_given(void **state)
{
	struct puppet *child = child_of(start(parent, &program));
	struct request request = {.size = 0};
	put_u32(&request, PROCESS_ARGUMENTS);
	ask(child, &request);
	assert_int_equal(child->note.length, 17);
	assert_memory_equal(child->body, "\2\0\0\0\5\0\0\0child\0\0\0\0", 17);
	request.size = 0;
	put_u32(&request, PROCESS_ENVIRONMENT);
	ask(child, &request);
	assert_int_equal(child->note.length, 11);
	assert_memory_equal(child->body, "\1\0\0\0\3\0\0\0A=b", 11);
}

static int64_t leave(struct puppet *puppet, uint32_t code, uint32_t flags)
{
	uint32_t body[] = {PROCESS_EXIT, code};
	return puppet_send_bytes(puppet, &of_process, body, sizeof body, flags);
}

static void nothing_follows_an_exit(void **state)
{
	assert_int_equal(leave(parent, 3, 0), PUPPET_ENDED);
	stage_settle(kernel);
	assert_int_equal(kernel->processes.count, 0);
}

static void an_exit_may_ask_for_an_answer_and_gets_none(void **state)
{
	assert_int_equal(leave(parent, 3, ASKS), PUPPET_ENDED);
	stage_settle(kernel);
}

static void a_program_that_has_used_up_everything_can_still_say_that_it_ends(void **state)
{
	static const struct digest of_time = {TIME_DIGEST};
	uint32_t function = TIME_NOW;
	int64_t result;
	do
		result = puppet_send_bytes(parent, &of_time, &function, sizeof function, ASKS);
	while (result > 0);
	assert_int_equal(result, CAIRN_LIMIT);
	test_port_refuse_after = 0;
	assert_int_equal(leave(parent, 3, 0), PUPPET_ENDED);
	test_port_refuse_after = UINT64_MAX;
}

static void an_exit_that_is_malformed_is_none(void **state)
{
	uint32_t function = PROCESS_EXIT;
	assert_int_equal(puppet_send_bytes(parent, &of_process, &function, sizeof function, 0), 0);
	assert_int_equal(parent->process->state, PROCESS_RUNNING);
}

/* ---- Children ---- */

static void starting_needs_a_grant(void **state)
{
	struct kernel_grants none = {0};
	struct puppet *poor = puppet_create_with(kernel, &none);
	struct request request = start_request(&program);
	assert_int_equal(ask(poor, &request), CAIRN_STATUS_OK);
	assert_int_equal(poor->body[0], 1);
	assert_int_equal(poor->body[1], DENIED);
	assert_int_equal(kernel->processes.count, 2);
}

static void a_child_has_its_starters_rights(void **state)
{
	struct digest granted[] = {of_process, stage_interface('a')};
	struct kernel_grants some = {.interfaces = granted, .count = 2};
	struct puppet *starter = puppet_create_with(kernel, &some);
	puppet_handles(parent, 'a');
	puppet_handles(parent, 'b');
	struct puppet *child = child_of(start(starter, &program));
	assert_int_equal(puppet_send(child, 'a', "", 0), 0);
	assert_int_equal(puppet_send(child, 'b', "", 0), CAIRN_DENIED);
	puppet_send(starter, 'a', "", 0);
	puppet_take(parent);
	uint32_t grant = parent->note.status;
	puppet_take(parent);
	assert_int_equal(parent->note.status, grant);
}

static void what_is_no_cid_is_not_started(void **state)
{
	struct request request = start_request(&program);
	request.bytes[8] ^= 0xff;
	assert_int_equal(ask(parent, &request), CAIRN_STATUS_OK);
	expect_error(NOT_A_CID);
}

static void a_malformed_start_is_refused(void **state)
{
	struct request request = start_request(&program);
	struct request wrong = request;
	for (wrong.size = 0; wrong.size < request.size; wrong.size++)
		assert_int_equal(ask(parent, &wrong), CAIRN_STATUS_REFUSED);
	wrong.size = request.size + 1;
	assert_int_equal(ask(parent, &wrong), CAIRN_STATUS_REFUSED);
	wrong = request;
	memset(wrong.bytes + 44, 0xff, 4);
	assert_int_equal(ask(parent, &wrong), CAIRN_STATUS_REFUSED);
	wrong = request;
	wrong.bytes[52] = 0;
	assert_int_equal(ask(parent, &wrong), CAIRN_STATUS_REFUSED);
	assert_int_equal(kernel->processes.count, 1);
}

static void who_waits_for_an_end_is_told_how_it_was(void **state)
{
	uint64_t pid = start(parent, &program);
	struct request request = with_pid(PROCESS_WAIT_END, pid);
	uint64_t first = send(parent, &request);
	uint64_t second = send(parent, &request);
	assert_int_equal(puppet_wait(parent, (struct puppet_ids){{first}}, 0), 0);
	leave(child_of(pid), 42, 0);
	stage_settle(kernel);
	for (uint64_t id = first; id <= second; id++) {
		assert_int_equal(puppet_take_answer(parent, id), CAIRN_STATUS_OK);
		assert_int_equal(parent->note.length, 6);
		assert_memory_equal(parent->body, "\0\0\52\0\0\0", 6);
	}
	ask(parent, &request);
	expect_error(NO_SUCH_PROCESS);
}

static void an_end_is_remembered_until_somebody_asks(void **state)
{
	uint64_t pid = start(parent, &program);
	leave(child_of(pid), 7, 0);
	stage_settle(kernel);
	struct request request = with_pid(PROCESS_WAIT_END, pid);
	ask(parent, &request);
	assert_memory_equal(parent->body, "\0\0\7\0\0\0", 6);
	ask(parent, &request);
	expect_error(NO_SUCH_PROCESS);
}

static void a_trap_and_a_failed_start_are_told_in_words(void **state)
{
	uint64_t pid = start(parent, &program);
	struct puppet *child = child_of(pid);
	child->fault = "something went wrong";
	process_trap(child->process, child->thread);
	stage_settle(kernel);
	struct request request = with_pid(PROCESS_WAIT_END, pid);
	ask(parent, &request);
	assert_memory_equal(parent->body, "\0\1\24\0\0\0something went wrong", 26);
	pid = start(parent, &nonsense);
	request = with_pid(PROCESS_WAIT_END, pid);
	ask(parent, &request);
	assert_memory_equal(parent->body, "\0\3\11\0\0\0no puppet", 15);
}

static void a_child_can_be_killed(void **state)
{
	uint64_t pid = start(parent, &program);
	struct request request = with_pid(PROCESS_KILL, pid);
	ask(parent, &request);
	assert_int_equal(parent->body[0], 0);
	stage_settle(kernel);
	assert_null(kernel_find(kernel, pid));
	ask(parent, &request);
	expect_error(NO_SUCH_PROCESS);
	request = with_pid(PROCESS_WAIT_END, pid);
	ask(parent, &request);
	assert_int_equal(parent->note.length, 2);
	assert_memory_equal(parent->body, "\0\2", 2);
}

static void only_ones_own_children_can_be_killed_or_waited_for(void **state)
{
	struct puppet *other = puppet_create(kernel);
	uint64_t pids[] = {start(other, &program), puppet_pid(other), puppet_pid(parent), 0, 9999};
	for (size_t i = 0; i < sizeof pids / sizeof pids[0]; i++) {
		struct request request = with_pid(PROCESS_KILL, pids[i]);
		ask(parent, &request);
		expect_error(NO_SUCH_PROCESS);
		request = with_pid(PROCESS_WAIT_END, pids[i]);
		ask(parent, &request);
		expect_error(NO_SUCH_PROCESS);
	}
	assert_int_equal(kernel->processes.count, 3);
}

static void children_go_on_when_their_starter_ends(void **state)
{
	struct puppet *starter = puppet_create(kernel);
	uint64_t pid = start(starter, &program);
	struct request request = with_pid(PROCESS_WAIT_END, pid);
	send(starter, &request);
	puppet_kill(starter);
	assert_non_null(kernel_find(kernel, pid));
	leave(child_of(pid), 0, 0);
	stage_settle(kernel);
	assert_null(kernel_find(kernel, pid));
}

static void waiting_for_an_end_can_be_given_up(void **state)
{
	uint64_t pid = start(parent, &program);
	struct request request = with_pid(PROCESS_WAIT_END, pid);
	uint64_t first = send(parent, &request);
	uint64_t second = send(parent, &request);
	uint64_t third = send(parent, &request);
	assert_true(exchange_cancel(&kernel->exchange, &parent->process->party, second));
	assert_int_equal(puppet_take_answer(parent, second), CAIRN_STATUS_REFUSED);
	assert_true(exchange_cancel(&kernel->exchange, &parent->process->party, third));
	leave(child_of(pid), 1, 0);
	stage_settle(kernel);
	assert_int_equal(puppet_take_answer(parent, first), CAIRN_STATUS_OK);
}

#define test(sentence) cmocka_unit_test_setup_teardown(sentence, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(arguments_and_environment_are_what_was_given),
	    test(nothing_follows_an_exit),
	    test(an_exit_may_ask_for_an_answer_and_gets_none),
	    test(a_program_that_has_used_up_everything_can_still_say_that_it_ends),
	    test(an_exit_that_is_malformed_is_none),
	    test(starting_needs_a_grant),
	    test(a_child_has_its_starters_rights),
	    test(what_is_no_cid_is_not_started),
	    test(a_malformed_start_is_refused),
	    test(who_waits_for_an_end_is_told_how_it_was),
	    test(an_end_is_remembered_until_somebody_asks),
	    test(a_trap_and_a_failed_start_are_told_in_words),
	    test(a_child_can_be_killed),
	    test(only_ones_own_children_can_be_killed_or_waited_for),
	    test(children_go_on_when_their_starter_ends),
	    test(waiting_for_an_end_can_be_given_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

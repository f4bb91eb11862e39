/* The interface `process`: arguments, exit, and the processes that one starts. */
#include "archive.h"

#include <cairn/process.h>
#include <cairn/time.h>

enum { ASKS = CAIRN_SEND_ANSWER, BLOCKS = CAIRN_WAIT_BLOCK };

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

static struct request wait_request(uint64_t pid)
{
	process_wait_end_encode(request_cursor(), &(struct process_wait_end_call){pid});
	return request_encoded();
}

static struct request kill_request(uint64_t pid)
{
	process_kill_encode(request_cursor(), &(struct process_kill_call){pid});
	return request_encoded();
}

static struct wire_bytes bytes_of(const char *text)
{
	return (struct wire_bytes){(const uint8_t *)text, (uint32_t)strlen(text)};
}

static struct request start_with(struct wire_bytes cid, struct wire_bytes argument)
{
	const struct wire_bytes arguments[] = {argument, {NULL, 0}};
	const struct wire_bytes environment = bytes_of("A=b");
	process_start_encode(request_cursor(),
			     &(struct process_start_call){
				 .program = cid,
				 .arguments = {.items = arguments, .count = 2},
				 .environment = {.items = &environment, .count = 1},
			     });
	return request_encoded();
}

static struct request start_request(const struct cid *cid)
{
	uint8_t binary[CID_BINARY_BYTES];
	cid_to_binary(cid, binary);
	return start_with((struct wire_bytes){binary, sizeof binary}, bytes_of("child"));
}

static uint64_t send(struct puppet *puppet, const struct request *request)
{
	return puppet_ask(puppet, &of_process, request);
}

static uint32_t ask(struct puppet *puppet, const struct request *request)
{
	return puppet_take_answer(puppet, send(puppet, request));
}

static struct process_u64_or_start_error start_result(const struct puppet *puppet)
{
	struct process_u64_or_start_error result;
	assert_int_equal(
	    process_start_answer_decode(puppet_body(puppet), puppet->note.length, &result),
	    WIRE_OK);
	return result;
}

static uint64_t start(struct puppet *puppet, const struct cid *cid)
{
	struct request request = start_request(cid);
	assert_int_equal(ask(puppet, &request), CAIRN_STATUS_OK);
	assert_false(start_result(puppet).is_error);
	stage_settle(kernel);
	return start_result(puppet).value;
}

static struct puppet *child_of(uint64_t pid)
{
	return kernel_find(kernel, pid)->instance;
}

static void expect_not_started(const struct puppet *puppet, enum process_start_error error)
{
	assert_true(start_result(puppet).is_error);
	assert_int_equal(start_result(puppet).error, error);
}

static struct process_end_or_kill_error end_result(void)
{
	struct process_end_or_kill_error result;
	assert_int_equal(
	    process_wait_end_answer_decode(puppet_body(parent), parent->note.length, &result),
	    WIRE_OK);
	return result;
}

static struct process_end end_told(void)
{
	assert_false(end_result().is_error);
	return end_result().value;
}

static void expect_exited(uint32_t code)
{
	assert_int_equal(end_told().kind, PROCESS_END_EXITED);
	assert_int_equal(end_told().as.exited, code);
}

static struct process_bool_or_kill_error kill_result(void)
{
	struct process_bool_or_kill_error result;
	assert_int_equal(
	    process_kill_answer_decode(puppet_body(parent), parent->note.length, &result), WIRE_OK);
	return result;
}

/* Both for a kill and for a wait. */
static void expect_no_such_process(void)
{
	assert_true(kill_result().is_error);
	assert_int_equal(kill_result().error, PROCESS_KILL_ERROR_NO_SUCH_PROCESS);
}

/* ---- Oneself ---- */

static void expect_next(struct wire_bytes_list *list, const char *text)
{
	struct wire_bytes item;
	assert_true(wire_bytes_list_next(list, &item));
	assert_int_equal(item.size, strlen(text));
	assert_memory_equal(item.data, text, strlen(text));
}

static void arguments_and_environment_are_what_was_given(void **state)
{
	struct puppet *child = child_of(start(parent, &program));
	struct wire_bytes_list list;
	process_arguments_encode(request_cursor());
	struct request request = request_encoded();
	ask(child, &request);
	assert_int_equal(
	    process_arguments_answer_decode(puppet_body(child), child->note.length, &list),
	    WIRE_OK);
	assert_int_equal(list.count, 2);
	expect_next(&list, "child");
	expect_next(&list, "");
	process_environment_encode(request_cursor());
	request = request_encoded();
	ask(child, &request);
	assert_int_equal(
	    process_environment_answer_decode(puppet_body(child), child->note.length, &list),
	    WIRE_OK);
	assert_int_equal(list.count, 1);
	expect_next(&list, "A=b");
}

static int64_t leave(struct puppet *puppet, uint32_t code, uint32_t flags)
{
	process_exit_encode(request_cursor(), &(struct process_exit_call){code});
	struct request request = request_encoded();
	return puppet_send_bytes(puppet, &of_process, request.bytes, request.size, flags);
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
	int64_t result;
	time_now_encode(request_cursor());
	struct request request = request_encoded();
	do
		result = puppet_send_bytes(parent, &of_time, request.bytes, request.size, ASKS);
	while (result > 0);
	assert_int_equal(result, CAIRN_LIMIT);
	test_port_refuse_after = 0;
	assert_int_equal(leave(parent, 3, 0), PUPPET_ENDED);
	test_port_refuse_after = UINT64_MAX;
}

static void an_exit_that_is_malformed_is_none(void **state)
{
	uint32_t function = PROCESS_EXIT; /* and no code */
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
	expect_not_started(poor, PROCESS_START_ERROR_DENIED);
	assert_int_equal(kernel->processes.count, 2);
}

static void a_child_has_its_starters_rights(void **state)
{
	struct kernel_grant granted[] = {
	    {.interface = of_process, .verdict = KERNEL_ALLOWED},
	    {.interface = stage_interface('a'), .verdict = KERNEL_ALLOWED},
	};
	struct kernel_grants some = {.items = granted, .count = 2};
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
	struct request request = start_with(bytes_of("no CID"), bytes_of("child"));
	assert_int_equal(ask(parent, &request), CAIRN_STATUS_OK);
	expect_not_started(parent, PROCESS_START_ERROR_NOT_A_CID);
}

/* By hand, for bindings would not encode these; a string that holds a zero they would. */
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
	uint8_t binary[CID_BINARY_BYTES];
	cid_to_binary(&program, binary);
	wrong = start_with((struct wire_bytes){binary, sizeof binary},
			   (struct wire_bytes){(const uint8_t *)"chi\0d", 5});
	assert_int_equal(ask(parent, &wrong), CAIRN_STATUS_REFUSED);
	assert_int_equal(kernel->processes.count, 1);
}

static void too_many_arguments_are_beyond_the_limit(void **state)
{
	enum { COUNT = 10000 };
	struct request request = start_request(&program);
	request.size = 8 + CID_BINARY_BYTES;
	memcpy(request.bytes + request.size, &(uint32_t){COUNT}, sizeof(uint32_t));
	request.size += sizeof(uint32_t);
	memcpy(parent->memory + AT_BODY, request.bytes, request.size);
	memset(parent->memory + AT_OUT, 0, 30000);
	uint32_t parts[][2] = {{AT_BODY, (uint32_t)request.size},
			       {AT_OUT, 30000},
			       {AT_OUT, 4 * COUNT - 30000},
			       {AT_OUT, 5}};
	memcpy(parent->memory + AT_PARTS, parts, sizeof parts);
	memcpy(parent->memory + AT_DIGEST, of_process.bytes, sizeof of_process.bytes);
	memcpy(parent->slots, (uint64_t[]){AT_DIGEST, AT_PARTS, 4, ASKS}, 32);
	assert_int_equal(syscall_send(parent->thread, parent->slots), WASM_HOST_CONTINUE);
	assert_int_equal(puppet_take_answer(parent, 16), CAIRN_STATUS_OK);
	expect_not_started(parent, PROCESS_START_ERROR_LIMIT);
}

static void children_may_have_the_memory_of_their_starter_and_no_more(void **state)
{
	const uint64_t given[] = {PORT_PAGE_BYTES, KERNEL_MEMORY_BYTES_MAX};
	for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
		struct kernel_start order = {
		    .program = program, .grants = {.allow_all = true}, .memory_bytes = given[i]};
		uint64_t pid;
		assert_int_equal(kernel_start(kernel, &order, &pid), STATUS_OK);
		stage_settle(kernel);
		uint64_t child = start(child_of(pid), &program);
		assert_int_equal(kernel_find(kernel, child)->memory_bytes_max, given[i]);
		uint64_t grandchild = start(child_of(child), &program);
		assert_int_equal(kernel_find(kernel, grandchild)->memory_bytes_max, given[i]);
	}
	uint64_t child = start(parent, &program);
	assert_int_equal(kernel_find(kernel, child)->memory_bytes_max,
			 kernel_limits_default().memory_bytes);
}

static void who_waits_for_an_end_is_told_how_it_was(void **state)
{
	uint64_t pid = start(parent, &program);
	struct request request = wait_request(pid);
	uint64_t first = send(parent, &request);
	uint64_t second = send(parent, &request);
	assert_int_equal(puppet_wait(parent, (struct puppet_ids){{first}}, 0), 0);
	leave(child_of(pid), 42, 0);
	stage_settle(kernel);
	for (uint64_t id = first; id <= second; id++) {
		assert_int_equal(puppet_take_answer(parent, id), CAIRN_STATUS_OK);
		expect_exited(42);
	}
	ask(parent, &request);
	expect_no_such_process();
}

static void an_end_is_remembered_until_somebody_asks(void **state)
{
	uint64_t pid = start(parent, &program);
	leave(child_of(pid), 7, 0);
	stage_settle(kernel);
	struct request request = wait_request(pid);
	ask(parent, &request);
	expect_exited(7);
	ask(parent, &request);
	expect_no_such_process();
}

static void a_trap_and_a_failed_start_are_told_in_words(void **state)
{
	uint64_t pid = start(parent, &program);
	struct puppet *child = child_of(pid);
	child->fault = "something went wrong";
	process_trap(child->process, child->thread);
	stage_settle(kernel);
	struct request request = wait_request(pid);
	ask(parent, &request);
	assert_int_equal(end_told().kind, PROCESS_END_TRAPPED);
	assert_true(wire_string_is(end_told().as.trapped, "something went wrong"));
	pid = start(parent, &nonsense);
	request = wait_request(pid);
	ask(parent, &request);
	assert_int_equal(end_told().kind, PROCESS_END_NOT_STARTED);
	assert_true(wire_string_is(end_told().as.not_started, "no puppet"));
}

static void expect_killed(bool was_alive)
{
	struct process_bool_or_kill_error result = kill_result();
	assert_false(result.is_error);
	assert_int_equal(result.value, was_alive);
}

static void a_child_can_be_killed(void **state)
{
	uint64_t pid = start(parent, &program);
	struct request request = kill_request(pid);
	ask(parent, &request);
	expect_killed(true);
	ask(parent, &request);
	expect_killed(false); /* it is ending */
	stage_settle(kernel);
	assert_null(kernel_find(kernel, pid));
	ask(parent, &request);
	expect_killed(false); /* it has ended, and nobody has waited for it */
	request = wait_request(pid);
	ask(parent, &request);
	assert_int_equal(end_told().kind, PROCESS_END_KILLED);
}

static void only_ones_own_children_can_be_killed_or_waited_for(void **state)
{
	struct puppet *other = puppet_create(kernel);
	uint64_t pids[] = {start(other, &program), puppet_pid(other), puppet_pid(parent), 0, 9999};
	for (size_t i = 0; i < sizeof pids / sizeof pids[0]; i++) {
		struct request request = kill_request(pids[i]);
		ask(parent, &request);
		expect_no_such_process();
		request = wait_request(pids[i]);
		ask(parent, &request);
		expect_no_such_process();
	}
	assert_int_equal(kernel->processes.count, 3);
}

static void children_come_no_sooner_to_a_cpu_than_their_starter(void **state)
{
	struct puppet *starter = puppet_create(kernel);
	fair_charge(&kernel->ready, &starter->process->share, 1000000);
	struct puppet *child = child_of(start(starter, &program));
	assert_true(child->process->share.used_ns >= 1000000);
}

static void a_starter_stands_where_its_child_has_come_to(void **state)
{
	struct puppet *child = child_of(start(parent, &program));
	fair_charge(&kernel->ready, &child->process->share, 9000000);
	uint64_t used_ns = child->process->share.used_ns;
	leave(child, 0, 0);
	stage_settle(kernel);
	assert_int_equal(parent->process->share.used_ns, used_ns);
	child = child_of(start(parent, &program));
	assert_true(child->process->share.used_ns >= used_ns);
	child->process->share.used_ns = 1;
	leave(child, 0, 0);
	stage_settle(kernel);
	assert_true(parent->process->share.used_ns >= used_ns);
}

static void who_starts_another_has_paid_until_then(void **state)
{
	cpu_ready(kernel->cpu, parent->thread);
	assert_ptr_equal(cpu_take(kernel->cpu), parent->thread);
	parent->thread->state = THREAD_CALLING;
	test_port_ahead_ns += 9000000;
	struct puppet *child = child_of(start(parent, &program));
	assert_true(child->process->share.used_ns >= 9000000);
}

static void children_go_on_when_their_starter_ends(void **state)
{
	struct puppet *starter = puppet_create(kernel);
	uint64_t pid = start(starter, &program);
	struct request request = wait_request(pid);
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
	struct request request = wait_request(pid);
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
	    test(too_many_arguments_are_beyond_the_limit),
	    test(children_may_have_the_memory_of_their_starter_and_no_more),
	    test(who_waits_for_an_end_is_told_how_it_was),
	    test(an_end_is_remembered_until_somebody_asks),
	    test(a_trap_and_a_failed_start_are_told_in_words),
	    test(a_child_can_be_killed),
	    test(only_ones_own_children_can_be_killed_or_waited_for),
	    test(children_come_no_sooner_to_a_cpu_than_their_starter),
	    test(a_starter_stands_where_its_child_has_come_to),
	    test(who_starts_another_has_paid_until_then),
	    test(children_go_on_when_their_starter_ends),
	    test(waiting_for_an_end_can_be_given_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Messages in the name of a thread that is inside a host function: process/call.h. */
#include "puppet.h"

#include <cairn/time.h>

enum { CHAIN = 1000 };

static const struct digest of_time = {TIME_DIGEST};
static const struct puppet_ids incoming = {{CAIRN_ID_INCOMING}};

static struct kernel *kernel;
static struct puppet *caller;
static struct puppet *server;

/* What the continuations have seen. */
static uint32_t seen_count;
static uint32_t seen_status;
static char seen_body[64];
static uint32_t depth;
static uint32_t depth_max;

static int set_up(void **state)
{
	seen_count = 0;
	seen_status = UINT32_MAX;
	memset(seen_body, 0, sizeof seen_body);
	depth = 0;
	depth_max = 0;
	kernel = stage_create(NULL);
	caller = puppet_create(kernel);
	server = puppet_create(kernel);
	puppet_handles(server, 'a');
	caller->thread->slots = caller->slots;
	return 0;
}

static int tear_down(void **state)
{
	stage_destroy(kernel);
	return 0;
}

static enum wasm_host_result remember(struct thread *thread, uint64_t *slots,
				      const struct call_answer *answer)
{
	assert_ptr_equal(slots, caller->slots);
	seen_count++;
	seen_status = answer->status;
	if (answer->size > 0 && answer->size < sizeof seen_body)
		memcpy(seen_body, answer->body, answer->size);
	slots[0] = 4711;
	return WASM_HOST_CONTINUE;
}

/* Begins a call as from inside a host function. */
static enum wasm_host_result begin(const struct digest *interface, const struct wire_part *parts,
				   uint32_t part_count, call_continuation then)
{
	struct thread *thread = caller->thread;
	thread->state = THREAD_RUNNING;
	enum wasm_host_result result = call_begin(thread, interface, parts, part_count, then);
	if (thread->state == THREAD_RUNNING)
		thread->state = THREAD_CALLING;
	return result;
}

static enum wasm_host_result call(char letter, const char *text, call_continuation then)
{
	struct digest interface = stage_interface(letter);
	struct wire_part part = {text, strlen(text)};
	return begin(&interface, &part, 1, then);
}

static enum wasm_host_result ask_time(call_continuation then)
{
	time_now_encode(request_cursor());
	struct request request = request_encoded();
	struct wire_part part = {request.bytes, request.size};
	return begin(&of_time, &part, 1, then);
}

static void an_answer_that_is_there_at_once_continues_at_once(void **state)
{
	assert_int_equal(ask_time(remember), WASM_HOST_CONTINUE);
	assert_int_equal(seen_count, 1);
	assert_int_equal(seen_status, CAIRN_STATUS_OK);
	assert_int_equal(caller->slots[0], 4711);
	assert_int_equal(caller->process->party.message_count, 0);
}

static void an_answer_that_comes_later_is_seen_when_the_thread_runs(void **state)
{
	assert_int_equal(call('a', "question", remember), WASM_HOST_SUSPEND);
	stage_settle(kernel);
	assert_int_equal(seen_count, 0);
	puppet_answer(server, puppet_take(server), "answer", 0);
	assert_string_equal(server->body, "question");
	assert_int_equal(server->note.process, puppet_pid(caller));
	assert_int_equal(seen_count, 0);
	assert_ptr_equal(kernel->cpu->next, caller->thread);
	stage_settle(kernel);
	assert_int_equal(seen_count, 1);
	assert_string_equal(seen_body, "answer");
	assert_int_equal(caller->process->party.bodies.used, 0);
}

static void the_program_knows_nothing_of_such_a_message(void **state)
{
	call('a', "question", remember);
	puppet_answer(server, puppet_take(server), "answer", 0);
	struct puppet *second = puppet_add_thread(caller);
	for (uint64_t id = CAIRN_ID_FIRST_MESSAGE; id < 20; id++)
		assert_int_equal(puppet_wait(second, (struct puppet_ids){{id}}, 0), CAIRN_INVALID);
	assert_int_equal(puppet_wait(second, (struct puppet_ids){{CAIRN_ID_ANY_ANSWER}}, 0), 0);
	stage_settle(kernel);
	assert_int_equal(seen_count, 1);
}

static void what_send_would_have_returned_comes_as_a_status(void **state)
{
	struct kernel_grants none = {0};
	assert_int_equal(call('x', "", remember), WASM_HOST_CONTINUE);
	assert_int_equal(seen_status, CAIRN_STATUS_NO_HANDLER);
	caller = puppet_create_with(kernel, &none);
	caller->thread->slots = caller->slots;
	assert_int_equal(call('a', "", remember), WASM_HOST_CONTINUE);
	assert_int_equal(seen_status, CAIRN_STATUS_DENIED);
}

static void too_much_comes_as_limit(void **state)
{
	struct digest interface = stage_interface('a');
	struct wire_part parts[2] = {{server, SIZE_MAX}, {server, SIZE_MAX}};
	assert_int_equal(begin(&interface, parts, 2, remember), WASM_HOST_CONTINUE);
	assert_int_equal(seen_status, CAIRN_STATUS_LIMIT);
	assert_int_equal(begin(&interface, parts, 1, remember), WASM_HOST_CONTINUE);
	assert_int_equal(seen_status, CAIRN_STATUS_LIMIT);
}

static void the_end_of_the_handler_is_an_answer(void **state)
{
	call('a', "", remember);
	puppet_kill(server);
	stage_settle(kernel);
	assert_int_equal(seen_status, CAIRN_STATUS_HANDLER_ENDED);
}

/* Each asks again, until there were CHAIN of them. */
static enum wasm_host_result again(struct thread *thread, uint64_t *slots,
				   const struct call_answer *answer)
{
	depth++;
	if (depth > depth_max)
		depth_max = depth;
	time_now_encode(request_cursor());
	struct request request = request_encoded();
	struct wire_part part = {request.bytes, request.size};
	enum wasm_host_result result = WASM_HOST_CONTINUE;
	if (++call_state(thread)[0] < CHAIN)
		result = call_begin(thread, &of_time, &part, 1, again);
	depth--;
	return result;
}

static void continuations_never_nest(void **state)
{
	assert_int_equal(ask_time(again), WASM_HOST_CONTINUE);
	assert_int_equal(call_state(caller->thread)[0], CHAIN);
	assert_int_equal(depth_max, 1);
}

static void a_long_row_of_calls_gives_way_when_the_cpu_is_wanted(void **state)
{
	kernel_interrupt(kernel);
	assert_int_equal(ask_time(again), WASM_HOST_SUSPEND);
	assert_true(call_state(caller->thread)[0] < CHAIN);
	kernel_run(kernel, UINT64_MAX);
	assert_int_equal(call_state(caller->thread)[0], CHAIN);
}

static enum wasm_host_result leave(struct thread *thread, uint64_t *slots,
				   const struct call_answer *answer)
{
	call_exit(thread, 5);
	return WASM_HOST_SUSPEND;
}

static void an_exit_is_the_end_of_it(void **state)
{
	assert_int_equal(ask_time(leave), WASM_HOST_SUSPEND);
	assert_int_equal(caller->process->state, PROCESS_ENDING);
	assert_int_equal(caller->process->end.code, 5);
	stage_settle(kernel);
}

static void a_process_may_end_in_the_middle_of_a_call(void **state)
{
	call('a', "", remember);
	puppet_kill(caller);
	assert_int_equal(puppet_wait(server, incoming, 0), 0);
	caller = puppet_create(kernel);
	call('a', "", remember);
	uint64_t id = puppet_take(server);
	puppet_kill(caller);
	assert_int_equal(puppet_answer(server, id, "too late", 0), 0);
	caller = puppet_create(kernel);
	call('a', "", remember);
	puppet_answer(server, puppet_take(server), "never seen", 0);
	puppet_kill(caller);
	assert_int_equal(seen_count, 0);
}

static void one_that_calls_itself_may_end(void **state)
{
	puppet_handles(caller, 'c');
	call('c', "", remember);
	puppet_kill(caller);
	assert_int_equal(seen_count, 0);
}

static void scratch_lives_until_the_host_call_returns(void **state)
{
	uint64_t used = caller->process->party.records.used;
	assert_int_equal(call('a', "", remember), WASM_HOST_SUSPEND);
	assert_non_null(call_scratch(caller->thread, 1000));
	assert_non_null(call_scratch(caller->thread, 5000));
	assert_true(caller->process->party.records.used > used + 6000);
	puppet_answer(server, puppet_take(server), "", 0);
	stage_settle(kernel);
	assert_true(caller->process->party.records.used < used + 1000);
	assert_null(call_scratch(caller->thread, LIMIT_RECORD_BYTES));
	assert_null(call_scratch(caller->thread, UINT64_MAX));
}

static void a_record_per_process_is_kept_and_may_grow(void **state)
{
	struct puppet *second = puppet_add_thread(caller);
	uint32_t *record = call_process_record(caller->thread, 64);
	assert_int_equal(record[15], 0);
	record[15] = 7;
	assert_ptr_equal(call_process_record(second->thread, 64), record);
	assert_int_equal(record[15], 7);
	/* One that grows may move, and has zeros behind what was there. */
	record = call_process_record(caller->thread, 4096);
	assert_int_equal(record[15], 7);
	assert_int_equal(record[16], 0);
	assert_int_equal(record[1023], 0);
	assert_ptr_equal(call_process_record(second->thread, 64), record);
	assert_null(call_process_record(second->thread, LIMIT_RECORD_BYTES));
	assert_ptr_equal(call_process_record(second->thread, 64), record);
}

static void a_message_without_an_answer_is_sent_and_forgotten(void **state)
{
	struct digest interface = stage_interface('a');
	struct wire_part part = {"news", 4};
	assert_int_equal(call_send(caller->thread, &interface, &part, 1), 0);
	assert_int_equal(puppet_take(server), 0);
	assert_string_equal(server->body, "news");
	interface = stage_interface('x');
	assert_int_equal(call_send(caller->thread, &interface, &part, 1), CAIRN_NO_HANDLER);
}

/* ---- Several at once ---- */

static uint32_t together; /* a bit for each that was answered */

static enum wasm_host_result remember_all(struct thread *thread, uint64_t *slots,
					  const struct call_answer *nothing)
{
	struct call_answer answer;
	seen_count++;
	together = 0;
	for (uint32_t i = 0; i < 4; i++) {
		if (!call_any_answer(thread, i, &answer))
			continue;
		together |= 1u << i;
		seen_status = answer.status;
		if (answer.size > 0 && answer.size < sizeof seen_body)
			memcpy(seen_body, answer.body, answer.size);
	}
	return WASM_HOST_CONTINUE;
}

/* Sends a message to each of the interfaces; `t` is time. */
static enum wasm_host_result call_together(const char *letters, bool is_over)
{
	struct thread *thread = caller->thread;
	thread->state = THREAD_RUNNING;
	assert_true(call_any_open(thread, (uint32_t)strlen(letters)));
	for (; *letters != '\0'; letters++) {
		struct digest interface = *letters == 't' ? of_time : stage_interface(*letters);
		time_now_encode(request_cursor());
		struct request request = request_encoded();
		struct wire_part part = {request.bytes, request.size};
		call_any_add(thread, &interface, &part, 1);
	}
	enum wasm_host_result result = call_any_wait(thread, is_over, remember_all);
	if (thread->state == THREAD_RUNNING)
		thread->state = THREAD_CALLING;
	return result;
}

static void of_several_the_first_answer_is_enough(void **state)
{
	assert_int_equal(call_together("aa", false), WASM_HOST_SUSPEND);
	uint64_t first = puppet_take(server);
	uint64_t second = puppet_take(server);
	puppet_answer(server, second, "second", 0);
	stage_settle(kernel);
	assert_int_equal(seen_count, 1);
	assert_int_equal(together, 2);
	assert_string_equal(seen_body, "second");
	/* The other is given up: its handler is told, and still owes the answer. */
	assert_true(puppet_wait(server, incoming, 0) > 0);
	assert_int_equal(server->note.kind, CAIRN_KIND_CANCELLED);
	puppet_answer(server, first, "first", 0);
	stage_settle(kernel);
	assert_int_equal(seen_count, 1);
	assert_int_equal(caller->process->party.message_count, 0);
	assert_int_equal(caller->process->party.bodies.used, 0);
	assert_true(list_is_empty(&caller->process->call_groups));
}

static void what_is_there_at_once_is_seen_together(void **state)
{
	assert_int_equal(call_together("tat", false), WASM_HOST_CONTINUE);
	assert_int_equal(together, 5);
	/* What nobody had taken is withdrawn. */
	assert_int_equal(puppet_wait(server, incoming, 0), 0);
	assert_true(list_is_empty(&caller->process->call_groups));
}

static void nobody_waits_where_it_is_over_already(void **state)
{
	assert_int_equal(call_together("a", true), WASM_HOST_CONTINUE);
	assert_int_equal(seen_count, 1);
	assert_int_equal(together, 0);
}

static void one_that_cannot_be_sent_is_an_answer(void **state)
{
	assert_int_equal(call_together("az", false), WASM_HOST_CONTINUE);
	assert_int_equal(together, 2);
	assert_int_equal(seen_status, CAIRN_STATUS_NO_HANDLER);
}

static void a_process_may_end_while_it_awaits_several(void **state)
{
	uint64_t first;
	call_together("aa", false);
	first = puppet_take(server);
	assert_int_equal(kernel_kill(kernel, puppet_pid(caller)), STATUS_OK);
	stage_settle(kernel);
	puppet_answer(server, first, "late", 0);
	stage_settle(kernel);
	assert_int_equal(seen_count, 0);
}

static void a_process_may_end_when_it_has_given_several_up(void **state)
{
	call_together("aaa", false);
	uint64_t first = puppet_take(server);
	uint64_t second = puppet_take(server);
	puppet_answer(server, first, "first", 0);
	stage_settle(kernel);
	assert_int_equal(seen_count, 1);
	assert_int_equal(kernel_kill(kernel, puppet_pid(caller)), STATUS_OK);
	stage_settle(kernel);
	puppet_answer(server, second, "late", 0);
	stage_settle(kernel);
}

static void the_memory_is_the_programs(void **state)
{
	struct call_memory memory = call_memory(caller->thread);
	assert_ptr_equal(memory.base, caller->memory);
	assert_int_equal(memory.size, PUPPET_MEMORY_BYTES);
}

#define test(sentence) cmocka_unit_test_setup_teardown(sentence, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(an_answer_that_is_there_at_once_continues_at_once),
	    test(an_answer_that_comes_later_is_seen_when_the_thread_runs),
	    test(the_program_knows_nothing_of_such_a_message),
	    test(what_send_would_have_returned_comes_as_a_status),
	    test(too_much_comes_as_limit),
	    test(the_end_of_the_handler_is_an_answer),
	    test(continuations_never_nest),
	    test(a_long_row_of_calls_gives_way_when_the_cpu_is_wanted),
	    test(an_exit_is_the_end_of_it),
	    test(a_process_may_end_in_the_middle_of_a_call),
	    test(one_that_calls_itself_may_end),
	    test(scratch_lives_until_the_host_call_returns),
	    test(a_record_per_process_is_kept_and_may_grow),
	    test(a_message_without_an_answer_is_sent_and_forgotten),
	    test(of_several_the_first_answer_is_enough),
	    test(what_is_there_at_once_is_seen_together),
	    test(nobody_waits_where_it_is_over_already),
	    test(one_that_cannot_be_sent_is_an_answer),
	    test(a_process_may_end_while_it_awaits_several),
	    test(a_process_may_end_when_it_has_given_several_up),
	    test(the_memory_is_the_programs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

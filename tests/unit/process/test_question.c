/* What is put to the authorizer, and what becomes of the messages that wait for its answer. */
#include <cairn/process.h>

#include "people.h"
#include "uses.h"

enum { BLOCKS = CAIRN_WAIT_BLOCK };

static const struct digest of_process = {PROCESS_DIGEST};

static struct puppet *sudoku; /* asks for everything */

static int set_up(void **state)
{
	people_set_up(state);
	people_call_authorizer();
	sudoku = people_launch(&people_sudoku, (struct kernel_grants){0}, true);
	return 0;
}

static void expect_question(struct authorizer_question *question)
{
	assert_true(people_question(question));
}

static void ask_and_answer(char letter, enum authorizer_verdict verdict, const char *scope)
{
	struct authorizer_question question;
	assert_true(people_send(sudoku, letter) > 0);
	expect_question(&question);
	people_answer(verdict, scope);
}

static void expect_no_question(void)
{
	struct authorizer_question question;
	assert_false(people_question(&question));
}

static bool has_come(void)
{
	return puppet_wait(people_server, (struct puppet_ids){{CAIRN_ID_INCOMING}}, 0) != 0;
}

static void expect_denied(uint64_t id)
{
	assert_int_equal(puppet_take_answer(sudoku, id), CAIRN_STATUS_DENIED);
}

/* ---- The question ---- */

static void a_question_says_who_wants_what(void **state)
{
	struct authorizer_question question;
	struct authorizer_requested_use use;
	struct digest k = stage_interface('k');
	uint8_t cid[CID_BINARY_BYTES];
	cid_to_binary(&people_sudoku, cid);
	assert_true(people_send(sudoku, 'k') > 0);
	expect_question(&question);
	assert_int_equal(question.occasion, AUTHORIZER_OCCASION_SEND);
	assert_int_equal(question.process, puppet_pid(sudoku));
	assert_memory_equal(question.program.cid.data, cid, sizeof cid);
	assert_true(wire_string_is(question.program.petname.value, "sudoku"));
	assert_int_equal(question.starters.count, 0);
	assert_int_equal(question.uses.count, 1);
	assert_true(authorizer_requested_use_list_next(&question.uses, &use));
	assert_memory_equal(use.interface.data, k.bytes, sizeof k.bytes);
	assert_true(wire_string_is(use.words.value, "keep values under keys"));
	assert_false(has_come());
}

static void it_names_the_chain_of_starters(void **state)
{
	struct kernel_grant grant = people_allows('p', NULL);
	struct authorizer_question question;
	struct authorizer_program program;
	uint8_t cid[CID_BINARY_BYTES];
	grant.interface = of_process;
	struct puppet *shell =
	    people_launch(&people_shell, (struct kernel_grants){.items = &grant, .count = 1}, true);
	struct puppet *other = people_start(shell, &people_other, &people_all);
	struct puppet *child = people_start(other, &people_sudoku, &people_all);
	assert_true(people_send(child, 'l') > 0);
	expect_question(&question);
	assert_int_equal(question.starters.count, 2);
	assert_true(authorizer_program_list_next(&question.starters, &program));
	cid_to_binary(&people_other, cid);
	assert_memory_equal(program.cid.data, cid, sizeof cid);
	assert_false(program.petname.has_value);
	assert_true(authorizer_program_list_next(&question.starters, &program));
	cid_to_binary(&people_shell, cid);
	assert_memory_equal(program.cid.data, cid, sizeof cid);
}

static void whoever_may_not_ask_is_denied_at_once(void **state)
{
	struct puppet *quiet = people_launch(&people_sudoku, (struct kernel_grants){0}, false);
	assert_int_equal(people_send(quiet, 'k'), CAIRN_DENIED);
	expect_no_question();
}

static void an_interface_that_nobody_handles_is_not_asked_about(void **state)
{
	assert_int_equal(people_send(sudoku, 'x'), CAIRN_NO_HANDLER);
	expect_no_question();
}

static void one_question_is_asked_for_all_that_wait(void **state)
{
	struct authorizer_question question;
	for (int i = 0; i < 3; i++)
		assert_true(people_send(sudoku, 'k') > 0);
	assert_true(people_send(sudoku, 'l') > 0);
	expect_question(&question);
	expect_question(&question);
	expect_no_question();
}

/* ---- Answers ---- */

static void for_the_run_all_that_wait_goes_on_in_order(void **state)
{
	struct authorizer_question question;
	puppet_send(sudoku, 'k', "first", CAIRN_SEND_ANSWER);
	puppet_send(sudoku, 'k', "second", 0);
	puppet_send(sudoku, 'k', "third", CAIRN_SEND_ANSWER);
	expect_question(&question);
	people_answer(AUTHORIZER_VERDICT_ALLOW_RUN, "a");
	static const char *const texts[] = {"first", "second", "third"};
	for (int i = 0; i < 3; i++) {
		puppet_take(people_server);
		assert_string_equal(people_server->body, texts[i]);
		assert_string_equal(people_scope_of(people_server->note.status), "a");
	}
	people_send(sudoku, 'k');
	people_take_grant();
	expect_no_question();
	assert_int_equal(people.decided_count, 0);
	assert_int_equal(people.observed[KERNEL_OBSERVED_ANSWERED], 1);
	assert_string_equal(people.reason, "a person said so");
}

static void it_is_about_this_process_alone(void **state)
{
	struct puppet *second = people_launch(&people_sudoku, (struct kernel_grants){0}, true);
	ask_and_answer('k', AUTHORIZER_VERDICT_ALLOW_RUN, NULL);
	struct authorizer_question question;
	assert_true(people_send(second, 'k') > 0);
	expect_question(&question);
	assert_int_equal(question.process, puppet_pid(second));
}

static void for_once_the_oldest_goes_on_and_the_next_is_asked_about(void **state)
{
	struct authorizer_question question;
	puppet_send(sudoku, 'k', "first", CAIRN_SEND_ANSWER);
	puppet_send(sudoku, 'k', "second", CAIRN_SEND_ANSWER);
	expect_question(&question);
	people_answer(AUTHORIZER_VERDICT_ALLOW_ONCE, "a");
	puppet_take(people_server);
	assert_string_equal(people_server->body, "first");
	assert_string_equal(people_scope_of(people_server->note.status), "a");
	assert_false(has_come());
	expect_question(&question);
	people_answer(AUTHORIZER_VERDICT_ALLOW_ONCE, "b");
	puppet_take(people_server);
	assert_string_equal(people_scope_of(people_server->note.status), "b");
	assert_true(people_send(sudoku, 'k') > 0);
	expect_question(&question);
}

static void for_good_it_is_stored_and_holds_for_all_processes(void **state)
{
	struct puppet *second = people_launch(&people_sudoku, (struct kernel_grants){0}, true);
	assert_true(people_send(second, 'k') > 0);
	ask_and_answer('k', AUTHORIZER_VERDICT_ALLOW_ALWAYS, "a");
	assert_int_equal(people.decided_count, 1);
	assert_int_equal(people.decided, KERNEL_ALLOWED);
	assert_string_equal(people_scope_of(people_take_grant()), "a");
	assert_string_equal(people_scope_of(people_take_grant()), "a");
	people_decide(&people_sudoku, people_denies('k'));
	assert_int_equal(people_send(second, 'k'), CAIRN_DENIED);
}

static void what_cannot_be_stored_holds_for_the_process(void **state)
{
	struct puppet *second = people_launch(&people_sudoku, (struct kernel_grants){0}, false);
	people.refuses_to_store = true;
	ask_and_answer('k', AUTHORIZER_VERDICT_ALLOW_ALWAYS, NULL);
	people_take_grant();
	assert_int_equal(people_send(second, 'k'), CAIRN_DENIED);
	assert_true(people_send(sudoku, 'k') > 0);
	people_take_grant();
}

static void denied_once_is_asked_again_up_to_the_third_time(void **state)
{
	for (int i = 0; i < DENIED_ONCE_MAX; i++) {
		ask_and_answer('k', AUTHORIZER_VERDICT_DENY_ONCE, NULL);
		expect_denied(CAIRN_ID_FIRST_MESSAGE + (uint64_t)i);
	}
	assert_int_equal(people_send(sudoku, 'k'), CAIRN_DENIED);
	expect_no_question();
	assert_true(people_send(sudoku, 'l') > 0);
}

static void what_its_children_are_denied_is_not_its_own(void **state)
{
	struct kernel_grant grant = people_allows('p', NULL);
	struct authorizer_question question;
	grant.interface = of_process;
	struct puppet *shell =
	    people_launch(&people_shell, (struct kernel_grants){.items = &grant, .count = 1}, true);
	struct puppet *child = people_start(shell, &people_other, &people_all);
	for (int i = 0; i < DENIED_ONCE_MAX; i++) {
		assert_true(people_send(i == 0 ? child : shell, 'k') > 0);
		expect_question(&question);
		people_answer(AUTHORIZER_VERDICT_DENY_ONCE, NULL);
	}
	assert_true(people_send(shell, 'k') > 0);
	expect_question(&question);
	people_answer(AUTHORIZER_VERDICT_DENY_ONCE, NULL);
	assert_int_equal(people_send(shell, 'k'), CAIRN_DENIED);
}

static void what_one_has_started_is_asked_about_so_many_times_together(void **state)
{
	struct kernel_grant grant = people_allows('p', NULL);
	struct authorizer_question question;
	grant.interface = of_process;
	struct puppet *shell =
	    people_launch(&people_shell, (struct kernel_grants){.items = &grant, .count = 1}, true);
	for (int i = 0; i < DENIED_ONCE_OF_STARTED_MAX; i++) {
		struct puppet *child = people_start(shell, &people_other, &people_all);
		assert_true(people_send(child, 'k') > 0);
		expect_question(&question);
		people_answer(AUTHORIZER_VERDICT_DENY_ONCE, NULL);
	}
	struct puppet *last = people_start(shell, &people_other, &people_all);
	assert_int_equal(people_send(last, 'k'), CAIRN_DENIED);
	expect_no_question();
	assert_true(people_send(last, 'l') > 0);
	expect_question(&question);
	/* Whoever was started by somebody else is none of them. */
	struct puppet *own = people_launch(&people_other, (struct kernel_grants){0}, true);
	assert_true(people_send(own, 'k') > 0);
}

static void denied_for_the_run_all_that_wait_fails(void **state)
{
	struct authorizer_question question;
	int64_t first = people_send(sudoku, 'k');
	int64_t second = people_send(sudoku, 'k');
	puppet_send(sudoku, 'k', "", 0);
	expect_question(&question);
	people_answer(AUTHORIZER_VERDICT_DENY_RUN, NULL);
	expect_denied((uint64_t)first);
	expect_denied((uint64_t)second);
	assert_false(has_come());
	assert_int_equal(people_send(sudoku, 'k'), CAIRN_DENIED);
	expect_no_question();
}

static void denied_for_good_it_is_stored(void **state)
{
	ask_and_answer('k', AUTHORIZER_VERDICT_DENY_ALWAYS, NULL);
	assert_int_equal(people.decided, KERNEL_DENIED);
	struct puppet *second = people_launch(&people_sudoku, (struct kernel_grants){0}, true);
	assert_int_equal(people_send(second, 'k'), CAIRN_DENIED);
}

static void scopes_that_are_none_deny(void **state)
{
	ask_and_answer('k', AUTHORIZER_VERDICT_ALLOW_RUN, "");
	expect_denied(CAIRN_ID_FIRST_MESSAGE);
	ask_and_answer('k', AUTHORIZER_VERDICT_ALLOW_ONCE, "");
	expect_denied(CAIRN_ID_FIRST_MESSAGE + 1);
	assert_false(has_come());
}

static void rubbish_for_an_answer_denies(void **state)
{
	struct authorizer_question question;
	int64_t id = people_send(sudoku, 'k');
	expect_question(&question);
	puppet_answer(people_authorizer, people_authorizer->note.message, "rubbish", 0);
	expect_denied((uint64_t)id);
	id = people_send(sudoku, 'k');
	expect_question(&question);
	puppet_answer(people_authorizer, people_authorizer->note.message, "", CAIRN_ANSWER_REFUSED);
	expect_denied((uint64_t)id);
}

/* ---- Ends ---- */

static void the_end_of_the_authorizer_denies(void **state)
{
	struct authorizer_question question;
	int64_t first = people_send(sudoku, 'k');
	expect_question(&question);
	int64_t second = people_send(sudoku, 'l');
	puppet_kill(people_authorizer);
	expect_denied((uint64_t)first);
	expect_denied((uint64_t)second);
	assert_true(list_is_empty(&people_kernel->questions));
	/* It is started again for the next one. */
	assert_true(people_send(sudoku, 'm') > 0);
	stage_settle(people_kernel);
	assert_false(list_is_empty(&people_kernel->questions));
}

static void the_end_of_who_asked_cancels_the_question(void **state)
{
	struct authorizer_question question;
	people_send(sudoku, 'k');
	puppet_send(sudoku, 'k', "", 0);
	expect_question(&question);
	puppet_kill(sudoku);
	assert_true(list_is_empty(&people_kernel->questions));
	assert_true(puppet_wait(people_authorizer, (struct puppet_ids){{CAIRN_ID_INCOMING}}, 0) >
		    0);
	assert_int_equal(people_authorizer->note.kind, CAIRN_KIND_CANCELLED);
	people_answer(AUTHORIZER_VERDICT_ALLOW_ALWAYS, NULL);
	assert_false(has_come());
	assert_int_equal(people.decided_count, 0);
}

static void a_decision_meanwhile_answers_and_the_question_is_cancelled(void **state)
{
	struct authorizer_question question;
	people_send(sudoku, 'k');
	int64_t second = people_send(sudoku, 'l');
	expect_question(&question);
	people_decide(&people_sudoku, people_allows('k', "a"));
	assert_string_equal(people_scope_of(people_take_grant()), "a");
	people_decide(&people_sudoku, people_denies('l'));
	expect_denied((uint64_t)second);
	assert_true(puppet_wait(people_authorizer, (struct puppet_ids){{CAIRN_ID_INCOMING}}, 0) >
		    0);
	assert_int_equal(people_authorizer->note.kind, CAIRN_KIND_CANCELLED);
	people_answer(AUTHORIZER_VERDICT_DENY_ALWAYS, NULL);
	assert_int_equal(people.decided_count, 0);
	assert_true(people_send(sudoku, 'k') > 0);
	people_take_grant();
}

static void a_message_that_waits_can_be_cancelled(void **state)
{
	struct authorizer_question question;
	int64_t id = people_send(sudoku, 'k');
	assert_true(
	    exchange_cancel(&people_kernel->exchange, &sudoku->process->party, (uint64_t)id));
	assert_int_equal(puppet_take_answer(sudoku, (uint64_t)id), CAIRN_STATUS_REFUSED);
	expect_question(&question);
	people_answer(AUTHORIZER_VERDICT_ALLOW_ONCE, NULL);
	assert_false(has_come());
}

static void what_waits_is_bounded_like_what_is_under_way(void **state)
{
	uint32_t max = sudoku->process->party.limits->messages_per_handler;
	for (uint32_t i = 0; i < max; i++)
		assert_true(people_send(sudoku, 'k') > 0);
	assert_int_equal(people_send(sudoku, 'k'), CAIRN_BUSY);
	struct authorizer_question question;
	expect_question(&question);
	people_answer(AUTHORIZER_VERDICT_ALLOW_RUN, NULL);
	for (uint32_t i = 0; i < max; i++)
		people_take_grant();
	assert_true(puppet_wait(sudoku, (struct puppet_ids){{CAIRN_ID_ROOM}}, 0) > 0);
}

static void without_memory_nothing_is_asked_and_nothing_left(void **state)
{
	struct authorizer_question question;
	for (uint64_t i = 0;; i++) {
		test_port_refuse_after = test_port_allocations + i;
		int64_t id = people_send(sudoku, 'k');
		test_port_refuse_after = UINT64_MAX;
		if (id > 0)
			break;
		assert_true(id == CAIRN_DENIED || id == CAIRN_LIMIT);
		assert_int_equal(sudoku->process->party.message_count, 0);
		people_kernel->exchange.epoch++;
	}
	expect_question(&question);
	people_answer(AUTHORIZER_VERDICT_ALLOW_RUN, NULL);
	people_take_grant();
}

/* ---- Started processes ---- */

static void an_answer_about_a_started_process_is_no_right_of_its_program_there(void **state)
{
	struct kernel_grant grant = people_allows('p', NULL);
	struct authorizer_question question;
	grant.interface = of_process;
	struct kernel_grants options = {.items = &grant, .count = 1};
	struct puppet *shell = people_launch(&people_shell, options, true);
	struct puppet *child = people_start(shell, &people_other, &people_all);
	assert_true(people_send(child, 'k') > 0);
	expect_question(&question);
	people_answer(AUTHORIZER_VERDICT_ALLOW_ALWAYS, "a");
	assert_string_equal(people_scope_of(people_take_grant()), "a");
	assert_true(people_send(child, 'k') > 0);
	people_take_grant();
	/* The same program, started by the same: it is asked about again. */
	struct puppet *second = people_start(shell, &people_other, &people_all);
	assert_true(people_send(second, 'k') > 0);
	expect_question(&question);
	/* And as soon as somebody decides about the starter, that counts. */
	people_decide(&people_shell, people_denies('k'));
	assert_int_equal(people_send(child, 'k'), CAIRN_DENIED);
	/* By the user it is started with his decision. */
	struct puppet *own = people_launch(&people_other, (struct kernel_grants){0}, true);
	assert_true(people_send(own, 'k') > 0);
	people_take_grant();
}

static void starting_a_process_is_asked_about_and_answered_by_process(void **state)
{
	struct authorizer_question question;
	struct authorizer_requested_use use;
	struct process_u64_or_start_error result;
	uint8_t cid[CID_BINARY_BYTES];
	cid_to_binary(&people_other, cid);
	process_start_encode(request_cursor(),
			     &(struct process_start_call){.program = {cid, sizeof cid}});
	struct request request = request_encoded();
	uint64_t first = puppet_ask(sudoku, &of_process, &request);
	expect_question(&question);
	assert_true(authorizer_requested_use_list_next(&question.uses, &use));
	assert_memory_equal(use.interface.data, of_process.bytes, sizeof of_process.bytes);
	people_answer(AUTHORIZER_VERDICT_DENY_ONCE, NULL);
	assert_int_equal(puppet_take_answer(sudoku, first), CAIRN_STATUS_OK);
	assert_int_equal(
	    process_start_answer_decode(puppet_body(sudoku), sudoku->note.length, &result),
	    WIRE_OK);
	assert_true(result.is_error);
	assert_int_equal(result.error, PROCESS_START_ERROR_DENIED);
	uint64_t second = puppet_ask(sudoku, &of_process, &request);
	expect_question(&question);
	people_answer(AUTHORIZER_VERDICT_ALLOW_ONCE, NULL);
	assert_int_equal(puppet_take_answer(sudoku, second), CAIRN_STATUS_OK);
	assert_int_equal(
	    process_start_answer_decode(puppet_body(sudoku), sudoku->note.length, &result),
	    WIRE_OK);
	assert_false(result.is_error);
	/* One's own arguments are nobody's business. */
	process_arguments_encode(request_cursor());
	request = request_encoded();
	uint64_t third = puppet_ask(sudoku, &of_process, &request);
	assert_int_equal(puppet_take_answer(sudoku, third), CAIRN_STATUS_OK);
}

/* ---- Before the start ---- */

static char stated[512];

/* A line for each letter. */
static void state_uses(const char *letters, const char *scopes)
{
	size_t used = 0;
	for (const char *letter = letters; *letter != '\0'; letter++) {
		for (int i = 0; i < 32; i++)
			used += (size_t)snprintf(stated + used, sizeof stated - used, "%02x",
						 (unsigned)*letter);
		used += (size_t)snprintf(stated + used, sizeof stated - used, "%s\n", scopes);
	}
	puppet_section = (struct wasm_name){(const uint8_t *)stated, used};
}

static struct process *start_other(struct kernel_grants options, bool asks)
{
	struct kernel_start start = {.program = people_other, .grants = options, .asks = asks};
	uint64_t pid;
	assert_int_equal(kernel_start(people_kernel, &start, &pid), STATUS_OK);
	stage_settle(people_kernel);
	return kernel_find(people_kernel, pid);
}

static void what_a_program_states_is_asked_about_before_its_start(void **state)
{
	struct authorizer_question question;
	struct authorizer_requested_use use;
	struct wire_string scope;
	state_uses("kl", " example.com:443 b");
	struct process *process = start_other((struct kernel_grants){0}, true);
	assert_int_equal(process->state, PROCESS_STARTING);
	expect_question(&question);
	assert_int_equal(question.occasion, AUTHORIZER_OCCASION_START);
	assert_int_equal(question.process, process->party.serial);
	assert_int_equal(question.uses.count, 2);
	assert_true(authorizer_requested_use_list_next(&question.uses, &use));
	assert_int_equal(use.scopes.count, 2);
	assert_true(wire_string_list_next(&use.scopes, &scope));
	assert_true(wire_string_is(scope, "example.com:443"));
	/* Only the first of the two is answered. */
	people_answer(AUTHORIZER_VERDICT_ALLOW_ONCE, "example.com:443");
	stage_settle(people_kernel);
	assert_int_equal(process->state, PROCESS_RUNNING);
	assert_true(people_send(process->instance, 'k') > 0);
	assert_string_equal(people_scope_of(people_take_grant()), "example.com:443");
	assert_true(people_send(process->instance, 'l') > 0);
	expect_question(&question);
	assert_int_equal(question.occasion, AUTHORIZER_OCCASION_SEND);
	assert_true(authorizer_requested_use_list_next(&question.uses, &use));
	assert_int_equal(use.scopes.count, 2);
}

static void a_program_whose_code_is_kept_is_asked_about_at_each_start(void **state)
{
	struct authorizer_question question;
	people_kernel->settings.kept_code_bytes = 1 << 20;
	state_uses("k", " a");
	for (int i = 0; i < 2; i++) {
		struct process *process = start_other((struct kernel_grants){0}, true);
		assert_int_equal(process->state, PROCESS_STARTING);
		expect_question(&question);
		assert_int_equal(question.occasion, AUTHORIZER_OCCASION_START);
		people_answer(AUTHORIZER_VERDICT_DENY_RUN, NULL);
		stage_settle(people_kernel);
		assert_int_equal(people_send(process->instance, 'k'), CAIRN_DENIED);
		puppet_kill(process->instance);
		assert_int_equal(people_kernel->programs.kept_count, 1);
	}
	/* What is decided by then is in force, whatever was when the code was loaded. */
	people.stored_programs[0] = people_other;
	people.stored[0] = people_allows('k', "a");
	people.stored_count = 1;
	struct process *process = start_other((struct kernel_grants){0}, true);
	assert_int_equal(process->state, PROCESS_RUNNING);
	assert_true(people_send(process->instance, 'k') > 0);
	assert_string_equal(people_scope_of(people_take_grant()), "a");
	people_decide(&people_other, people_denies('k'));
	assert_int_equal(people_send(process->instance, 'k'), CAIRN_DENIED);
	expect_no_question();
}

static void what_is_decided_is_not_asked_about(void **state)
{
	struct kernel_grant items[] = {people_allows('k', NULL), people_denies('l')};
	state_uses("kl", "");
	struct process *process =
	    start_other((struct kernel_grants){.items = items, .count = 2}, true);
	assert_int_equal(process->state, PROCESS_RUNNING);
	process = start_other((struct kernel_grants){0}, false);
	assert_int_equal(process->state, PROCESS_RUNNING);
	expect_no_question();
}

static void without_an_answer_it_starts_with_nothing(void **state)
{
	state_uses("k", "");
	struct process *process = start_other((struct kernel_grants){0}, true);
	puppet_kill(people_authorizer);
	stage_settle(people_kernel);
	assert_int_equal(process->state, PROCESS_RUNNING);
}

static void one_that_is_killed_meanwhile_is_not_asked_about_any_more(void **state)
{
	struct authorizer_question question;
	state_uses("k", "");
	struct process *process = start_other((struct kernel_grants){0}, true);
	expect_question(&question);
	assert_int_equal(kernel_kill(people_kernel, process->party.serial), STATUS_OK);
	stage_settle(people_kernel);
	people_answer(AUTHORIZER_VERDICT_ALLOW_RUN, NULL);
	stage_settle(people_kernel);
	assert_true(list_is_empty(&people_kernel->questions));
}

static void a_section_that_is_malformed_is_ignored_with_one_line(void **state)
{
	static const char *const wrong[] = {"rubbish", "\n", "kk"};
	struct kernel_grants all = {.allow_all = true};
	for (int i = 0; i < 3; i++) {
		state_uses("kk", "");
		if (i < 2)
			puppet_section =
			    (struct wasm_name){(const uint8_t *)wrong[i], strlen(wrong[i])};
		uint32_t lines = test_port_log_lines;
		struct process *process = start_other(all, true);
		assert_int_equal(process->state, PROCESS_RUNNING);
		assert_int_equal(test_port_log_lines, lines + 1);
		assert_non_null(strstr(test_port_last_line, "its section cairn.uses is ignored: "));
		puppet_kill(process->instance);
	}
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, people_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(a_question_says_who_wants_what),
	    test(it_names_the_chain_of_starters),
	    test(whoever_may_not_ask_is_denied_at_once),
	    test(an_interface_that_nobody_handles_is_not_asked_about),
	    test(one_question_is_asked_for_all_that_wait),
	    test(for_the_run_all_that_wait_goes_on_in_order),
	    test(it_is_about_this_process_alone),
	    test(for_once_the_oldest_goes_on_and_the_next_is_asked_about),
	    test(for_good_it_is_stored_and_holds_for_all_processes),
	    test(what_cannot_be_stored_holds_for_the_process),
	    test(denied_once_is_asked_again_up_to_the_third_time),
	    test(what_its_children_are_denied_is_not_its_own),
	    test(what_one_has_started_is_asked_about_so_many_times_together),
	    test(denied_for_the_run_all_that_wait_fails),
	    test(denied_for_good_it_is_stored),
	    test(scopes_that_are_none_deny),
	    test(rubbish_for_an_answer_denies),
	    test(the_end_of_the_authorizer_denies),
	    test(the_end_of_who_asked_cancels_the_question),
	    test(a_decision_meanwhile_answers_and_the_question_is_cancelled),
	    test(a_message_that_waits_can_be_cancelled),
	    test(what_waits_is_bounded_like_what_is_under_way),
	    test(without_memory_nothing_is_asked_and_nothing_left),
	    test(an_answer_about_a_started_process_is_no_right_of_its_program_there),
	    test(starting_a_process_is_asked_about_and_answered_by_process),
	    test(what_a_program_states_is_asked_about_before_its_start),
	    test(a_program_whose_code_is_kept_is_asked_about_at_each_start),
	    test(what_is_decided_is_not_asked_about),
	    test(without_an_answer_it_starts_with_nothing),
	    test(one_that_is_killed_meanwhile_is_not_asked_about_any_more),
	    test(a_section_that_is_malformed_is_ignored_with_one_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

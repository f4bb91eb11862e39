/* What processes may do: decisions, changes of mind, and the rights of started processes. */
#include <cairn/process.h>
#include <cairn/prompt.h>

#include "people.h"

static const struct digest of_process = {PROCESS_DIGEST};

/* `process`, within a scope or without, and one letter's interface. */
static struct puppet *launch_starter(const char *scope, struct kernel_grant more)
{
	struct kernel_grant items[] = {people_allows('p', scope), more};
	items[0].interface = of_process;
	return people_launch(&people_shell, (struct kernel_grants){.items = items, .count = 2},
			     false);
}

static struct puppet *launch(struct kernel_grant option)
{
	return people_launch(&people_sudoku, (struct kernel_grants){.items = &option, .count = 1},
			     false);
}

static void expect_allowed(struct puppet *puppet, char letter, const char *scope)
{
	assert_true(people_send(puppet, letter) > 0);
	assert_string_equal(people_scope_of(people_take_grant()), scope);
}

static void expect_denied(struct puppet *puppet, char letter)
{
	assert_int_equal(people_send(puppet, letter), CAIRN_DENIED);
}

static void store(const struct cid *program, struct kernel_grant decision)
{
	people.stored_programs[people.stored_count] = *program;
	people.stored[people.stored_count++] = decision;
}

/* ---- Decisions ---- */

static void stored_decisions_are_asked_for_once_for_all_processes_of_a_program(void **state)
{
	store(&people_sudoku, people_allows('k', "a"));
	people.loaded = 0;
	struct puppet *first = people_launch(&people_sudoku, (struct kernel_grants){0}, false);
	struct puppet *second = people_launch(&people_sudoku, (struct kernel_grants){0}, false);
	assert_int_equal(people.loaded, 1);
	expect_allowed(first, 'k', "a");
	expect_allowed(second, 'k', "a");
	expect_denied(first, 'l');
	puppet_kill(first);
	puppet_kill(second);
	people_launch(&people_sudoku, (struct kernel_grants){0}, false);
	assert_int_equal(people.loaded, 2);
}

static void a_start_with_stored_decisions_that_are_none_fails(void **state)
{
	store(&people_sudoku, people_allows('k', "\xff"));
	struct kernel_start start = {.program = people_sudoku};
	uint64_t pid;
	assert_int_equal(kernel_start(people_kernel, &start, &pid), STATUS_INVALID);
}

static void a_change_of_mind_is_in_force_for_the_next_message(void **state)
{
	struct puppet *sudoku = people_launch(&people_sudoku, (struct kernel_grants){0}, false);
	expect_denied(sudoku, 'k');
	people_decide(&people_sudoku, people_allows('k', "a"));
	expect_allowed(sudoku, 'k', "a");
	people_decide(&people_sudoku, people_allows('k', "b"));
	expect_allowed(sudoku, 'k', "b");
	people_decide(&people_sudoku, people_denies('k'));
	expect_denied(sudoku, 'k');
	struct kernel_grant taken_back = {.interface = stage_interface('k')};
	people_decide(&people_sudoku, taken_back);
	expect_denied(sudoku, 'k');
	people_decide(&people_sudoku, people_allows('k', NULL));
	expect_allowed(sudoku, 'k', "");
}

static void the_number_of_a_grant_is_new_after_each_change_and_else_the_same(void **state)
{
	struct puppet *sudoku = people_launch(&people_sudoku, (struct kernel_grants){0}, false);
	people_decide(&people_sudoku, people_allows('k', "a"));
	people_send(sudoku, 'k');
	uint32_t first = people_take_grant();
	people_decide(&people_other, people_allows('k', "a"));
	people_decide(&people_sudoku, people_allows('l', NULL));
	people_send(sudoku, 'k');
	assert_int_equal(people_take_grant(), first);
	people_decide(&people_sudoku, people_allows('k', "a"));
	people_send(sudoku, 'k');
	assert_int_not_equal(people_take_grant(), first);
}

/* It has the message still, and has to know what to make of it. */
static void a_handler_is_told_what_a_message_came_under_also_when_that_has_changed(void **state)
{
	struct puppet *sudoku = launch(people_allows('k', "a"));
	people_send(sudoku, 'k');
	uint32_t first = people_take_grant();
	people_decide(&people_sudoku, people_allows('k', "b"));
	people_send(sudoku, 'k');
	assert_string_equal(people_scope_of(people_take_grant()), "b");
	assert_string_equal(people_scope_of(first), "a");
	assert_string_equal(people_scope_of(first + 1000), "refused");
}

static void who_has_no_part_in_a_grant_is_not_told_of_its_scopes(void **state)
{
	struct puppet *sudoku = launch(people_allows('k', "a"));
	people_send(sudoku, 'k');
	uint32_t grant = people_take_grant();
	struct puppet *server = people_server;
	people_server = puppet_create(people_kernel);
	assert_string_equal(people_scope_of(grant), "refused");
	people_server = server;
}

static void the_options_of_a_run_go_before_what_was_decided_before(void **state)
{
	store(&people_sudoku, people_denies('k'));
	store(&people_sudoku, people_allows('l', "a"));
	struct kernel_grant items[] = {people_allows('k', "b"), people_denies('l')};
	struct kernel_grants options = {.items = items, .count = 2};
	struct puppet *sudoku = people_launch(&people_sudoku, options, false);
	expect_allowed(sudoku, 'k', "b");
	expect_denied(sudoku, 'l');
}

static void all_that_is_allowed_is_less_than_what_was_decided(void **state)
{
	store(&people_sudoku, people_denies('k'));
	store(&people_sudoku, people_allows('l', "a"));
	struct puppet *sudoku =
	    people_launch(&people_sudoku, (struct kernel_grants){.allow_all = true}, false);
	expect_denied(sudoku, 'k');
	expect_allowed(sudoku, 'l', "a");
	expect_allowed(sudoku, 'm', "");
	people_decide(&people_sudoku, people_denies('m'));
	expect_denied(sudoku, 'm');
}

static void what_is_decided_during_a_run_goes_before_what_it_was_allowed(void **state)
{
	struct puppet *sudoku = launch(people_allows('k', "a"));
	struct kernel_grant taken_back = {.interface = stage_interface('k')};
	people_decide(&people_sudoku, taken_back);
	expect_denied(sudoku, 'k');
	people_decide(&people_sudoku, people_allows('k', "b"));
	expect_allowed(sudoku, 'k', "b");
	people_decide(&people_sudoku, people_denies('k'));
	expect_denied(sudoku, 'k');
}

static void what_a_run_was_denied_stays_denied(void **state)
{
	struct puppet *sudoku = launch(people_denies('k'));
	people_decide(&people_sudoku, people_allows('k', NULL));
	expect_denied(sudoku, 'k');
}

static void a_decision_that_is_none_changes_nothing(void **state)
{
	struct puppet *sudoku = launch(people_allows('k', "a"));
	struct kernel_grant wrong = people_allows('k', "\xff");
	assert_int_equal(kernel_decide(people_kernel, &people_sudoku, &wrong), STATUS_INVALID);
	test_port_refuse_after = 0;
	wrong = people_allows('k', "b");
	assert_int_equal(kernel_decide(people_kernel, &people_sudoku, &wrong), STATUS_NO_MEMORY);
	test_port_refuse_after = UINT64_MAX;
	expect_allowed(sudoku, 'k', "a");
}

static void a_denial_that_cannot_be_kept_denies_everything(void **state)
{
	struct puppet *sudoku = launch(people_allows('k', "a"));
	struct kernel_grant denial = people_denies('m');
	test_port_refuse_after = 0;
	assert_int_equal(kernel_decide(people_kernel, &people_sudoku, &denial), STATUS_NO_MEMORY);
	test_port_refuse_after = UINT64_MAX;
	expect_denied(sudoku, 'k');
	puppet_kill(sudoku);
	expect_allowed(launch(people_allows('k', "a")), 'k', "a");
}

/* With --allow-all, too; they could be used to fake questions. */
static void nobody_sends_to_whom_the_kernel_asks(void **state)
{
	static const struct digest forbidden[] = {{AUTHORIZER_DIGEST}, {PROMPT_DIGEST}};
	static const struct kernel_service nobody = {0};
	assert_int_equal(kernel_serve(people_kernel, &forbidden[1], &nobody, NULL), STATUS_OK);
	struct kernel_grant items[2];
	for (int i = 0; i < 2; i++)
		items[i] = (struct kernel_grant){forbidden[i], KERNEL_ALLOWED, NULL, 0};
	struct kernel_grants options = {.allow_all = true, .items = items, .count = 2};
	struct puppet *sudoku = people_launch(&people_sudoku, options, true);
	for (int i = 0; i < 2; i++) {
		people_decide(&people_sudoku, items[i]);
		assert_int_equal(puppet_send_bytes(sudoku, &forbidden[i], "", 0, CAIRN_SEND_ANSWER),
				 CAIRN_DENIED);
		assert_int_equal(puppet_send_bytes(sudoku, &forbidden[i], "", 0, 0), CAIRN_DENIED);
	}
}

/* ---- Started processes ---- */

static struct process_right_list_option passes(const struct process_right *right, uint32_t count)
{
	return (struct process_right_list_option){true, {.items = right, .count = count}};
}

static struct process_right right_of(const struct digest *interface, const char *scope)
{
	static struct wire_string scopes[4];
	static uint32_t next;
	struct wire_string *name = &scopes[next++ % 4];
	*name = scope == NULL ? (struct wire_string){0} : wire_text(scope);
	return (struct process_right){.interface = {interface->bytes, sizeof interface->bytes},
				      .scopes = {.items = name, .count = scope != NULL}};
}

static void a_denied_program_gains_nothing_by_starting_an_allowed_one(void **state)
{
	struct puppet *starter = launch_starter(NULL, people_denies('k'));
	store(&people_sudoku, people_allows('k', NULL));
	struct puppet *child = people_start(starter, &people_sudoku, &people_all);
	expect_denied(child, 'k');
	expect_denied(people_start(starter, &people_shell, &people_all), 'k');
}

static void nor_does_one_about_which_nobody_has_decided(void **state)
{
	struct puppet *starter = launch_starter(NULL, people_denies('l'));
	store(&people_sudoku, people_allows('k', NULL));
	expect_denied(people_start(starter, &people_sudoku, &people_all), 'k');
}

static void an_allowed_program_does_not_lend_its_rights_to_a_denied_one(void **state)
{
	struct puppet *starter = launch_starter(NULL, people_allows('k', "a"));
	store(&people_other, people_denies('k'));
	expect_denied(people_start(starter, &people_other, &people_all), 'k');
	struct puppet *child = people_start(starter, &people_sudoku, &people_all);
	expect_allowed(child, 'k', "a");
	people_decide(&people_sudoku, people_denies('k'));
	expect_denied(child, 'k');
}

static void started_processes_lose_what_their_starter_loses(void **state)
{
	struct puppet *starter = launch_starter(NULL, people_allows('k', "a"));
	struct puppet *child = people_start(starter, &people_sudoku, &people_all);
	struct kernel_grant again = people_allows('p', NULL);
	again.interface = of_process;
	expect_allowed(child, 'k', "a");
	people_decide(&people_shell, people_denies('k'));
	expect_denied(child, 'k');
	people_decide(&people_shell, people_allows('k', "b"));
	expect_allowed(child, 'k', "b");
}

/* Nor are they freed by its end. */
static void the_rights_of_the_dead_still_bind(void **state)
{
	struct puppet *starter = launch_starter(NULL, people_allows('k', "a"));
	struct puppet *child = people_start(starter, &people_sudoku, &people_all);
	store(&people_sudoku, people_allows('l', NULL));
	puppet_kill(starter);
	expect_allowed(child, 'k', "a");
	expect_denied(child, 'l');
	people_decide(&people_shell, people_denies('k'));
	expect_denied(child, 'k');
}

static void only_what_is_passed_on_is_there(void **state)
{
	struct digest k = stage_interface('k');
	struct puppet *starter = launch_starter(NULL, people_allows('k', "a"));
	struct process_right right = right_of(&k, NULL);
	struct process_right_list_option some = passes(&right, 1);
	struct process_right_list_option none = passes(NULL, 0);
	struct puppet *child = people_start(starter, &people_sudoku, &some);
	expect_allowed(child, 'k', "a");
	assert_null(people_start(child, &people_sudoku, &people_all));
	expect_denied(people_start(starter, &people_sudoku, &none), 'k');
}

static void scopes_are_passed_on_or_not_and_never_made(void **state)
{
	struct digest k = stage_interface('k');
	struct wasm_name both[] = {{(const uint8_t *)"a", 1}, {(const uint8_t *)"b", 1}};
	struct kernel_grant two = people_allows('k', NULL);
	two.scopes = both;
	two.scope_count = 2;
	struct puppet *starter = launch_starter(NULL, two);
	struct process_right right = right_of(&k, "b");
	struct process_right_list_option some = passes(&right, 1);
	struct puppet *child = people_start(starter, &people_sudoku, &some);
	people_send(child, 'k');
	uint32_t grant = people_take_grant();
	assert_string_equal(people_scope_of(grant), "b");
	people_decide(&people_other, people_allows('k', NULL));
	people_send(child, 'k');
	assert_int_equal(people_take_grant(), grant);
	right = right_of(&k, "c");
	expect_denied(people_start(starter, &people_sudoku, &some), 'k');
	people_decide(&people_shell, people_allows('k', "a"));
	expect_denied(child, 'k');
	people_decide(&people_shell, people_allows('k', NULL));
	expect_denied(child, 'k');
	people_decide(&people_shell, people_allows('k', "b"));
	expect_allowed(child, 'k', "b");
}

static void a_launcher_starts_programs_with_the_users_own_decisions(void **state)
{
	store(&people_sudoku, people_allows('l', "x"));
	struct puppet *shell = launch_starter("launch", people_allows('k', "a"));
	struct puppet *sudoku = people_start(shell, &people_sudoku, &people_all);
	expect_allowed(sudoku, 'l', "x");
	expect_denied(sudoku, 'k');
	assert_null(people_start(sudoku, &people_other, &people_all));
	people_decide(&people_shell, people_denies('l'));
	expect_allowed(sudoku, 'l', "x");
}

static void a_launcher_may_pass_on_what_it_has(void **state)
{
	struct digest k = stage_interface('k');
	struct digest m = stage_interface('m');
	store(&people_other, people_denies('k'));
	struct puppet *shell = launch_starter("launch", people_allows('k', "a"));
	struct process_right rights[] = {right_of(&k, NULL), right_of(&m, NULL)};
	struct process_right_list_option some = passes(rights, 2);
	struct puppet *sudoku = people_start(shell, &people_sudoku, &some);
	expect_allowed(sudoku, 'k', "a");
	expect_denied(sudoku, 'm');
	expect_denied(people_start(shell, &people_other, &some), 'k');
	people_decide(&people_shell, people_denies('k'));
	expect_denied(sudoku, 'k');
}

/* The right to launch is a scope as any other. */
static void the_right_to_launch_is_not_made_by_passing_it_on(void **state)
{
	struct puppet *starter = launch_starter(NULL, people_denies('k'));
	struct process_right right = right_of(&of_process, "launch");
	struct process_right_list_option some = passes(&right, 1);
	store(&people_sudoku, people_allows('k', NULL));
	struct puppet *child = people_start(starter, &people_other, &some);
	assert_non_null(child);
	assert_null(people_start(child, &people_sudoku, &people_all));
}

static void what_is_passed_on_has_bounds(void **state)
{
	struct digest k = stage_interface('k');
	struct puppet *starter = launch_starter(NULL, people_allows('k', NULL));
	static struct process_right rights[2];
	rights[0] = rights[1] = right_of(&k, NULL);
	uint8_t cid[CID_BINARY_BYTES];
	cid_to_binary(&people_sudoku, cid);
	struct process_start_call call = {.program = {cid, sizeof cid},
					  .passes = passes(rights, 2)};
	process_start_encode(request_cursor(), &call);
	struct request request = request_encoded();
	uint64_t id = puppet_ask(starter, &of_process, &request);
	assert_int_equal(puppet_take_answer(starter, id), CAIRN_STATUS_REFUSED);
	rights[0].interface.size--;
	call.passes.value.count = 1;
	process_start_encode(request_cursor(), &call);
	request = request_encoded();
	id = puppet_ask(starter, &of_process, &request);
	assert_int_equal(puppet_take_answer(starter, id), CAIRN_STATUS_REFUSED);
}

/* ---- Chains ---- */

static uint32_t length_of_chain(const struct puppet *puppet)
{
	uint32_t length = 0;
	for (const struct rights *rights = puppet->process->party.rights; rights != NULL;
	     rights = rights->terms.starter)
		length++;
	return length;
}

static void programs_that_start_each_other_and_end_leave_no_chain_behind(void **state)
{
	static const char *const scopes[] = {NULL, "launch"};
	for (int i = 0; i < 2; i++) {
		struct puppet *puppet = launch_starter(scopes[i], people_allows('k', "a"));
		struct kernel_grant allows = people_allows('p', scopes[i]);
		allows.interface = of_process;
		people_decide(&people_shell, allows);
		struct puppet *keeper =
		    people_launch(&people_sudoku, (struct kernel_grants){0}, false);
		people_decide(&people_sudoku, allows);
		for (int k = 0; k < 3 * STARTERS_MAX; k++) {
			const struct cid *next = k % 2 == 0 ? &people_sudoku : &people_shell;
			struct puppet *child = people_start(puppet, next, &people_all);
			assert_non_null(child);
			puppet_kill(puppet);
			puppet = child;
		}
		assert_in_range(length_of_chain(puppet), 1, 5);
		if (i == 0)
			expect_allowed(puppet, 'k', "a");
		puppet_kill(puppet);
		puppet_kill(keeper);
	}
}

/* The first one has an option against what is decided about its program; the second has none. */
static void the_dead_bind_also_where_their_program_stands_elsewhere_with_an_option(void **state)
{
	store(&people_shell, people_denies('k'));
	struct puppet *launched = launch_starter(NULL, people_allows('k', "a"));
	struct puppet *again = people_start(launched, &people_shell, &people_all);
	struct puppet *sudoku = people_start(again, &people_sudoku, &people_all);
	expect_allowed(launched, 'k', "a");
	expect_denied(sudoku, 'k');
	puppet_kill(again);
	struct puppet *child = people_start(sudoku, &people_other, &people_all);
	expect_denied(sudoku, 'k');
	expect_denied(child, 'k');
}

static void too_many_starters_that_live_are_a_limit(void **state)
{
	struct puppet *puppet = launch_starter(NULL, people_allows('k', NULL));
	for (int i = 1; i < STARTERS_MAX; i++)
		puppet = people_start(puppet, &people_shell, &people_all);
	assert_non_null(puppet);
	expect_allowed(puppet, 'k', "");
	assert_null(people_start(puppet, &people_shell, &people_all));
}

/* ---- What the operator is told ---- */

static void a_refusal_names_the_command_that_would_allow_it(void **state)
{
	struct puppet *sudoku = people_launch(&people_sudoku, (struct kernel_grants){0}, false);
	struct puppet *other = people_launch(&people_other, (struct kernel_grants){0}, false);
	char cid[CID_TEXT_BYTES], expected[512];
	expect_denied(sudoku, 'k');
	cid_to_text(&people_sudoku, cid);
	snprintf(expected, sizeof expected,
		 "denied: sudoku (%.16s...) asked for kv; to allow: cairn allow sudoku kv", cid);
	assert_string_equal(test_port_last_line, expected);
	expect_denied(other, 'l');
	cid_to_text(&people_other, cid);
	snprintf(expected, sizeof expected, "cairn allow %s bafkrei", cid);
	assert_non_null(strstr(test_port_last_line, expected));
	assert_int_equal(people.observed[KERNEL_OBSERVED_REFUSED], 2);
}

static void it_is_about_the_starter_where_that_lacks_the_decision(void **state)
{
	struct puppet *starter = launch_starter(NULL, people_denies('l'));
	struct puppet *child = people_start(starter, &people_sudoku, &people_all);
	char cid[CID_TEXT_BYTES], expected[512];
	expect_denied(child, 'k');
	cid_to_text(&people_shell, cid);
	snprintf(expected, sizeof expected, "asked for kv; to allow: cairn allow %s kv", cid);
	assert_non_null(strstr(test_port_last_line, expected));
	test_port_ahead_ns += 1000000000;
	expect_denied(child, 'l');
	assert_non_null(strstr(test_port_last_line, "which was decided against"));
	assert_int_equal(people.observed[KERNEL_OBSERVED_DENIED], 1);
}

static void refusals_fill_one_line_a_second(void **state)
{
	struct puppet *sudoku = people_launch(&people_sudoku, (struct kernel_grants){0}, false);
	for (int i = 0; i < 1000; i++)
		expect_denied(sudoku, 'k');
	assert_int_equal(test_port_log_lines, 1);
	assert_int_equal(people.observed[KERNEL_OBSERVED_REFUSED], 1);
	test_port_ahead_ns += 1000000000;
	expect_denied(sudoku, 'k');
	assert_int_equal(test_port_log_lines, 2);
	assert_non_null(strstr(test_port_last_line, " (and 999 refusals before)"));
}

static void the_first_refusal_of_another_interface_is_told_at_once(void **state)
{
	struct puppet *sudoku = people_launch(&people_sudoku, (struct kernel_grants){0}, false);
	expect_denied(sudoku, 'k');
	expect_denied(sudoku, 'k');
	expect_denied(sudoku, 'l');
	assert_int_equal(test_port_log_lines, 2);
	assert_non_null(strstr(test_port_last_line, "cairn allow sudoku bafkrei"));
	for (int i = 0; i < 100; i++) {
		expect_denied(sudoku, 'l');
		expect_denied(sudoku, 'k');
	}
	assert_int_equal(test_port_log_lines, 2);
	test_port_ahead_ns += 1000000000;
	expect_denied(sudoku, 'l');
	assert_int_equal(test_port_log_lines, 3);
	assert_non_null(strstr(test_port_last_line, " (and 200 refusals before)"));
}

static void whoever_is_refused_again_loses_his_turn(void **state)
{
	struct puppet *sudoku = people_launch(&people_sudoku, (struct kernel_grants){0}, false);
	expect_denied(sudoku, 'k');
	assert_false(cpu_take_interrupt(people_kernel->cpu));
	uint64_t used_ns = sudoku->process->share.used_ns;
	expect_denied(sudoku, 'k');
	assert_true(cpu_take_interrupt(people_kernel->cpu));
	/* And it pays. */
	assert_true(sudoku->process->share.used_ns - used_ns >= REFUSAL_COST_NS);
}

static void the_first_message_under_a_grant_is_told(void **state)
{
	struct puppet *sudoku = launch(people_allows('k', "a"));
	people_send(sudoku, 'k');
	people_send(sudoku, 'k');
	assert_int_equal(people.observed[KERNEL_OBSERVED_USED], 1);
	people_decide(&people_sudoku, people_allows('k', "b"));
	people_send(sudoku, 'k');
	assert_int_equal(people.observed[KERNEL_OBSERVED_USED], 2);
}

#define test(name) cmocka_unit_test_setup_teardown(name, people_set_up, people_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(stored_decisions_are_asked_for_once_for_all_processes_of_a_program),
	    test(a_start_with_stored_decisions_that_are_none_fails),
	    test(a_change_of_mind_is_in_force_for_the_next_message),
	    test(the_number_of_a_grant_is_new_after_each_change_and_else_the_same),
	    test(a_handler_is_told_what_a_message_came_under_also_when_that_has_changed),
	    test(who_has_no_part_in_a_grant_is_not_told_of_its_scopes),
	    test(the_options_of_a_run_go_before_what_was_decided_before),
	    test(all_that_is_allowed_is_less_than_what_was_decided),
	    test(what_is_decided_during_a_run_goes_before_what_it_was_allowed),
	    test(what_a_run_was_denied_stays_denied),
	    test(a_decision_that_is_none_changes_nothing),
	    test(a_denial_that_cannot_be_kept_denies_everything),
	    test(nobody_sends_to_whom_the_kernel_asks),
	    test(a_denied_program_gains_nothing_by_starting_an_allowed_one),
	    test(nor_does_one_about_which_nobody_has_decided),
	    test(an_allowed_program_does_not_lend_its_rights_to_a_denied_one),
	    test(started_processes_lose_what_their_starter_loses),
	    test(the_rights_of_the_dead_still_bind),
	    test(only_what_is_passed_on_is_there),
	    test(scopes_are_passed_on_or_not_and_never_made),
	    test(a_launcher_starts_programs_with_the_users_own_decisions),
	    test(a_launcher_may_pass_on_what_it_has),
	    test(the_right_to_launch_is_not_made_by_passing_it_on),
	    test(what_is_passed_on_has_bounds),
	    test(programs_that_start_each_other_and_end_leave_no_chain_behind),
	    test(the_dead_bind_also_where_their_program_stands_elsewhere_with_an_option),
	    test(too_many_starters_that_live_are_a_limit),
	    test(a_refusal_names_the_command_that_would_allow_it),
	    test(it_is_about_the_starter_where_that_lacks_the_decision),
	    test(refusals_fill_one_line_a_second),
	    test(the_first_refusal_of_another_interface_is_told_at_once),
	    test(whoever_is_refused_again_loses_his_turn),
	    test(the_first_message_under_a_grant_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

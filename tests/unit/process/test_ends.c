/* Who pays, and what an end does: docs/SYSTEM-CALLS.md. */
#include "puppet.h"

#include <cairn/interface.h>

enum { ASKS = CAIRN_SEND_ANSWER, BLOCKS = CAIRN_WAIT_BLOCK };

static const struct puppet_ids incoming = {{CAIRN_ID_INCOMING}};
static const struct puppet_ids room = {{CAIRN_ID_ROOM}};
static const struct digest registry = {INTERFACE_DIGEST};

static struct kernel *kernel;
static struct puppet *client;
static struct puppet *server;

static int set_up(void **state)
{
	struct kernel_limits limits = kernel_limits_default();
	limits.messages_per_handler = 4;
	limits.bytes_per_handler = 100;
	limits.messages = 9;
	limits.message_bytes = 250;
	kernel = stage_create(&limits);
	client = puppet_create(kernel);
	server = puppet_create(kernel);
	puppet_handles(server, 'a');
	return 0;
}

static int tear_down(void **state)
{
	stage_destroy(kernel);
	return 0;
}

static const char forty[] = "forty bytes that stand in the body there";

/* ---- Who pays ---- */

static void too_many_messages_to_one_handler_are_busy(void **state)
{
	struct puppet *other = puppet_create(kernel);
	puppet_handles(other, 'b');
	for (int i = 0; i < 4; i++)
		assert_true(puppet_send(client, 'a', "x", ASKS) > 0);
	assert_int_equal(puppet_send(client, 'a', "x", ASKS), CAIRN_BUSY);
	assert_true(puppet_send(client, 'b', "x", ASKS) > 0);
	assert_true(puppet_send(other, 'a', "x", ASKS) > 0);
}

static void too_many_bytes_to_one_handler_are_busy(void **state)
{
	assert_true(puppet_send(client, 'a', forty, ASKS) > 0);
	assert_true(puppet_send(client, 'a', forty, ASKS) > 0);
	assert_int_equal(puppet_send(client, 'a', forty, ASKS), CAIRN_BUSY);
	assert_true(puppet_send(client, 'a', "twenty bytes of text", ASKS) > 0);
}

static void a_body_is_charged_until_it_is_answered(void **state)
{
	puppet_send(client, 'a', forty, ASKS);
	assert_int_equal(client->process->party.bodies.used, 40);
	uint64_t id = puppet_take(server);
	assert_int_equal(client->process->party.bodies.used, 40);
	puppet_answer(server, id, "ok", 0);
	assert_int_equal(client->process->party.bodies.used, 2);
	puppet_take_answer(client, 16);
	assert_int_equal(client->process->party.bodies.used, 0);
}

static void a_body_without_an_answer_is_charged_until_it_is_taken(void **state)
{
	puppet_send(client, 'a', forty, 0);
	assert_int_equal(client->process->party.bodies.used, 40);
	puppet_take(server);
	assert_int_equal(client->process->party.bodies.used, 0);
	assert_int_equal(server->process->party.bodies.used, 0);
}

static void there_is_room_again_when_half_has_drained(void **state)
{
	for (int i = 0; i < 5; i++)
		puppet_send(client, 'a', "x", ASKS);
	assert_int_equal(puppet_wait(client, room, 0), 0);
	puppet_answer(server, puppet_take(server), "", 0);
	assert_int_equal(puppet_wait(client, room, 0), 0);
	puppet_answer(server, puppet_take(server), "", 0);
	assert_int_equal(puppet_wait(client, room, 0), 64);
	assert_int_equal(client->note.kind, CAIRN_KIND_ROOM);
	struct digest interface = stage_interface('a');
	assert_memory_equal(client->note.interface, interface.bytes, sizeof interface.bytes);
	puppet_answer(server, puppet_take(server), "", 0);
	assert_int_equal(puppet_wait(client, room, 0), 0);
}

static void there_is_room_again_when_half_of_the_bytes_have_drained(void **state)
{
	static const char thirty[] = "thirty bytes that stand in it.";
	puppet_send(client, 'a', forty, 0);
	puppet_send(client, 'a', thirty, 0);
	puppet_send(client, 'a', thirty, 0);
	assert_int_equal(puppet_send(client, 'a', forty, 0), CAIRN_BUSY);
	puppet_take(server);
	assert_int_equal(client->process->party.bodies.used, 60); /* two messages, too large */
	assert_int_equal(puppet_wait(client, room, 0), 0);
	puppet_take(server);
	assert_int_equal(puppet_wait(client, room, 0), 64);
}

static void a_sender_that_waits_for_room_is_woken(void **state)
{
	while (puppet_send(client, 'a', "x", 0) == 0) {
	}
	assert_int_equal(puppet_wait(client, room, BLOCKS), PUPPET_BLOCKED);
	puppet_take(server);
	puppet_take(server);
	assert_int_equal(puppet_result(client), 64);
	assert_int_equal(client->note.kind, CAIRN_KIND_ROOM);
}

static void there_is_room_again_when_the_handler_has_ended(void **state)
{
	while (puppet_send(client, 'a', "x", 0) == 0) {
	}
	assert_int_equal(puppet_wait(client, room, BLOCKS), PUPPET_BLOCKED);
	puppet_kill(server);
	assert_int_equal(puppet_result(client), 64);
}

static void a_process_has_limits_of_its_own(void **state)
{
	struct puppet *second = puppet_create(kernel);
	struct puppet *third = puppet_create(kernel);
	puppet_handles(second, 'b');
	puppet_handles(third, 'c');
	for (int i = 0; i < 4; i++) {
		assert_true(puppet_send(client, 'a', "", ASKS) > 0);
		assert_true(puppet_send(client, 'b', "", ASKS) > 0);
	}
	assert_true(puppet_send(client, 'c', "", ASKS) > 0);
	assert_int_equal(puppet_send(client, 'c', "", ASKS), CAIRN_LIMIT);
}

static void bytes_to_all_handlers_together_are_limited(void **state)
{
	struct puppet *second = puppet_create(kernel);
	struct puppet *third = puppet_create(kernel);
	puppet_handles(second, 'b');
	puppet_handles(third, 'c');
	for (char letter = 'a'; letter <= 'c'; letter++)
		assert_true(puppet_send(client, letter, forty, ASKS) > 0);
	for (char letter = 'a'; letter <= 'c'; letter++)
		assert_true(puppet_send(client, letter, forty, ASKS) > 0);
	assert_int_equal(client->process->party.bodies.used, 240);
	assert_int_equal(puppet_send(client, 'a', "twenty bytes of text", ASKS), CAIRN_LIMIT);
}

static void an_answer_that_the_asker_cannot_hold_arrives_as_limit(void **state)
{
	char text[252];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	puppet_send(client, 'a', "x", ASKS);
	puppet_answer(server, puppet_take(server), text, 0);
	assert_int_equal(puppet_take_answer(client, 16), CAIRN_STATUS_LIMIT);
	assert_int_equal(client->note.length, 0);
	puppet_send(client, 'a', "x", ASKS);
	puppet_wait(client, (struct puppet_ids){{17}}, BLOCKS);
	puppet_answer(server, puppet_take(server), text, 0);
	assert_int_equal(puppet_result(client), 64);
	assert_int_equal(client->note.status, CAIRN_STATUS_LIMIT);
	puppet_send(client, 'a', "x", ASKS);
	puppet_answer(server, puppet_take(server), text + 1, 0);
	assert_int_equal(puppet_take_answer(client, 18), CAIRN_STATUS_OK);
}

/* ---- The end of a handler ---- */

static void the_end_of_a_handler_answers_all_that_it_owed(void **state)
{
	puppet_send(client, 'a', "taken", ASKS);
	puppet_take(server);
	puppet_send(client, 'a', "not taken", ASKS);
	puppet_send(client, 'a', "no answer is due", 0);
	puppet_kill(server);
	assert_int_equal(puppet_take_answer(client, 16), CAIRN_STATUS_HANDLER_ENDED);
	assert_int_equal(client->note.length, 0);
	assert_int_equal(puppet_take_answer(client, 17), CAIRN_STATUS_HANDLER_ENDED);
	assert_int_equal(client->process->party.message_count, 0);
}

static void who_waits_for_a_handler_that_ends_is_woken(void **state)
{
	puppet_send(client, 'a', "x", ASKS);
	puppet_wait(client, (struct puppet_ids){{16}}, BLOCKS);
	puppet_kill(server);
	assert_int_equal(puppet_result(client), 64);
	assert_int_equal(client->note.status, CAIRN_STATUS_HANDLER_ENDED);
}

static void the_end_of_a_handler_frees_its_registration(void **state)
{
	puppet_kill(server);
	assert_int_equal(puppet_send(client, 'a', "x", ASKS), CAIRN_NO_HANDLER);
	puppet_handles(client, 'a');
	assert_true(puppet_send(client, 'a', "x", ASKS) > 0);
}

static void the_first_message_to_another_handler_fails_once(void **state)
{
	puppet_send(client, 'a', "x", 0);
	puppet_kill(server);
	struct puppet *next = puppet_create(kernel);
	puppet_handles(next, 'a');
	uint64_t id = (uint64_t)puppet_send(client, 'a', "with an old handle", ASKS);
	assert_int_equal(puppet_take_answer(client, id), CAIRN_STATUS_HANDLER_CHANGED);
	assert_int_equal(puppet_wait(next, incoming, 0), 0);
	puppet_send(client, 'a', "anew", 0);
	puppet_take(next);
	assert_string_equal(next->body, "anew");
}

static void a_successor_that_keeps_the_state_is_no_change(void **state)
{
	struct stop *stop = puppet_handles(puppet_create(kernel), 'k');
	puppet_send(client, 'k', "x", 0);
	puppet_kill(process_of_party(stop->handler)->instance);
	struct puppet *next = puppet_create(kernel);
	struct stop_options options = {.keeps_state = true};
	assert_int_equal(stop_register(&kernel->exchange, stop, &next->process->party, options),
			 STATUS_OK);
	puppet_send(client, 'k', "with an old handle", 0);
	puppet_take(next);
	assert_string_equal(next->body, "with an old handle");
}

static void one_that_expects_no_answer_is_dropped_at_a_change(void **state)
{
	puppet_send(client, 'a', "x", 0);
	puppet_kill(server);
	struct puppet *next = puppet_create(kernel);
	puppet_handles(next, 'a');
	assert_int_equal(puppet_send(client, 'a', "with an old handle", 0), 0);
	assert_int_equal(puppet_wait(next, incoming, 0), 0);
}

static void the_end_of_one_that_sends_to_itself_is_an_end(void **state)
{
	puppet_send(server, 'a', "taken", ASKS);
	puppet_take(server);
	puppet_send(server, 'a', "not taken", ASKS);
	puppet_send(server, 'a', "no answer", 0);
	puppet_kill(server);
}

/* ---- The end of a sender ---- */

static void what_a_dead_sender_has_told_still_arrives(void **state)
{
	uint64_t pid = puppet_pid(client);
	puppet_send(client, 'a', "last words", 0);
	puppet_kill(client);
	puppet_take(server);
	assert_string_equal(server->body, "last words");
	assert_int_equal(server->note.process, pid);
}

static void what_a_dead_sender_has_asked_is_withdrawn(void **state)
{
	puppet_send(client, 'a', "question", ASKS);
	puppet_kill(client);
	assert_int_equal(puppet_wait(server, incoming, 0), 0);
}

static void a_question_that_was_taken_is_cancelled_and_may_still_be_answered(void **state)
{
	puppet_send(client, 'a', "question", ASKS);
	uint64_t id = puppet_take(server);
	puppet_kill(client);
	assert_int_equal(puppet_wait(server, incoming, 0), 64);
	assert_int_equal(server->note.kind, CAIRN_KIND_CANCELLED);
	assert_int_equal(server->note.message, id);
	assert_int_equal(puppet_answer(server, id, "nobody hears", 0), 0);
	assert_int_equal(puppet_answer(server, id, "", 0), CAIRN_INVALID);
}

static void what_dead_senders_leave_to_a_handler_is_bounded(void **state)
{
	for (int i = 0; i < 6; i++) {
		struct puppet *sender = puppet_create(kernel);
		puppet_send(sender, 'a', "x", 0);
		puppet_kill(sender);
	}
	assert_int_equal(server->process->party.estate_count, 4);
	for (int i = 0; i < 4; i++)
		puppet_take(server);
	assert_int_equal(puppet_wait(server, incoming, 0), 0);
}

static void a_handler_that_watches_is_told_who_ended(void **state)
{
	uint64_t pid = puppet_pid(client);
	struct puppet *silent = puppet_create(kernel);
	puppet_handles(server, 'w')->options.watches_senders = true;
	puppet_send(client, 'w', "x", 0);
	puppet_take(server);
	puppet_kill(client);
	puppet_kill(silent);
	assert_int_equal(puppet_wait(server, incoming, 0), 64);
	assert_int_equal(server->note.kind, CAIRN_KIND_SENDER_ENDED);
	assert_int_equal(server->note.process, pid);
	assert_int_equal(puppet_wait(server, incoming, 0), 0);
}

static void one_that_watches_and_never_looks_is_ended(void **state)
{
	server->process->party.records.limit = server->process->party.records.used + 2000;
	puppet_handles(server, 'w')->options.watches_senders = true;
	test_port_keep_log = true;
	uint32_t count = 0;
	while (server->process->state == PROCESS_RUNNING && count++ < 100) {
		struct puppet *sender = puppet_create(kernel);
		puppet_send(sender, 'w', "x", 0);
		process_kill(sender->process);
		kernel_step(kernel);
	}
	assert_in_range(count, 5, 50);
	stage_settle(kernel);
	test_port_keep_log = false;
	assert_non_null(strstr(test_port_last_line, "too many notifications were left untaken"));
	assert_int_equal(puppet_send(client, 'w', "x", 0), CAIRN_NO_HANDLER);
}

static void a_handler_that_lets_such_news_pile_up_is_ended(void **state)
{
	puppet_handles(server, 'w')->options.watches_senders = true;
	struct puppet *senders[3];
	for (int i = 0; i < 3; i++) {
		senders[i] = puppet_create(kernel);
		puppet_send(senders[i], 'w', "x", 0);
		puppet_take(server);
	}
	struct budget *records = &server->process->party.records;
	records->limit = records->used + 2 * sizeof(struct access);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(server->process->state, PROCESS_RUNNING);
		process_kill(senders[i]->process);
		kernel_step(kernel);
	}
	assert_int_equal(server->process->state, PROCESS_ENDING);
	assert_int_equal(server->process->end.cause, KERNEL_END_TRAP);
}

static void one_that_does_not_watch_is_not_told(void **state)
{
	puppet_send(client, 'a', "x", 0);
	puppet_take(server);
	puppet_kill(client);
	assert_int_equal(puppet_wait(server, incoming, 0), 0);
}

/* ---- Giving up ---- */

static int64_t cancel(struct puppet *puppet, uint64_t id)
{
	interface_cancel_encode(request_cursor(), &(struct interface_cancel_call){id});
	struct request request = request_encoded();
	return puppet_send_bytes(puppet, &registry, request.bytes, request.size, ASKS);
}

static bool cancels(struct puppet *puppet, uint64_t id)
{
	int64_t asked = cancel(puppet, id);
	assert_true(asked > 0);
	assert_int_equal(puppet_take_answer(puppet, (uint64_t)asked), CAIRN_STATUS_OK);
	bool is_cancelled;
	assert_int_equal(
	    interface_cancel_answer_decode(puppet_body(puppet), puppet->note.length, &is_cancelled),
	    WIRE_OK);
	return is_cancelled;
}

static void cancelling_a_message_that_was_taken_tells_its_handler_once(void **state)
{
	puppet_send(client, 'a', "x", ASKS);
	uint64_t id = puppet_take(server);
	assert_true(cancels(client, 16));
	assert_true(cancels(client, 16));
	assert_int_equal(puppet_wait(server, incoming, 0), 64);
	assert_int_equal(server->note.kind, CAIRN_KIND_CANCELLED);
	assert_int_equal(server->note.message, id);
	assert_int_equal(server->note.process, puppet_pid(client));
	assert_int_equal(puppet_wait(server, incoming, 0), 0);
	assert_int_equal(puppet_answer(server, id, "partial", CAIRN_ANSWER_REFUSED), 0);
	assert_int_equal(puppet_take_answer(client, 16), CAIRN_STATUS_REFUSED);
}

static void an_answer_in_time_makes_the_cancellation_vanish(void **state)
{
	puppet_send(client, 'a', "x", ASKS);
	uint64_t id = puppet_take(server);
	assert_true(cancels(client, 16));
	puppet_answer(server, id, "done already", 0);
	assert_int_equal(puppet_wait(server, incoming, 0), 0);
}

static void cancelling_a_message_that_nobody_took_withdraws_it(void **state)
{
	puppet_send(client, 'a', "x", ASKS);
	assert_true(cancels(client, 16));
	assert_int_equal(puppet_wait(server, incoming, 0), 0);
	assert_int_equal(puppet_take_answer(client, 16), CAIRN_STATUS_REFUSED);
	assert_int_equal(client->note.length, 0);
}

static void only_ones_own_messages_that_are_under_way_can_be_cancelled(void **state)
{
	puppet_send(client, 'a', "x", ASKS);
	puppet_answer(server, puppet_take(server), "y", 0);
	assert_false(cancels(client, 16));
	puppet_take_answer(client, 16);
	assert_false(cancels(client, 16));
	assert_false(cancels(server, 16));
	assert_false(cancels(client, 1));
}

#define test(sentence) cmocka_unit_test_setup_teardown(sentence, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(too_many_messages_to_one_handler_are_busy),
	    test(too_many_bytes_to_one_handler_are_busy),
	    test(a_body_is_charged_until_it_is_answered),
	    test(a_body_without_an_answer_is_charged_until_it_is_taken),
	    test(there_is_room_again_when_half_has_drained),
	    test(there_is_room_again_when_half_of_the_bytes_have_drained),
	    test(a_sender_that_waits_for_room_is_woken),
	    test(there_is_room_again_when_the_handler_has_ended),
	    test(a_process_has_limits_of_its_own),
	    test(bytes_to_all_handlers_together_are_limited),
	    test(an_answer_that_the_asker_cannot_hold_arrives_as_limit),
	    test(the_end_of_a_handler_answers_all_that_it_owed),
	    test(who_waits_for_a_handler_that_ends_is_woken),
	    test(the_end_of_a_handler_frees_its_registration),
	    test(the_first_message_to_another_handler_fails_once),
	    test(a_successor_that_keeps_the_state_is_no_change),
	    test(one_that_expects_no_answer_is_dropped_at_a_change),
	    test(the_end_of_one_that_sends_to_itself_is_an_end),
	    test(what_a_dead_sender_has_told_still_arrives),
	    test(what_a_dead_sender_has_asked_is_withdrawn),
	    test(a_question_that_was_taken_is_cancelled_and_may_still_be_answered),
	    test(what_dead_senders_leave_to_a_handler_is_bounded),
	    test(a_handler_that_watches_is_told_who_ended),
	    test(one_that_watches_and_never_looks_is_ended),
	    test(a_handler_that_lets_such_news_pile_up_is_ended),
	    test(one_that_does_not_watch_is_not_told),
	    test(cancelling_a_message_that_was_taken_tells_its_handler_once),
	    test(an_answer_in_time_makes_the_cancellation_vanish),
	    test(cancelling_a_message_that_nobody_took_withdraws_it),
	    test(only_ones_own_messages_that_are_under_way_can_be_cancelled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* wait(): docs/SYSTEM-CALLS.md. */
#include "puppet.h"

enum { ASKS = CAIRN_SEND_ANSWER, BLOCKS = CAIRN_WAIT_BLOCK };

static const struct puppet_ids incoming = {{CAIRN_ID_INCOMING}};
static const struct puppet_ids any_answer = {{CAIRN_ID_ANY_ANSWER}};

/* Two processes, of which the server handles 'a'. */
static struct puppet *client;
static struct puppet *server;

static int set_up(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	client = puppet_create(kernel);
	server = puppet_create(kernel);
	puppet_handles(server, 'a');
	*state = kernel;
	return 0;
}

static int tear_down(void **state)
{
	stage_destroy(*state);
	return 0;
}

static void nothing_is_0_unless_it_blocks(void **state)
{
	assert_int_equal(puppet_wait(server, incoming, 0), 0);
	assert_int_equal(puppet_wait(server, incoming, BLOCKS), PUPPET_BLOCKED);
	puppet_send(client, 'a', "x", 0);
	assert_int_equal(puppet_result(server), 65);
}

static void nothing_to_wait_for_is_invalid(void **state)
{
	assert_int_equal(puppet_wait(server, (struct puppet_ids){{0}}, BLOCKS), CAIRN_INVALID);
	memset(server->memory + AT_IDS, 0, 64);
	server->slots[0] = AT_IDS;
	server->slots[1] = 8;
	server->slots[2] = AT_OUT;
	server->slots[3] = 1000;
	server->slots[4] = 0;
	assert_int_equal(syscall_wait(server->thread, server->slots), WASM_HOST_CONTINUE);
	assert_int_equal((int32_t)server->slots[0], CAIRN_INVALID);
}

static void an_unknown_id_is_invalid_whatever_else_is_there(void **state)
{
	puppet_send(client, 'a', "x", 0);
	assert_int_equal(puppet_wait(server, (struct puppet_ids){{1, 16}}, 0), CAIRN_INVALID);
	assert_int_equal(puppet_wait(server, (struct puppet_ids){{4}}, 0), CAIRN_INVALID);
	assert_int_equal(puppet_wait(server, (struct puppet_ids){{UINT64_MAX}}, BLOCKS),
			 CAIRN_INVALID);
	assert_int_equal(puppet_wait(server, incoming, 0), 65);
}

static void the_id_of_a_message_that_was_received_cannot_be_awaited(void **state)
{
	puppet_send(client, 'a', "x", ASKS);
	uint64_t id = puppet_take(server);
	assert_int_equal(puppet_wait(server, (struct puppet_ids){{id}}, 0), CAIRN_INVALID);
}

static void an_answer_that_was_taken_is_unknown(void **state)
{
	uint64_t id = (uint64_t)puppet_send(client, 'a', "x", ASKS);
	puppet_answer(server, puppet_take(server), "y", 0);
	puppet_take_answer(client, id);
	assert_int_equal(puppet_wait(client, (struct puppet_ids){{id}}, 0), CAIRN_INVALID);
}

static void unknown_flags_and_too_many_ids_are_invalid(void **state)
{
	assert_int_equal(puppet_wait(server, incoming, 2), CAIRN_INVALID);
	server->slots[0] = 0;
	server->slots[1] = WAIT_IDS_MAX + 1;
	server->slots[2] = AT_OUT;
	server->slots[3] = 1000;
	server->slots[4] = 0;
	syscall_wait(server->thread, server->slots);
	assert_int_equal((int32_t)server->slots[0], CAIRN_INVALID);
}

static void the_oldest_comes_first_across_all_queues(void **state)
{
	puppet_handles(client, 'b');
	uint64_t first = (uint64_t)puppet_send(client, 'a', "1", ASKS);
	uint64_t second = (uint64_t)puppet_send(client, 'a', "2", ASKS);
	uint64_t one = puppet_take(server);
	uint64_t two = puppet_take(server);
	puppet_answer(server, two, "answer to the second", 0);
	puppet_send(server, 'b', "a message", 0);
	puppet_answer(server, one, "answer to the first", 0);

	struct puppet_ids all = {{first, second, CAIRN_ID_INCOMING}};
	puppet_wait(client, all, BLOCKS);
	assert_string_equal(client->body, "answer to the second");
	assert_int_equal(client->note.index, 1);
	all.ids[1] = first;
	puppet_wait(client, all, BLOCKS);
	assert_string_equal(client->body, "a message");
	assert_int_equal(client->note.index, 2);
	puppet_wait(client, all, BLOCKS);
	assert_string_equal(client->body, "answer to the first");
	assert_int_equal(client->note.index, 0);
}

static void an_entry_of_0_is_skipped_and_counted(void **state)
{
	uint64_t ids[3] = {CAIRN_ID_SKIP, CAIRN_ID_SKIP, CAIRN_ID_INCOMING};
	puppet_send(client, 'a', "x", 0);
	memcpy(server->memory + AT_IDS, ids, sizeof ids);
	server->slots[0] = AT_IDS;
	server->slots[1] = 3;
	server->slots[2] = AT_OUT;
	server->slots[3] = 1000;
	server->slots[4] = BLOCKS;
	syscall_wait(server->thread, server->slots);
	assert_int_equal(server->slots[0], 65);
	memcpy(&server->note, server->memory + AT_OUT, sizeof server->note);
	assert_int_equal(server->note.index, 2);
}

static void what_is_too_large_stays_and_nothing_is_written(void **state)
{
	puppet_send(client, 'a', "twelve bytes", ASKS);
	memset(server->memory + AT_OUT, 0x55, 64);
	assert_int_equal(puppet_wait_with_room(server, incoming, 75, 0), 76);
	for (int i = 0; i < 64; i++)
		assert_int_equal(server->memory[AT_OUT + i], 0);
	assert_int_equal(puppet_wait_with_room(server, incoming, 0, BLOCKS), 76);
	assert_int_equal(puppet_wait_with_room(server, incoming, 76, 0), 76);
	assert_string_equal(server->body, "twelve bytes");
}

static void a_blocked_wait_is_told_of_what_does_not_fit(void **state)
{
	assert_int_equal(puppet_wait_with_room(server, incoming, 70, BLOCKS), PUPPET_BLOCKED);
	puppet_send(client, 'a', "twelve bytes", 0);
	assert_int_equal(puppet_result(server), 76);
	assert_int_equal(server->memory[AT_OUT], 0);
	puppet_take(server);
	assert_string_equal(server->body, "twelve bytes");
}

static void an_answer_is_written_straight_to_who_waits_for_it(void **state)
{
	uint64_t id = (uint64_t)puppet_send(client, 'a', "x", ASKS);
	puppet_wait(client, (struct puppet_ids){{CAIRN_ID_ROOM, id}}, BLOCKS);
	puppet_answer(server, puppet_take(server), "there", 0);
	assert_int_equal(puppet_result(client), 69);
	assert_string_equal(client->body, "there");
	assert_int_equal(client->note.index, 1);
	assert_int_equal(client->note.message, id);
}

static void any_answer_finds_those_that_nobody_awaits(void **state)
{
	puppet_send(client, 'a', "1", ASKS);
	puppet_send(client, 'a', "2", ASKS);
	puppet_answer(server, puppet_take(server), "one", 0);
	puppet_answer(server, puppet_take(server), "two", 0);
	puppet_wait(client, any_answer, BLOCKS);
	assert_string_equal(client->body, "one");
	puppet_wait(client, any_answer, BLOCKS);
	assert_string_equal(client->body, "two");
	assert_int_equal(client->note.message, 17);
}

/* ---- Several threads ---- */

static void a_thread_that_awaits_an_answer_by_its_id_gets_it_before_others(void **state)
{
	struct puppet *second = puppet_add_thread(client);
	uint64_t id = (uint64_t)puppet_send(client, 'a', "x", ASKS);
	puppet_wait(client, any_answer, BLOCKS);
	puppet_wait(second, (struct puppet_ids){{id}}, BLOCKS);
	puppet_answer(server, puppet_take(server), "mine", 0);
	assert_int_equal(puppet_result(client), PUPPET_BLOCKED);
	assert_int_equal(puppet_result(second), 68);
	assert_string_equal(second->body, "mine");
}

static void each_notification_goes_to_one_thread(void **state)
{
	struct puppet *second = puppet_add_thread(server);
	puppet_wait(server, incoming, BLOCKS);
	puppet_wait(second, incoming, BLOCKS);
	puppet_send(client, 'a', "1", 0);
	assert_int_equal(puppet_result(server), 65);
	assert_int_equal(puppet_result(second), PUPPET_BLOCKED);
	puppet_send(client, 'a', "2", 0);
	assert_int_equal(puppet_result(second), 65);
	assert_string_equal(second->body, "2");
}

static void who_awaited_an_answer_that_another_thread_got_is_told(void **state)
{
	struct puppet *second = puppet_add_thread(client);
	uint64_t id = (uint64_t)puppet_send(client, 'a', "x", ASKS);
	puppet_wait(client, (struct puppet_ids){{id}}, BLOCKS);
	puppet_wait(second, (struct puppet_ids){{CAIRN_ID_ROOM, id}}, BLOCKS);
	puppet_answer(server, puppet_take(server), "y", 0);
	assert_int_equal(puppet_result(client), 65);
	assert_int_equal(puppet_result(second), CAIRN_INVALID);
}

static void a_thread_with_room_is_preferred_to_one_without(void **state)
{
	struct puppet *second = puppet_add_thread(server);
	puppet_wait_with_room(server, incoming, 64, BLOCKS);
	puppet_wait(second, incoming, BLOCKS);
	puppet_send(client, 'a', "large", 0);
	assert_int_equal(puppet_result(server), PUPPET_BLOCKED);
	assert_int_equal(puppet_result(second), 69);
}

static void where_nobody_has_room_all_are_told_the_size(void **state)
{
	struct puppet *second = puppet_add_thread(server);
	puppet_wait_with_room(server, incoming, 64, BLOCKS);
	puppet_wait_with_room(second, incoming, 0, BLOCKS);
	puppet_send(client, 'a', "large", 0);
	assert_int_equal(puppet_result(server), 69);
	assert_int_equal(puppet_result(second), 69);
	puppet_take(second);
	assert_string_equal(second->body, "large");
}

/* ---- The header ---- */

static void the_header_lies_as_the_table_of_numbers_says(void **state)
{
	uint64_t id = (uint64_t)puppet_send(client, 'a', "abc", ASKS);
	uint64_t taken = puppet_take(server);
	const uint8_t *out = server->memory + AT_OUT;
	uint64_t wide;
	uint32_t narrow;
	memcpy(&narrow, out + CAIRN_NOTIFICATION_KIND, 4);
	assert_int_equal(narrow, CAIRN_KIND_MESSAGE);
	memcpy(&wide, out + CAIRN_NOTIFICATION_MESSAGE, 8);
	assert_int_equal(wide, taken);
	memcpy(&wide, out + CAIRN_NOTIFICATION_PROCESS, 8);
	assert_int_equal(wide, puppet_pid(client));
	memcpy(&narrow, out + CAIRN_NOTIFICATION_LENGTH, 4);
	assert_int_equal(narrow, 3);
	assert_memory_equal(out + CAIRN_NOTIFICATION_HEADER_SIZE, "abc", 3);
	puppet_answer(server, taken, "", CAIRN_ANSWER_REFUSED);
	puppet_take_answer(client, id);
	memcpy(&narrow, client->memory + AT_OUT + CAIRN_NOTIFICATION_STATUS, 4);
	assert_int_equal(narrow, CAIRN_STATUS_REFUSED);
	assert_int_equal(client->note.process, 0);
}

static void many_ids_may_be_awaited_at_once(void **state)
{
	enum { COUNT = 500 };
	uint64_t ids[COUNT];
	for (int i = 0; i < COUNT; i++)
		ids[i] = (uint64_t)puppet_send(client, 'a', "x", ASKS);
	memcpy(client->memory + AT_BODY, ids, sizeof ids);
	client->slots[0] = AT_BODY;
	client->slots[1] = COUNT;
	client->slots[2] = AT_OUT;
	client->slots[3] = 1000;
	client->slots[4] = BLOCKS;
	assert_int_equal(syscall_wait(client->thread, client->slots), WASM_HOST_SUSPEND);
	for (int i = 0; i < 300; i++)
		puppet_take(server);
	assert_int_equal(puppet_answer(server, server->note.message, "the 300th", 0), 0);
	assert_int_equal(puppet_result(client), 73);
	assert_int_equal(client->note.index, 299);
	assert_int_equal(client->note.message, ids[299]);
}

#define test(sentence) cmocka_unit_test_setup_teardown(sentence, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(nothing_is_0_unless_it_blocks),
	    test(nothing_to_wait_for_is_invalid),
	    test(an_unknown_id_is_invalid_whatever_else_is_there),
	    test(the_id_of_a_message_that_was_received_cannot_be_awaited),
	    test(an_answer_that_was_taken_is_unknown),
	    test(unknown_flags_and_too_many_ids_are_invalid),
	    test(the_oldest_comes_first_across_all_queues),
	    test(an_entry_of_0_is_skipped_and_counted),
	    test(what_is_too_large_stays_and_nothing_is_written),
	    test(a_blocked_wait_is_told_of_what_does_not_fit),
	    test(an_answer_is_written_straight_to_who_waits_for_it),
	    test(any_answer_finds_those_that_nobody_awaits),
	    test(a_thread_that_awaits_an_answer_by_its_id_gets_it_before_others),
	    test(each_notification_goes_to_one_thread),
	    test(who_awaited_an_answer_that_another_thread_got_is_told),
	    test(a_thread_with_room_is_preferred_to_one_without),
	    test(where_nobody_has_room_all_are_told_the_size),
	    test(the_header_lies_as_the_table_of_numbers_says),
	    test(many_ids_may_be_awaited_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* send() and answer(): docs/SYSTEM-CALLS.md. */
#include "puppet.h"

enum { ASKS = CAIRN_SEND_ANSWER };

static void a_message_reaches_the_handler_with_its_sender_and_interface(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct puppet *client = puppet_create(kernel);
	struct puppet *server = puppet_create(kernel);
	puppet_handles(server, 'a');
	assert_int_equal(puppet_send(client, 'a', "hello", ASKS), CAIRN_ID_FIRST_MESSAGE);
	assert_int_equal(puppet_take(server), CAIRN_ID_FIRST_MESSAGE);
	assert_string_equal(server->body, "hello");
	assert_int_equal(server->note.length, 5);
	assert_int_equal(server->note.process, puppet_pid(client));
	struct digest interface = stage_interface('a');
	assert_memory_equal(server->note.interface, interface.bytes, sizeof interface.bytes);
	stage_destroy(kernel);
}

static void an_answer_reaches_who_asked_under_the_id_that_send_returned(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct puppet *client = puppet_create(kernel);
	struct puppet *server = puppet_create(kernel);
	puppet_handles(server, 'a');
	int64_t id = puppet_send(client, 'a', "question", ASKS);
	assert_int_equal(puppet_answer(server, puppet_take(server), "answer", 0), 0);
	assert_int_equal(puppet_take_answer(client, (uint64_t)id), CAIRN_STATUS_OK);
	assert_string_equal(client->body, "answer");
	stage_destroy(kernel);
}

static void a_message_without_an_answer_has_no_id(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct puppet *client = puppet_create(kernel);
	struct puppet *server = puppet_create(kernel);
	puppet_handles(server, 'a');
	assert_int_equal(puppet_send(client, 'a', "news", 0), 0);
	assert_int_equal(puppet_take(server), 0);
	assert_string_equal(server->body, "news");
	assert_int_equal(client->process->party.message_count, 0);
	stage_destroy(kernel);
}

static void ids_are_numbered_per_process_by_one_counter(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct puppet *client = puppet_create(kernel);
	struct puppet *server = puppet_create(kernel);
	puppet_handles(server, 'a');
	puppet_handles(client, 'b');
	assert_int_equal(puppet_send(client, 'a', "1", ASKS), 16);
	assert_int_equal(puppet_send(client, 'a', "2", ASKS), 17);
	assert_int_equal(puppet_take(server), 16);
	assert_int_equal(puppet_send(server, 'b', "3", ASKS), 17);
	assert_int_equal(puppet_take(server), 18);
	assert_int_equal(puppet_take(client), 18);
	stage_destroy(kernel);
}

static void a_body_is_the_concatenation_of_its_parts(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct puppet *client = puppet_create(kernel);
	struct puppet *server = puppet_create(kernel);
	puppet_handles(server, 'a');
	memcpy(client->memory + AT_BODY, "abcdefgh", 8);
	uint32_t parts[][2] = {{AT_BODY + 4, 4}, {AT_BODY, 0}, {AT_BODY, 2}, {AT_BODY + 1, 2}};
	memcpy(client->memory + AT_PARTS, parts, sizeof parts);
	assert_int_equal(puppet_send_parts(client, 'a', 4, 0), 0);
	puppet_take(server);
	assert_string_equal(server->body, "efghabbc");
	stage_destroy(kernel);
}

static void descriptors_are_wide_where_the_memory_is_64_bit(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct puppet *client = puppet_create(kernel);
	struct puppet *server = puppet_create(kernel);
	puppet_handles(server, 'a');
	client->is_64 = true;
	memcpy(client->memory + AT_BODY, "abcdefgh", 8);
	uint64_t parts[][2] = {{AT_BODY + 4, 4}, {AT_BODY, 2}};
	memcpy(client->memory + AT_PARTS, parts, sizeof parts);
	assert_int_equal(puppet_send_parts(client, 'a', 2, 0), 0);
	puppet_take(server);
	assert_string_equal(server->body, "efghab");
	stage_destroy(kernel);
}

static void a_body_may_be_empty(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct puppet *client = puppet_create(kernel);
	struct puppet *server = puppet_create(kernel);
	puppet_handles(server, 'a');
	assert_int_equal(puppet_send_parts(client, 'a', 0, ASKS), 16);
	assert_int_equal(puppet_answer(server, puppet_take(server), "", 0), 0);
	assert_int_equal(server->note.length, 0);
	assert_int_equal(puppet_take_answer(client, 16), CAIRN_STATUS_OK);
	assert_int_equal(client->note.length, 0);
	stage_destroy(kernel);
}

static void large_bodies_come_whole(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct puppet *client = puppet_create(kernel);
	struct puppet *server = puppet_create(kernel);
	puppet_handles(server, 'a');
	char text[4001];
	for (size_t i = 0; i + 1 < sizeof text; i++)
		text[i] = (char)('a' + i % 23);
	text[sizeof text - 1] = '\0';
	puppet_send(client, 'a', text, ASKS);
	puppet_answer(server, puppet_take(server), text + 7, 0);
	assert_string_equal(server->body, text);
	puppet_take_answer(client, 16);
	assert_string_equal(client->body, text + 7);
	stage_destroy(kernel);
}

static void unknown_flags_and_too_many_parts_are_invalid(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct puppet *client = puppet_create(kernel);
	puppet_handles(client, 'a');
	assert_int_equal(puppet_send(client, 'a', "", 2), CAIRN_INVALID);
	assert_int_equal(puppet_send_parts(client, 'a', SEND_PARTS_MAX + 1, 0), CAIRN_INVALID);
	assert_int_equal(puppet_answer(client, 16, "", 2), CAIRN_INVALID);
	assert_int_equal(client->process->party.next_id, 16);
	stage_destroy(kernel);
}

static void nobody_configured_is_no_handler(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct puppet *client = puppet_create(kernel);
	assert_int_equal(puppet_send(client, 'x', "", ASKS), CAIRN_NO_HANDLER);
	stage_destroy(kernel);
}

static void what_is_not_granted_is_denied(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct kernel_grant granted = {.interface = stage_interface('b'),
				       .verdict = KERNEL_ALLOWED};
	struct kernel_grants grants = {.items = &granted, .count = 1};
	struct puppet *client = puppet_create_with(kernel, &grants);
	struct puppet *server = puppet_create(kernel);
	puppet_handles(server, 'a');
	puppet_handles(server, 'b');
	assert_int_equal(puppet_send(client, 'a', "", ASKS), CAIRN_DENIED);
	assert_int_equal(puppet_send(client, 'b', "", ASKS), 16);
	stage_destroy(kernel);
}

static void a_message_carries_the_number_of_its_grant(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct kernel_grant granted[] = {
	    {.interface = stage_interface('a'), .verdict = KERNEL_ALLOWED},
	    {.interface = stage_interface('b'), .verdict = KERNEL_ALLOWED},
	};
	struct kernel_grants grants = {.items = granted, .count = 2};
	struct puppet *client = puppet_create_with(kernel, &grants);
	struct puppet *server = puppet_create(kernel);
	puppet_handles(server, 'a');
	puppet_handles(server, 'b');
	puppet_send(client, 'a', "", 0);
	puppet_send(client, 'b', "", 0);
	puppet_send(client, 'a', "", 0);
	puppet_take(server);
	uint32_t first = server->note.status;
	puppet_take(server);
	assert_int_not_equal(server->note.status, first);
	puppet_take(server);
	assert_int_equal(server->note.status, first);
	stage_destroy(kernel);
}

static void a_body_beyond_what_one_message_carries_is_too_large(void **state)
{
	struct kernel_limits limits = kernel_limits_default();
	limits.body_bytes = 10;
	struct kernel *kernel = stage_create(&limits);
	struct puppet *client = puppet_create(kernel);
	struct puppet *server = puppet_create(kernel);
	puppet_handles(server, 'a');
	assert_int_equal(puppet_send(client, 'a', "01234567890", ASKS), CAIRN_TOO_LARGE);
	assert_int_equal(puppet_send(client, 'a', "0123456789", ASKS), 16);
	uint64_t id = puppet_take(server);
	assert_int_equal(puppet_answer(server, id, "01234567890", 0), CAIRN_TOO_LARGE);
	assert_int_equal(puppet_answer(server, id, "0123456789", 0), 0);
	stage_destroy(kernel);
}

static void all_parts_together_count(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct puppet *client = puppet_create(kernel);
	puppet_handles(client, 'a');
	uint32_t parts[SEND_PARTS_MAX / 8][2];
	for (size_t i = 0; i < SEND_PARTS_MAX / 8; i++)
		memcpy(parts[i], (uint32_t[]){0, PUPPET_MEMORY_BYTES}, 8);
	memcpy(client->memory + AT_PARTS, parts, sizeof parts);
	assert_int_equal(puppet_send_parts(client, 'a', SEND_PARTS_MAX / 8, 0), 0);
	struct kernel_limits limits = kernel_limits_default();
	assert_true(limits.body_bytes >= (SEND_PARTS_MAX / 8) * (uint64_t)PUPPET_MEMORY_BYTES);
	for (size_t i = 0; i < SEND_PARTS_MAX / 8; i++)
		memcpy(client->memory + AT_PARTS + 8 * (SEND_PARTS_MAX / 8 + i), parts[0], 8);
	assert_int_equal(puppet_send_parts(client, 'a', SEND_PARTS_MAX / 4, 0), CAIRN_TOO_LARGE);
	stage_destroy(kernel);
}

static void a_message_is_answered_at_most_once(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct puppet *client = puppet_create(kernel);
	struct puppet *server = puppet_create(kernel);
	puppet_handles(server, 'a');
	puppet_send(client, 'a', "", ASKS);
	uint64_t id = puppet_take(server);
	assert_int_equal(puppet_answer(server, id, "first", 0), 0);
	assert_int_equal(puppet_answer(server, id, "second", 0), CAIRN_INVALID);
	puppet_take_answer(client, 16);
	assert_string_equal(client->body, "first");
	stage_destroy(kernel);
}

static void only_who_received_a_message_may_answer_it(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct puppet *client = puppet_create(kernel);
	struct puppet *server = puppet_create(kernel);
	struct puppet *other = puppet_create(kernel);
	puppet_handles(server, 'a');
	puppet_send(client, 'a', "", ASKS);
	assert_int_equal(puppet_answer(server, 16, "not taken yet", 0), CAIRN_INVALID);
	uint64_t id = puppet_take(server);
	assert_int_equal(puppet_answer(other, id, "", 0), CAIRN_INVALID);
	assert_int_equal(puppet_answer(client, 16, "its own", 0), CAIRN_INVALID);
	assert_int_equal(puppet_answer(server, 0, "", 0), CAIRN_INVALID);
	assert_int_equal(puppet_answer(server, id, "", 0), 0);
	stage_destroy(kernel);
}

static void a_refusal_is_told_as_such(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct puppet *client = puppet_create(kernel);
	struct puppet *server = puppet_create(kernel);
	puppet_handles(server, 'a');
	puppet_send(client, 'a', "", ASKS);
	puppet_answer(server, puppet_take(server), "why", CAIRN_ANSWER_REFUSED);
	assert_int_equal(puppet_take_answer(client, 16), CAIRN_STATUS_REFUSED);
	assert_string_equal(client->body, "why");
	stage_destroy(kernel);
}

static void a_program_may_send_to_itself(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct puppet *self = puppet_create(kernel);
	puppet_handles(self, 'a');
	assert_int_equal(puppet_send(self, 'a', "note to self", ASKS), 16);
	assert_int_equal(puppet_take(self), 17);
	assert_string_equal(self->body, "note to self");
	assert_int_equal(puppet_answer(self, 17, "thanks", 0), 0);
	assert_int_equal(puppet_take_answer(self, 16), CAIRN_STATUS_OK);
	assert_string_equal(self->body, "thanks");
	stage_destroy(kernel);
}

static void a_waiting_handler_runs_next(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct puppet *client = puppet_create(kernel);
	struct puppet *server = puppet_create(kernel);
	puppet_handles(server, 'a');
	struct puppet_ids incoming = {{CAIRN_ID_INCOMING}};
	assert_int_equal(puppet_wait(server, incoming, CAIRN_WAIT_BLOCK), PUPPET_BLOCKED);
	puppet_send(client, 'a', "now", 0);
	assert_ptr_equal(kernel->cpu->next, server->thread);
	assert_int_equal(puppet_result(server), 64 + 3);
	assert_string_equal(server->body, "now");
	stage_destroy(kernel);
}

static void pairs_that_hand_over_to_each_other_leave_others_their_turn(void **state)
{
	struct kernel *kernel = stage_create(NULL);
	struct puppet *pair = puppet_create(kernel), *other = puppet_create(kernel);
	cpu_ready(kernel->cpu, other->thread);
	kernel->cpu->running = pair->thread;
	for (int i = 0; i < HANDOVERS_MAX; i++) {
		cpu_ready_next(kernel->cpu, pair->thread);
		assert_ptr_equal(cpu_take(kernel->cpu), pair->thread);
	}
	cpu_ready_next(kernel->cpu, pair->thread);
	kernel->cpu->running = NULL;
	assert_ptr_equal(cpu_take(kernel->cpu), other->thread);
	assert_ptr_equal(cpu_take(kernel->cpu), pair->thread);
	pair->thread->state = THREAD_CALLING;
	other->thread->state = THREAD_CALLING;
	stage_destroy(kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_message_reaches_the_handler_with_its_sender_and_interface),
	    cmocka_unit_test(an_answer_reaches_who_asked_under_the_id_that_send_returned),
	    cmocka_unit_test(a_message_without_an_answer_has_no_id),
	    cmocka_unit_test(ids_are_numbered_per_process_by_one_counter),
	    cmocka_unit_test(a_body_is_the_concatenation_of_its_parts),
	    cmocka_unit_test(descriptors_are_wide_where_the_memory_is_64_bit),
	    cmocka_unit_test(a_body_may_be_empty),
	    cmocka_unit_test(large_bodies_come_whole),
	    cmocka_unit_test(unknown_flags_and_too_many_parts_are_invalid),
	    cmocka_unit_test(nobody_configured_is_no_handler),
	    cmocka_unit_test(what_is_not_granted_is_denied),
	    cmocka_unit_test(a_message_carries_the_number_of_its_grant),
	    cmocka_unit_test(a_body_beyond_what_one_message_carries_is_too_large),
	    cmocka_unit_test(all_parts_together_count),
	    cmocka_unit_test(a_message_is_answered_at_most_once),
	    cmocka_unit_test(only_who_received_a_message_may_answer_it),
	    cmocka_unit_test(a_refusal_is_told_as_such),
	    cmocka_unit_test(a_program_may_send_to_itself),
	    cmocka_unit_test(a_waiting_handler_runs_next),
	    cmocka_unit_test(pairs_that_hand_over_to_each_other_leave_others_their_turn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

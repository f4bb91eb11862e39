/* The boot manifest, and handlers that are started by the first message for them. */
#include "archive.h"

#include <cairn/process.h>

enum { ASKS = CAIRN_SEND_ANSWER, BLOCKS = CAIRN_WAIT_BLOCK };

static const struct puppet_ids incoming = {{CAIRN_ID_INCOMING}};

static struct kernel *kernel;
static struct puppet *client;
static struct archive archive;
static struct cid server_cid;

static int set_up(void **state)
{
	struct digest b = stage_interface('b');
	struct digest c = stage_interface('c');
	struct digest d = stage_interface('d');
	struct fault fault;
	kernel = stage_create(NULL);
	server_cid = archive_add_program(&archive, "server", "P server");
	archive_add_digest(&archive, "handles", "server", &b);
	archive_add_digest(&archive, "handles", "server", &c);
	archive_add_digest(&archive, "grants", "server", &c);
	archive_add_digest(&archive, "grants", "server", &d);
	assert_int_equal(archive_boot(&archive, kernel, &fault), STATUS_OK);
	client = puppet_create(kernel);
	return 0;
}

static int tear_down(void **state)
{
	stage_destroy(kernel);
	archive_reset(&archive);
	return 0;
}

static struct stop *stop_of(char letter)
{
	struct digest interface = stage_interface(letter);
	return router_find(&kernel->exchange.router, &interface)->first;
}

/* The process that is being started for the interface, once it runs. */
static struct puppet *started(char letter)
{
	stage_settle(kernel);
	assert_non_null(stop_of(letter)->starting);
	return process_of_party(stop_of(letter)->starting)->instance;
}

static void registers(struct puppet *puppet, char letter)
{
	assert_int_equal(stop_register(&kernel->exchange, stop_of(letter), &puppet->process->party,
				       (struct stop_options){0}),
			 STATUS_OK);
}

static void nothing_is_started_before_somebody_needs_it(void **state)
{
	stage_settle(kernel);
	assert_int_equal(kernel->processes.count, 1);
}

static void a_message_starts_its_handler_and_waits_until_it_registers(void **state)
{
	assert_int_equal(puppet_send(client, 'b', "hello", ASKS), 16);
	struct puppet *server = started('b');
	assert_int_equal(puppet_wait(server, incoming, 0), 0);
	registers(server, 'b');
	puppet_answer(server, puppet_take(server), "there", 0);
	assert_string_equal(server->body, "hello");
	assert_int_equal(puppet_take_answer(client, 16), CAIRN_STATUS_OK);
}

static void held_messages_come_in_their_order(void **state)
{
	puppet_send(client, 'b', "1", ASKS);
	puppet_send(client, 'b', "2", 0);
	struct puppet *server = started('b');
	puppet_send(client, 'b', "3", ASKS);
	puppet_wait(server, incoming, BLOCKS);
	registers(server, 'b');
	puppet_result(server);
	assert_string_equal(server->body, "1");
	puppet_take(server);
	assert_string_equal(server->body, "2");
	puppet_take(server);
	assert_string_equal(server->body, "3");
}

static void one_process_is_started_for_all_interfaces_of_its_program(void **state)
{
	puppet_send(client, 'b', "x", ASKS);
	puppet_send(client, 'c', "y", ASKS);
	struct puppet *server = started('b');
	assert_ptr_equal(started('c'), server);
	registers(server, 'c');
	puppet_take(server);
	assert_string_equal(server->body, "y");
	assert_int_equal(puppet_wait(server, incoming, 0), 0);
}

static void one_that_ends_before_it_registers_is_no_handler(void **state)
{
	puppet_send(client, 'b', "x", ASKS);
	puppet_send(client, 'b', "no answer", 0);
	puppet_kill(started('b'));
	assert_int_equal(puppet_take_answer(client, 16), CAIRN_STATUS_NO_HANDLER);
	assert_int_equal(client->process->party.message_count, 0);
}

static void a_handler_that_ended_is_started_again(void **state)
{
	puppet_send(client, 'b', "x", ASKS);
	struct puppet *first = started('b');
	uint64_t pid = puppet_pid(first);
	puppet_kill(first);
	puppet_take_answer(client, 16);
	puppet_send(client, 'b', "y", ASKS);
	struct puppet *second = started('b');
	assert_true(puppet_pid(second) > pid);
	registers(second, 'b');
	puppet_take(second);
	assert_string_equal(second->body, "y");
}

static void a_restarted_handler_has_changed_for_who_knew_the_first(void **state)
{
	puppet_send(client, 'b', "x", 0);
	struct puppet *first = started('b');
	registers(first, 'b');
	puppet_take(first);
	puppet_kill(first);
	puppet_send(client, 'b', "old handle", ASKS);
	puppet_send(client, 'b', "anew", ASKS);
	struct puppet *second = started('b');
	registers(second, 'b');
	assert_int_equal(puppet_take_answer(client, 16), CAIRN_STATUS_HANDLER_CHANGED);
	puppet_take(second);
	assert_string_equal(second->body, "anew");
}

static void a_held_message_can_be_cancelled(void **state)
{
	puppet_send(client, 'b', "x", ASKS);
	assert_true(exchange_cancel(&kernel->exchange, &client->process->party, 16));
	assert_int_equal(puppet_take_answer(client, 16), CAIRN_STATUS_REFUSED);
	struct puppet *server = started('b');
	registers(server, 'b');
	assert_int_equal(puppet_wait(server, incoming, 0), 0);
}

static void nobody_else_takes_the_place_of_one_that_is_being_started(void **state)
{
	puppet_send(client, 'b', "x", ASKS);
	assert_int_equal(stop_register(&kernel->exchange, stop_of('b'), &client->process->party,
				       (struct stop_options){0}),
			 STATUS_BUSY);
}

static void a_boot_program_has_the_grants_of_the_manifest(void **state)
{
	puppet_send(client, 'b', "x", ASKS);
	struct puppet *server = started('b');
	puppet_handles(client, 'd');
	assert_int_equal(puppet_send(server, 'b', "", 0), CAIRN_DENIED);
	assert_int_equal(puppet_send(server, 'd', "", 0), 0);
}

static void what_it_sends_to_its_own_interface_does_not_come_back(void **state)
{
	puppet_send(client, 'c', "x", ASKS);
	struct puppet *server = started('c');
	registers(server, 'c');
	assert_int_equal(puppet_send(server, 'c', "", 0), CAIRN_NO_HANDLER);
}

static void its_first_argument_is_its_name(void **state)
{
	static const struct digest of_process = {PROCESS_DIGEST};
	puppet_send(client, 'b', "x", ASKS);
	struct puppet *server = started('b');
	struct wire_bytes_list arguments;
	struct wire_bytes name;
	process_arguments_encode(request_cursor());
	struct request request = request_encoded();
	puppet_take_answer(server, puppet_ask(server, &of_process, &request));
	assert_int_equal(
	    process_arguments_answer_decode(puppet_body(server), server->note.length, &arguments),
	    WIRE_OK);
	assert_int_equal(arguments.count, 1);
	assert_true(wire_bytes_list_next(&arguments, &name));
	assert_int_equal(name.size, 6);
	assert_memory_equal(name.data, "server", 6);
}

/* ---- Manifests that are wrong ---- */

static void refuses(const char *line, const char *complaint)
{
	struct kernel *other = stage_create(NULL);
	struct archive wrong = {0};
	struct fault fault = {0};
	archive_add_program(&wrong, "known", "P");
	archive_add_line(&wrong, line);
	assert_int_not_equal(archive_boot(&wrong, other, &fault), STATUS_OK);
	if (strstr(fault.text, complaint) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", fault.text, complaint);
	kernel_destroy(other);
	archive_reset(&wrong);
}

static const char digits[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static void what_is_wrong_in_a_manifest_is_named(void **state)
{
	char line[512];
	refuses("what is this", "unknown word in the boot manifest: \"what\"");
	refuses("program known", "not three words: \"program\"");
	refuses("grants known a b", "not three words: \"grants\"");
	refuses("program other nonsense", "nonsense");
	refuses("program known bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy",
		"\"known\"");
	refuses("handles stranger 00", "no such boot program: \"stranger\"");
	refuses("grants stranger 00", "no such boot program: \"stranger\"");
	refuses("handles known 00", "no digest: \"00\"");
	refuses("grants known 00", "no digest: \"00\"");
	snprintf(line, sizeof line, "handles known %.63sG", digits);
	refuses(line, "no digest");
	snprintf(line, sizeof line, "handles known %s\nhandles known %s", digits, digits);
	refuses(line, "handled already");
	snprintf(line, sizeof line, "program a-name-that-is-longer-than-names-are-at-most-here x");
	refuses(line, "no name for a boot program");
}

static void an_interface_of_the_kernels_cannot_be_given_away(void **state)
{
	static const struct digest of_process = {PROCESS_DIGEST};
	struct kernel *other = stage_create(NULL);
	struct archive wrong = {0};
	struct fault fault = {0};
	archive_add_program(&wrong, "usurper", "P");
	archive_add_digest(&wrong, "handles", "usurper", &of_process);
	assert_int_equal(archive_boot(&wrong, other, &fault), STATUS_MALFORMED);
	assert_non_null(strstr(fault.text, "handled already"));
	kernel_destroy(other);
	archive_reset(&wrong);
}

static void empty_lines_are_passed_over(void **state)
{
	struct kernel *other = stage_create(NULL);
	struct archive right = {0};
	struct fault fault = {0};
	archive_add_line(&right, "");
	archive_add_line(&right, "   ");
	archive_add_program(&right, "known", "P");
	assert_int_equal(archive_boot(&right, other, &fault), STATUS_OK);
	kernel_destroy(other);
	archive_reset(&right);
}

static void what_is_no_archive_is_refused(void **state)
{
	struct kernel *other = stage_create(NULL);
	struct fault fault = {0};
	assert_int_not_equal(kernel_boot(other, (const uint8_t *)"no archive", 10, &fault),
			     STATUS_OK);
	assert_true(fault.text[0] != '\0');
	kernel_destroy(other);
}

#define test(sentence) cmocka_unit_test_setup_teardown(sentence, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(nothing_is_started_before_somebody_needs_it),
	    test(a_message_starts_its_handler_and_waits_until_it_registers),
	    test(held_messages_come_in_their_order),
	    test(one_process_is_started_for_all_interfaces_of_its_program),
	    test(one_that_ends_before_it_registers_is_no_handler),
	    test(a_handler_that_ended_is_started_again),
	    test(a_restarted_handler_has_changed_for_who_knew_the_first),
	    test(a_held_message_can_be_cancelled),
	    test(nobody_else_takes_the_place_of_one_that_is_being_started),
	    test(a_boot_program_has_the_grants_of_the_manifest),
	    test(what_it_sends_to_its_own_interface_does_not_come_back),
	    test(its_first_argument_is_its_name),
	    cmocka_unit_test(what_is_wrong_in_a_manifest_is_named),
	    cmocka_unit_test(an_interface_of_the_kernels_cannot_be_given_away),
	    cmocka_unit_test(empty_lines_are_passed_over),
	    cmocka_unit_test(what_is_no_archive_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What the interface `inspect` tells, and whom. */
#include "puppet.h"

#include <stdlib.h>

#include <cairn/inspect.h>

#include "serve.h"

enum { ASKS = CAIRN_SEND_ANSWER, BLOCKS = CAIRN_WAIT_BLOCK };

static const struct digest of_inspect = {INSPECT_DIGEST};

static struct kernel *kernel;
static struct puppet *viewer; /* sees everything */
static struct puppet *server;
static struct puppet *client;

static struct puppet *create_viewer(const char *scope)
{
	struct wasm_name name = {(const uint8_t *)scope, strlen(scope)};
	struct kernel_grant grant = {.interface = of_inspect,
				     .verdict = KERNEL_ALLOWED,
				     .scopes = &name,
				     .scope_count = scope[0] != '\0'};
	struct kernel_grants grants = {.items = &grant, .count = 1};
	return puppet_create_with(kernel, &grants);
}

static int set_up(void **state)
{
	kernel = stage_create(NULL);
	viewer = create_viewer("all");
	server = puppet_create(kernel);
	client = puppet_create(kernel);
	puppet_handles(server, 'a');
	return 0;
}

static int tear_down(void **state)
{
	stage_destroy(kernel);
	return 0;
}

/* ---- Asking ---- */

static void asks_for_processes(struct puppet *puppet, uint64_t first,
			       struct inspect_process_list *out)
{
	inspect_processes_encode(request_cursor(), &(struct inspect_processes_call){first});
	struct request request = request_encoded();
	uint64_t id = puppet_ask(puppet, &of_inspect, &request);
	assert_int_equal(puppet_take_answer(puppet, id), CAIRN_STATUS_OK);
	assert_int_equal(
	    inspect_processes_answer_decode(puppet_body(puppet), puppet->note.length, out),
	    WIRE_OK);
}

/* What the viewer sees of that process. */
static struct inspect_process seen(const struct puppet *puppet)
{
	struct inspect_process_list list;
	struct inspect_process process;
	asks_for_processes(viewer, puppet_pid(puppet), &list);
	assert_true(inspect_process_list_next(&list, &process));
	assert_int_equal(process.pid, puppet_pid(puppet));
	return process;
}

static uint64_t asks_for_change(struct puppet *puppet, uint64_t since)
{
	inspect_wait_change_encode(request_cursor(), &(struct inspect_wait_change_call){since});
	struct request request = request_encoded();
	return puppet_ask(puppet, &of_inspect, &request);
}

/* ---- Processes ---- */

static void processes_come_in_the_order_of_their_pids(void **state)
{
	struct inspect_process_list list;
	struct inspect_process process;
	asks_for_processes(viewer, 0, &list);
	assert_int_equal(list.count, 3);
	uint64_t last = 0;
	while (inspect_process_list_next(&list, &process)) {
		assert_true(process.pid > last);
		last = process.pid;
	}
	asks_for_processes(viewer, last + 1, &list);
	assert_int_equal(list.count, 0);
	asks_for_processes(viewer, UINT64_MAX, &list);
	assert_int_equal(list.count, 0);
}

static void a_page_has_at_most_256_of_the_lowest_pids(void **state)
{
	for (int i = 0; i < 300; i++)
		puppet_create(kernel);
	struct inspect_process_list list;
	struct inspect_process process;
	struct inspect_view view = {kernel, 0};
	struct wire_out measured = wire_out_over(NULL, 0);
	inspect_put_processes(&view, 0, &measured);
	uint8_t *bytes = calloc(1, (size_t)measured.size);
	struct wire_out out = wire_out_over(bytes, (size_t)measured.size);
	inspect_put_processes(&view, 0, &out);
	assert_int_equal(inspect_processes_answer_decode(bytes, (size_t)out.size, &list), WIRE_OK);
	assert_int_equal(list.count, 256);
	for (uint64_t pid = puppet_pid(viewer); pid < puppet_pid(viewer) + 256; pid++) {
		assert_true(inspect_process_list_next(&list, &process));
		assert_int_equal(process.pid, pid);
	}
	free(bytes);
}

static void a_process_is_told_with_what_it_holds_and_has_sent(void **state)
{
	puppet_send(client, 'a', "one", ASKS);
	puppet_send(client, 'a', "two", 0);
	puppet_take(server);
	struct inspect_process process = seen(client);
	assert_int_equal(process.program.size, CID_BINARY_BYTES);
	assert_false(process.petname.has_value);
	assert_int_equal(process.messages_sent, 2);
	assert_int_equal(process.messages_received, 0);
	assert_int_equal(process.message_bytes, 6);
	assert_int_equal(process.records, client->process->party.records.used);
	assert_int_equal(process.threads, 1);
	assert_int_equal(process.memory, PUPPET_MEMORY_BYTES);
	assert_int_equal(process.memory_max, kernel_limits_default().memory_bytes);
	assert_int_equal(process.handles.count, 0);
	process = seen(server);
	assert_int_equal(process.messages_received, 1);
	struct wire_bytes handled;
	struct digest a = stage_interface('a');
	assert_int_equal(process.handles.count, 1);
	assert_true(wire_bytes_list_next(&process.handles, &handled));
	assert_memory_equal(handled.data, a.bytes, sizeof a.bytes);
}

static void it_is_told_whom_a_process_waits_for(void **state)
{
	puppet_send(client, 'a', "no answer", 0);
	puppet_send(client, 'a', "x", ASKS);
	struct inspect_process process = seen(client);
	struct inspect_pending pending;
	struct digest a = stage_interface('a');
	assert_int_equal(process.waits_for.count, 1);
	assert_true(inspect_pending_list_next(&process.waits_for, &pending));
	assert_int_equal(pending.handler, puppet_pid(server));
	assert_memory_equal(pending.interface.data, a.bytes, sizeof a.bytes);
	puppet_take(server);
	puppet_answer(server, puppet_take(server), "", 0);
	assert_int_equal(seen(client).waits_for.count, 0);
}

static void at_most_64_are_told_and_the_oldest_come_first(void **state)
{
	for (int i = 0; i < 100; i++) {
		kernel->exchange.now_ns += 1000;
		puppet_send(client, 'a', "x", ASKS);
	}
	struct inspect_process process = seen(client);
	struct inspect_pending pending;
	assert_int_equal(process.waits_for.count, 64);
	uint64_t age = 99000;
	while (inspect_pending_list_next(&process.waits_for, &pending)) {
		assert_int_equal(pending.age, age);
		age -= 1000;
	}
}

static void a_waiting_process_is_told_from_one_that_runs(void **state)
{
	assert_int_equal(seen(server).state, INSPECT_STATE_WAITING);
	cpu_ready(kernel->cpu, server->thread);
	assert_int_equal(seen(server).state, INSPECT_STATE_RUNNING);
	cpu_forget(kernel->cpu, server->thread);
	server->thread->state = THREAD_CALLING;
	process_kill(server->process);
	assert_int_equal(seen(server).state, INSPECT_STATE_ENDED);
}

/* ---- Who sees what ---- */

static void without_a_grant_nothing_is_told(void **state)
{
	struct puppet *stranger = puppet_create_with(kernel, &(struct kernel_grants){0});
	assert_int_equal(puppet_send_bytes(stranger, &of_inspect, "\0\0\0\0", 4, ASKS),
			 CAIRN_DENIED);
}

static void without_a_scope_a_process_sees_itself_and_those_that_it_started(void **state)
{
	struct puppet *modest = create_viewer("");
	struct inspect_process_list list;
	struct inspect_process process;
	server->process->starter = puppet_pid(modest);
	asks_for_processes(modest, 0, &list);
	assert_int_equal(list.count, 2);
	assert_true(inspect_process_list_next(&list, &process));
	assert_int_equal(process.pid, puppet_pid(server));
	assert_int_equal(process.starter, puppet_pid(modest));
	assert_true(inspect_process_list_next(&list, &process));
	assert_int_equal(process.pid, puppet_pid(modest));
	assert_int_equal(puppet_take_answer(modest, asks_for_change(modest, 0)),
			 CAIRN_STATUS_REFUSED);
}

static void another_scope_is_not_all(void **state)
{
	struct inspect_process_list list;
	asks_for_processes(create_viewer("al"), 0, &list);
	assert_int_equal(list.count, 1);
}

/* ---- Handlers ---- */

static void the_routing_table_names_who_stands_where(void **state)
{
	struct inspect_handler__list list;
	struct inspect_handler_ handler;
	struct cid program = {.codec = CID_RAW, .hash = {7}};
	struct kernel_stop stop = {.program = program, .next = KERNEL_STOP_NONE};
	struct kernel_routing routing = {
	    .interface = stage_interface('r'), .stops = &stop, .stop_count = 1};
	struct fault fault;
	assert_int_equal(kernel_set_routing(kernel, &routing, &fault), STATUS_OK);
	puppet_send(client, 'a', "x", ASKS);
	puppet_send(client, 'a', "y", 0);
	inspect_handlers_encode(request_cursor());
	struct request request = request_encoded();
	puppet_take_answer(viewer, puppet_ask(viewer, &of_inspect, &request));
	assert_int_equal(
	    inspect_handlers_answer_decode(puppet_body(viewer), viewer->note.length, &list),
	    WIRE_OK);
	assert_int_equal(list.count, serve_count + 2);
	uint32_t found = 0;
	while (inspect_handler__list_next(&list, &handler)) {
		if (handler.interface.data[0] == 'a' && handler.interface.data[31] == 'a') {
			assert_int_equal(handler.queued, 2);
			found++;
		}
		if (handler.program.size == CID_BINARY_BYTES) {
			assert_memory_equal(handler.interface.data, routing.interface.bytes, 32);
			assert_int_equal(handler.pid, 0);
			assert_int_equal(handler.queued, 0);
			found++;
		}
	}
	assert_int_equal(found, 2);
}

/* ---- The node ---- */

static struct inspect_totals summary_for(struct puppet *puppet)
{
	struct inspect_totals totals;
	inspect_summary_encode(request_cursor());
	struct request request = request_encoded();
	puppet_take_answer(puppet, puppet_ask(puppet, &of_inspect, &request));
	assert_int_equal(
	    inspect_summary_answer_decode(puppet_body(puppet), puppet->note.length, &totals),
	    WIRE_OK);
	return totals;
}

static void the_summary_counts_what_has_ended_too(void **state)
{
	puppet_send(client, 'a', "x", 0);
	client->process->cpu_time.cut_off_ns = 500;
	puppet_kill(client);
	struct inspect_totals totals = summary_for(viewer);
	assert_int_equal(totals.processes, 2);
	assert_int_equal(totals.processes_started, 3);
	assert_int_equal(totals.messages, 2);
	assert_int_equal(totals.cpu, 500);
	assert_int_equal(totals.cpus, 1);
	assert_int_equal(totals.memory, 2 * PUPPET_MEMORY_BYTES);
	totals = summary_for(create_viewer(""));
	assert_int_equal(totals.processes, 1);
	assert_int_equal(totals.processes_started, 1);
	assert_int_equal(totals.cpu, 0);
}

/* ---- Changes ---- */

static uint64_t change_in_answer(void)
{
	uint64_t change;
	assert_int_equal(
	    inspect_wait_change_answer_decode(puppet_body(viewer), viewer->note.length, &change),
	    WIRE_OK);
	return change;
}

static void whoever_waits_for_a_change_is_told_of_the_next(void **state)
{
	assert_int_equal(puppet_take_answer(viewer, asks_for_change(viewer, 0)), CAIRN_STATUS_OK);
	uint64_t change = change_in_answer();
	assert_int_equal(change, kernel_change(kernel));
	uint64_t first = asks_for_change(viewer, change);
	uint64_t second = asks_for_change(viewer, change);
	stage_settle(kernel);
	assert_int_equal(puppet_wait(viewer, (struct puppet_ids){{first}}, 0), 0);
	puppet_kill(client);
	stage_settle(kernel);
	assert_int_equal(puppet_take_answer(viewer, first), CAIRN_STATUS_OK);
	assert_int_equal(change_in_answer(), kernel_change(kernel));
	assert_int_equal(puppet_take_answer(viewer, second), CAIRN_STATUS_OK);
}

static void a_registration_is_a_change_and_a_message_is_none(void **state)
{
	uint64_t change = kernel_change(kernel);
	puppet_send(client, 'a', "x", 0);
	assert_int_equal(kernel_change(kernel), change);
	puppet_handles(server, 'b');
	assert_int_not_equal(kernel_change(kernel), change);
}

static void waiting_for_a_change_can_be_given_up(void **state)
{
	uint64_t ids[3];
	for (int i = 0; i < 3; i++)
		ids[i] = asks_for_change(viewer, kernel_change(kernel));
	assert_true(exchange_cancel(&kernel->exchange, &viewer->process->party, ids[1]));
	assert_int_equal(puppet_take_answer(viewer, ids[1]), CAIRN_STATUS_REFUSED);
	assert_true(exchange_cancel(&kernel->exchange, &viewer->process->party, ids[2]));
	puppet_kill(viewer);
	assert_null(kernel->inspect.waiting);
}

/* ---- The port ---- */

static struct inspect_process_list list_for_port;
static uint8_t body_for_port[8192];

static void keep(void *context, const uint8_t *body, size_t size)
{
	assert_in_range(size, 4, sizeof body_for_port);
	memcpy(body_for_port, body, size);
	assert_int_equal(inspect_processes_answer_decode(body_for_port, size, &list_for_port),
			 WIRE_OK);
}

static void the_port_sees_everything(void **state)
{
	inspect_processes_encode(request_cursor(), &(struct inspect_processes_call){0});
	struct request request = request_encoded();
	struct wire_part part = {request.bytes, request.size};
	assert_int_equal(kernel_inspect(kernel, &part, keep, NULL), STATUS_OK);
	assert_int_equal(list_for_port.count, 3);
	part.size--;
	assert_int_equal(kernel_inspect(kernel, &part, keep, NULL), STATUS_INVALID);
	inspect_wait_change_encode(request_cursor(), &(struct inspect_wait_change_call){0});
	request = request_encoded();
	part = (struct wire_part){request.bytes, request.size};
	assert_int_equal(kernel_inspect(kernel, &part, keep, NULL), STATUS_INVALID);
}

#define test(sentence) cmocka_unit_test_setup_teardown(sentence, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(processes_come_in_the_order_of_their_pids),
	    test(a_page_has_at_most_256_of_the_lowest_pids),
	    test(a_process_is_told_with_what_it_holds_and_has_sent),
	    test(it_is_told_whom_a_process_waits_for),
	    test(at_most_64_are_told_and_the_oldest_come_first),
	    test(a_waiting_process_is_told_from_one_that_runs),
	    test(without_a_grant_nothing_is_told),
	    test(without_a_scope_a_process_sees_itself_and_those_that_it_started),
	    test(another_scope_is_not_all),
	    test(the_routing_table_names_who_stands_where),
	    test(the_summary_counts_what_has_ended_too),
	    test(whoever_waits_for_a_change_is_told_of_the_next),
	    test(a_registration_is_a_change_and_a_message_is_none),
	    test(waiting_for_a_change_can_be_given_up),
	    test(the_port_sees_everything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Chains of handlers, overrides, routes of one launch, and replacement in use. */
#include "archive.h"

#include <cairn/interface.h>
#include <cairn/loader.h>
#include <cairn/process.h>

#include "launch.h"

enum { ASKS = CAIRN_SEND_ANSWER, BLOCKS = CAIRN_WAIT_BLOCK, SWAPS = 1000 };

static const struct puppet_ids incoming = {{CAIRN_ID_INCOMING}};
static const struct digest of_interface = {INTERFACE_DIGEST};

static struct kernel *kernel;
static struct archive archive;
static struct cid store, filter, other, client_program;
static struct puppet *client;

/* A process of that program that runs, and may do anything. */
static struct puppet *run(const struct cid *program)
{
	struct kernel_start start = {.program = *program, .grants = {.allow_all = true}};
	uint64_t pid;
	assert_int_equal(kernel_start(kernel, &start, &pid), STATUS_OK);
	stage_settle(kernel);
	return kernel_find(kernel, pid)->instance;
}

static int set_up(void **state)
{
	struct digest k = stage_interface('k');
	struct digest l = stage_interface('l');
	struct fault fault;
	kernel = stage_create(NULL);
	store = archive_add_program(&archive, "store", "P store");
	filter = archive_add_program(&archive, "filter", "P filter");
	other = archive_add_program(&archive, "other", "P other");
	client_program = archive_add_program(&archive, "client", "P client");
	static const char *const names[] = {"store", "filter", "other"};
	for (int i = 0; i < 3; i++) {
		archive_add_digest(&archive, "grants", names[i], &k);
		archive_add_digest(&archive, "grants", names[i], &l);
	}
	assert_int_equal(archive_boot(&archive, kernel, &fault), STATUS_OK);
	client = run(&client_program);
	return 0;
}

static int tear_down(void **state)
{
	stage_destroy(kernel);
	archive_reset(&archive);
	return 0;
}

/* ---- Routings ---- */

static struct fault fault;

static enum status route(struct kernel_routing routing)
{
	routing.interface = stage_interface('k');
	return kernel_set_routing(kernel, &routing, &fault);
}

/* One handler for everybody. */
static void leads_to(const struct cid *program)
{
	struct kernel_stop stop = {.program = *program, .next = KERNEL_STOP_NONE};
	assert_int_equal(route((struct kernel_routing){.stops = &stop, .stop_count = 1}),
			 STATUS_OK);
}

/* The store for everybody, but for the client by way of the filter. */
static void filters_client(void)
{
	const struct kernel_stop stops[] = {{.program = store, .next = KERNEL_STOP_NONE},
					    {.program = filter, .next = 0}};
	const struct kernel_override override = {client_program, 1};
	assert_int_equal(
	    route((struct kernel_routing){
		.stops = stops, .stop_count = 2, .overrides = &override, .override_count = 1}),
	    STATUS_OK);
}

static struct stop *stop_of(const struct cid *program)
{
	struct digest k = stage_interface('k');
	return route_stop_of(router_find(&kernel->exchange.router, &k), program);
}

/* The process that was started for the program's stop, which now registers. */
static struct puppet *registers_with(const struct cid *program, struct stop_options options)
{
	stage_settle(kernel);
	struct stop *stop = stop_of(program);
	struct party *party = stop->starting;
	assert_non_null(party);
	assert_int_equal(stop_register(&kernel->exchange, stop, party, options), STATUS_OK);
	return process_of_party(party)->instance;
}

static struct puppet *registers(const struct cid *program)
{
	return registers_with(program, (struct stop_options){0});
}

static uint64_t asks(struct puppet *puppet, const char *text)
{
	int64_t id = puppet_send(puppet, 'k', text, ASKS);
	assert_true(id >= CAIRN_ID_FIRST_MESSAGE);
	return (uint64_t)id;
}

/* The puppet takes that message, and answers it. */
static void serves(struct puppet *puppet, const char *text)
{
	uint64_t id = puppet_take(puppet);
	assert_string_equal(puppet->body, text);
	assert_int_equal(puppet_answer(puppet, id, text, 0), 0);
}

static void is_retired(struct puppet *puppet)
{
	assert_int_equal(puppet_wait(puppet, incoming, 0), sizeof puppet->note);
	assert_int_equal(puppet->note.kind, CAIRN_KIND_RETIRED);
	assert_int_equal(puppet->note.message, 0);
	struct digest k = stage_interface('k');
	assert_memory_equal(puppet->note.interface, k.bytes, sizeof k.bytes);
}

/* ---- Chains and overrides ---- */

static void an_override_is_for_its_program_alone(void **state)
{
	filters_client();
	struct puppet *stranger = run(&other);
	asks(client, "by way of the filter");
	asks(stranger, "at once");
	struct puppet *first = registers(&filter);
	struct puppet *second = registers(&store);
	puppet_take(first);
	assert_string_equal(first->body, "by way of the filter");
	puppet_take(second);
	assert_string_equal(second->body, "at once");
}

static void a_handler_sends_to_the_next_in_the_chain(void **state)
{
	filters_client();
	uint64_t question = asks(client, "question");
	struct puppet *first = registers(&filter);
	uint64_t taken = puppet_take(first);
	uint64_t forwarded = asks(first, "forwarded");
	struct puppet *last = registers(&store);
	serves(last, "forwarded");
	assert_int_equal(puppet_take_answer(first, forwarded), CAIRN_STATUS_OK);
	puppet_answer(first, taken, first->body, 0);
	assert_int_equal(puppet_take_answer(client, question), CAIRN_STATUS_OK);
	assert_string_equal(client->body, "forwarded");
	assert_int_equal(puppet_send(last, 'k', "", ASKS), CAIRN_NO_HANDLER);
}

static void another_process_of_a_handlers_program_sends_to_the_next_too(void **state)
{
	filters_client();
	struct puppet *twin = run(&filter);
	asks(twin, "from a twin");
	serves(registers(&store), "from a twin");
}

static void an_override_may_lead_to_nobody(void **state)
{
	const struct kernel_stop stop = {.program = store, .next = KERNEL_STOP_NONE};
	const struct kernel_override override = {client_program, KERNEL_STOP_NONE};
	assert_int_equal(
	    route((struct kernel_routing){
		.stops = &stop, .stop_count = 1, .overrides = &override, .override_count = 1}),
	    STATUS_OK);
	assert_int_equal(puppet_send(client, 'k', "", ASKS), CAIRN_NO_HANDLER);
	assert_true(puppet_send(run(&other), 'k', "", ASKS) > 0);
}

static void a_handler_starts_once_for_all_its_stops(void **state)
{
	const struct kernel_stop stop = {.program = store, .next = KERNEL_STOP_NONE};
	struct kernel_routing routing = {
	    .interface = stage_interface('l'), .stops = &stop, .stop_count = 1};
	leads_to(&store);
	assert_int_equal(kernel_set_routing(kernel, &routing, &fault), STATUS_OK);
	puppet_send(client, 'k', "", ASKS);
	puppet_send(client, 'l', "", ASKS);
	stage_settle(kernel);
	assert_int_equal(kernel->processes.count, 2);
}

/* ---- What the kernel handles ---- */

static uint32_t served;

static void serve(void *self, struct kernel_request *request)
{
	served++;
	kernel_request_answer(request, CAIRN_STATUS_OK, NULL, 0);
}

static uint64_t told_ended;

static void ended(void *self, uint64_t process)
{
	told_ended = process;
}

static const struct kernel_service service = {.receive = serve, .ended = ended};

static void kernel_serves(void)
{
	struct digest k = stage_interface('k');
	served = 0;
	told_ended = 0;
	assert_int_equal(kernel_serve(kernel, &k, &service, NULL), STATUS_OK);
}

/* By way of the filter to the kernel. */
static void filters_kernel(void)
{
	const struct kernel_stop stops[] = {{.program = filter, .next = 1},
					    {.is_kernel = true, .next = KERNEL_STOP_NONE}};
	assert_int_equal(route((struct kernel_routing){.stops = stops, .stop_count = 2}),
			 STATUS_OK);
}

static void a_program_may_stand_before_the_kernel(void **state)
{
	kernel_serves();
	filters_kernel();
	uint64_t question = asks(client, "question");
	assert_int_equal(served, 0);
	struct puppet *first = registers(&filter);
	uint64_t taken = puppet_take(first);
	uint64_t forwarded = asks(first, "forwarded");
	assert_int_equal(served, 1);
	assert_int_equal(puppet_take_answer(first, forwarded), CAIRN_STATUS_OK);
	puppet_answer(first, taken, "", 0);
	assert_int_equal(puppet_take_answer(client, question), CAIRN_STATUS_OK);
}

static void what_waits_for_a_filter_goes_to_the_kernel_when_that_is_taken_out(void **state)
{
	kernel_serves();
	filters_kernel();
	uint64_t held = asks(client, "held");
	const struct kernel_stop stop = {.is_kernel = true, .next = KERNEL_STOP_NONE};
	assert_int_equal(route((struct kernel_routing){.stops = &stop, .stop_count = 1}),
			 STATUS_OK);
	assert_int_equal(served, 1);
	assert_int_equal(puppet_take_answer(client, held), CAIRN_STATUS_OK);
}

static void the_kernel_can_be_routed_around_and_back(void **state)
{
	kernel_serves();
	leads_to(&store);
	asks(client, "to the store");
	assert_int_equal(served, 0);
	const struct kernel_stop stop = {.is_kernel = true, .next = KERNEL_STOP_NONE};
	assert_int_equal(route((struct kernel_routing){.stops = &stop, .stop_count = 1}),
			 STATUS_OK);
	assert_int_equal(served, 1);
}

static void a_service_that_was_led_away_from_is_told_of_the_end(void **state)
{
	kernel_serves();
	puppet_take_answer(client, asks(client, "a handle"));
	filters_kernel();
	asks(client, "to the filter");
	uint64_t pid = puppet_pid(client);
	puppet_kill(client);
	assert_int_equal(told_ended, pid);
}

static void a_service_is_told_of_an_end_once(void **state)
{
	kernel_serves();
	puppet_take_answer(client, asks(client, "a handle"));
	filters_kernel();
	asks(client, "to the filter");
	const struct kernel_stop stop = {.is_kernel = true, .next = KERNEL_STOP_NONE};
	assert_int_equal(route((struct kernel_routing){.stops = &stop, .stop_count = 1}),
			 STATUS_OK);
	asks(client, "back again");
	assert_int_equal(list_is_empty(&client->process->party.past), false);
	told_ended = 0;
	uint64_t pid = puppet_pid(client);
	puppet_kill(client);
	assert_int_equal(told_ended, pid);
}

static void a_watching_handler_that_was_led_away_from_is_told_of_the_end(void **state)
{
	leads_to(&store);
	asks(client, "a handle");
	struct puppet *watcher =
	    registers_with(&store, (struct stop_options){.watches_senders = true});
	serves(watcher, "a handle");
	filters_client();
	asks(client, "to the filter");
	uint64_t pid = puppet_pid(client);
	puppet_kill(client);
	assert_int_equal(puppet_wait(watcher, incoming, 0), sizeof watcher->note);
	assert_int_equal(watcher->note.kind, CAIRN_KIND_SENDER_ENDED);
	assert_int_equal(watcher->note.process, pid);
	assert_int_equal(puppet_wait(watcher, incoming, 0), 0);
}

/* ---- Replacement in use ---- */

static void what_was_not_taken_goes_to_the_successor(void **state)
{
	leads_to(&store);
	uint64_t taken = asks(client, "taken");
	struct puppet *old = registers(&store);
	uint64_t owed = puppet_take(old);
	uint64_t first = asks(client, "first");
	uint64_t second = asks(client, "second");
	puppet_send(client, 'k', "third, without an answer", 0);
	leads_to(&other);
	is_retired(old);
	assert_int_equal(puppet_wait(old, incoming, 0), 0);
	struct puppet *new = registers(&other);
	assert_int_equal(puppet_take_answer(client, first), CAIRN_STATUS_HANDLER_CHANGED);
	serves(new, "second");
	puppet_take(new);
	assert_string_equal(new->body, "third, without an answer");
	assert_int_equal(puppet_take_answer(client, second), CAIRN_STATUS_OK);
	puppet_answer(old, owed, "late", 0);
	assert_int_equal(puppet_take_answer(client, taken), CAIRN_STATUS_OK);
	assert_string_equal(client->body, "late");
}

static void a_message_without_an_answer_does_not_hide_the_change(void **state)
{
	leads_to(&store);
	uint64_t opened = asks(client, "a handle");
	serves(registers(&store), "a handle");
	assert_int_equal(puppet_take_answer(client, opened), CAIRN_STATUS_OK);
	leads_to(&other);
	puppet_send(client, 'k', "closes it", 0);
	struct puppet *new = registers(&other);
	puppet_send(client, 'k', "closes another", 0);
	uint64_t uses = asks(client, "uses a third");
	assert_int_equal(puppet_take_answer(client, uses), CAIRN_STATUS_HANDLER_CHANGED);
	assert_int_equal(puppet_wait(new, incoming, 0), 0);
	uint64_t again = asks(client, "begins anew");
	serves(new, "begins anew");
	assert_int_equal(puppet_take_answer(client, again), CAIRN_STATUS_OK);
}

static void a_successor_that_keeps_the_state_has_not_changed(void **state)
{
	leads_to(&store);
	asks(client, "taken");
	puppet_take(registers(&store));
	uint64_t queued = asks(client, "queued");
	leads_to(&other);
	struct puppet *new = registers_with(&other, (struct stop_options){.keeps_state = true});
	serves(new, "queued");
	assert_int_equal(puppet_take_answer(client, queued), CAIRN_STATUS_OK);
}

static void what_was_held_goes_to_the_successor(void **state)
{
	leads_to(&store);
	uint64_t held = asks(client, "held");
	stage_settle(kernel);
	struct puppet *starting = process_of_party(stop_of(&store)->starting)->instance;
	leads_to(&other);
	serves(registers(&other), "held");
	assert_int_equal(puppet_take_answer(client, held), CAIRN_STATUS_OK);
	struct wire_bytes digest = {stage_interface('k').bytes, 32};
	interface_register_encode(request_cursor(), &(struct interface_register_call){digest, 0});
	struct request request = request_encoded();
	puppet_take_answer(starting, puppet_ask(starting, &of_interface, &request));
	struct interface_bool_or_register_error result;
	assert_int_equal(
	    interface_register_answer_decode(puppet_body(starting), starting->note.length, &result),
	    WIRE_OK);
	assert_true(result.is_error);
	assert_int_equal(result.error, INTERFACE_REGISTER_ERROR_NOT_CONFIGURED);
}

static void a_stop_that_stays_keeps_everything(void **state)
{
	leads_to(&store);
	asks(client, "taken");
	struct puppet *old = registers(&store);
	uint64_t owed = puppet_take(old);
	asks(client, "queued");
	filters_client();
	puppet_answer(old, owed, "", 0);
	puppet_take(old);
	assert_string_equal(old->body, "queued");
	assert_int_equal(puppet_wait(old, incoming, 0), 0);
}

static void a_waiting_handler_is_told_at_once(void **state)
{
	leads_to(&store);
	asks(client, "x");
	struct puppet *old = registers(&store);
	puppet_take(old);
	assert_int_equal(puppet_wait(old, incoming, BLOCKS), PUPPET_BLOCKED);
	leads_to(&other);
	assert_int_equal(puppet_result(old), sizeof old->note);
	assert_int_equal(old->note.kind, CAIRN_KIND_RETIRED);
}

static void without_a_successor_what_waits_has_no_handler(void **state)
{
	leads_to(&store);
	asks(client, "taken");
	puppet_take(registers(&store));
	uint64_t queued = asks(client, "queued");
	puppet_send(client, 'k', "no answer", 0);
	assert_int_equal(route((struct kernel_routing){.first = KERNEL_STOP_NONE}), STATUS_OK);
	assert_int_equal(puppet_take_answer(client, queued), CAIRN_STATUS_NO_HANDLER);
	assert_int_equal(puppet_send(client, 'k', "", 0), CAIRN_NO_HANDLER);
	assert_int_equal(client->process->party.message_count, 1);
}

static void what_a_dead_sender_left_goes_to_the_successor_too(void **state)
{
	leads_to(&store);
	puppet_send(client, 'k', "known", 0);
	struct puppet *old = registers(&store);
	puppet_take(old);
	puppet_send(client, 'k', "last words", 0);
	puppet_kill(client);
	leads_to(&other);
	struct puppet *new = registers(&other);
	puppet_take(new);
	assert_string_equal(new->body, "last words");
	is_retired(old);
}

static void a_handler_that_ends_after_it_was_retired_owes_what_it_has_taken(void **state)
{
	leads_to(&store);
	uint64_t taken = asks(client, "taken");
	struct puppet *old = registers(&store);
	puppet_take(old);
	leads_to(&other);
	puppet_kill(old);
	assert_int_equal(puppet_take_answer(client, taken), CAIRN_STATUS_HANDLER_ENDED);
}

static void a_message_that_moved_can_be_cancelled(void **state)
{
	leads_to(&store);
	asks(client, "taken");
	puppet_take(registers(&store));
	asks(client, "lost with the change");
	uint64_t moved = asks(client, "moved");
	leads_to(&other);
	assert_true(exchange_cancel(&kernel->exchange, &client->process->party, moved));
	assert_int_equal(puppet_take_answer(client, moved), CAIRN_STATUS_REFUSED);
}

static void room_is_told_when_a_full_handler_goes(void **state)
{
	struct kernel_limits limits = kernel_limits_default();
	limits.messages_per_handler = 4;
	client->process->party.limits = &limits;
	leads_to(&store);
	asks(client, "taken");
	puppet_take(registers(&store));
	for (int i = 0; i < 3; i++)
		asks(client, "queued");
	assert_int_equal(puppet_send(client, 'k', "", 0), CAIRN_BUSY);
	leads_to(&other);
	assert_int_equal(puppet_wait(client, (struct puppet_ids){{CAIRN_ID_ROOM}}, 0),
			 sizeof client->note);
	client->process->party.limits = &kernel->settings.limits;
}

/*
 * The test that a user would make: two programs take turns at handling, a thousand times, while
 * three others ask all the time. Every message is answered, or fails once with `handler changed`;
 * none twice, none is lost.
 */
enum { CLIENTS = 3, ASKED_MAX = 20000 };

static struct {
	uint64_t id;
	uint32_t client;
	bool is_over;
} asked[ASKED_MAX];
static uint32_t asked_count, answered_count, changed_count;

static void ask_some(struct puppet **clients)
{
	for (uint32_t i = 0; i < CLIENTS; i++) {
		for (uint32_t k = 0; k < 2 + i; k++) {
			char text[16];
			snprintf(text, sizeof text, "%u", asked_count);
			assert_true(asked_count < ASKED_MAX);
			asked[asked_count].client = i;
			asked[asked_count++].id = asks(clients[i], text);
		}
	}
}

/* Takes all answers that there are, and checks that each is one that is due. */
static void collect(struct puppet **clients)
{
	for (uint32_t i = 0; i < CLIENTS; i++) {
		struct puppet_ids any = {{CAIRN_ID_ANY_ANSWER}};
		while (puppet_wait(clients[i], any, 0) > 0) {
			uint32_t at = 0;
			while (asked[at].is_over || asked[at].client != i ||
			       asked[at].id != clients[i]->note.message)
				assert_true(++at < asked_count);
			asked[at].is_over = true;
			if (clients[i]->note.status == CAIRN_STATUS_HANDLER_CHANGED) {
				changed_count++;
				continue;
			}
			assert_int_equal(clients[i]->note.status, CAIRN_STATUS_OK);
			char text[16];
			snprintf(text, sizeof text, "%u", at);
			assert_string_equal(clients[i]->body, text);
			answered_count++;
		}
	}
}

/* Takes up to `count` notifications, and answers what is asked. */
static void serve_some(struct puppet *handler, uint32_t count, bool *is_told)
{
	while (count-- > 0 && puppet_wait(handler, incoming, 0) > 0) {
		if (handler->note.kind == CAIRN_KIND_RETIRED) {
			*is_told = true;
			continue;
		}
		char text[16];
		memcpy(text, handler->body, sizeof text);
		assert_int_equal(puppet_answer(handler, handler->note.message, text, 0), 0);
	}
}

static void a_handler_is_swapped_a_thousand_times_under_load(void **state)
{
	const struct cid *programs[] = {&store, &other};
	struct puppet *clients[CLIENTS] = {client, run(&client_program), run(&client_program)};
	uint64_t owed = 0;
	char owed_text[16] = "";
	struct puppet *old = NULL;
	asked_count = answered_count = changed_count = 0;
	memset(asked, 0, sizeof asked);
	for (uint32_t swap = 0; swap < SWAPS; swap++) {
		bool is_told = false;
		leads_to(programs[swap % 2]);
		ask_some(clients);
		struct puppet *present = registers(programs[swap % 2]);
		/* The old one has been told, answers what it owes, and ends. */
		if (old != NULL) {
			serve_some(old, 100, &is_told);
			assert_true(is_told);
			assert_int_equal(puppet_answer(old, owed, owed_text, 0), 0);
			puppet_kill(old);
		}
		/* The new one keeps one in its hands, and leaves others where they are. */
		owed = puppet_take(present);
		memcpy(owed_text, present->body, sizeof owed_text);
		serve_some(present, swap % 7, &is_told);
		old = present;
		if (swap % 5 == 0)
			collect(clients);
	}
	bool is_told = false;
	assert_int_equal(puppet_answer(old, owed, owed_text, 0), 0);
	serve_some(old, ASKED_MAX, &is_told);
	assert_false(is_told);
	collect(clients);
	for (uint32_t i = 0; i < asked_count; i++)
		assert_true(asked[i].is_over);
	assert_int_equal(answered_count + changed_count, asked_count);
	/* Each client fails at most once for each change. */
	assert_in_range(changed_count, 1, CLIENTS * (SWAPS - 1));
	for (uint32_t i = 0; i < CLIENTS; i++)
		assert_int_equal(clients[i]->process->party.message_count, 0);
}

/* ---- Handlers that end at each start ---- */

static void crashes(const struct cid *program)
{
	stage_settle(kernel);
	puppet_kill(process_of_party(stop_of(program)->starting)->instance);
}

static void five_starts_within_ten_seconds_are_enough(void **state)
{
	leads_to(&store);
	for (int i = 0; i < 5; i++) {
		uint64_t id = asks(client, "x");
		crashes(&store);
		assert_int_equal(puppet_take_answer(client, id), CAIRN_STATUS_NO_HANDLER);
	}
	uint32_t lines = test_port_log_lines;
	for (int i = 0; i < 100; i++)
		assert_int_equal(puppet_send(client, 'k', "x", ASKS), CAIRN_NO_HANDLER);
	assert_int_equal(test_port_log_lines, lines + 1);
	test_port_ahead_ns += HANDLER_WINDOW_NS;
	uint64_t id = asks(client, "again");
	serves(registers(&store), "again");
	assert_int_equal(puppet_take_answer(client, id), CAIRN_STATUS_OK);
}

static void a_new_routing_forgives_crashes(void **state)
{
	leads_to(&store);
	for (int i = 0; i < 5; i++) {
		asks(client, "x");
		crashes(&store);
	}
	assert_int_equal(puppet_send(client, 'k', "x", ASKS), CAIRN_NO_HANDLER);
	leads_to(&other);
	leads_to(&store);
	assert_true(puppet_send(client, 'k', "x", ASKS) > 0);
}

/* ---- Routes of one launch ---- */

static struct puppet *launch(const struct kernel_handler *handlers, uint32_t count)
{
	struct kernel_start start = {.program = client_program,
				     .grants = {.allow_all = true},
				     .handlers = handlers,
				     .handler_count = count};
	uint64_t pid;
	assert_int_equal(kernel_start(kernel, &start, &pid), STATUS_OK);
	stage_settle(kernel);
	return kernel_find(kernel, pid)->instance;
}

/* The process that stands, or will, at the launch's stop of that number. */
static struct puppet *of_launch(const struct puppet *puppet, uint32_t index)
{
	stage_settle(kernel);
	struct list_link *link = list_first(&puppet->process->launch->stops);
	while (index-- > 0)
		link = link->next;
	struct stop *stop = list_record(link, struct stop, of_route);
	if (stop->handler == NULL)
		assert_int_equal(stop_register(&kernel->exchange, stop, stop->starting,
					       (struct stop_options){0}),
				 STATUS_OK);
	return process_of_party(stop->handler)->instance;
}

static void a_launch_has_routes_that_nobody_else_sees(void **state)
{
	struct digest k = stage_interface('k');
	struct kernel_handler handler = {filter, &k, 1, {.allow_all = true}, 0};
	leads_to(&store);
	struct puppet *launched = launch(&handler, 1);
	asks(client, "to the store");
	asks(launched, "to the filter");
	struct puppet *first = of_launch(launched, 0);
	serves(registers(&store), "to the store");
	puppet_take(first);
	assert_string_equal(first->body, "to the filter");
	/* Its own sends go where the node's routing leads. */
	asks(first, "forwarded");
	puppet_take(process_of_party(stop_of(&store)->handler)->instance);
}

static void what_a_launch_names_for_one_interface_is_a_chain(void **state)
{
	struct digest k = stage_interface('k');
	struct kernel_handler handlers[] = {{filter, &k, 1, {.allow_all = true}, 0},
					    {store, &k, 1, {.allow_all = true}, 0}};
	struct puppet *launched = launch(handlers, 2);
	asks(launched, "question");
	struct puppet *first = of_launch(launched, 0);
	puppet_take(first);
	asks(first, "forwarded");
	struct puppet *last = of_launch(launched, 1);
	serves(last, "forwarded");
	assert_int_equal(puppet_send(last, 'k', "", ASKS), CAIRN_NO_HANDLER);
}

static void handlers_of_a_launch_end_with_it(void **state)
{
	struct digest k = stage_interface('k');
	struct kernel_handler handler = {filter, &k, 1, {0}, 0};
	struct puppet *launched = launch(&handler, 1);
	asks(launched, "x");
	of_launch(launched, 0);
	uint32_t count = kernel->processes.count;
	puppet_kill(launched);
	assert_int_equal(kernel->processes.count, count - 2);
}

static void a_process_that_was_started_in_a_launch_keeps_it(void **state)
{
	static const struct digest of_process = {PROCESS_DIGEST};
	struct digest k = stage_interface('k');
	struct kernel_handler handler = {filter, &k, 1, {0}, 0};
	struct puppet *launched = launch(&handler, 1);
	uint8_t cid[CID_BINARY_BYTES];
	cid_to_binary(&other, cid);
	process_start_encode(request_cursor(),
			     &(struct process_start_call){.program = {cid, sizeof cid}});
	struct request request = request_encoded();
	puppet_take_answer(launched, puppet_ask(launched, &of_process, &request));
	struct process_u64_or_start_error result;
	assert_int_equal(
	    process_start_answer_decode(puppet_body(launched), launched->note.length, &result),
	    WIRE_OK);
	stage_settle(kernel);
	struct puppet *child = kernel_find(kernel, result.value)->instance;
	asks(launched, "x");
	of_launch(launched, 0);
	puppet_kill(launched);
	asks(child, "to the filter still");
	puppet_take(of_launch(child, 0));
	uint32_t count = kernel->processes.count;
	puppet_kill(child);
	assert_int_equal(kernel->processes.count, count - 2);
}

static void a_launch_cannot_name_what_is_fixed_nor_one_program_twice(void **state)
{
	static const struct digest of_loader = {LOADER_DIGEST};
	struct digest twice[] = {stage_interface('k'), stage_interface('k')};
	struct kernel_handler handler = {filter, &of_loader, 1, {0}, 0};
	struct kernel_start start = {
	    .program = client_program, .handlers = &handler, .handler_count = 1};
	uint64_t pid;
	assert_int_equal(kernel_start(kernel, &start, &pid), STATUS_INVALID);
	handler = (struct kernel_handler){filter, twice, 2, {0}, 0};
	assert_int_equal(kernel_start(kernel, &start, &pid), STATUS_INVALID);
}

/* ---- Who may register ---- */

static bool asks_to_register(struct puppet *puppet, enum interface_register_error *error)
{
	struct digest k = stage_interface('k');
	struct wire_bytes digest = {k.bytes, sizeof k.bytes};
	interface_register_encode(request_cursor(), &(struct interface_register_call){digest, 0});
	struct request request = request_encoded();
	puppet_take_answer(puppet, puppet_ask(puppet, &of_interface, &request));
	struct interface_bool_or_register_error result;
	assert_int_equal(
	    interface_register_answer_decode(puppet_body(puppet), puppet->note.length, &result),
	    WIRE_OK);
	*error = result.error;
	return !result.is_error;
}

static void any_stop_of_its_program_is_open_to_a_process(void **state)
{
	enum interface_register_error error;
	filters_client();
	assert_true(asks_to_register(run(&filter), &error));
	assert_true(asks_to_register(run(&store), &error));
	assert_false(asks_to_register(run(&store), &error));
	assert_int_equal(error, INTERFACE_REGISTER_ERROR_TAKEN);
	assert_false(asks_to_register(client, &error));
	assert_int_equal(error, INTERFACE_REGISTER_ERROR_NOT_CONFIGURED);
}

static void a_stop_of_a_launch_is_open_to_its_processes_alone(void **state)
{
	enum interface_register_error error;
	struct digest k = stage_interface('k');
	struct kernel_handler handler = {filter, &k, 1, {.allow_all = true}, 0};
	struct puppet *launched = launch(&handler, 1);
	assert_false(asks_to_register(run(&filter), &error));
	assert_int_equal(error, INTERFACE_REGISTER_ERROR_NOT_CONFIGURED);
	asks(launched, "x");
	stage_settle(kernel);
	struct list_link *link = list_first(&launched->process->launch->stops);
	struct stop *stop = list_record(link, struct stop, of_route);
	assert_true(asks_to_register(process_of_party(stop->starting)->instance, &error));
}

/* ---- Routings that make no sense ---- */

static void refuses(struct kernel_routing routing, const char *complaint)
{
	uint64_t epoch = kernel->exchange.epoch;
	assert_int_not_equal(route(routing), STATUS_OK);
	if (strstr(fault.text, complaint) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", fault.text, complaint);
	assert_int_equal(kernel->exchange.epoch, epoch);
}

static void what_makes_no_sense_is_refused_and_changes_nothing(void **state)
{
	enum { NONE = KERNEL_STOP_NONE };
	struct kernel_stop stops[ROUTING_STOPS_MAX + 1] = {{.program = store, .next = NONE},
							   {.program = filter, .next = 0}};
	struct kernel_override overrides[2] = {{client_program, 1}, {client_program, 0}};
	struct kernel_routing routing = {
	    .stops = stops, .stop_count = 2, .overrides = overrides, .override_count = 1};
	leads_to(&store);
	stops[0].next = 1;
	refuses(routing, "leads back to itself");
	stops[0].next = 0;
	refuses(routing, "leads back to itself");
	stops[0].next = 2;
	refuses(routing, "a stop that there is not");
	stops[0].next = NONE;
	routing.first = 2;
	refuses(routing, "the first stop is none");
	routing.first = 0;
	routing.override_count = 2;
	refuses(routing, "two overrides for bafk");
	routing.override_count = 1;
	overrides[0].stop = 7;
	refuses(routing, "no stop for the override of bafk");
	overrides[0] = (struct kernel_override){filter, 0};
	refuses(routing, "a handler sends to the next in the chain");
	routing.override_count = 0;
	stops[1] = (struct kernel_stop){.program = store, .next = NONE};
	refuses(routing, "one program at two stops: bafk");
	stops[1] = (struct kernel_stop){.is_kernel = true, .next = NONE};
	refuses(routing, "the kernel does not handle this interface");
	routing.stop_count = ROUTING_STOPS_MAX + 1;
	refuses(routing, "too many handlers");
	asks(client, "x");
	serves(registers(&store), "x");
}

static void some_interfaces_cannot_be_given_away(void **state)
{
	static const struct digest of_process = {PROCESS_DIGEST};
	static const struct digest of_loader = {LOADER_DIGEST};
	const struct digest *fixed[] = {&of_interface, &of_process, &of_loader};
	const struct kernel_stop stop = {.program = store, .next = KERNEL_STOP_NONE};
	for (int i = 0; i < 3; i++) {
		struct kernel_routing routing = {
		    .interface = *fixed[i], .stops = &stop, .stop_count = 1};
		assert_int_equal(kernel_set_routing(kernel, &routing, &fault), STATUS_INVALID);
		assert_true(fault.text[0] != '\0');
	}
}

static void without_memory_nothing_is_half_applied(void **state)
{
	leads_to(&store);
	for (uint64_t granted = 0;; granted++) {
		uint64_t epoch = kernel->exchange.epoch;
		const struct kernel_stop stops[] = {{.program = other, .next = 1},
						    {.program = filter, .next = KERNEL_STOP_NONE}};
		const struct kernel_override override = {client_program, 1};
		struct kernel_routing routing = {
		    .stops = stops, .stop_count = 2, .overrides = &override, .override_count = 1};
		test_port_refuse_after = test_port_allocations + granted;
		enum status status = route(routing);
		test_port_refuse_after = UINT64_MAX;
		if (status == STATUS_OK)
			break;
		assert_int_equal(status, STATUS_NO_MEMORY);
		assert_int_equal(kernel->exchange.epoch, epoch);
		assert_non_null(stop_of(&store));
		assert_null(stop_of(&other));
	}
	assert_null(stop_of(&store));
	assert_non_null(stop_of(&other));
}

#define test(sentence) cmocka_unit_test_setup_teardown(sentence, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(an_override_is_for_its_program_alone),
	    test(a_handler_sends_to_the_next_in_the_chain),
	    test(another_process_of_a_handlers_program_sends_to_the_next_too),
	    test(an_override_may_lead_to_nobody),
	    test(a_handler_starts_once_for_all_its_stops),
	    test(a_program_may_stand_before_the_kernel),
	    test(what_waits_for_a_filter_goes_to_the_kernel_when_that_is_taken_out),
	    test(the_kernel_can_be_routed_around_and_back),
	    test(a_service_that_was_led_away_from_is_told_of_the_end),
	    test(a_service_is_told_of_an_end_once),
	    test(a_watching_handler_that_was_led_away_from_is_told_of_the_end),
	    test(what_was_not_taken_goes_to_the_successor),
	    test(a_message_without_an_answer_does_not_hide_the_change),
	    test(a_successor_that_keeps_the_state_has_not_changed),
	    test(what_was_held_goes_to_the_successor),
	    test(a_stop_that_stays_keeps_everything),
	    test(a_waiting_handler_is_told_at_once),
	    test(without_a_successor_what_waits_has_no_handler),
	    test(what_a_dead_sender_left_goes_to_the_successor_too),
	    test(a_handler_that_ends_after_it_was_retired_owes_what_it_has_taken),
	    test(a_message_that_moved_can_be_cancelled),
	    test(room_is_told_when_a_full_handler_goes),
	    test(a_handler_is_swapped_a_thousand_times_under_load),
	    test(five_starts_within_ten_seconds_are_enough),
	    test(a_new_routing_forgives_crashes),
	    test(a_launch_has_routes_that_nobody_else_sees),
	    test(what_a_launch_names_for_one_interface_is_a_chain),
	    test(handlers_of_a_launch_end_with_it),
	    test(a_process_that_was_started_in_a_launch_keeps_it),
	    test(a_launch_cannot_name_what_is_fixed_nor_one_program_twice),
	    test(any_stop_of_its_program_is_open_to_a_process),
	    test(a_stop_of_a_launch_is_open_to_its_processes_alone),
	    test(what_makes_no_sense_is_refused_and_changes_nothing),
	    test(some_interfaces_cannot_be_given_away),
	    test(without_memory_nothing_is_half_applied),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

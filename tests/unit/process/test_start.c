/* How a program gets from its CID to a running process: blocks, loaders that lie, code that is
 * shared. */
#include "archive.h"

#include <cairn/loader.h>

#include "core/dag.h"

enum { ASKS = CAIRN_SEND_ANSWER, BLOCKS = CAIRN_WAIT_BLOCK };

static const struct puppet_ids incoming = {{CAIRN_ID_INCOMING}};
static const struct digest of_loader = {LOADER_DIGEST};

static struct kernel *kernel;
static struct archive archive;
static struct block_list store; /* what the loader can get */

/* How the last process ended. */
static struct kernel_end told;
static uint32_t told_count;

static void on_ended(void *context, const struct kernel_end *end)
{
	told = *end;
	told_count++;
}

static int set_up(void **state)
{
	struct fault fault;
	told_count = 0;
	kernel = stage_create(NULL);
	archive_add_program(&archive, "loader", "P loader");
	archive_add_digest(&archive, "handles", "loader", &of_loader);
	assert_int_equal(archive_boot(&archive, kernel, &fault), STATUS_OK);
	return 0;
}

static int tear_down(void **state)
{
	stage_destroy(kernel);
	archive_reset(&archive);
	block_list_reset(&store);
	return 0;
}

static uint64_t start(struct cid program)
{
	struct kernel_start order = {.program = program, .ended = on_ended};
	uint64_t pid;
	assert_int_equal(kernel_start(kernel, &order, &pid), STATUS_OK);
	stage_settle(kernel);
	return pid;
}

/* The loader, which was started by the first request, and has registered now. */
static struct puppet *loader(void)
{
	struct stop *stop = router_find(&kernel->exchange.router, &of_loader)->first;
	if (stop->handler == NULL) {
		struct party *party = stop->starting;
		assert_non_null(party);
		assert_int_equal(
		    stop_register(&kernel->exchange, stop, party, (struct stop_options){0}),
		    STATUS_OK);
	}
	return process_of_party(stop->handler)->instance;
}

/* The CID that the loader's last message asks for. */
static struct cid asked(const struct puppet *puppet)
{
	struct loader_get_call get;
	struct cid cid;
	struct fault fault;
	assert_int_equal(puppet->note.process, 0);
	assert_int_equal(loader_get_decode(puppet_body(puppet), puppet->note.length, &get),
			 WIRE_OK);
	assert_int_equal(cid_from_binary(get.cid.data, get.cid.size, &cid, &fault), STATUS_OK);
	return cid;
}

static void answer_bytes(struct puppet *puppet, uint64_t id, const void *data, size_t size)
{
	uint32_t part[2] = {AT_BODY, (uint32_t)size};
	memcpy(puppet->memory + AT_BODY, data, size);
	memcpy(puppet->memory + AT_PARTS, part, sizeof part);
	memcpy(puppet->slots, (uint64_t[]){id, AT_PARTS, 1, 0}, 4 * sizeof(uint64_t));
	assert_int_equal(syscall_answer(puppet->thread, puppet->slots), WASM_HOST_CONTINUE);
	assert_int_equal(puppet->slots[0], 0);
	stage_settle(kernel);
}

static void answer_result(struct puppet *puppet, uint64_t id,
			  const struct loader_bytes_or_error *result)
{
	uint8_t body[6000];
	struct wire_out out = wire_out_over(body, sizeof body);
	loader_get_answer_encode(&out, result);
	assert_true(wire_is_whole(&out));
	answer_bytes(puppet, id, body, (size_t)out.size);
}

static void answer_block(struct puppet *puppet, uint64_t id, const void *data, uint32_t size)
{
	answer_result(puppet, id, &(struct loader_bytes_or_error){.value = {data, size}});
}

static void answer_error(struct puppet *puppet, uint64_t id, enum loader_error error)
{
	answer_result(puppet, id,
		      &(struct loader_bytes_or_error){.is_error = true, .error = error});
}

static void answer_from_store(struct puppet *puppet, uint64_t id, const struct cid *cid)
{
	const struct block *block = block_list_find(&store, cid);
	assert_non_null(block);
	answer_block(puppet, id, block->data, (uint32_t)block->size);
}

static bool is_running(uint64_t pid)
{
	struct process *process = kernel_find(kernel, pid);
	return process != NULL && process->state == PROCESS_RUNNING;
}

static void expect_not_started(enum status status, const char *words)
{
	assert_int_equal(told_count, 1);
	assert_int_equal(told.cause, KERNEL_END_NOT_STARTED);
	assert_int_equal(told.status, status);
	if (strstr(told.fault.text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", told.fault.text, words);
}

/* ---- Programs that start ---- */

static void a_program_of_one_block_is_asked_of_the_loader(void **state)
{
	struct cid cid = block_list_put(&store, CID_RAW, "P one", 5);
	uint64_t pid = start(cid);
	assert_false(is_running(pid));
	uint64_t id = puppet_take(loader());
	struct cid wanted = asked(loader());
	assert_true(cid_is_equal(&wanted, &cid));
	answer_from_store(loader(), id, &cid);
	assert_true(is_running(pid));
	assert_int_equal(told_count, 0);
}

/* A file of `count` blocks of ten bytes. */
static struct cid make_file(uint32_t count)
{
	struct node_writer node;
	node_begin(&node, 2);
	node_file_bytes(&node, count * 10);
	for (uint32_t i = 0; i < count; i++) {
		char leaf[11];
		snprintf(leaf, sizeof leaf, "P%09u", i);
		struct cid cid = block_list_put(&store, CID_RAW, leaf, 10);
		node_link(&node, &cid, 10);
	}
	return node_put(&node, &store);
}

static void many_blocks_are_asked_for_at_once_and_may_come_in_any_order(void **state)
{
	enum { COUNT = 50 };
	struct cid root = make_file(COUNT);
	uint64_t pid = start(root);
	answer_from_store(loader(), puppet_take(loader()), &root);
	uint64_t ids[COUNT];
	struct cid cids[COUNT];
	uint32_t count = 0;
	while (puppet_wait(loader(), incoming, 0) > 0) {
		ids[count] = loader()->note.message;
		cids[count++] = asked(loader());
	}
	assert_int_equal(count, DAG_WALK_AHEAD);
	while (count > 0) {
		count--;
		answer_from_store(loader(), ids[count], &cids[count]);
		while (puppet_wait(loader(), incoming, 0) > 0) {
			ids[count] = loader()->note.message;
			cids[count++] = asked(loader());
		}
	}
	assert_true(is_running(pid));
}

static void a_program_that_runs_is_not_fetched_again(void **state)
{
	struct cid cid = block_list_put(&store, CID_RAW, "P one", 5);
	start(cid);
	answer_from_store(loader(), puppet_take(loader()), &cid);
	uint64_t second = start(cid);
	assert_true(is_running(second));
	assert_int_equal(puppet_wait(loader(), incoming, 0), 0);
}

/* Whether its bytes can be got or not: they are known to be those of that name. */
static void one_that_ran_lately_is_not_fetched_again_either(void **state)
{
	kernel->settings.kept_code_bytes = 1 << 20;
	struct cid cid = block_list_put(&store, CID_RAW, "P one", 5);
	uint64_t first = start(cid);
	answer_from_store(loader(), puppet_take(loader()), &cid);
	process_exit(kernel_find(kernel, first), 0);
	stage_settle(kernel);
	block_list_reset(&store);
	assert_true(is_running(start(cid)));
	assert_int_equal(puppet_wait(loader(), incoming, 0), 0);
}

static void one_that_is_fetched_twice_at_a_time_is_loaded_once(void **state)
{
	struct cid root = make_file(2);
	uint64_t first = start(root);
	uint64_t second = start(root);
	while (puppet_wait(loader(), incoming, 0) > 0) {
		struct cid cid = asked(loader());
		answer_from_store(loader(), loader()->note.message, &cid);
	}
	assert_true(is_running(first));
	assert_true(is_running(second));
	assert_ptr_equal(kernel_find(kernel, first)->program, kernel_find(kernel, second)->program);
}

/* Gives the loader's answers to all that is asked until nothing is. */
static void answer_all(void)
{
	while (puppet_wait(loader(), incoming, 0) > 0) {
		struct cid cid = asked(loader());
		answer_from_store(loader(), loader()->note.message, &cid);
	}
}

/* The n-th allocation of those that an answer leads to is refused. True where there was one. */
static bool fetch_with_refusal(const struct cid *root, uint64_t number)
{
	struct cid cid;
	uint64_t pid = start(*root);
	answer_from_store(loader(), puppet_take(loader()), root);
	uint64_t first = puppet_take(loader());
	cid = asked(loader());
	test_port_refuse_after = test_port_allocations + number;
	test_port_refuse_until = test_port_refuse_after + 1;
	answer_from_store(loader(), first, &cid);
	bool was_refused = test_port_allocations > test_port_refuse_after;
	test_port_refuse_after = test_port_refuse_until = UINT64_MAX;
	answer_all();
	assert_int_equal(told_count, 0);
	assert_true(is_running(pid));
	process_exit(kernel_find(kernel, pid), 0);
	stage_settle(kernel);
	told_count = 0;
	return was_refused;
}

static void a_fetch_that_is_refused_memory_starts_over_with_what_is_kept(void **state)
{
	struct cid other = block_list_put(&store, CID_RAW, "P one", 5);
	struct cid root = make_file(40);
	bool was_refused = true;
	for (uint64_t number = 0; was_refused; number++) {
		kernel->settings.kept_code_bytes = 0;
		programs_drop_kept(kernel);
		kernel->settings.kept_code_bytes = 1 << 20;
		uint64_t pid = start(other);
		answer_all();
		process_exit(kernel_find(kernel, pid), 0);
		stage_settle(kernel);
		assert_int_equal(kernel->programs.kept_count, 1);
		told_count = 0;
		was_refused = fetch_with_refusal(&root, number);
		assert_true(number > 0 || was_refused);
		assert_int_equal(kernel->programs.kept_count, was_refused ? 1 : 2);
	}
}

static void a_fetch_goes_on_with_less_under_way_where_limits_are_tight(void **state)
{
	struct kernel_limits limits = kernel_limits_default();
	limits.messages_per_handler = 3;
	kernel->settings.limits = limits;
	struct cid root = make_file(20);
	uint64_t pid = start(root);
	uint32_t count = 0;
	while (puppet_wait(loader(), incoming, 0) > 0) {
		struct cid cid = asked(loader());
		answer_from_store(loader(), loader()->note.message, &cid);
		count++;
	}
	assert_int_equal(count, 21);
	assert_true(is_running(pid));
}

static void an_exit_code_reaches_who_started(void **state)
{
	struct cid cid = block_list_put(&store, CID_RAW, "P one", 5);
	uint64_t pid = start(cid);
	answer_from_store(loader(), puppet_take(loader()), &cid);
	process_exit(kernel_find(kernel, pid), 42);
	stage_settle(kernel);
	assert_int_equal(told_count, 1);
	assert_int_equal(told.cause, KERNEL_END_EXIT);
	assert_int_equal(told.code, 42);
	assert_int_equal(told.process, pid);
}

static void a_process_has_the_memory_that_its_start_says(void **state)
{
	struct kernel_start order = {.program = block_list_put(&store, CID_RAW, "P one", 5)};
	const uint64_t possible[] = {PORT_PAGE_BYTES, 1000000, KERNEL_MEMORY_BYTES_MAX};
	uint64_t pid;
	for (size_t i = 0; i < sizeof possible / sizeof possible[0]; i++) {
		order.memory_bytes = possible[i];
		assert_int_equal(kernel_start(kernel, &order, &pid), STATUS_OK);
		assert_int_equal(kernel_find(kernel, pid)->memory_bytes_max, possible[i]);
	}
	order.memory_bytes = 0;
	assert_int_equal(kernel_start(kernel, &order, &pid), STATUS_OK);
	assert_int_equal(kernel_find(kernel, pid)->memory_bytes_max,
			 kernel_limits_default().memory_bytes);
}

static void no_process_has_memory_that_there_cannot_be(void **state)
{
	struct kernel_start order = {.program = block_list_put(&store, CID_RAW, "P one", 5)};
	const uint64_t impossible[] = {1, PORT_PAGE_BYTES - 1, KERNEL_MEMORY_BYTES_MAX + 1,
				       UINT64_MAX};
	uint64_t pid = 42;
	for (size_t i = 0; i < sizeof impossible / sizeof impossible[0]; i++) {
		order.memory_bytes = impossible[i];
		assert_int_equal(kernel_start(kernel, &order, &pid), STATUS_INVALID);
	}
	assert_int_equal(pid, 42);
	assert_int_equal(kernel->processes.count, 0);
}

/* ---- Programs that do not ---- */

static struct cid some_program(void)
{
	return block_list_put(&store, CID_RAW, "P one", 5);
}

static void expect_complaint(enum status status, const char *words)
{
	struct cid cid = some_program();
	char name[CID_TEXT_BYTES];
	cid_to_text(&cid, name);
	expect_not_started(status, name);
	expect_not_started(status, words);
}

static void what_the_loader_does_not_find_is_named(void **state)
{
	start(some_program());
	answer_error(loader(), puppet_take(loader()), LOADER_ERROR_NOT_FOUND);
	expect_complaint(STATUS_NOT_FOUND, "not found");
}

static void other_bytes_than_those_asked_for_are_corrupt(void **state)
{
	start(some_program());
	answer_block(loader(), puppet_take(loader()), "P two", 5);
	expect_complaint(STATUS_CORRUPT, "hash");
}

/* Made by hand: bindings would not encode these. */
static void an_answer_that_does_not_decode_is_the_loaders_fault(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} malformed[] = {{"", 0},
			 {"\0", 1},
			 {"\0\5\0\0\0P one!", 11},
			 {"\0\6\0\0\0P one", 10},
			 {"\1", 1},
			 {"\1\0\0", 3},
			 {"\1\5", 2},
			 {"\2\0", 2},
			 {"\0\377\377\377\377P", 6}};
	for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
		told_count = 0;
		start(some_program());
		answer_bytes(loader(), puppet_take(loader()), malformed[i].bytes,
			     malformed[i].size);
		expect_complaint(STATUS_IO, "malformed");
	}
}

static void a_loader_may_refuse(void **state)
{
	start(some_program());
	uint64_t id = puppet_take(loader());
	puppet_answer(loader(), id, "", CAIRN_ANSWER_REFUSED);
	stage_settle(kernel);
	expect_complaint(STATUS_IO, "refused");
}

static void a_loader_may_end(void **state)
{
	start(some_program());
	struct puppet *first = loader();
	puppet_take(first);
	puppet_kill(first);
	stage_settle(kernel);
	expect_complaint(STATUS_IO, "ended before it answered");
}

static void a_loader_that_never_registers_could_not_be_started(void **state)
{
	start(some_program());
	struct stop *stop = router_find(&kernel->exchange.router, &of_loader)->first;
	process_kill(process_of_party(stop->starting));
	stage_settle(kernel);
	expect_complaint(STATUS_IO, "could not be started");
}

static void without_a_loader_only_boot_programs_start(void **state)
{
	struct kernel *other = stage_create(NULL);
	struct kernel *with_loader = kernel;
	kernel = other;
	start(some_program());
	expect_complaint(STATUS_NOT_FOUND, "no loader is configured");
	kernel = with_loader;
	kernel_destroy(other);
}

static void what_lies_in_the_archive_without_a_name_comes_from_the_loader(void **state)
{
	struct archive more = {0};
	struct kernel *other = stage_create(NULL);
	struct kernel *with_loader = kernel;
	struct fault fault;
	struct cid named = archive_add_program(&more, "named", "P named");
	struct cid nameless = block_list_put(&more.blocks, CID_RAW, "P nameless", 10);
	assert_int_equal(archive_boot(&more, other, &fault), STATUS_OK);
	kernel = other;
	start(named);
	assert_int_equal(told_count, 0);
	start(nameless);
	expect_not_started(STATUS_NOT_FOUND, "no loader is configured");
	kernel = with_loader;
	kernel_destroy(other);
	archive_reset(&more);
}

static void a_loader_that_is_no_boot_program_cannot_load_itself(void **state)
{
	struct archive lacking = {0};
	struct kernel *other = stage_create(NULL);
	struct kernel *with_loader = kernel;
	struct fault fault;
	archive_add_line(
	    &lacking, "program loader bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy");
	archive_add_digest(&lacking, "handles", "loader", &of_loader);
	assert_int_equal(archive_boot(&lacking, other, &fault), STATUS_OK);
	kernel = other;
	start(some_program());
	expect_complaint(STATUS_IO, "could not be started");
	kernel = with_loader;
	kernel_destroy(other);
	archive_reset(&lacking);
}

static void bytes_that_are_no_program_end_in_the_engines_words(void **state)
{
	struct cid cid = block_list_put(&store, CID_RAW, "text", 4);
	start(cid);
	answer_from_store(loader(), puppet_take(loader()), &cid);
	expect_not_started(STATUS_MALFORMED, "no puppet");
}

static void a_failed_start_withdraws_what_it_had_asked(void **state)
{
	struct cid root = make_file(10);
	start(root);
	answer_from_store(loader(), puppet_take(loader()), &root);
	uint64_t first = puppet_take(loader());
	uint64_t second = puppet_take(loader());
	answer_error(loader(), first, LOADER_ERROR_CORRUPT);
	expect_not_started(STATUS_IO, "corrupt");
	assert_int_equal(puppet_wait(loader(), incoming, 0), 64);
	assert_int_equal(loader()->note.kind, CAIRN_KIND_CANCELLED);
	assert_int_equal(loader()->note.message, second);
	assert_int_equal(puppet_wait(loader(), incoming, 0), 0);
}

static void a_process_can_be_killed_while_it_starts(void **state)
{
	uint64_t pid = start(some_program());
	puppet_take(loader());
	assert_int_equal(kernel_kill(kernel, pid), STATUS_OK);
	assert_int_equal(kernel_kill(kernel, pid), STATUS_NOT_FOUND);
	stage_settle(kernel);
	assert_int_equal(told_count, 1);
	assert_int_equal(told.cause, KERNEL_END_KILLED);
	assert_int_equal(kernel_kill(kernel, pid), STATUS_NOT_FOUND);
}

static void arguments_are_bounded_and_hold_no_zeros(void **state)
{
	static const uint8_t zero[] = "a\0b";
	struct wasm_name argument = {zero, 3};
	struct kernel_start order = {
	    .program = some_program(), .arguments = &argument, .argument_count = 1};
	uint64_t pid;
	assert_int_equal(kernel_start(kernel, &order, &pid), STATUS_INVALID);
	argument.size = STARTUP_BYTES_MAX + 1;
	assert_int_equal(kernel_start(kernel, &order, &pid), STATUS_LIMIT);
	order.argument_count = STARTUP_STRINGS_MAX + 1;
	assert_int_equal(kernel_start(kernel, &order, &pid), STATUS_LIMIT);
}

#define test(sentence) cmocka_unit_test_setup_teardown(sentence, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(a_program_of_one_block_is_asked_of_the_loader),
	    test(many_blocks_are_asked_for_at_once_and_may_come_in_any_order),
	    test(a_program_that_runs_is_not_fetched_again),
	    test(one_that_ran_lately_is_not_fetched_again_either),
	    test(one_that_is_fetched_twice_at_a_time_is_loaded_once),
	    test(a_fetch_that_is_refused_memory_starts_over_with_what_is_kept),
	    test(a_fetch_goes_on_with_less_under_way_where_limits_are_tight),
	    test(an_exit_code_reaches_who_started),
	    test(a_process_has_the_memory_that_its_start_says),
	    test(no_process_has_memory_that_there_cannot_be),
	    test(what_the_loader_does_not_find_is_named),
	    test(other_bytes_than_those_asked_for_are_corrupt),
	    test(an_answer_that_does_not_decode_is_the_loaders_fault),
	    test(a_loader_may_refuse),
	    test(a_loader_may_end),
	    test(a_loader_that_never_registers_could_not_be_started),
	    test(without_a_loader_only_boot_programs_start),
	    test(what_lies_in_the_archive_without_a_name_comes_from_the_loader),
	    test(a_loader_that_is_no_boot_program_cannot_load_itself),
	    test(bytes_that_are_no_program_end_in_the_engines_words),
	    test(a_failed_start_withdraws_what_it_had_asked),
	    test(a_process_can_be_killed_while_it_starts),
	    test(arguments_are_bounded_and_hold_no_zeros),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

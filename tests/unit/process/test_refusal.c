/*
 * Each allocation is refused once, and all that follow it: whatever the kernel was doing, it goes
 * on, and gives everything back. And each alone: what failed can be done again.
 */
#include "archive.h"

#include <cairn/process.h>
#include <cairn/time.h>

enum { ASKS = CAIRN_SEND_ANSWER, BLOCKS = CAIRN_WAIT_BLOCK, ENOUGH = 10000 };

static const struct digest of_time = {TIME_DIGEST};
static const struct digest of_process = {PROCESS_DIGEST};

static struct archive archive;
static struct cid program;

static void send(struct puppet *puppet, char letter, const void *data, size_t size)
{
	struct digest interface = stage_interface(letter);
	puppet_send_bytes(puppet, &interface, data, size, ASKS);
}

/* The puppet of a process that was started, or NULL. */
static struct puppet *find_puppet(struct kernel *kernel, uint64_t pid)
{
	struct process *process = kernel_find(kernel, pid);
	return process == NULL ? NULL : process->instance;
}

static void sleep_for_ever(struct puppet *puppet)
{
	time_sleep_until_encode(request_cursor(), &(struct time_sleep_until_call){UINT64_MAX});
	struct request request = request_encoded();
	for (int i = 0; i < 20; i++)
		puppet_send_bytes(puppet, &of_time, request.bytes, request.size, ASKS);
}

static void start_child(struct puppet *puppet)
{
	uint8_t cid[CID_BINARY_BYTES];
	cid_to_binary(&program, cid);
	process_start_encode(request_cursor(),
			     &(struct process_start_call){.program = {cid, sizeof cid}});
	struct request request = request_encoded();
	puppet_send_bytes(puppet, &of_process, request.bytes, request.size, ASKS);
}

/* Waits for many ids, so that the entries do not fit the thread's own. */
static void wait_for_many(struct puppet *puppet)
{
	for (uint64_t i = 0; i < 8; i++)
		memcpy(puppet->memory + AT_IDS + 8 * i, &(uint64_t){1 + i % 3}, 8);
	memcpy(puppet->slots, (uint64_t[]){AT_IDS, 8, AT_OUT, 1000, BLOCKS}, sizeof puppet->slots);
	if (syscall_wait(puppet->thread, puppet->slots) == WASM_HOST_CONTINUE &&
	    (int32_t)puppet->slots[0] < 0)
		assert_int_equal((int32_t)puppet->slots[0], CAIRN_LIMIT);
}

/* What two programs and a handler of the archive may say to each other. */
static void converse(struct kernel *kernel, struct puppet *puppet)
{
	static const uint8_t large[3000];
	for (int i = 0; i < 20; i++)
		send(puppet, 'b', large, i % 2 == 0 ? 10 : sizeof large);
	stage_settle(kernel);
	struct digest interface = stage_interface('b');
	struct stop *stop = router_find(&kernel->exchange.router, &interface)->first;
	struct party *party = stop->starting;
	struct puppet *server = party == NULL ? NULL : process_of_party(party)->instance;
	if (server != NULL) {
		assert_int_equal(
		    stop_register(&kernel->exchange, stop, party, (struct stop_options){0}),
		    STATUS_OK);
		while (puppet_wait(server, (struct puppet_ids){{1}}, 0) > 0)
			puppet_answer(server, server->note.message,
				      "an answer that is longer than a small body, so that it has "
				      "to lie elsewhere: "
				      "0123456789012345678901234567890123456789",
				      0);
	}
	sleep_for_ever(puppet);
	start_child(puppet);
	stage_settle(kernel);
	while (puppet_wait(puppet, (struct puppet_ids){{CAIRN_ID_ANY_ANSWER}}, 0) > 0) {
	}
	wait_for_many(puppet);
}

static void live(void)
{
	struct kernel_settings settings = {.limits = kernel_limits_default()};
	struct wasm_name argument = {(const uint8_t *)"name", 4};
	struct kernel_start order = {.program = program,
				     .arguments = &argument,
				     .argument_count = 1,
				     .environment = &argument,
				     .environment_count = 1,
				     .grants = {.allow_all = true}};
	struct kernel *kernel;
	struct fault fault;
	uint64_t pid;
	if (kernel_create_with(&settings, &puppet_engine, &kernel) != STATUS_OK)
		return;
	enum status status =
	    kernel_boot(kernel, (const uint8_t *)archive.bytes, archive.size, &fault);
	if (status == STATUS_OK)
		status = kernel_start(kernel, &order, &pid);
	if (status == STATUS_OK) {
		stage_settle(kernel);
		struct puppet *puppet = find_puppet(kernel, pid);
		if (puppet != NULL)
			converse(kernel, puppet);
	} else {
		assert_int_equal(status, STATUS_NO_MEMORY);
	}
	kernel_destroy(kernel);
}

static int set_up(void **state)
{
	test_port_keep_log = true; /* starts that fail are logged */
	struct digest b = stage_interface('b');
	struct kernel *kernel = stage_create(NULL);
	struct fault fault;
	program = archive_add_program(&archive, "server", "P server");
	archive_add_digest(&archive, "handles", "server", &b);
	archive_add_digest(&archive, "grants", "server", &b);
	assert_int_equal(archive_boot(&archive, kernel, &fault), STATUS_OK);
	stage_destroy(kernel);
	return 0;
}

static int tear_down(void **state)
{
	test_port_refuse_after = UINT64_MAX;
	test_port_refuse_until = UINT64_MAX;
	test_port_keep_log = false;
	archive_reset(&archive);
	return 0;
}

static uint64_t count_allocations(void)
{
	test_port_refuse_after = UINT64_MAX;
	test_port_allocations = 0;
	live();
	assert_int_equal(test_port_live_bytes, 0);
	assert_in_range(test_port_allocations, 50, ENOUGH);
	return test_port_allocations;
}

static void memory_that_ends_at_any_moment_loses_nothing(void **state)
{
	uint64_t count = count_allocations();
	for (uint64_t i = 0; i < count; i++) {
		test_port_allocations = 0;
		test_port_refuse_after = i;
		live();
		assert_int_equal(test_port_live_bytes, 0);
	}
}

static void a_single_refusal_at_any_moment_is_survived(void **state)
{
	uint64_t count = count_allocations();
	for (uint64_t i = 0; i < count; i++) {
		test_port_allocations = 0;
		test_port_refuse_after = i;
		test_port_refuse_until = i + 1;
		live();
		assert_int_equal(test_port_live_bytes, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(memory_that_ends_at_any_moment_loses_nothing, set_up,
					    tear_down),
	    cmocka_unit_test_setup_teardown(a_single_refusal_at_any_moment_is_survived, set_up,
					    tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Programs that are WebAssembly: imports, starts, traps, interrupts, and memory that is refused. */
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>

#include <cairn/process.h>

#include "archive.h"
#include "modules.h"

static struct kernel *kernel;
static volatile bool is_running; /* only then may the kernel be interrupted */

static uint64_t memory_given; /* to the next program; 0: nothing is said */
static struct kernel_end told;
static char told_backtrace[512];
static uint32_t told_count;

static void on_ended(void *context, const struct kernel_end *end)
{
	told = *end;
	told_count++;
	snprintf(told_backtrace, sizeof told_backtrace, "%s",
		 end->backtrace == NULL ? "" : end->backtrace);
}

/* An archive whose only program is the module, with the digest in its place. */
static char *make_archive(const uint8_t *module, size_t module_size, size_t *size, struct cid *cid)
{
	static const uint8_t digest[] = PROCESS_DIGEST;
	static const char place[] = "DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD";
	struct block_list blocks = {0};
	uint8_t copy[256];
	char *bytes;
	memcpy(copy, module, module_size);
	uint8_t *found = memmem(copy, module_size, place, sizeof digest);
	if (found != NULL)
		memcpy(found, digest, sizeof digest);
	*cid = block_list_put(&blocks, CID_RAW, copy, module_size);
	char manifest[sizeof "program it " + CID_TEXT_BYTES] = "program it ";
	cid_to_text(cid, manifest + strlen(manifest));
	struct cid root = block_list_put(&blocks, CID_RAW, manifest, strlen(manifest));
	bytes = archive_write(&blocks, &root, size);
	block_list_reset(&blocks);
	return bytes;
}

/* Runs a program to its end, or until the kernel has nothing to do; false where memory was refused
 * before it could be started. */
static bool run_program(const uint8_t *module, size_t module_size, uint64_t until_ns)
{
	struct kernel_settings settings = {.limits = kernel_limits_default()};
	struct kernel_start start = {
	    .ended = on_ended, .grants = {.allow_all = true}, .memory_bytes = memory_given};
	struct fault fault;
	uint64_t pid;
	size_t size;
	char *archive = make_archive(module, module_size, &size, &start.program);
	told_count = 0;
	bool is_started = kernel_create(&settings, &kernel) == STATUS_OK;
	if (is_started) {
		is_started =
		    kernel_boot(kernel, (const uint8_t *)archive, size, &fault) == STATUS_OK &&
		    kernel_start(kernel, &start, &pid) == STATUS_OK;
		is_running = true;
		kernel_run(kernel, until_ns);
		is_running = false;
		kernel_destroy(kernel);
	}
	free(archive);
	assert_int_equal(test_port_live_bytes, 0);
	assert_int_equal(test_port_committed_bytes, 0);
	if (is_started)
		assert_int_equal(told_count, 1);
	return is_started;
}

#define run(module) assert_true(run_program(module, sizeof module, UINT64_MAX))

static void expect_not_started(enum status status, const char *words)
{
	assert_int_equal(told.cause, KERNEL_END_NOT_STARTED);
	assert_int_equal(told.status, status);
	if (strstr(told.fault.text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", told.fault.text, words);
}

/* ---- Programs that run ---- */

static void a_program_leaves_with_its_code(void **state)
{
	run(leaves_with_5);
	assert_int_equal(told.cause, KERNEL_END_EXIT);
	assert_int_equal(told.code, 5);
}

static void one_that_returns_has_ended_well(void **state)
{
	run(returns);
	assert_int_equal(told.cause, KERNEL_END_EXIT);
	assert_int_equal(told.code, 0);
}

static void the_start_function_runs_first(void **state)
{
	run(runs_its_start_function);
	assert_int_equal(told.cause, KERNEL_END_EXIT);
}

static void a_trap_is_told_with_its_backtrace(void **state)
{
	run(traps);
	assert_int_equal(told.cause, KERNEL_END_TRAP);
	assert_string_equal(told.fault.text, "unreachable");
	assert_true(told.fault.offset > 0);
	const char *inner = strstr(told_backtrace, "inner");
	assert_non_null(inner);
	assert_non_null(strstr(inner, "outer"));
}

static void a_trap_in_the_start_function_is_one(void **state)
{
	run(traps_in_its_start_function);
	assert_int_equal(told.cause, KERNEL_END_TRAP);
}

static void memory_that_was_grown_may_be_waited_in(void **state)
{
	run(waits_at_the_end_of_its_memory);
	assert_int_equal(told.cause, KERNEL_END_KILLED); /* by the end of the kernel */
}

static void interrupt(int number)
{
	if (is_running)
		kernel_interrupt(kernel);
}

static void a_program_that_spins_is_taken_off_its_cpu(void **state)
{
	struct itimerval often = {{0, 1000}, {0, 1000}};
	struct itimerval never = {{0, 0}, {0, 0}};
	signal(SIGALRM, interrupt);
	setitimer(ITIMER_REAL, &often, NULL);
	assert_true(run_program(spins, sizeof spins, port_monotonic_ns() + 20000000));
	setitimer(ITIMER_REAL, &never, NULL);
	assert_int_equal(told.cause, KERNEL_END_KILLED);
}

/* ---- Programs that do not ---- */

static void an_import_that_nobody_supplies_is_named(void **state)
{
	run(imports_nonsense);
	expect_not_started(STATUS_UNLINKABLE, "\"cairn\" \"fly\"");
	run(imports_from_elsewhere);
	expect_not_started(STATUS_UNLINKABLE, "\"elsewhere\" \"send\"");
	run(imports_a_memory);
	expect_not_started(STATUS_UNLINKABLE, "\"cairn\" \"memory\"");
}

static void an_import_of_another_type_is_named(void **state)
{
	run(imports_another_type);
	expect_not_started(STATUS_UNLINKABLE, "send");
}

static void a_program_has_a_start(void **state)
{
	run(has_no_start);
	expect_not_started(STATUS_UNLINKABLE, "exports no function \"_start\"");
	run(starts_with_a_global);
	expect_not_started(STATUS_UNLINKABLE, "exports no function \"_start\"");
	run(starts_with_a_parameter);
	expect_not_started(STATUS_UNLINKABLE, "no parameters");
}

static void data_outside_the_memory_is_a_failed_start(void **state)
{
	run(has_data_outside);
	assert_int_equal(told.cause, KERNEL_END_NOT_STARTED);
	assert_true(told.fault.text[0] != '\0');
}

static void what_is_no_module_is_refused(void **state)
{
	static const uint8_t nonsense[] = "this is no module";
	run(nonsense);
	expect_not_started(STATUS_MALFORMED, "");
	assert_true(told.fault.text[0] != '\0');
}

/* ---- How much memory a program may have ---- */

enum { PAGE = PORT_PAGE_BYTES };

static int say_nothing_of_memory(void **state)
{
	memory_given = 0;
	return 0;
}

static void one_that_begins_with_more_is_told_both_numbers(void **state)
{
	memory_given = PAGE;
	run(begins_with_two_pages);
	expect_not_started(STATUS_LIMIT, "it needs 128 KiB of memory and may have 64 KiB");
	assert_int_equal(told.memory_bytes, 2 * PAGE);
	run(shares_two_pages);
	expect_not_started(STATUS_LIMIT, "it needs 128 KiB of memory and may have 64 KiB");
	assert_int_equal(told.memory_bytes, 2 * PAGE);
	memory_given = 2 * PAGE - 1;
	run(begins_with_two_pages);
	expect_not_started(STATUS_LIMIT, "may have 131071 bytes");
}

static void one_that_begins_with_as_much_runs(void **state)
{
	memory_given = 2 * PAGE;
	run(begins_with_two_pages);
	assert_int_equal(told.cause, KERNEL_END_EXIT);
	assert_int_equal(told.memory_bytes, 0);
	run(shares_two_pages);
	assert_int_equal(told.cause, KERNEL_END_EXIT);
}

static void a_memory_grows_as_far_as_it_may_and_no_further(void **state)
{
	memory_given = 2 * PAGE;
	run(grows_to_two_pages);
	assert_int_equal(told.cause, KERNEL_END_EXIT);
	memory_given = 3 * PAGE - 1;
	run(grows_to_two_pages);
	assert_int_equal(told.cause, KERNEL_END_EXIT);
	memory_given = 3 * PAGE;
	run(grows_to_two_pages);
	assert_int_equal(told.cause, KERNEL_END_TRAP);
	memory_given = PAGE;
	run(grows_to_two_pages);
	assert_int_equal(told.cause, KERNEL_END_TRAP);
}

static void what_is_not_said_is_as_the_kernel_has_it(void **state)
{
	run(grows_to_two_pages);
	assert_int_equal(told.cause, KERNEL_END_TRAP); /* for it gets a third one */
}

/* ---- Memory that is refused ---- */

static void refuse_each(const uint8_t *module, size_t size, uint64_t width)
{
	test_port_allocations = 0;
	assert_true(run_program(module, size, UINT64_MAX));
	uint64_t count = test_port_allocations;
	assert_in_range(count, 10, 1000);
	for (uint64_t i = 0; i < count; i++) {
		test_port_allocations = 0;
		test_port_refuse_after = i;
		test_port_refuse_until = width == 0 ? UINT64_MAX : i + width;
		run_program(module, size, UINT64_MAX);
	}
	test_port_refuse_after = UINT64_MAX;
	test_port_refuse_until = UINT64_MAX;
}

static void memory_that_is_refused_at_any_moment_is_survived(void **state)
{
	refuse_each(leaves_with_5, sizeof leaves_with_5, 0);
	refuse_each(leaves_with_5, sizeof leaves_with_5, 1);
	refuse_each(waits_at_the_end_of_its_memory, sizeof waits_at_the_end_of_its_memory, 1);
	refuse_each(imports_nonsense, sizeof imports_nonsense, 1);
	refuse_each(traps, sizeof traps, 1);
}

/* Code that nobody runs. */
static void keep_other(void)
{
	static const struct cid cid = {.codec = CID_RAW};
	const struct wasm_name bytes = {returns, sizeof returns};
	struct program *program;
	struct fault fault;
	assert_int_equal(program_load(kernel, &cid, &bytes, &program, &fault), STATUS_OK);
	program_release(program);
	assert_int_equal(kernel_kept(kernel).programs, 1);
}

/* From the start to the end the n-th allocation is refused. True where there was one. */
static bool run_with_refusal(const char *archive, size_t size, const struct kernel_start *order,
			     uint64_t number)
{
	struct kernel_settings settings = {.limits = kernel_limits_default(),
					   .kept_code_bytes = 1 << 20};
	struct fault fault;
	uint64_t pid;
	assert_int_equal(kernel_create(&settings, &kernel), STATUS_OK);
	assert_int_equal(kernel_boot(kernel, (const uint8_t *)archive, size, &fault), STATUS_OK);
	keep_other();
	assert_int_equal(kernel_start(kernel, order, &pid), STATUS_OK);
	test_port_refuse_after = test_port_allocations + number;
	test_port_refuse_until = test_port_refuse_after + 1;
	kernel_run(kernel, UINT64_MAX);
	bool was_refused = test_port_allocations > test_port_refuse_after;
	test_port_refuse_after = test_port_refuse_until = UINT64_MAX;
	/* Its own is kept by now. */
	assert_int_equal(kernel_kept(kernel).programs, was_refused ? 1 : 2);
	kernel_destroy(kernel);
	assert_int_equal(test_port_live_bytes, 0);
	return was_refused;
}

static void what_a_program_is_refused_comes_from_what_is_kept(void **state)
{
	struct kernel_start order = {.ended = on_ended};
	size_t size;
	char *archive =
	    make_archive(grows_its_memory, sizeof grows_its_memory, &size, &order.program);
	bool was_refused = true;
	for (uint64_t number = 0; was_refused; number++) {
		told_count = 0;
		was_refused = run_with_refusal(archive, size, &order, number);
		assert_int_equal(told_count, 1);
		assert_int_equal(told.cause, KERNEL_END_EXIT);
		assert_true(was_refused || number > 10);
	}
	free(archive);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_program_leaves_with_its_code),
	    cmocka_unit_test(one_that_returns_has_ended_well),
	    cmocka_unit_test(the_start_function_runs_first),
	    cmocka_unit_test(a_trap_is_told_with_its_backtrace),
	    cmocka_unit_test(a_trap_in_the_start_function_is_one),
	    cmocka_unit_test(memory_that_was_grown_may_be_waited_in),
	    cmocka_unit_test(a_program_that_spins_is_taken_off_its_cpu),
	    cmocka_unit_test(an_import_that_nobody_supplies_is_named),
	    cmocka_unit_test(an_import_of_another_type_is_named),
	    cmocka_unit_test(a_program_has_a_start),
	    cmocka_unit_test(data_outside_the_memory_is_a_failed_start),
	    cmocka_unit_test(what_is_no_module_is_refused),
	    cmocka_unit_test_setup(one_that_begins_with_more_is_told_both_numbers,
				   say_nothing_of_memory),
	    cmocka_unit_test_setup(one_that_begins_with_as_much_runs, say_nothing_of_memory),
	    cmocka_unit_test_setup(a_memory_grows_as_far_as_it_may_and_no_further,
				   say_nothing_of_memory),
	    cmocka_unit_test_setup(what_is_not_said_is_as_the_kernel_has_it, say_nothing_of_memory),
	    cmocka_unit_test_setup(memory_that_is_refused_at_any_moment_is_survived,
				   say_nothing_of_memory),
	    cmocka_unit_test_setup(what_a_program_is_refused_comes_from_what_is_kept,
				   say_nothing_of_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

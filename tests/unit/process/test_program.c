/* Code that is shared, and kept when nobody runs it any more: what stays, what goes, and when. */
#include "archive.h"
#include "kernel_limits.h"

static struct kernel *kernel;
static struct archive archive;
static struct cid programs[4]; /* of the archive */

static uint64_t one; /* what is counted for a program whose code has 1000 bytes */

static uint32_t told_count;

static void on_ended(void *context, const struct kernel_end *end)
{
	told_count++;
}

static int set_up(void **state)
{
	static const char *const names[] = {"a", "b", "c", "d"};
	static const char *const bytes[] = {"P a", "P b", "P c", "P d"};
	struct fault fault;
	puppet_code_bytes = 1000;
	puppet_loads = puppet_unloads = 0;
	one = 1000 + sizeof(struct program);
	kernel = stage_create(NULL);
	kernel->settings.kept_code_bytes = 3 * one;
	for (int i = 0; i < 4; i++)
		programs[i] = archive_add_program(&archive, names[i], bytes[i]);
	assert_int_equal(archive_boot(&archive, kernel, &fault), STATUS_OK);
	return 0;
}

static int tear_down(void **state)
{
	test_port_refuse_after = test_port_refuse_until = UINT64_MAX;
	test_port_keep_log = false;
	puppet_section = (struct wasm_name){0};
	stage_destroy(kernel);
	archive_reset(&archive);
	assert_int_equal(puppet_loads, puppet_unloads);
	return 0;
}

static struct process *start(char letter)
{
	struct kernel_start order = {.program = programs[letter - 'a'], .ended = on_ended};
	uint64_t pid;
	assert_int_equal(kernel_start(kernel, &order, &pid), STATUS_OK);
	stage_settle(kernel);
	struct process *process = kernel_find(kernel, pid);
	assert_non_null(process);
	assert_int_equal(process->state, PROCESS_RUNNING);
	return process;
}

static void end(struct process *process)
{
	process_exit(process, 0);
	stage_settle(kernel);
}

static void run(const char *letters)
{
	for (; *letters != '\0'; letters++)
		end(start(*letters));
}

/* Runs a program; whether it had to be loaded. */
static bool loads(char letter)
{
	uint32_t before = puppet_loads;
	end(start(letter));
	return puppet_loads > before;
}

static void expect_kept(uint32_t count, uint64_t bytes)
{
	struct kernel_kept kept = kernel_kept(kernel);
	assert_int_equal(kept.programs, count);
	assert_int_equal(kept.bytes, bytes);
}

/* ---- What stays ---- */

static void one_that_ran_lately_is_not_loaded_again(void **state)
{
	assert_true(loads('a'));
	expect_kept(1, one);
	struct process *first = start('a');
	expect_kept(0, 0);
	struct process *second = start('a');
	assert_ptr_equal(first->program, second->program);
	assert_int_equal(first->program->references, 2);
	end(first);
	expect_kept(0, 0);
	end(second);
	expect_kept(1, one);
	assert_int_equal(puppet_loads, 1);
}

static void the_one_that_was_used_the_longest_ago_goes_first(void **state)
{
	run("abc");
	expect_kept(3, 3 * one);
	run("a");
	run("d");
	expect_kept(3, 3 * one);
	assert_int_equal(puppet_loads, 4);
	assert_int_equal(puppet_unloads, 1);
	assert_false(loads('c'));
	assert_false(loads('a'));
	assert_false(loads('d'));
	assert_true(loads('b'));
	assert_true(loads('c'));
}

static void what_counts_is_bytes(void **state)
{
	run("abc");
	puppet_code_bytes = 2000;
	run("d");
	expect_kept(2, 2 * one + 1000);
	assert_false(loads('c'));
	assert_true(loads('b'));
}

static void one_that_is_too_large_drives_out_no_others(void **state)
{
	run("ab");
	puppet_code_bytes = 4000;
	run("c");
	expect_kept(2, 2 * one);
	assert_true(loads('c'));
	assert_false(loads('a'));
}

static void where_nothing_is_to_be_kept_nothing_is(void **state)
{
	kernel->settings.kept_code_bytes = 0;
	run("aba");
	expect_kept(0, 0);
	assert_int_equal(puppet_loads, 3);
	assert_int_equal(puppet_unloads, 3);
}

static void code_that_is_in_use_never_goes(void **state)
{
	struct process *process = start('a');
	const struct program *program = process->program;
	kernel->settings.kept_code_bytes = one;
	run("bcd");
	assert_int_equal(puppet_unloads, 2);
	assert_true(programs_drop_kept(kernel));
	assert_false(programs_drop_kept(kernel));
	assert_int_equal(puppet_unloads, 3);
	assert_ptr_equal(process->program, program);
	struct process *second = start('a');
	assert_ptr_equal(second->program, program);
	assert_int_equal(puppet_loads, 4);
}

/* A program that is loaded without a process. */
static struct program *load(uint32_t number)
{
	struct cid cid = cid_of_block(CID_RAW, &number, sizeof number);
	struct program *program;
	struct fault fault;
	struct wasm_name bytes = {(const uint8_t *)"P", 1};
	assert_int_equal(program_load(kernel, &cid, &bytes, &program, &fault), STATUS_OK);
	return program;
}

static void they_are_not_too_many_to_be_looked_through(void **state)
{
	kernel->settings.kept_code_bytes = UINT64_MAX;
	for (uint32_t i = 0; i < PROGRAMS_KEPT_MAX + 10; i++)
		program_release(load(i));
	expect_kept(PROGRAMS_KEPT_MAX, PROGRAMS_KEPT_MAX * one);
	assert_int_equal(puppet_unloads, 10);
}

static uint32_t nested;

static void load_meanwhile(void)
{
	puppet_meanwhile = NULL;
	program_release(load(nested));
}

static void keep_meanwhile(void)
{
	puppet_meanwhile = NULL;
	load(nested);
}

static void of_one_that_is_loaded_twice_at_a_time_one_copy_stays(void **state)
{
	nested = 7;
	puppet_meanwhile = keep_meanwhile;
	struct program *program = load(7);
	assert_int_equal(puppet_loads, 2);
	assert_int_equal(puppet_unloads, 1);
	assert_int_equal(program->references, 2);
	program_release(program);
	program_release(program);
	expect_kept(1, one);
	/* Nobody else may run it any more by then. */
	programs_drop_kept(kernel);
	puppet_meanwhile = load_meanwhile;
	program = load(7);
	assert_int_equal(program->references, 1);
	expect_kept(0, 0);
	program_release(program);
	expect_kept(1, one);
}

/* ---- Memory that is refused ---- */

/* Whether the start gets as far as to a process. Its n-th allocation is refused. */
static bool start_with_refusal(char letter, uint64_t number, uint64_t *pid)
{
	struct kernel_start order = {.program = programs[letter - 'a'], .ended = on_ended};
	test_port_refuse_after = test_port_allocations + number;
	test_port_refuse_until = test_port_refuse_after + 1;
	bool is_created = kernel_start(kernel, &order, pid) == STATUS_OK;
	stage_settle(kernel);
	return is_created;
}

static void a_start_that_is_refused_memory_gets_what_is_kept(void **state)
{
	uint32_t refused = 0;
	for (uint64_t number = 0;; number++) {
		run("ab");
		told_count = 0;
		uint64_t pid;
		bool is_created = start_with_refusal('c', number, &pid);
		bool was_refused = test_port_allocations > test_port_refuse_after;
		test_port_refuse_after = test_port_refuse_until = UINT64_MAX;
		if (!is_created)
			continue;
		struct process *process = kernel_find(kernel, pid);
		assert_int_equal(told_count, 0);
		assert_int_equal(process->state, PROCESS_RUNNING);
		if (was_refused)
			expect_kept(0, 0);
		else
			expect_kept(2, 2 * one);
		end(process);
		programs_drop_kept(kernel);
		refused += was_refused;
		if (!was_refused)
			break;
	}
	/* The fetch, its walk, the file, the program and the thread, at least. */
	assert_in_range(refused, 5, 1000);
}

static void where_nothing_is_kept_it_fails_as_ever(void **state)
{
	struct kernel_start order = {.program = programs[0], .ended = on_ended};
	uint64_t pid;
	told_count = 0;
	assert_int_equal(kernel_start(kernel, &order, &pid), STATUS_OK);
	test_port_refuse_after = test_port_allocations;
	stage_settle(kernel);
	assert_int_equal(told_count, 1);
	assert_null(kernel_find(kernel, pid));
}

static void one_whose_statement_could_not_be_read_for_want_of_memory_is_not_kept(void **state)
{
	static const char stated[] =
	    "6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b";
	puppet_section = (struct wasm_name){(const uint8_t *)stated, sizeof stated - 1};
	test_port_keep_log = true;
	test_port_refuse_after = test_port_allocations + 1;
	test_port_refuse_until = test_port_refuse_after + 1;
	struct program *program = load(1);
	assert_int_equal(program->uses.count, 0);
	program_release(program);
	expect_kept(0, 0);
	program = load(1);
	assert_int_equal(program->uses.count, 1);
	program_release(program);
	assert_int_equal(kernel_kept(kernel).programs, 1);
	assert_true(kernel_kept(kernel).bytes > one);
}

#define test(sentence) cmocka_unit_test_setup_teardown(sentence, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(one_that_ran_lately_is_not_loaded_again),
	    test(the_one_that_was_used_the_longest_ago_goes_first),
	    test(what_counts_is_bytes),
	    test(one_that_is_too_large_drives_out_no_others),
	    test(where_nothing_is_to_be_kept_nothing_is),
	    test(code_that_is_in_use_never_goes),
	    test(they_are_not_too_many_to_be_looked_through),
	    test(of_one_that_is_loaded_twice_at_a_time_one_copy_stays),
	    test(a_start_that_is_refused_memory_gets_what_is_kept),
	    test(where_nothing_is_kept_it_fails_as_ever),
	    test(one_whose_statement_could_not_be_read_for_want_of_memory_is_not_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

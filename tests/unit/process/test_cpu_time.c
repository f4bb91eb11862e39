/* CPU time, counted by a sample of the turns. */
#include "puppet.h"

#include "cpu_time.h"

static struct cpu cpu;

static int set_up(void **state)
{
	cpu = (struct cpu){0};
	test_port_taken_ns = 0;
	test_port_stands_still = true; /* A pause of the host's would be a turn's. */
	return 0;
}

/* A turn of that length, and a moment until the next one, for the last bits of the clock. */
static void turn(struct cpu_time *time, uint64_t ns)
{
	static uint32_t random = 1;
	bool is_sampled = cpu_time_begin(time, &cpu);
	test_port_ahead_ns += ns;
	cpu_time_end(time, &cpu, is_sampled);
	random = random * 1664525 + 1013904223;
	test_port_ahead_ns += random >> 24;
}

static void is_about(uint64_t value, uint64_t expected)
{
	assert_in_range(value, expected * 9 / 10, expected * 11 / 10);
}

static void turns_of_one_length_are_counted_by_a_few(void **state)
{
	struct cpu_time time = {0};
	for (int i = 0; i < 10000; i++)
		turn(&time, 50000);
	is_about(cpu_time_ns(&time), 10000 * UINT64_C(50000));
	assert_in_range(time.sampled_turns, 10000 / 96, 10000 / 32 + 1);
}

static void a_single_turn_is_counted(void **state)
{
	struct cpu_time time = {0};
	turn(&time, 1000000);
	is_about(cpu_time_ns(&time), 1000000);
}

static void short_and_long_ones_are_told_apart_by_process(void **state)
{
	struct cpu_time quick = {0};
	struct cpu_time slow = {0};
	for (int i = 0; i < 10000; i++) {
		turn(&quick, 2000);
		turn(&slow, 100000);
	}
	is_about(cpu_time_ns(&slow), 10000 * UINT64_C(100000));
	assert_in_range(cpu_time_ns(&quick), 10000 * UINT64_C(1900), 10000 * UINT64_C(4000));
}

static void what_was_cut_off_does_not_count_for_others(void **state)
{
	struct cpu_time time = {0};
	for (int i = 0; i < 200; i++) {
		cpu.read_ns = port_monotonic_ns();
		atomic_store(&cpu.was_interrupted, true);
		turn(&time, 5000000);
		atomic_store(&cpu.was_interrupted, false);
		for (int k = 0; k < 20; k++)
			turn(&time, 20000);
	}
	is_about(cpu_time_ns(&time), 200 * (UINT64_C(5000000) + 20 * 20000));
}

/* Others have had the CPU since the clock was read, and then the queue was looked at. */
static void what_others_had_before_does_not_count_for_who_is_cut_off(void **state)
{
	struct cpu_time time = {0};
	atomic_store(&cpu.was_interrupted, true);
	for (int i = 0; i < 100; i++) {
		cpu.read_ns = port_monotonic_ns();
		test_port_ahead_ns += 6000000;
		cpu.charged_ns = port_monotonic_ns();
		turn(&time, 4000000);
	}
	atomic_store(&cpu.was_interrupted, false);
	is_about(cpu_time_ns(&time), 100 * UINT64_C(4000000));
}

static void take_turns_beside_others(bool are_cut_off)
{
	struct cpu_time time = {0};
	atomic_store(&cpu.was_interrupted, are_cut_off);
	for (int i = 0; i < 1000; i++) {
		test_port_ahead_ns += 10000000;
		test_port_taken_ns += 10000000;
		turn(&time, 50000);
	}
	atomic_store(&cpu.was_interrupted, false);
	is_about(cpu_time_ns(&time), 1000 * UINT64_C(50000));
}

static void what_the_host_gives_to_others_does_not_count(void **state)
{
	take_turns_beside_others(false);
	take_turns_beside_others(true);
}

#define test(sentence) cmocka_unit_test_setup_teardown(sentence, set_up, NULL)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(turns_of_one_length_are_counted_by_a_few),
	    test(a_single_turn_is_counted),
	    test(short_and_long_ones_are_told_apart_by_process),
	    test(what_was_cut_off_does_not_count_for_others),
	    test(what_others_had_before_does_not_count_for_who_is_cut_off),
	    test(what_the_host_gives_to_others_does_not_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

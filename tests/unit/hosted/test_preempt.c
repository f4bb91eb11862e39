/* The timer that interrupts a running program: it counts CPU time, and only while it is started. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/port.h"
#include "preempt.h"

static volatile int interrupt_count;
static struct kernel *volatile interrupted_kernel;

/* The kernel's own function, as the handler calls it. */
void kernel_interrupt(struct kernel *kernel)
{
	interrupted_kernel = kernel;
	interrupt_count++;
}

static struct kernel *const some_kernel = (struct kernel *)&interrupt_count;

static int set_up(void **state)
{
	interrupt_count = 0;
	return preempt_create(some_kernel) != STATUS_OK;
}

static int tear_down(void **state)
{
	preempt_destroy();
	return 0;
}

static uint64_t cpu_time_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void burn(uint64_t for_ns)
{
	uint64_t begin = cpu_time_ns();
	while (cpu_time_ns() - begin < for_ns)
		;
}

/*
 * Runs until it was interrupted so often. How soon is not for a test to say: the host looks at such
 * a timer when its own clock ticks, and where it is a guest itself, the time that others take from
 * it counts as used. Interrupts that are due by then come as one.
 */
static void burn_until_interrupted(int times)
{
	uint64_t begin = cpu_time_ns();
	while (interrupt_count < times && cpu_time_ns() - begin < 60 * 1000000000ull)
		;
}

static void a_program_that_runs_on_is_interrupted_again_and_again(void **state)
{
	uint64_t begin = cpu_time_ns();
	preempt_start();
	burn_until_interrupted(10);
	preempt_stop();
	assert_ptr_equal(interrupted_kernel, some_kernel);
	assert_in_range(interrupt_count, 10, (cpu_time_ns() - begin) / PREEMPT_SLICE_NS + 1);
}

static void time_asleep_does_not_count(void **state)
{
	uint64_t begin = cpu_time_ns();
	preempt_start();
	usleep(500 * 1000);
	preempt_stop();
	assert_in_range(interrupt_count, 0, (cpu_time_ns() - begin) / PREEMPT_SLICE_NS);
}

static void nothing_is_interrupted_while_it_is_stopped(void **state)
{
	preempt_start();
	preempt_stop();
	int before = interrupt_count;
	burn(100 * 1000 * 1000);
	assert_int_equal(interrupt_count, before);
}

static void it_can_be_created_again(void **state)
{
	preempt_destroy();
	assert_int_equal(preempt_create(some_kernel), STATUS_OK);
	preempt_start();
	burn_until_interrupted(1);
	assert_true(interrupt_count > 0);
}

static void it_comes_through_where_all_signals_were_blocked(void **state)
{
	sigset_t all, before;
	preempt_destroy();
	sigfillset(&all);
	assert_int_equal(pthread_sigmask(SIG_SETMASK, &all, &before), 0);
	assert_int_equal(preempt_create(some_kernel), STATUS_OK);
	preempt_start();
	burn_until_interrupted(1);
	assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
	assert_true(interrupt_count > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_program_that_runs_on_is_interrupted_again_and_again),
	    TEST(time_asleep_does_not_count),
	    TEST(nothing_is_interrupted_while_it_is_stopped),
	    TEST(it_can_be_created_again),
	    TEST(it_comes_through_where_all_signals_were_blocked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

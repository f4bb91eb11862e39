/* The timer that interrupts a running program: it counts CPU time, and only while it is started. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
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

static void burn(clockid_t clock, uint64_t for_ns)
{
	struct timespec start, now;
	clock_gettime(clock, &start);
	uint64_t passed_ns;
	do {
		clock_gettime(clock, &now);
		passed_ns = (uint64_t)(now.tv_sec - start.tv_sec) * 1000000000u +
			    (uint64_t)(now.tv_nsec - start.tv_nsec);
	} while (passed_ns < for_ns);
}

static void a_program_that_runs_on_is_interrupted_again_and_again(void **state)
{
	preempt_start();
	burn(CLOCK_THREAD_CPUTIME_ID, 100 * 1000 * 1000);
	preempt_stop();
	assert_ptr_equal(interrupted_kernel, some_kernel);
	assert_in_range(interrupt_count, 3, 11);
}

static void time_asleep_does_not_count(void **state)
{
	preempt_start();
	usleep(60 * 1000);
	preempt_stop();
	assert_int_equal(interrupt_count, 0);
}

static void nothing_is_interrupted_while_it_is_stopped(void **state)
{
	preempt_start();
	preempt_stop();
	burn(CLOCK_THREAD_CPUTIME_ID, 30 * 1000 * 1000);
	assert_int_equal(interrupt_count, 0);
}

static void it_can_be_created_again(void **state)
{
	preempt_destroy();
	assert_int_equal(preempt_create(some_kernel), STATUS_OK);
	preempt_start();
	burn(CLOCK_THREAD_CPUTIME_ID, 30 * 1000 * 1000);
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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The timer that looks whether the loop has something to do, while programs run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/port.h"
#include "glance.h"

static volatile int recalls;
static volatile int interrupts;
static volatile bool is_due;
static uv_loop_t loop;
static uv_async_t async;

/* The kernel's own functions, as the handler calls them. */
void kernel_recall(struct kernel *kernel)
{
	recalls++;
}

void kernel_interrupt(struct kernel *kernel)
{
	interrupts++;
}

bool kernel_is_due(const struct kernel *kernel)
{
	return is_due;
}

static struct kernel *const some_kernel = (struct kernel *)&loop;

static void ignore(uv_async_t *handle)
{
}

static int set_up(void **state)
{
	recalls = 0;
	interrupts = 0;
	is_due = false;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(uv_async_init(&loop, &async, ignore), 0);
	uv_run(&loop, UV_RUN_NOWAIT);
	return glance_create(some_kernel, &loop) != STATUS_OK;
}

static int tear_down(void **state)
{
	glance_destroy();
	uv_close((uv_handle_t *)&async, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	return uv_loop_close(&loop);
}

/* Until it has happened, or for so long. */
static void burn(const volatile int *count, uint64_t for_ns)
{
	uint64_t end = uv_hrtime() + for_ns;
	while (*count == 0 && uv_hrtime() < end)
		continue;
}

static const uint64_t LONG_NS = 20000000000, SHORT_NS = 20000000;

static void nothing_is_interrupted_for_nothing(void **state)
{
	burn(&recalls, SHORT_NS);
	assert_int_equal(recalls, 0);
	assert_int_equal(interrupts, 0);
}

static void the_kernel_is_recalled_when_the_loop_has_something(void **state)
{
	uv_async_send(&async);
	burn(&recalls, LONG_NS);
	assert_true(recalls > 0);
	assert_int_equal(interrupts, 0);
}

static void so_it_is_for_what_libuv_has_not_told_the_host(void **state)
{
	uv_poll_t poll;
	int ends[2];
	assert_int_equal(uv_pipe(ends, 0, 0), 0);
	assert_int_equal(uv_poll_init(&loop, &poll, ends[0]), 0);
	assert_false(glance_has_untold(&loop));
	uv_poll_start(&poll, UV_READABLE, NULL);
	assert_true(glance_has_untold(&loop));
	burn(&recalls, LONG_NS);
	assert_true(recalls > 0);
	uv_close((uv_handle_t *)&poll, NULL);
	uv_run(&loop, UV_RUN_NOWAIT);
	close(ends[0]);
	close(ends[1]);
}

static void a_deadline_that_has_passed_interrupts(void **state)
{
	is_due = true;
	burn(&interrupts, LONG_NS);
	assert_true(interrupts > 0);
	assert_int_equal(recalls, 0);
}

static void it_looks_where_all_signals_were_blocked(void **state)
{
	sigset_t all, before;
	glance_destroy();
	sigfillset(&all);
	assert_int_equal(pthread_sigmask(SIG_SETMASK, &all, &before), 0);
	assert_int_equal(glance_create(some_kernel, &loop), STATUS_OK);
	is_due = true;
	burn(&interrupts, LONG_NS);
	assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
	assert_true(interrupts > 0);
}

static void sleep_is_not_disturbed(void **state)
{
	const struct timespec time = {.tv_nsec = SHORT_NS};
	for (int i = 0; i < 3; i++)
		assert_int_equal(ppoll(NULL, 0, &time, glance_sleep_mask()), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nothing_is_interrupted_for_nothing),
	    TEST(the_kernel_is_recalled_when_the_loop_has_something),
	    TEST(so_it_is_for_what_libuv_has_not_told_the_host),
	    TEST(a_deadline_that_has_passed_interrupts),
	    TEST(it_looks_where_all_signals_were_blocked),
	    TEST(sleep_is_not_disturbed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

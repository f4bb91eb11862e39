#include "preempt.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "core/port.h"

static struct kernel *interrupted;
static timer_t timer;
static bool is_running;

/* A real-time signal of our own, so that nobody else's handler is replaced. */
static int preempt_signal(void)
{
	return SIGRTMIN + 1;
}

static void on_signal(int number)
{
	int error = errno;
	if (interrupted != NULL)
		kernel_interrupt(interrupted);
	errno = error;
}

enum status preempt_create(struct kernel *kernel)
{
	core_assert(interrupted == NULL);
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK};
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = preempt_signal()};
	event._sigev_un._tid = gettid();
	if (sigaction(preempt_signal(), &action, NULL) != 0 ||
	    timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer) != 0)
		return STATUS_LIMIT;
	interrupted = kernel;
	return STATUS_OK;
}

static void set_timer(bool run)
{
	if (run == is_running)
		return;
	long interval = run ? PREEMPT_SLICE_NS : 0;
	struct itimerspec when = {.it_interval.tv_nsec = interval, .it_value.tv_nsec = interval};
	core_assert(timer_settime(timer, 0, &when, NULL) == 0);
	is_running = run;
}

void preempt_start(void)
{
	set_timer(true);
}

void preempt_stop(void)
{
	set_timer(false);
}

void preempt_destroy(void)
{
	if (interrupted == NULL)
		return;
	set_timer(false);
	timer_delete(timer);
	interrupted = NULL;
}

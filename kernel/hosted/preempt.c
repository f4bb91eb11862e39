#include "preempt.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "core/port.h"

static struct kernel *_Atomic interrupted;
static _Thread_local timer_t timer;
static _Thread_local bool is_created;
static _Thread_local bool is_running;

int preempt_signal(void)
{
	return SIGRTMIN + 1;
}

static void on_signal(int number)
{
	int error = errno;
	struct kernel *kernel = interrupted;
	if (kernel != NULL)
		kernel_interrupt(kernel);
	errno = error;
}

/* Whoever started this process may have blocked it, which is inherited. */
static void unblock(void)
{
	sigset_t own;
	sigemptyset(&own);
	sigaddset(&own, preempt_signal());
	core_assert(pthread_sigmask(SIG_UNBLOCK, &own, NULL) == 0);
}

enum status preempt_create(struct kernel *kernel)
{
	core_assert(!is_created && (interrupted == NULL || interrupted == kernel));
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK};
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = preempt_signal()};
	event._sigev_un._tid = gettid();
	if (sigaction(preempt_signal(), &action, NULL) != 0 ||
	    timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer) != 0)
		return STATUS_LIMIT;
	unblock();
	interrupted = kernel;
	is_created = true;
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
	if (!is_created)
		return;
	set_timer(false);
	timer_delete(timer);
	is_created = false;
}

void preempt_forget(void)
{
	interrupted = NULL;
}

#include "glance.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/port.h"

static struct kernel *glanced;
static const uv_loop_t *glanced_loop;
static timer_t timer;
static sigset_t sleep_mask;

/* A real-time signal of our own, beside that of preempt.h. */
static int glance_signal(void)
{
	return SIGRTMIN + 2;
}

/* The queue of those is a ring, which is empty when it leads to itself. (Nothing that libuv
 * documents tells; the ring is the same in all its versions.) */
bool glance_has_untold(const uv_loop_t *loop)
{
	const void *first;
	memcpy(&first, &loop->watcher_queue, sizeof first);
	return first != (const void *)&loop->watcher_queue;
}

/* The system call itself: ThreadSanitizer hands signals out in libc's functions, and one of them
 * within a handler would leave all signals blocked. */
static bool is_readable(int fd)
{
	struct pollfd one = {.fd = fd, .events = POLLIN};
	struct timespec at_once = {0};
	return syscall(SYS_ppoll, &one, 1, &at_once, NULL, 0) > 0;
}

static bool has_something(const uv_loop_t *loop)
{
	return glance_has_untold(loop) || is_readable(uv_backend_fd(loop));
}

static void on_signal(int number)
{
	int error = errno;
	if (glanced == NULL)
		return;
	if (has_something(glanced_loop))
		kernel_recall(glanced);
	else if (kernel_is_due(glanced))
		kernel_interrupt(glanced);
	errno = error;
}

/* Whoever started this process may have blocked the signal, which is inherited. */
static void set_masks(void)
{
	sigset_t own;
	sigemptyset(&own);
	sigaddset(&own, glance_signal());
	core_assert(pthread_sigmask(SIG_UNBLOCK, &own, NULL) == 0);
	core_assert(pthread_sigmask(SIG_SETMASK, NULL, &sleep_mask) == 0);
	sigaddset(&sleep_mask, glance_signal());
}

enum status glance_create(struct kernel *kernel, const uv_loop_t *loop)
{
	core_assert(glanced == NULL);
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK};
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = glance_signal()};
	struct itimerspec often = {.it_interval.tv_nsec = GLANCE_NS, .it_value.tv_nsec = GLANCE_NS};
	event._sigev_un._tid = gettid();
	if (sigaction(glance_signal(), &action, NULL) != 0 ||
	    timer_create(CLOCK_MONOTONIC, &event, &timer) != 0)
		return STATUS_LIMIT;
	glanced_loop = loop;
	glanced = kernel;
	set_masks();
	core_assert(timer_settime(timer, 0, &often, NULL) == 0);
	return STATUS_OK;
}

const sigset_t *glance_sleep_mask(void)
{
	return &sleep_mask;
}

void glance_destroy(void)
{
	if (glanced == NULL)
		return;
	timer_delete(timer);
	glanced = NULL;
}

#include "log.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/uio.h>
#include <unistd.h>

static enum port_log_level lowest_level = PORT_LOG_WARNING;

void log_set_level(enum port_log_level level)
{
	lowest_level = level;
}

/* What cannot be told not to block is asked: a file always is, a tty while it has some room. */
static bool is_writable(void)
{
	struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
	return poll(&ready, 1, 0) > 0;
}

/* One write a line, so that lines of several processes on one stream do not mix. What the stream
 * does not take is lost: a log must not hold the node up. */
void port_log(enum port_log_level level, const char *text, size_t size)
{
	if (level < lowest_level)
		return;
	struct iovec parts[] = {
	    {.iov_base = (void *)"cairn: ", .iov_len = 7},
	    {.iov_base = (void *)text, .iov_len = size},
	    {.iov_base = (void *)"\n", .iov_len = 1},
	};
	ssize_t written;
	do
		written = pwritev2(STDERR_FILENO, parts, 3, -1, RWF_NOWAIT);
	while (written < 0 && errno == EINTR);
	if (written < 0 && is_writable())
		written = writev(STDERR_FILENO, parts, 3);
}

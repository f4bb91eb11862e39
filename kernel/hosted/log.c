#include "log.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/uio.h>
#include <unistd.h>

static const struct log_sink *sink;

void log_set_sink(const struct log_sink *new_sink)
{
	sink = new_sink;
}

/* What cannot be told not to block is asked: a file always is, a tty while it has some room. */
static bool is_writable(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};
	return poll(&ready, 1, 0) > 0;
}

/* One write a line, so that lines of several processes on one stream do not mix. */
void log_write(int fd, const char *text, size_t size)
{
	struct iovec parts[] = {
	    {.iov_base = (void *)"cairn: ", .iov_len = 7},
	    {.iov_base = (void *)text, .iov_len = size},
	    {.iov_base = (void *)"\n", .iov_len = 1},
	};
	ssize_t written;
	do
		written = pwritev2(fd, parts, 3, -1, RWF_NOWAIT);
	while (written < 0 && errno == EINTR);
	if (written < 0 && is_writable(fd))
		written = writev(fd, parts, 3);
}

void port_log(enum port_log_level level, const char *text, size_t size)
{
	if (sink != NULL)
		sink->write(sink->self, level, text, size);
	else if (level >= (enum port_log_level)LOG_LEVEL_SHOWN)
		log_write(STDERR_FILENO, text, size);
}

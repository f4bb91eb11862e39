#include "log.h"

#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

static enum port_log_level lowest_level = PORT_LOG_WARNING;

void log_set_level(enum port_log_level level)
{
	lowest_level = level;
}

/* One writev a line, so that lines of several processes on one stream do not mix. What the stream
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
		written = writev(STDERR_FILENO, parts, 3);
	while (written < 0 && errno == EINTR);
}

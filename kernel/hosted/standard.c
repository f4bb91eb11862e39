/*
 * Standard streams of this process that were closed when it was started.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "hosted.h"

static bool is_closed[3];

/* What takes a place is opened in the wrong direction, so that using it fails as if it were closed.
 */
void hosted_guard_streams(void)
{
	for (int fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) != -1 || errno != EBADF)
			continue;
		/* The lowest free number is this one, as those below are taken by now. */
		int mode = fd == 0 ? O_WRONLY : O_RDONLY;
		is_closed[fd] = open("/dev/null", mode | O_CLOEXEC) == fd;
	}
}

bool hosted_has_stream(int fd)
{
	return !is_closed[fd];
}

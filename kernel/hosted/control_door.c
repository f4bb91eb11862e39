#include "control_door.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control_frame.h"
#include "core/port.h"

/* Between two lines about commands that are refused. */
static const uint64_t REFUSALS_PAUSE_NS = 1000000000;

static bool is_own(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof peer;
	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == getuid();
}

/* Whoever is refused tries again, many times a second: a line a second tells of all. */
static void tell_refusal(struct control *control, enum control_refusal why)
{
	static const char *const reasons[] = {
	    [CONTROL_REFUSAL_USER] = "it is another user's",
	    [CONTROL_REFUSAL_FULL] = "too many are connected",
	    [CONTROL_REFUSAL_FILES] = "no more files can be opened (ulimit -n)",
	};
	char line[128];
	uint64_t now = uv_hrtime();
	if (control->refusals_told_ns != 0 && now - control->refusals_told_ns < REFUSALS_PAUSE_NS)
		return;
	control->refusals_told_ns = now;
	int size = snprintf(line, sizeof line, "a command was refused: %s", reasons[why]);
	port_log(PORT_LOG_WARNING, line, (size_t)size);
}

static void refuse(struct control *control, int fd, enum control_refusal why)
{
	uint8_t greeting[CONTROL_GREETING_BYTES];
	memset(greeting, (int)why, sizeof greeting);
	(void)!send(fd, greeting, sizeof greeting, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
	tell_refusal(control, why);
}

static void keep_reserve(struct control *control)
{
	if (control->reserve < 0)
		control->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Where no file can be opened any more, whoever waits is told so: he would wait for ever, and the
 * loop would find him at the door again and again. */
static bool turn_away(struct control *control)
{
	if (control->reserve < 0)
		return false;
	close(control->reserve);
	control->reserve = -1;
	int fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0)
		refuse(control, fd, CONTROL_REFUSAL_FILES);
	keep_reserve(control);
	return fd >= 0;
}

bool control_door_open(struct control *control, int *out)
{
	*out = -1;
	keep_reserve(control);
	int fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE))
		return turn_away(control);
	if (fd < 0)
		return errno == EINTR || errno == ECONNABORTED;
	if (!is_own(fd))
		refuse(control, fd, CONTROL_REFUSAL_USER);
	else if (control->client_count >= CONTROL_CLIENTS_MAX)
		refuse(control, fd, CONTROL_REFUSAL_FULL);
	else
		*out = fd;
	return true;
}

void control_door_close(struct control *control)
{
	if (control->reserve >= 0)
		close(control->reserve);
	control->reserve = -1;
}

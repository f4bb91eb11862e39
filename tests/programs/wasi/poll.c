/* poll_oneoff on the standard streams; there is input to read. */
#include "raw.h"

static __wasi_subscription_t stream_subscription(uint64_t userdata, __wasi_eventtype_t type,
						 __wasi_fd_t fd)
{
	__wasi_subscription_t subscription = {.userdata = userdata};
	subscription.u.tag = type;
	if (type == __WASI_EVENTTYPE_FD_READ)
		subscription.u.u.fd_read.file_descriptor = fd;
	else
		subscription.u.u.fd_write.file_descriptor = fd;
	return subscription;
}

static void poll_one(const char *what, __wasi_subscription_t subscription)
{
	__wasi_event_t event = {0};
	__wasi_size_t count = 0;
	told(what, __wasi_poll_oneoff(&subscription, &event, 1, &count));
	printf("events %zu, userdata %llu, error %u, type %u\n", (size_t)count,
	       (unsigned long long)event.userdata, event.error, event.type);
}

/* A descriptor that does not exist is told by an event; Node forgets to fill it in. */
static int judged(void)
{
	__wasi_subscription_t subscription = stream_subscription(3, __WASI_EVENTTYPE_FD_READ, 99);
	__wasi_event_t event = {0};
	__wasi_size_t count = 0;
	check("polled", __wasi_poll_oneoff(&subscription, &event, 1, &count) == 0 && count == 1);
	check("told", event.userdata == 3 && event.error == RAW_EBADF &&
			  event.type == __WASI_EVENTTYPE_FD_READ);
	return 0;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return judged();
	poll_one("input", stream_subscription(1, __WASI_EVENTTYPE_FD_READ, 0));
	poll_one("output", stream_subscription(2, __WASI_EVENTTYPE_FD_WRITE, 1));

	char line[16];
	__wasi_iovec_t buffer = {(uint8_t *)line, sizeof(line)};
	__wasi_size_t size = 0;
	told("read", __wasi_fd_read(0, &buffer, 1, &size));
	check("something", size > 0);
	told("yield", __wasi_sched_yield());
	return 0;
}

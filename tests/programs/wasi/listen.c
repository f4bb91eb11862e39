/*
 * A server over the listener that --tcplisten opens: it answers each connection with what it said,
 * in capital letters, and ends behind as many as its argument says. With `poll`, it never waits but
 * in poll_oneoff; with `asks` neither, and it goes by the flags that its listener came with.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTENER = 3 };

static int waits_in_poll;

/* Until the descriptor is ready, where nothing else waits. */
static void wait_for(int descriptor)
{
	struct pollfd ready = {.fd = descriptor, .events = POLLIN};
	if (waits_in_poll && poll(&ready, 1, 10000) != 1)
		exit(3);
}

static void serve(int connection)
{
	char text[4096];
	ssize_t size;
	if (waits_in_poll)
		fcntl(connection, F_SETFL, O_NONBLOCK);
	for (;;) {
		wait_for(connection);
		size = recv(connection, text, sizeof text, 0);
		if (size < 0 && errno == EAGAIN)
			continue;
		if (size <= 0)
			break;
		for (ssize_t i = 0; i < size; i++)
			if (text[i] >= 'a' && text[i] <= 'z')
				text[i] -= 'a' - 'A';
		send(connection, text, (size_t)size, 0);
	}
	shutdown(connection, SHUT_WR);
	close(connection);
}

int main(int count, char **arguments)
{
	int left = count > 1 ? atoi(arguments[1]) : 1;
	waits_in_poll = count > 2;
	if (waits_in_poll && strcmp(arguments[2], "asks") == 0) {
		if (!(fcntl(LISTENER, F_GETFL) & O_NONBLOCK) ||
		    accept(LISTENER, NULL, NULL) != -1 || errno != EAGAIN)
			return 4;
	} else if (waits_in_poll) {
		fcntl(LISTENER, F_SETFL, O_NONBLOCK);
	}
	while (left > 0) {
		wait_for(LISTENER);
		int connection = accept(LISTENER, NULL, NULL);
		if (connection < 0 && errno == EAGAIN)
			continue;
		if (connection < 0) {
			printf("accept: %s\n", strerror(errno));
			return 1;
		}
		serve(connection);
		left--;
	}
	printf("served, LISTEN_FDS=%s\n", getenv("LISTEN_FDS"));
	return 0;
}

/*
 * Measures echo servers. Several are measured in turn, so that what else the machine does meanwhile
 * befalls all of them.
 *
 *     client latency PORT...       the median of round trips of 64 bytes, in microseconds
 *     client throughput PORT...    MiB/s, with writes of 1 MiB, both ways at once
 *     client idle COUNT PORT       opens so many connections, says so, and waits to be killed
 *
 * One line a server.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	TURNS = 12,
	ROUND_TRIPS = 2000, /* a turn */
	PING_BYTES = 64,
	WRITE_BYTES = 1 << 20,
	WRITES = 192, /* a turn */
	SERVERS_MAX = 4
};

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int connect_to(const char *port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)atoi(port)),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
		perror("client: connect");
		exit(1);
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void read_whole(int fd, char *data, size_t size)
{
	while (size > 0) {
		ssize_t count = read(fd, data, size);
		if (count <= 0)
			fail("client: read");
		data += count;
		size -= (size_t)count;
	}
}

static int by_size(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;
	return difference < 0 ? -1 : difference > 0;
}

static void ping(int fd, double *times)
{
	char data[PING_BYTES] = "ping";
	for (int i = 0; i < ROUND_TRIPS; i++) {
		double begin = now();
		if (write(fd, data, sizeof data) != sizeof data)
			fail("client: write");
		read_whole(fd, data, sizeof data);
		times[i] = now() - begin;
	}
}

/* MiB a second. What comes back is checked by its count alone: tests check the bytes. */
static double stream(int fd)
{
	static char out[WRITE_BYTES];
	static char in[WRITE_BYTES];
	uint64_t total = (uint64_t)WRITES * WRITE_BYTES;
	uint64_t sent = 0;
	uint64_t received = 0;
	double begin = now();
	while (received < total) {
		struct pollfd ready = {fd, (short)(POLLIN | (sent < total ? POLLOUT : 0)), 0};
		if (poll(&ready, 1, 20000) != 1)
			fail("client: poll");
		if ((ready.revents & POLLIN) != 0) {
			ssize_t count = recv(fd, in, sizeof in, MSG_DONTWAIT);
			if (count == 0 || (count < 0 && errno != EAGAIN))
				fail("client: recv");
			received += count > 0 ? (uint64_t)count : 0;
		}
		if ((ready.revents & POLLOUT) != 0) {
			size_t left = WRITE_BYTES - sent % WRITE_BYTES;
			ssize_t count = send(fd, out + sent % WRITE_BYTES, left, MSG_DONTWAIT);
			if (count < 0 && errno != EAGAIN)
				fail("client: send");
			sent += count > 0 ? (uint64_t)count : 0;
		}
	}
	return (double)total / (1 << 20) / (now() - begin);
}

static void measure_latency(char **ports, int count)
{
	double *times = calloc((size_t)count * TURNS * ROUND_TRIPS, sizeof *times);
	for (int turn = 0; turn < TURNS; turn++)
		for (int i = 0; i < count; i++) {
			int fd = connect_to(ports[i]);
			ping(fd, times + ((size_t)i * TURNS + (size_t)turn) * ROUND_TRIPS);
			close(fd);
		}
	for (int i = 0; i < count; i++) {
		double *own = times + (size_t)i * TURNS * ROUND_TRIPS;
		qsort(own, TURNS * ROUND_TRIPS, sizeof *own, by_size);
		printf("%.1f\n", own[TURNS * ROUND_TRIPS / 2] * 1e6);
	}
	free(times);
}

static void measure_throughput(char **ports, int count)
{
	double rates[SERVERS_MAX][TURNS];
	for (int turn = 0; turn < TURNS; turn++)
		for (int i = 0; i < count; i++) {
			int fd = connect_to(ports[i]);
			rates[i][turn] = stream(fd);
			close(fd);
		}
	for (int i = 0; i < count; i++) {
		qsort(rates[i], TURNS, sizeof rates[i][0], by_size);
		printf("%.0f\n", rates[i][TURNS / 2]);
	}
}

static void hold(int count, const char *port)
{
	struct rlimit files;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	for (int i = 0; i < count; i++) {
		char byte = 'x';
		int fd = connect_to(port);
		/* Each has been served once, so that all that it needs is there. */
		if (write(fd, &byte, 1) != 1)
			fail("client: write");
		read_whole(fd, &byte, 1);
	}
	puts("open");
	fflush(stdout);
	pause();
}

int main(int argc, char **argv)
{
	if (argc > 2 && argc - 2 <= SERVERS_MAX && strcmp(argv[1], "latency") == 0)
		measure_latency(argv + 2, argc - 2);
	else if (argc > 2 && argc - 2 <= SERVERS_MAX && strcmp(argv[1], "throughput") == 0)
		measure_throughput(argv + 2, argc - 2);
	else if (argc == 4 && strcmp(argv[1], "idle") == 0)
		hold(atoi(argv[2]), argv[3]);
	else
		return 2;
	return 0;
}

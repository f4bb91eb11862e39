/*
 * start: what a command costs as a whole process, from spawn to the end, beside /bin/true. Both are
 * run in turn, so that a busy machine slows both; medians are told.
 *
 *     start ROUNDS COMMAND [ARGUMENT...]
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Its output goes to /dev/null; a failure ends the benchmark. */
static uint64_t run_ns(char **command)
{
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	pid_t child;
	int status;
	uint64_t start = now_ns();
	if (posix_spawn(&child, command[0], &actions, NULL, command, environ) != 0 ||
	    waitpid(child, &status, 0) != child || status != 0) {
		fprintf(stderr, "start: %s failed\n", command[0]);
		exit(1);
	}
	uint64_t passed = now_ns() - start;
	posix_spawn_file_actions_destroy(&actions);
	return passed;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static double median_ms(uint64_t *times, size_t count)
{
	qsort(times, count, sizeof *times, compare);
	return (double)times[count / 2] / 1e6;
}

int main(int count, char **arguments)
{
	size_t rounds = count > 2 ? strtoul(arguments[1], NULL, 10) : 0;
	uint64_t *ours = calloc(rounds, sizeof *ours);
	uint64_t *peers = calloc(rounds, sizeof *peers);
	if (rounds == 0 || ours == NULL || peers == NULL) {
		fputs("usage: start ROUNDS COMMAND [ARGUMENT...]\n", stderr);
		return 2;
	}
	static char *peer[] = {"/bin/true", NULL};
	run_ns(arguments + 2);
	run_ns(peer);
	for (size_t i = 0; i < rounds; i++) {
		ours[i] = run_ns(arguments + 2);
		peers[i] = run_ns(peer);
	}
	double our_ms = median_ms(ours, rounds);
	double peer_ms = median_ms(peers, rounds);
	printf("start: %.2f ms, /bin/true %.2f ms: %.2f ms more (medians of %zu)\n", our_ms,
	       peer_ms, our_ms - peer_ms, rounds);
	free(ours);
	free(peers);
	return 0;
}

/*
 * first_line: how long commands take from spawn to their first line, in turn, so that a busy
 * machine slows all; medians are told.
 *
 *     first_line ROUNDS COMMAND...       each is a line for the shell's exec
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { COMMANDS_MAX = 4, ROUNDS_MAX = 1000 };

static uint64_t times[COMMANDS_MAX][ROUNDS_MAX];

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static bool has_line(const char *data, ssize_t size)
{
	return size > 0 && memchr(data, '\n', (size_t)size) != NULL;
}

/* Until the first newline; a command that ends without one ends the benchmark. */
static uint64_t run_ns(const char *command)
{
	int ends[2];
	char line[4096], piece[4096];
	snprintf(line, sizeof line, "exec %s", command);
	char *arguments[] = {"sh", "-c", line, NULL};
	posix_spawn_file_actions_t actions;
	pid_t child;
	if (pipe2(ends, O_CLOEXEC) != 0)
		exit(1);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	uint64_t start = now_ns();
	uint64_t end = 0;
	if (posix_spawn(&child, "/bin/sh", &actions, NULL, arguments, environ) != 0)
		exit(1);
	close(ends[1]);
	for (ssize_t size; (size = read(ends[0], piece, sizeof piece)) > 0;)
		if (end == 0 && has_line(piece, size))
			end = now_ns();
	close(ends[0]);
	waitpid(child, NULL, 0);
	posix_spawn_file_actions_destroy(&actions);
	if (end == 0) {
		fprintf(stderr, "first_line: no line came from: %s\n", command);
		exit(1);
	}
	return end - start;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

int main(int count, char **arguments)
{
	size_t rounds = count > 2 ? strtoul(arguments[1], NULL, 10) : 0;
	int commands = count - 2;
	if (rounds == 0 || rounds > ROUNDS_MAX || commands > COMMANDS_MAX) {
		fputs("usage: first_line ROUNDS COMMAND...\n", stderr);
		return 2;
	}
	for (size_t round = 0; round < rounds; round++)
		for (int i = 0; i < commands; i++)
			times[i][round] = run_ns(arguments[2 + i]);
	for (int i = 0; i < commands; i++) {
		qsort(times[i], rounds, sizeof times[i][0], compare);
		printf("%.1f ms (%.1f to %.1f, median of %zu): %.60s...\n",
		       (double)times[i][rounds / 2] / 1e6, (double)times[i][0] / 1e6,
		       (double)times[i][rounds - 1] / 1e6, rounds, arguments[2 + i]);
	}
	return 0;
}

/*
 * bench-messages CLIENT.wasm SERVER.wasm: what one message round trip with 64-byte bodies between
 * two processes costs (send, wait, answer, wait): the kernel alone, with state machines in C for
 * programs, and with the interpreter; beside one byte that goes to another Linux process and back
 * through two pipes. All on one CPU, in turn; medians of PAIRS runs.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench_messages.h"

enum { PAIRS = 15, PIPE_ROUNDS = 20000 };

_Noreturn void bench_fail(const char *what)
{
	fprintf(stderr, "bench-messages: %s\n", what);
	exit(1);
}

/* ---- Two pipes between two processes ---- */

static void echo(int in, int out)
{
	char byte;
	while (read(in, &byte, 1) == 1)
		if (write(out, &byte, 1) != 1)
			break;
	_exit(0);
}

static double pipes_ns(void)
{
	int there[2];
	int back[2];
	if (pipe(there) != 0 || pipe(back) != 0)
		bench_fail("no pipes");
	pid_t child = fork();
	if (child < 0)
		bench_fail("no second process");
	if (child == 0) {
		close(there[1]);
		echo(there[0], back[1]);
	}
	char byte = 0;
	uint64_t begin = port_monotonic_ns();
	for (int i = 0; i < PIPE_ROUNDS; i++)
		if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
			bench_fail("a pipe broke");
	uint64_t taken = port_monotonic_ns() - begin;
	close(there[0]);
	close(there[1]);
	close(back[0]);
	close(back[1]);
	waitpid(child, NULL, 0);
	return (double)taken / PIPE_ROUNDS;
}

/* ---- Running ---- */

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a;
	double right = *(const double *)b;
	return (left > right) - (left < right);
}

static double median(double *values)
{
	qsort(values, PAIRS, sizeof *values, compare);
	return values[PAIRS / 2];
}

static struct wasm_name read_program(const char *path)
{
	enum { PROGRAM_BYTES_MAX = 1 << 20 };
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(PROGRAM_BYTES_MAX);
	if (file == NULL || bytes == NULL)
		bench_fail(path);
	struct wasm_name program = {bytes, fread(bytes, 1, PROGRAM_BYTES_MAX, file)};
	fclose(file);
	return program;
}

int main(int argc, char **argv)
{
	double native[PAIRS];
	double wasm[PAIRS];
	double pipes[PAIRS];
	cpu_set_t one;
	if (argc != 3)
		bench_fail("usage: bench-messages CLIENT.wasm SERVER.wasm");
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof one, &one);
	struct wasm_name client = read_program(argv[1]);
	struct wasm_name server = read_program(argv[2]);
	for (int i = 0; i < PAIRS; i++) {
		pipes[i] = pipes_ns();
		native[i] = native_ns();
		wasm[i] = wasm_ns(&client, &server);
	}
	double pipe = median(pipes);
	double alone = median(native);
	double interpreted = median(wasm);
	printf("kernel alone       %7.1f ns a round trip   %.3f of a pipe\n", alone, alone / pipe);
	printf("interpreter        %7.1f ns a round trip   %.3f of a pipe\n", interpreted,
	       interpreted / pipe);
	printf("pipe, two processes%7.1f ns a round trip\n", pipe);
	return 0;
}

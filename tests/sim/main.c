/*
 * The simulator: the kernel's own code with a virtual clock, a schedule and faults that come from a
 * seed, and state machines for programs.
 *
 *     sim --seeds N [--from FIRST]      runs N seeds
 *     sim --seed S --verbose            replays one, step by step
 *
 * Seeds are run in a child, so that one that crashes or hangs is told like any other failure.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim.h"
#include "store.h"
#include "world.h"

enum { SECONDS_PER_SEED = 20, FAILURES_MAX = 20 };

bool sim_is_verbose;
uint64_t sim_seed;
uint64_t sim_step;

void sim_trace(const char *format, ...)
{
	if (!sim_is_verbose)
		return;
	va_list arguments;
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

_Noreturn void sim_fail(const char *format, ...)
{
	va_list arguments;
	fflush(stdout);
	fprintf(stderr, "seed %llu, step %llu: ", (unsigned long long)sim_seed,
		(unsigned long long)sim_step);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\n");
	_exit(1);
}

uint64_t chance_next(struct chance *chance)
{
	uint64_t z = chance->state += 0x9e3779b97f4a7c15;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

uint32_t chance_below(struct chance *chance, uint32_t bound)
{
	return (uint32_t)((chance_next(chance) >> 32) * bound >> 32);
}

bool chance_percent(struct chance *chance, uint32_t percent)
{
	return chance_below(chance, 100) < percent;
}

/* ---- Seeds ---- */

static void run_seeds(uint64_t first, uint64_t end, volatile uint64_t *current)
{
	for (uint64_t seed = first; seed < end; seed++) {
		*current = seed;
		alarm(SECONDS_PER_SEED);
		world_run(seed);
	}
	_exit(0);
}

/* Runs seeds from `first` on until one fails; returns it, or `end`. */
static uint64_t run_until_failure(uint64_t first, uint64_t end, volatile uint64_t *current)
{
	pid_t child = fork();
	if (child < 0) {
		perror("sim: fork");
		exit(2);
	}
	if (child == 0)
		run_seeds(first, end, current);
	int status;
	waitpid(child, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return end;
	if (WIFSIGNALED(status))
		fprintf(stderr, "seed %llu: %s\n", (unsigned long long)*current,
			WTERMSIG(status) == SIGALRM ? "it hangs" : strsignal(WTERMSIG(status)));
	return *current;
}

static int run_range(uint64_t first, uint64_t count)
{
	uint64_t end = first + count;
	uint64_t failed = 0;
	volatile uint64_t *current =
	    mmap(NULL, sizeof *current, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t next = first;
	while (next < end && failed < FAILURES_MAX) {
		next = run_until_failure(next, end, current);
		if (next == end)
			break;
		fprintf(stderr, "    build/sim --seed %llu --verbose\n", (unsigned long long)next);
		failed++;
		next++;
	}
	printf("%llu passed, %llu failed, %llu skipped\n",
	       (unsigned long long)(next - first - failed), (unsigned long long)failed,
	       (unsigned long long)(end - next));
	return failed == 0 ? 0 : 1;
}

/* ---- The command line ---- */

static int usage(void)
{
	fprintf(stderr, "usage: sim --seeds N [--from FIRST] | --seed S [--verbose]\n");
	return 2;
}

int main(int argc, char **argv)
{
	uint64_t seeds = 0;
	uint64_t from = 0;
	bool has_seed = false;
	for (int i = 1; i < argc; i++) {
		bool has_value = i + 1 < argc;
		if (strcmp(argv[i], "--verbose") == 0)
			sim_is_verbose = true;
		else if (strcmp(argv[i], "--seeds") == 0 && has_value)
			seeds = strtoull(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--from") == 0 && has_value)
			from = strtoull(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--seed") == 0 && has_value)
			from = strtoull(argv[++i], NULL, 10), has_seed = true;
		else
			return usage();
	}
	if (!has_seed && seeds == 0)
		return usage();
	store_create();
	if (!has_seed)
		return run_range(from, seeds);
	world_run(from);
	printf("1 passed, 0 failed, 0 skipped\n");
	return 0;
}

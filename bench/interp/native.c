/*
 * Runs a kernel that was compiled for this machine: prints its result and nanoseconds.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

uint32_t kernel(uint32_t rounds);

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int main(int argc, char **argv)
{
	uint32_t rounds = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1;
	uint64_t start = now_ns();
	uint32_t result = kernel(rounds);
	printf("%u %llu\n", result, (unsigned long long)(now_ns() - start));
	return 0;
}

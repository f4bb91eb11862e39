/* Sleeps 200 times for 100 microseconds, and prints how long the shortest of these took. */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static long now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (long)(time.tv_sec % 1000) * 1000000 + time.tv_nsec / 1000;
}

int main(void)
{
	long shortest = 1000000;
	for (int i = 0; i < 200; i++) {
		long begin = now();
		usleep(100);
		long took = now() - begin;
		if (took >= 0 && took < shortest)
			shortest = took;
	}
	printf("%ld\n", shortest);
	return 0;
}

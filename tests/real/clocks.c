/*
 * Time and chance: that clocks go forward, that a sleep takes as long as it should, and that random
 * bytes differ. It prints judgements, never a time or a number, so that its output is always the
 * same.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(clockid_t clock)
{
	struct timespec now;
	if (clock_gettime(clock, &now) != 0)
		return -1;
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

int main(void)
{
	long long before = now_ns(CLOCK_MONOTONIC);
	struct timespec span = {.tv_nsec = 20000000};
	printf("sleep: %s\n", nanosleep(&span, NULL) == 0 ? "done" : "failed");
	long long slept = now_ns(CLOCK_MONOTONIC) - before;
	printf("at least 20 ms: %s\n", slept >= 20000000 ? "yes" : "no");
	printf("at most 10 s: %s\n", slept < 10000000000ll ? "yes" : "no");

	struct timespec resolution;
	printf("resolution: %s\n",
	       clock_getres(CLOCK_MONOTONIC, &resolution) == 0 && resolution.tv_sec == 0
		   ? "known"
		   : "unknown");
	printf("this century: %s\n",
	       now_ns(CLOCK_REALTIME) / 1000000000 > 1600000000 ? "yes" : "no");

	unsigned char a[256], b[256];
	printf("random: %s\n",
	       getentropy(a, sizeof(a)) == 0 && getentropy(b, sizeof(b)) == 0 ? "got" : "failed");
	printf("the same twice: %s\n", memcmp(a, b, sizeof(a)) == 0 ? "yes" : "no");
	return 0;
}

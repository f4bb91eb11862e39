/*
 * The same programs as processes of Linux: `native spin` has four threads that never wait, `native
 * nap` prints how many microseconds each sleep of a millisecond has taken, `native hello` says so.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { THREADS = 4, NAPS = 100, NAP_NS = 1000000 };

static void *spin(void *argument)
{
	for (volatile unsigned turn = 0;; turn++)
		continue;
	return NULL;
}

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void nap(void)
{
	const struct timespec millisecond = {.tv_nsec = NAP_NS};
	uint64_t took_ns[NAPS];
	for (int i = 0; i < NAPS; i++) {
		uint64_t begin = now_ns();
		nanosleep(&millisecond, NULL);
		took_ns[i] = now_ns() - begin;
	}
	for (int i = 0; i < NAPS; i++)
		printf("%llu\n", (unsigned long long)took_ns[i] / 1000);
}

int main(int argc, char **argv)
{
	pthread_t thread;
	if (argc == 2 && strcmp(argv[1], "spin") == 0) {
		for (int i = 1; i < THREADS; i++)
			pthread_create(&thread, NULL, spin, NULL);
		spin(NULL);
	} else if (argc == 2 && strcmp(argv[1], "nap") == 0) {
		nap();
	} else {
		puts("Hello from a process.");
	}
	return 0;
}

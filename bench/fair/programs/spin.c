/* Four threads that never wait. */
#include <cairn/thread.h>

#include "standard.h"

enum { THREADS = 4, STACK_BYTES = 4096 };

static uint8_t stacks[THREADS][STACK_BYTES] __attribute__((aligned(16)));
static struct thread threads[THREADS];

static void spin(void *argument)
{
	for (volatile unsigned turn = 0;; turn++)
		continue;
}

void _start(void);
void _start(void)
{
	for (int i = 1; i < THREADS; i++)
		if (thread_start(&threads[i], spin, NULL,
				 (struct thread_memory){stacks[i], STACK_BYTES}) != THREAD_STARTED)
			standard_exit(1);
	spin(NULL);
}

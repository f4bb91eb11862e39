/* As many threads as a program may have, none of which ever waits; it says when they are there. */
#include "standard.h"

#include <cairn/thread.h>

enum { THREADS = 63, STACK_BYTES = 1024 };

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
	for (uint32_t i = 0; i < THREADS; i++)
		if (thread_start(&threads[i], spin, NULL,
				 (struct thread_memory){stacks[i], STACK_BYTES}) != THREAD_STARTED)
			standard_exit(1);
	standard_print(1, "there\n");
	spin(NULL);
}

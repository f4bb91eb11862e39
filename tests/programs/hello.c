/* The least that a program can do: three system calls and one line. */
#include "standard.h"

void _start(void);
void _start(void)
{
	standard_exit(standard_print(1, "Hello from a program named by its hash.\n") ? 0 : 1);
}

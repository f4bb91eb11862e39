/* Calls what only a kernel for tests supplies, and which reads where the program has no memory. */
#include "standard.h"

__attribute__((import_module("selftest"), import_name("leave_region"))) void leave_region(void);

void _start(void);
void _start(void)
{
	standard_print(1, "before\n");
	leave_region();
	standard_exit(0);
}

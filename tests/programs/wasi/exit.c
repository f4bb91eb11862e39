/* proc_exit: with what stands in the first argument, after output that nobody flushed. */
#include <stdlib.h>

#include "raw.h"

int main(int argc, char **argv)
{
	printf("leaving\n");
	fflush(stdout);
	if (argc > 1)
		__wasi_proc_exit((__wasi_exitcode_t)atoi(argv[1]));
	return 0;
}

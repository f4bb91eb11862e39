/* Reads a byte and writes a line, and tells on the error stream how that went. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void tell(const char *what, ssize_t result)
{
	fprintf(stderr, "%s: %s\n", what, result < 0 ? strerror(errno) : "done");
}

int main(void)
{
	char byte;
	tell("reading", read(STDIN_FILENO, &byte, 1));
	tell("writing", write(STDOUT_FILENO, "line\n", 5));
	return 0;
}

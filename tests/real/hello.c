/*
 * What every first program does: prints its arguments and what it finds in its environment, and
 * leaves with the code that it is told.
 */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	const char *who = getenv("WHO");
	printf("Hello, %s!\n", who != NULL ? who : "nobody");
	for (int i = 1; i < argc; i++)
		printf("%d: %s\n", i, argv[i]);
	fprintf(stderr, "%d arguments\n", argc - 1);
	return argc > 1 ? atoi(argv[1]) : 0;
}

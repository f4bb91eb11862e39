/*
 * An ordinary C program, built with wasi-libc: it knows nothing of Cairn. What it prints goes as a
 * message to whoever handles `terminal`.
 */
#include <stdio.h>

int main(int argc, char **argv)
{
	printf("Hello, %s!\n", argc > 1 ? argv[1] : "stranger");
	return 0;
}

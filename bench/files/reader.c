/* Reads a file to its end, 1 MiB at a time. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static char block[1 << 20];

int main(int count, char **arguments)
{
	int file = open(count > 1 ? arguments[1] : "", O_RDONLY);
	long long total = 0;
	ssize_t size;
	while ((size = read(file, block, sizeof block)) > 0)
		total += size;
	printf("%lld\n", total);
	return size < 0;
}

/* Writes the files that it is given to the standard output, and says what is wrong with one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int count, char **arguments)
{
	static char block[1 << 20];
	for (int i = 1; i < count; i++) {
		int file = open(arguments[i], O_RDONLY);
		ssize_t size = file;
		while (size >= 0 && (size = read(file, block, sizeof block)) > 0)
			fwrite(block, 1, (size_t)size, stdout);
		if (size < 0)
			printf("%s: %s\n", arguments[i], strerror(errno));
		else if (block[0] != '\0')
			close(file);
	}
	return 0;
}

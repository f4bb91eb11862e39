/* Waits for its input, at most as many milliseconds as its argument says, and tells which it was.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int count, char **arguments)
{
	struct pollfd input = {.fd = 0, .events = POLLIN};
	int ready = poll(&input, 1, count > 1 ? atoi(arguments[1]) : -1);
	char text[16];
	if (ready == 0)
		printf("time is up\n");
	else
		printf("input: %zd\n", read(0, text, sizeof text));
	return 0;
}

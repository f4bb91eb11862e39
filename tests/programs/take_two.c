/* Takes two bytes of its input, and leaves the rest to whoever comes next. */
#include "standard.h"

void _start(void);
void _start(void)
{
	uint8_t bytes[2];
	if (standard_read(bytes, sizeof bytes) != 2)
		standard_exit(1);
	standard_exit(standard_write(1, bytes, sizeof bytes) ? 0 : 2);
}

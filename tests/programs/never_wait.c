/* Asks for the time without ever taking an answer, until it is told that this goes too far. */
#include <cairn/time_calls.h>

#include "standard.h"

void _start(void);
void _start(void)
{
	int64_t result;
	do
		result = time_now_start();
	while (result > 0);
	standard_exit(result == CAIRN_BUSY || result == CAIRN_LIMIT ? 3 : 1);
}

/* Sleeps for a millisecond, again and again, and prints how many microseconds each has taken. */
#include <cairn/time_calls.h>

#include "standard.h"

enum { NAPS = 100, NAP_NS = 1000000, DIGITS = 10 };

static uint32_t took_us[NAPS];

static void print_number(uint32_t number)
{
	char text[DIGITS + 2];
	char *next = text + DIGITS;
	next[0] = '\n';
	next[1] = '\0';
	do
		*--next = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	if (!standard_print(1, next))
		standard_exit(1);
}

void _start(void);
void _start(void)
{
	for (int i = 0; i < NAPS; i++) {
		uint64_t begin, end;
		if (time_now(&begin) != CALL_OK ||
		    time_sleep_until(begin + NAP_NS, &end) != CALL_OK || time_now(&end) != CALL_OK)
			standard_exit(1);
		took_us[i] = (uint32_t)((end - begin) / 1000);
	}
	for (int i = 0; i < NAPS; i++)
		print_number(took_us[i]);
	standard_exit(0);
}

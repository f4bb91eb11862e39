/* Logs a thousand warnings of a thousand characters each as fast as it can, and one more after a
 * pause. */
#include <cairn/log_calls.h>
#include <cairn/time_calls.h>

enum { LINES = 1000, LINE_BYTES = 1000, PAUSE_NS = 200000000 };

static char line[LINE_BYTES];

void _start(void);
void _start(void)
{
	for (uint32_t i = 0; i < LINE_BYTES; i++)
		line[i] = 'x';
	struct wire_string text = {line, sizeof line};
	for (uint32_t i = 0; i < LINES; i++)
		log_write(LOG_LEVEL_WARNING, text);
	uint64_t now;
	if (time_now(&now) == CALL_OK && time_sleep_until(now + PAUSE_NS, &now) == CALL_OK)
		log_write(LOG_LEVEL_WARNING, wire_text("after the pause"));
}

/* Asks for the time without ever taking an answer, until it is told that this goes too far. */
#include <cairn/messages.h>
#include <cairn/system.h>

#include "standard.h"

static const uint8_t time_digest[] = TIME_DIGEST;

void _start(void);
void _start(void)
{
	static const uint32_t function = TIME_NOW;
	struct cairn_part part = {&function, sizeof function};
	int64_t result;
	do
		result = cairn_send(time_digest, &part, 1, CAIRN_SEND_ANSWER);
	while (result > 0);
	standard_exit(result == CAIRN_BUSY || result == CAIRN_LIMIT ? 3 : 1);
}

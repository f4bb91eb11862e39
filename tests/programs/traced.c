/*
 * All that a trace has to show: messages of an interface that the node does not know, one of them
 * malformed and one with text that is up to no good; one that is denied; one that is cancelled; and
 * more than one under way.
 */
#include <cairn/blocks_calls.h>
#include <cairn/interface_calls.h>
#include <cairn/time_calls.h>
#include <tests/everything_calls.h>

#include "standard.h"

enum { SECOND_NS = 1000000000 };

static void take_answer(int64_t message)
{
	static struct {
		struct cairn_notification head;
		uint8_t body[64];
	} answer;
	cairn_wait_answer(message, &answer, sizeof answer);
}

void _start(void);
void _start(void)
{
	static const char hostile[] = "\x1b[2J \xe2\x80\xae \"quoted\"";
	static const uint8_t malformed[] = {14, 0, 0, 0, 9};
	struct cairn_part part = {malformed, sizeof malformed};
	bool is_cancelled;
	uint64_t now;
	struct wire_string text = {hostile, sizeof hostile - 1};
	everything_texts_start(text, 'x', true);
	cairn_send(everything_interface, &part, 1, CAIRN_SEND_ANSWER);
	blocks_get_start((struct wire_bytes){malformed, sizeof malformed});
	if (time_now(&now) != CALL_OK)
		standard_exit(1);
	int64_t long_sleep = time_sleep_until_start(now + 3600ull * SECOND_NS);
	int64_t short_sleep = time_sleep_until_start(now + SECOND_NS / 100);
	take_answer(short_sleep);
	interface_cancel((uint64_t)long_sleep, &is_cancelled);
	take_answer(long_sleep);
	standard_exit(is_cancelled ? 0 : 1);
}

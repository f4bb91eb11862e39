/* Sends MESSAGES_ROUNDS bodies of 64 bytes, one after the other, and waits for each answer. */
#include <cairn/system.h>

#include "../programs.h"

static const uint8_t interface[] = MESSAGES_DIGEST;

static struct {
	struct cairn_notification head;
	uint8_t body[MESSAGES_BODY_BYTES];
} answer;

void _start(void);
void _start(void)
{
	static uint8_t body[MESSAGES_BODY_BYTES];
	struct cairn_part part = {body, sizeof body};
	for (uint32_t i = 0; i < MESSAGES_ROUNDS; i++) {
		body[0] = (uint8_t)i;
		int64_t message = cairn_send(interface, &part, 1, CAIRN_SEND_ANSWER);
		int32_t size = cairn_wait_answer(message, &answer, sizeof answer);
		if (size != sizeof answer || answer.body[0] != (uint8_t)(i + 1))
			__builtin_trap();
	}
}

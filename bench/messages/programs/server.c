/* Registers, and answers each message with its body, the first byte one higher. */
#include <cairn/interface_calls.h>

#include "../programs.h"

static const uint8_t interface[] = MESSAGES_DIGEST;

static struct {
	struct cairn_notification head;
	uint8_t body[MESSAGES_BODY_BYTES];
} request;

static void become_handler(void)
{
	struct interface_bool_or_register_error result;
	struct wire_bytes digest = {interface, sizeof interface};
	if (interface_register(digest, 0, &result) != CALL_OK || result.is_error)
		__builtin_trap();
}

void _start(void);
void _start(void)
{
	become_handler();
	struct cairn_part part = {request.body, sizeof request.body};
	int64_t incoming = CAIRN_ID_INCOMING;
	for (;;) {
		cairn_wait(&incoming, 1, &request, sizeof request, CAIRN_WAIT_BLOCK);
		request.body[0]++;
		cairn_answer((int64_t)request.head.message, &part, 1, 0);
	}
}

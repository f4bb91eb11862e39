/* Registers, and answers each message with its body, the first byte one higher. */
#include <cairn/interface.h>
#include <cairn/system.h>

#include "../programs.h"

static const uint8_t interface[] = MESSAGES_DIGEST;
static const uint8_t registry[] = INTERFACE_DIGEST;

static struct {
	struct cairn_notification head;
	uint8_t body[MESSAGES_BODY_BYTES];
} request;

static void become_handler(void)
{
	static const uint32_t head[] = {INTERFACE_REGISTER, sizeof interface};
	static const uint8_t options = 0;
	struct cairn_part parts[] = {
	    {head, sizeof head}, {interface, sizeof interface}, {&options, 1}};
	int64_t message = cairn_send(registry, parts, 3, CAIRN_SEND_ANSWER);
	cairn_wait_answer(message, &request, sizeof request);
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

/*
 * Tries to talk to itself: it asks to become the handler of an interface of its own, which nobody
 * has configured, and sends to it all the same. Ends with 3 when both were refused.
 */
#include <cairn/messages.h>
#include <cairn/system.h>

#include "standard.h"

static const uint8_t interface_digest[] = INTERFACE_DIGEST;
static const uint8_t own_digest[CAIRN_DIGEST_SIZE] = "an interface of this program.";

static struct {
	struct cairn_notification head;
	uint8_t body[64];
} note;

void _start(void);
void _start(void)
{
	static const uint32_t head[] = {INTERFACE_REGISTER, CAIRN_DIGEST_SIZE};
	static const uint8_t options = 0;
	struct cairn_part parts[] = {
	    {head, sizeof head}, {own_digest, sizeof own_digest}, {&options, 1}};
	int64_t message = cairn_send(interface_digest, parts, 3, CAIRN_SEND_ANSWER);
	cairn_wait_answer(message, &note, sizeof note);
	/* err(not-configured) */
	bool is_refused = note.head.status == CAIRN_STATUS_OK && note.head.length == 2 &&
			  note.body[0] == 1 && note.body[1] == 1;
	int64_t sent = cairn_send(own_digest, parts, 1, CAIRN_SEND_ANSWER);
	standard_exit(is_refused && sent < 0 ? 3 : 1);
}

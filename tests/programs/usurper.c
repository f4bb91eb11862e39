/* Asks to become the handler of `loader`, which the node gives to another. Ends with 3 when
 * refused. */
#include <cairn/messages.h>
#include <cairn/system.h>

#include "standard.h"

static const uint8_t interface_digest[] = INTERFACE_DIGEST;
static const uint8_t loader_digest[] = LOADER_DIGEST;

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
	    {head, sizeof head}, {loader_digest, sizeof loader_digest}, {&options, 1}};
	int64_t message = cairn_send(interface_digest, parts, 3, CAIRN_SEND_ANSWER);
	cairn_wait_answer(message, &note, sizeof note);
	bool is_refused =
	    note.head.status == CAIRN_STATUS_OK && note.head.length == 2 && note.body[0] == 1;
	standard_exit(is_refused ? 3 : 1);
}

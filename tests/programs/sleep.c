/* Waits for a message that nobody will send. */
#include <cairn/system.h>

static struct cairn_notification room;

void _start(void);
void _start(void)
{
	static const int64_t incoming = CAIRN_ID_INCOMING;
	cairn_wait(&incoming, 1, &room, sizeof room, CAIRN_WAIT_BLOCK);
}

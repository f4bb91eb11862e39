/*
 * Tries to talk to itself: it asks to become the handler of an interface of its own, which nobody
 * has configured, and sends to it all the same. Ends with 3 when both were refused.
 */
#include <cairn/interface_calls.h>

#include "standard.h"

static const uint8_t own_digest[CAIRN_DIGEST_SIZE] = "an interface of this program.";

void _start(void);
void _start(void)
{
	struct interface_bool_or_register_error result;
	struct wire_bytes digest = {own_digest, sizeof own_digest};
	bool is_refused = interface_register(digest, 0, &result) == CALL_OK && result.is_error &&
			  result.error == INTERFACE_REGISTER_ERROR_NOT_CONFIGURED;
	int64_t sent = cairn_send(own_digest, NULL, 0, CAIRN_SEND_ANSWER);
	standard_exit(is_refused && sent < 0 ? 3 : 1);
}

/* Asks to become the handler of `loader`, which the node gives to another. Ends with 3 when
 * refused. */
#include <cairn/interface_calls.h>
#include <cairn/loader.h>

#include "standard.h"

void _start(void);
void _start(void)
{
	struct interface_bool_or_register_error result;
	struct wire_bytes digest = {loader_interface, sizeof loader_interface};
	bool is_refused = interface_register(digest, 0, &result) == CALL_OK && result.is_error;
	standard_exit(is_refused ? 3 : 1);
}

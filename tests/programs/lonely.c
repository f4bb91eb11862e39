/* Wants a thread although its memory is its own alone. Ends with 0 if it is told that there is no
 * entry. */
#include <cairn/threads_calls.h>

#include "standard.h"

void _start(void);
__attribute__((export_name("wasi_thread_start"))) void wasi_thread_start(uint32_t number,
									 uint32_t argument);

void wasi_thread_start(uint32_t number, uint32_t argument)
{
	standard_exit(2);
}

void _start(void)
{
	struct threads_u32_or_spawn_error result;
	bool is_told = threads_spawn(0, &result) == CALL_OK && result.is_error &&
		       result.error == THREADS_SPAWN_ERROR_NO_ENTRY;
	standard_exit(is_told ? 0 : 1);
}

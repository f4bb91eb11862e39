/* Standard input to standard output. Ends with 1 where reading fails, 2 where writing does. */
#include "standard.h"

static uint8_t piece[STANDARD_READ_BYTES_MAX];

void _start(void);
void _start(void)
{
	for (;;) {
		int32_t size = standard_read(piece, sizeof piece);
		if (size <= 0)
			standard_exit(size < 0 ? 1 : 0);
		if (!standard_write(1, piece, (uint32_t)size))
			standard_exit(2);
	}
}

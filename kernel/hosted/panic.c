#include "core/port.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void port_panic(const char *what, const char *file, int line)
{
	fprintf(stderr, "cairn: a mistake of Cairn's own: %s (%s:%d)\n", what, file, line);
	abort();
}

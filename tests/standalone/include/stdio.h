/* For tests inside the kernel: %s, %d, %u, %zu, %x and %c, without widths. */
#ifndef SHIM_STDIO_H
#define SHIM_STDIO_H

#include <stddef.h>

__attribute__((format(printf, 3, 4))) int snprintf(char *out, size_t size, const char *format, ...);

#endif

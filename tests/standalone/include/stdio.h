/* For tests inside the kernel: files that grow in memory; and %s, %c, %d, %u, %x, with a precision
 * for strings, a width filled with zeros for numbers, and the sizes z, l and ll. */
#ifndef SHIM_STDIO_H
#define SHIM_STDIO_H

#include <stddef.h>

__attribute__((format(printf, 3, 4))) int snprintf(char *out, size_t size, const char *format, ...);

/* What was written stands in *data from fclose on. */
typedef struct shim_file FILE;
FILE *open_memstream(char **data, size_t *size);
size_t fwrite(const void *data, size_t size, size_t count, FILE *out);
int fclose(FILE *file);

#endif

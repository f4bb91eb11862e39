/*
 * sdk: where the headers, sources and rules for authors of programs are.
 */
#ifndef CLI_SDK_H
#define CLI_SDK_H

#include <limits.h>
#include <stdbool.h>

/* Beside the command, as in a folder of the build, or in ../share/cairn, where `make install` puts
 * it. False after an error that was reported. */
bool sdk_find(char out[PATH_MAX]);

#endif

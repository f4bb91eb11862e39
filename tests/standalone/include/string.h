/* For tests inside the kernel: what they use of a C library's strings. */
#ifndef SHIM_STRING_H
#define SHIM_STRING_H

#include "mem.h"

size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);
char *strchr(const char *text, int character);
char *strstr(const char *text, const char *part);
size_t strspn(const char *text, const char *set);
size_t strcspn(const char *text, const char *set);
char *strcat(char *to, const char *from);

#endif

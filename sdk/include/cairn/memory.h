/*
 * memory: all of a program's memory that nothing else uses, as one buffer that grows with the
 * memory. For programs without a malloc; one buffer a program.
 */
#ifndef CAIRN_MEMORY_H
#define CAIRN_MEMORY_H

#include <cairn/call.h>

struct call_buffer memory_buffer(void);

#endif

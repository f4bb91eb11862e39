/*
 * allocated: a buffer from malloc that grows as needed, for programs with a C library.
 */
#ifndef CAIRN_ALLOCATED_H
#define CAIRN_ALLOCATED_H

#include <stdlib.h>

#include <cairn/call.h>

static inline bool allocated_grow(struct call_buffer *buffer, size_t size)
{
	void *data = realloc(buffer->data, size);
	if (data == NULL)
		return false;
	buffer->data = data;
	buffer->size = size;
	return true;
}

/* Empty at first; `data` may be given to free. */
static inline struct call_buffer allocated_buffer(void)
{
	return (struct call_buffer){.grow = allocated_grow};
}

#endif

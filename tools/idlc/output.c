#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void make_room(struct output *output, size_t size)
{
	size_t needed = output->size + size + 1;
	if (needed <= output->capacity)
		return;
	size_t capacity = output->capacity == 0 ? 1024 : output->capacity * 2;
	if (capacity < needed)
		capacity = needed;
	char *data = realloc(output->data, capacity);
	if (data == NULL) {
		fputs("idlc: out of memory\n", stderr);
		exit(1);
	}
	output->data = data;
	output->capacity = capacity;
}

void output_bytes(struct output *output, const char *data, size_t size)
{
	if (output->limit != 0 && size > output->limit - output->size)
		output->is_cut = true;
	if (output->is_cut)
		return;
	make_room(output, size);
	memcpy(output->data + output->size, data, size);
	output->size += size;
	output->data[output->size] = '\0';
}

void output_string(struct output *output, const char *string)
{
	output_bytes(output, string, strlen(string));
}

void output_format_list(struct output *output, const char *format, va_list arguments)
{
	char small[512];
	va_list again;
	va_copy(again, arguments);
	int size = vsnprintf(small, sizeof small, format, arguments);
	if (size >= 0 && (size_t)size < sizeof small) {
		output_bytes(output, small, (size_t)size);
	} else if (size >= 0) {
		struct output large = {0};
		make_room(&large, (size_t)size);
		vsnprintf(large.data, (size_t)size + 1, format, again);
		output_bytes(output, large.data, (size_t)size);
		free(large.data);
	}
	va_end(again);
}

void output_format(struct output *output, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	output_format_list(output, format, arguments);
	va_end(arguments);
}

void output_drop(struct output *output)
{
	free(output->data);
	*output = (struct output){.limit = output->limit};
}

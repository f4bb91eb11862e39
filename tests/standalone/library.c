/*
 * What tests need of a C library (include/), for kernels without one.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/port.h"
#include "core/text.h"
#include "test_port.h"

/* ---- Memory: its size stands in front of it ---- */

enum { HEADER_BYTES = 16 };

void *malloc(size_t size)
{
	size_t *header = __real_port_allocate(size + HEADER_BYTES);
	if (header == NULL)
		abort();
	*header = size;
	return (uint8_t *)header + HEADER_BYTES;
}

void *calloc(size_t count, size_t size)
{
	void *address = malloc(count * size);
	memset(address, 0, count * size);
	return address;
}

void *realloc(void *old, size_t size)
{
	void *fresh = malloc(size);
	if (old == NULL)
		return fresh;
	size_t old_size = *(size_t *)(void *)((uint8_t *)old - HEADER_BYTES);
	memcpy(fresh, old, old_size < size ? old_size : size);
	free(old);
	return fresh;
}

void free(void *address)
{
	if (address == NULL)
		return;
	size_t *header = (void *)((uint8_t *)address - HEADER_BYTES);
	__real_port_release(header, *header + HEADER_BYTES);
}

void abort(void)
{
	port_panic("a test gave up", __FILE__, __LINE__);
}

/* ---- Strings ---- */

size_t strlen(const char *text)
{
	size_t size = 0;
	while (text[size] != '\0')
		size++;
	return size;
}

int strncmp(const char *a, const char *b, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (a[i] != b[i])
			return (uint8_t)a[i] < (uint8_t)b[i] ? -1 : 1;
		if (a[i] == '\0')
			break;
	}
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

char *strstr(const char *text, const char *part)
{
	size_t size = strlen(part);
	for (; *text != '\0' || size == 0; text++)
		if (strncmp(text, part, size) == 0)
			return (char *)(uintptr_t)text;
	return NULL;
}

/* How many of the first characters are in the set, or are not. */
static size_t span(const char *text, const char *set, bool is_in)
{
	size_t size = 0;
	for (; text[size] != '\0'; size++) {
		const char *at = set;
		while (*at != '\0' && *at != text[size])
			at++;
		if ((*at != '\0') != is_in)
			break;
	}
	return size;
}

char *strchr(const char *text, int character)
{
	for (;; text++) {
		if (*text == (char)character)
			return (char *)(uintptr_t)text;
		if (*text == '\0')
			return NULL;
	}
}

size_t strspn(const char *text, const char *set)
{
	return span(text, set, true);
}

size_t strcspn(const char *text, const char *set)
{
	return span(text, set, false);
}

char *strcat(char *to, const char *from)
{
	memcpy(to + strlen(to), from, strlen(from) + 1);
	return to;
}

/* ---- Numbers that need not be unpredictable ---- */

static uint64_t rand_state = 1;

void srand(unsigned seed)
{
	rand_state = seed;
}

int rand(void)
{
	rand_state = rand_state * 6364136223846793005u + 1442695040888963407u;
	return (int)(rand_state >> 33);
}

/* ---- Text ---- */

/* What stands between % and the letter. */
struct conversion {
	size_t width;
	size_t precision; /* SIZE_MAX where there is none */
	bool takes_precision;
	bool is_long;
};

static size_t read_number(const char **format)
{
	size_t number = 0;
	for (; **format >= '0' && **format <= '9'; ++*format)
		number = number * 10 + (size_t)(**format - '0');
	return number;
}

static struct conversion read_conversion(const char **format)
{
	struct conversion conversion = {.width = read_number(format), .precision = SIZE_MAX};
	if (**format == '.') {
		++*format;
		conversion.takes_precision = **format == '*';
		*format += conversion.takes_precision;
		conversion.precision = read_number(format);
	}
	for (; **format == 'l' || **format == 'z'; ++*format)
		conversion.is_long = true;
	return conversion;
}

static void put_number(struct text *text, uint64_t value, unsigned base, size_t width)
{
	char digits[24];
	size_t count = 0;
	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value > 0);
	while (count < width && count < sizeof digits)
		digits[count++] = '0';
	while (count-- > 0)
		text_bytes(text, &digits[count], 1);
}

static void put_string(struct text *text, const char *string, size_t precision)
{
	size_t size = 0;
	while (size < precision && string[size] != '\0')
		size++;
	text_bytes(text, string, size);
}

int snprintf(char *out, size_t size, const char *format, ...)
{
	struct text text = text_over(out, size);
	va_list arguments;
	va_start(arguments, format);
	for (; *format != '\0'; format++) {
		if (*format != '%') {
			text_bytes(&text, format, 1);
			continue;
		}
		format++;
		struct conversion conversion = read_conversion(&format);
		if (conversion.takes_precision)
			conversion.precision = (size_t)va_arg(arguments, int);
		if (*format == 's') {
			put_string(&text, va_arg(arguments, const char *), conversion.precision);
		} else if (*format == 'c') {
			char character = (char)va_arg(arguments, int);
			text_bytes(&text, &character, 1);
		} else {
			uint64_t value = conversion.is_long ? va_arg(arguments, uint64_t)
							    : va_arg(arguments, unsigned);
			put_number(&text, value, *format == 'x' ? 16 : 10, conversion.width);
		}
	}
	va_end(arguments);
	return (int)text.used;
}

/* ---- Files in memory ---- */

struct shim_file {
	char **data;
	size_t *size;
};

FILE *open_memstream(char **data, size_t *size)
{
	FILE *file = malloc(sizeof *file);
	*file = (FILE){data, size};
	*data = calloc(1, 1);
	*size = 0;
	return file;
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *out)
{
	*out->data = realloc(*out->data, *out->size + size * count + 1);
	memcpy(*out->data + *out->size, data, size * count);
	*out->size += size * count;
	return count;
}

int fclose(FILE *file)
{
	free(file);
	return 0;
}

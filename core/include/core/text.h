/*
 * text: builds one line of text in a buffer of fixed size; what does not fit is cut, and the buffer
 * always ends with a zero. Strings that come from a program, a module, a peer or a file go through
 * `text_escaped`, which no control character, bidirectional mark or broken UTF-8 survives.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *data;
	size_t size; /* of the buffer, the terminating zero included; 1 or more */
	size_t used; /* without the terminating zero */
};

struct text text_over(char *buffer, size_t size);

void text_string(struct text *text, const char *string);
void text_bytes(struct text *text, const char *data, size_t size);
void text_decimal(struct text *text, uint64_t value);
/* So many bytes for people, exactly: "2 GiB", "1536 MiB", "1000 bytes". */
void text_size(struct text *text, uint64_t size);
void text_hex(struct text *text, const uint8_t *data, size_t size);

/* Printable ASCII as it is, letters of other scripts too; the rest as \xHH or \u{...}. */
void text_escaped(struct text *text, const uint8_t *data, size_t size);

/* Characters that move, hide or reorder others on a terminal, C0 and C1 controls among them. */
bool text_is_deceptive(uint32_t point);

#endif

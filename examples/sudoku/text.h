/*
 * text: lines of text in memory, without a C library.
 */
#ifndef SUDOKU_TEXT_H
#define SUDOKU_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include <cairn/wire.h>

struct text {
	char *data;
	uint32_t size; /* of the memory */
	uint32_t used; /* what does not fit is left out */
};

void text_add(struct text *text, const char *string);
void text_add_string(struct text *text, struct wire_string string);
void text_add_number(struct text *text, uint64_t value);

bool text_is(struct wire_bytes word, const char *string);

/* False where it is no number, or has more than nine digits. */
bool text_read_number(struct wire_bytes word, uint32_t *value);

#endif

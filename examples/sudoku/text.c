#include "text.h"

static void add_character(struct text *text, char character)
{
	if (text->used < text->size)
		text->data[text->used++] = character;
}

void text_add(struct text *text, const char *string)
{
	for (; *string != '\0'; string++)
		add_character(text, *string);
}

void text_add_string(struct text *text, struct wire_string string)
{
	for (uint32_t i = 0; i < string.size; i++)
		add_character(text, string.data[i]);
}

void text_add_number(struct text *text, uint64_t value)
{
	char digits[20];
	uint32_t count = 0;
	do {
		digits[count++] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	while (count > 0)
		add_character(text, digits[--count]);
}

bool text_is(struct wire_bytes word, const char *string)
{
	uint32_t i = 0;
	while (i < word.size && string[i] != '\0' && (char)word.data[i] == string[i])
		i++;
	return i == word.size && string[i] == '\0';
}

bool text_read_number(struct wire_bytes word, uint32_t *value)
{
	if (word.size == 0 || word.size > 9)
		return false;
	*value = 0;
	for (uint32_t i = 0; i < word.size; i++) {
		if (word.data[i] < '0' || word.data[i] > '9')
			return false;
		*value = *value * 10 + (word.data[i] - '0');
	}
	return true;
}

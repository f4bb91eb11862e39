/*
 * Bodies for the generated bindings of every interface of the system and of the tests: the first
 * two bytes choose a function; where the third is odd the rest is a body, else it makes a valid
 * body and then changes it, so that the fuzzer reaches what lies behind long structures.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "idlc/body.h"

#include <table.h>

enum { ROWS = sizeof table / sizeof table[0] };

/* What each row is held against; opened once. */
static struct reference *references[ROWS];

static void open_references(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		/* Rows of one interface stand together. */
		if (i > 0 && table[i].text == table[i - 1].text) {
			references[i] = references[i - 1];
			continue;
		}
		references[i] = malloc(sizeof *references[i]);
		reference_open(references[i], table[i].text);
	}
}

/* Replaces, cuts or lengthens, as the choices say. */
static void change(struct choices *choices, struct output *body)
{
	while (choices->used + 3 <= choices->size && body->size > 0) {
		const uint8_t *choice = choices->data + choices->used;
		size_t at = (choice[0] | (size_t)choice[1] << 8) % body->size;
		choices->used += 3;
		if (choice[2] == 0xfe)
			body->size = at;
		else if (choice[2] == 0xfd)
			output_bytes(body, "\1\2\3", 3);
		else
			body->data[at] = (char)choice[2];
	}
}

static void check(size_t row, const uint8_t *body, size_t size)
{
	bool accepted = false;
	const char *wrong = body_check(&table[row], references[row], body, size, &accepted);
	if (wrong == NULL)
		return;
	fprintf(stderr, "%s: %s\n", table[row].name, wrong);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (references[0] == NULL)
		open_references();
	if (size < 3)
		return 0;
	size_t row = (data[0] | (size_t)data[1] << 8) % ROWS;
	if (data[2] % 2 == 1) {
		check(row, data + 3, size - 3);
		return 0;
	}
	struct choices choices = {.data = data + 3, .size = (size - 3) / 2};
	struct choices changes = {.data = data + 3 + choices.size, .size = size - 3 - choices.size};
	struct output body = {0};
	reference_write(references[row], table[row].function, table[row].is_answer, &choices,
			&body);
	check(row, (const uint8_t *)body.data, body.size);
	change(&changes, &body);
	check(row, (const uint8_t *)body.data, body.size);
	output_drop(&body);
	return 0;
}

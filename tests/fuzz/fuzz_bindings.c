/*
 * Bodies for the generated bindings of every interface of the system and of the tests: the first two
 * bytes choose a function; where the third is odd the rest is a body, else it makes a valid body
 * and then changes it, so that the fuzzer reaches what lies behind long structures.
 */
#include <stdlib.h>
#include <string.h>

#include "idlc/body.h"

#include "fuzz/system_table.h"
#include "fuzz/tests_table.h"

enum { ROWS_MAX = 400 };

static struct row {
	const struct table_row *row;
	struct reference *reference;
} rows[ROWS_MAX];
static size_t row_count;

static void add_rows(const struct table_row *table, size_t count)
{
	struct reference *reference = NULL;
	for (size_t i = 0; i < count; i++) {
		/* Rows of one interface stand together. */
		if (i == 0 || table[i].text != table[i - 1].text) {
			reference = malloc(sizeof *reference);
			reference_open(reference, table[i].text);
		}
		rows[row_count++] = (struct row){.row = &table[i], .reference = reference};
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

static void check(const struct row *row, const uint8_t *body, size_t size)
{
	bool accepted = false;
	const char *wrong = body_check(row->row, row->reference, body, size, &accepted);
	if (wrong == NULL)
		return;
	fprintf(stderr, "%s: %s\n", row->row->name, wrong);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (row_count == 0) {
		add_rows(system_table(), system_table_size());
		add_rows(tests_table(), tests_table_size());
	}
	if (size < 3)
		return 0;
	const struct row *row = &rows[(data[0] | (size_t)data[1] << 8) % row_count];
	if (data[2] % 2 == 1) {
		check(row, data + 3, size - 3);
		return 0;
	}
	struct choices choices = {.data = data + 3, .size = (size - 3) / 2};
	struct choices changes = {.data = data + 3 + choices.size, .size = size - 3 - choices.size};
	struct output body = {0};
	reference_write(row->reference, row->row->function, row->row->is_answer, &choices, &body);
	check(row, (const uint8_t *)body.data, body.size);
	change(&changes, &body);
	check(row, (const uint8_t *)body.data, body.size);
	output_drop(&body);
	return 0;
}

/*
 * What holds for every function of every interface, shown on random bodies; the table that knows
 * them is generated from the definitions (tests/idlc/table.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "idlc/body.h"
#include "idlc/definition.h"

#include <table.h>

enum { ROWS = sizeof table / sizeof table[0], BODIES = 60, CHOICES = 600 };

static void random_body(const struct reference *reference, const struct table_row *row,
			struct random *random, struct output *body)
{
	uint8_t data[CHOICES];
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)random_below(random, 256);
	struct choices choices = {.data = data, .size = sizeof data};
	output_drop(body);
	reference_write(reference, row->function, row->is_answer, &choices, body);
}

static void expect(const struct table_row *row, const struct reference *reference,
		   const struct output *body, size_t size, bool expected)
{
	bool accepted = !expected;
	const char *wrong =
	    body_check(row, reference, (const uint8_t *)body->data, size, &accepted);
	if (wrong != NULL)
		fail_msg("%s: %s", row->name, wrong);
	assert_int_equal(accepted, expected);
}

/* Calls `visit` with random good bodies of every function. */
static void for_each_body(void (*visit)(const struct table_row *, const struct reference *,
					struct output *, struct random *))
{
	struct random random = {.state = 1};
	struct output body = {0};
	for (size_t i = 0; i < ROWS; i++) {
		struct reference reference;
		reference_open(&reference, table[i].text);
		for (unsigned k = 0; k < BODIES; k++) {
			random_body(&reference, &table[i], &random, &body);
			visit(&table[i], &reference, &body, &random);
		}
		reference_close(&reference);
	}
	output_drop(&body);
}

static void visit_good(const struct table_row *row, const struct reference *reference,
		       struct output *body, struct random *random)
{
	expect(row, reference, body, body->size, true);
}

static void good_bodies_are_accepted_and_encode_to_the_same_bytes(void **state)
{
	for_each_body(visit_good);
}

static void visit_cut(const struct table_row *row, const struct reference *reference,
		      struct output *body, struct random *random)
{
	for (size_t size = 0; size < body->size; size++)
		expect(row, reference, body, size, false);
}

static void bodies_that_are_cut_short_are_refused_at_every_byte(void **state)
{
	for_each_body(visit_cut);
}

static void visit_long(const struct table_row *row, const struct reference *reference,
		       struct output *body, struct random *random)
{
	output_bytes(body, "", 1);
	expect(row, reference, body, body->size, false);
}

static void bodies_with_a_byte_too_many_are_refused(void **state)
{
	for_each_body(visit_long);
}

static void visit_changed(const struct table_row *row, const struct reference *reference,
			  struct output *body, struct random *random)
{
	static const char values[] = {0, 1, 2, 0x7f, (char)0x80, (char)0xff};
	for (unsigned i = 0; i < 30; i++) {
		size_t at = random_below(random, (uint32_t)body->size);
		char before = body->data[at];
		bool accepted = false;
		body->data[at] = random_below(random, 2) == 0
				     ? values[random_below(random, sizeof values)]
				     : (char)random_below(random, 256);
		const char *wrong =
		    body_check(row, reference, (const uint8_t *)body->data, body->size, &accepted);
		if (wrong != NULL)
			fail_msg("%s: %s", row->name, wrong);
		body->data[at] = before;
	}
}

static void changed_bodies_are_accepted_exactly_where_the_definition_says(void **state)
{
	for_each_body(visit_changed);
}

/* Wherever a count stands, it is made as large as it can be. */
static void visit_counts(const struct table_row *row, const struct reference *reference,
			 struct output *body, struct random *random)
{
	for (size_t at = 0; at + 4 <= body->size; at++) {
		char before[4];
		bool accepted = false;
		memcpy(before, body->data + at, 4);
		memset(body->data + at, 0xff, 4);
		const char *wrong =
		    body_check(row, reference, (const uint8_t *)body->data, body->size, &accepted);
		if (wrong != NULL)
			fail_msg("%s: %s", row->name, wrong);
		memcpy(body->data + at, before, 4);
	}
}

static void counts_larger_than_the_body_cost_nothing(void **state)
{
	for_each_body(visit_counts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_bodies_are_accepted_and_encode_to_the_same_bytes),
	    cmocka_unit_test(bodies_that_are_cut_short_are_refused_at_every_byte),
	    cmocka_unit_test(bodies_with_a_byte_too_many_are_refused),
	    cmocka_unit_test(counts_larger_than_the_body_cost_nothing),
	    cmocka_unit_test(changed_bodies_are_accepted_exactly_where_the_definition_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * How bodies look in words: each type by an example, and, for random bodies of every function of
 * the system's and the tests' interfaces, that exactly those are refused that the reference
 * refuses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cairn/wire.h>

#include "core/text.h"
#include "idlc/definition.h"
#include "idlc/reference.h"
#include "idlc/table.h"
#include "value.h"

#include <table.h>

enum { ROWS = sizeof table / sizeof table[0], BODIES = 40, CHOICES = 400, LINE_BYTES = 1024 };

/* The words for an answer of type `type`, whose body is the string `bytes`. */
static char *shown_as(const char *types, const char *type, const char *bytes, size_t size,
		      bool *is_good)
{
	static char line[LINE_BYTES];
	char text[2048];
	struct reference reference;
	struct text out = text_over(line, sizeof line);
	snprintf(text, sizeof text, "interface t { %s get: func() -> %s; }", types, type);
	reference_open(&reference, text);
	uint8_t *body = malloc(size == 0 ? 1 : size); /* so that the sanitizer sees its end */
	memcpy(body, bytes, size);
	*is_good = value_answer(&reference.outline, 0, (struct value_body){body, size}, &out);
	free(body);
	reference_close(&reference);
	return line;
}

#define expect_shown(types, type, bytes, expected)                                                 \
	do {                                                                                       \
		bool is_good = false;                                                              \
		assert_string_equal(shown_as(types, type, bytes, sizeof bytes - 1, &is_good),      \
				    expected);                                                     \
		assert_true(is_good);                                                              \
	} while (0)

#define expect_refused(types, type, bytes, expected)                                               \
	do {                                                                                       \
		bool is_good = true;                                                               \
		assert_string_equal(shown_as(types, type, bytes, sizeof bytes - 1, &is_good),      \
				    expected);                                                     \
		assert_false(is_good);                                                             \
	} while (0)

static void numbers_are_shown_in_decimal(void **state)
{
	expect_shown("", "u8", "\xff", "255");
	expect_shown("", "u16", "\xff\xff", "65535");
	expect_shown("", "u32", "\1\2\0\0", "513");
	expect_shown("", "u64", "\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615");
	expect_shown("", "s8", "\x80", "-128");
	expect_shown("", "s16", "\xfe\xff", "-2");
	expect_shown("", "s32", "\0\0\0\x80", "-2147483648");
	expect_shown("", "s64", "\0\0\0\0\0\0\0\x80", "-9223372036854775808");
	expect_shown("", "f32", "\0\0\xc0\x3f", "1.5");
	expect_shown("", "f64", "\0\0\0\0\0\0\xf8\xbf", "-1.5");
	expect_shown("", "f64", "\0\0\0\0\0\0\xf0\x7f", "inf");
	expect_shown("", "bool", "\1", "true");
	expect_shown("", "bool", "\0", "false");
}

static void text_is_quoted_and_escaped(void **state)
{
	expect_shown("", "string", "\5\0\0\0a\"\\\n\t", "\"a\\\"\\\\\\n\\t\"");
	expect_shown("", "string", "\0\0\0\0", "\"\"");
	expect_shown("", "string", "\4\0\0\0\x1b[2J", "\"\\u{001b}[2J\"");
	expect_shown("", "string", "\3\0\0\0\xe2\x80\xae", "\"\\u{202e}\"");
	expect_shown("", "char", "a\0\0\0", "'a'");
	expect_shown("", "char", "\xe9\0\0\0", "'\xc3\xa9'");
	expect_shown("", "char", "\xac\x20\0\0", "'\xe2\x82\xac'");
	expect_shown("", "char", "\0\xf6\x01\0", "'\xf0\x9f\x98\x80'");
	expect_shown("", "char", "\a\0\0\0", "'\\u{0007}'");
}

static void bytes_are_shown_as_what_they_look_like(void **state)
{
	expect_shown("", "list<u8>", "\3\0\0\0abc", "\"abc\"");
	expect_shown("", "list<u8>", "\3\0\0\0\0\1\xff", "0x0001ff");
	expect_shown("", "list<u8>", "\2\0\0\0\xc3(", "0xc328");
	expect_shown("", "list<u8>", "\0\0\0\0", "\"\"");
	expect_shown(
	    "", "list<u8>",
	    "\x24\0\0\0\x01\x55\x12\x20\x2c\xf2\x4d\xba\x5f\xb0\xa3\x0e\x26\xe8\x3b\x2a\xc5"
	    "\xb9\xe2\x9e\x1b\x16\x1e\x5c\x1f\xa7\x42\x5e\x73\x04\x33\x62\x93\x8b\x98\x24",
	    "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq");
}

static void composed_values_are_shown_with_the_names_of_their_parts(void **state)
{
	expect_shown("", "option<u8>", "\0", "none");
	expect_shown("", "option<option<u8>>", "\1\1\7", "some(some(7))");
	expect_shown("", "result", "\0", "ok");
	expect_shown("", "result<u8>", "\0\7", "ok(7)");
	expect_shown("", "result<_, string>", "\1\1\0\0\0x", "error(\"x\")");
	expect_shown("", "tuple<u8, bool>", "\7\1", "(7, true)");
	expect_shown("record p { x: u8, y: list<u16> }", "p", "\1\2\0\0\0\2\0\3\0",
		     "{x: 1, y: [2, 3]}");
	expect_shown("enum e { a, b-c }", "e", "\1", "b-c");
	expect_shown("variant v { a, b(u8) }", "v", "\0", "a");
	expect_shown("variant v { a, b(u8) }", "v", "\1\5", "b(5)");
	expect_shown("flags f { a, b, c }", "f", "\5", "{a, c}");
	expect_shown("flags f { a, b, c }", "f", "\0", "{}");
	expect_shown("type t = list<bool>;", "t", "\2\0\0\0\1\0", "[true, false]");
}

static void what_is_long_is_cut_and_its_size_is_told(void **state)
{
	expect_shown("", "list<u16>", "\x9\0\0\0\0\0\1\0\2\0\3\0\4\0\5\0\6\0\7\0\x8\0",
		     "[0, 1, 2, 3, 4, 5, 6, 7, ...] (9 items)");
	expect_shown("", "list<bool>", "\x9\0\0\0\1\1\1\1\1\1\1\1\0",
		     "[true, true, true, true, true, true, true, true, ...] (9 items)");
	expect_shown("", "string",
		     "\x42\0\0\0" /* 66 bytes, the 64th of which begins a character */
		     "0123456789012345678901234567890123456789012345678901234567890123\xc3\xa9",
		     "\"0123456789012345678901234567890123456789012345678901234567890123...\" "
		     "(66 bytes)");
	expect_shown("", "string",
		     "\x41\0\0\0"
		     "012345678901234567890123456789012345678901234567890123456789012\xc3\xa9",
		     "\"012345678901234567890123456789012345678901234567890123456789012...\" "
		     "(65 bytes)");
}

static void a_wrong_body_is_shown_as_bytes_with_the_reason(void **state)
{
	expect_refused("", "u32", "\1\2", "0x0102, which is not as defined: too short");
	expect_refused("", "u32", "", "nothing, which is not as defined: too short");
	expect_refused("", "u8", "\1\2", "0x0102, which is not as defined: too long");
	expect_refused("", "bool", "\2",
		       "0x02, which is not as defined: a bool that is neither 0 nor 1");
	expect_refused("enum e { a, b }", "e", "\2", "0x02, which is not as defined: no such case");
	expect_refused("flags f { a, b }", "f", "\4",
		       "0x04, which is not as defined: a flag that is unknown");
	expect_refused("", "char", "\0\xd8\0\0",
		       "0x00d80000, which is not as defined: no character");
	expect_refused("", "string", "\1\0\0\0\xff",
		       "0x01000000ff, which is not as defined: text that is not UTF-8");
	expect_refused("record p { x: u8, y: u32 }", "p", "\1\2",
		       "0x0102, which is not as defined: too short, in y");
	expect_refused("", "list<u8>", "\xff\xff\xff\xff",
		       "0xffffffff, which is not as defined: too short");
	expect_refused("", "list<tuple<u64, string>>", "\xff\xff\xff\xff\0\0\0\0",
		       "0xffffffff00000000, which is not as defined: too short");
	/* Beyond the items that are shown. */
	expect_refused("", "list<bool>", "\x9\0\0\0\1\1\1\1\1\1\1\1\2",
		       "0x09000000010101010101010102, which is not as defined: a bool that is "
		       "neither 0 nor 1");
}

static void calls_are_shown_with_their_parameters(void **state)
{
	char line[LINE_BYTES];
	struct reference reference;
	reference_open(&reference, "interface t { b: func(x: u8, y: string); a: func(); }");
	static const struct {
		const char *bytes;
		size_t size;
		const char *expected;
		bool is_good;
	} rows[] = {
	    {"\0\0\0\0", 4, "a()", true},
	    {"\1\0\0\0\7\1\0\0\0z", 10, "b(x: 7, y: \"z\")", true},
	    {"\1\0\0\0\7", 5, "b(0x0100000007, which is not as defined: too short, in y)", false},
	    {"\2\0\0\0", 4, "?(0x02000000, which is not as defined: no such function)", false},
	    {"\1\0", 2, "?(0x0100, which is not as defined: too short)", false},
	    {"", 0, "?(nothing, which is not as defined: too short)", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct text out = text_over(line, sizeof line);
		struct value_body body = {(const uint8_t *)rows[i].bytes, rows[i].size};
		assert_int_equal(value_call(&reference.outline, body, &out), rows[i].is_good);
		assert_string_equal(line, rows[i].expected);
	}
	reference_close(&reference);
}

static void an_answer_that_nobody_defined_is_refused(void **state)
{
	char line[LINE_BYTES];
	struct reference reference;
	struct text out = text_over(line, sizeof line);
	reference_open(&reference, "interface t { a: func(); }");
	assert_true(value_answer(&reference.outline, 0, (struct value_body){NULL, 0}, &out));
	assert_string_equal(line, "()");
	out = text_over(line, sizeof line);
	assert_false(value_answer(&reference.outline, 1, (struct value_body){NULL, 0}, &out));
	assert_string_equal(line, "nothing, which is not as defined: no such function");
	reference_close(&reference);
}

static void a_line_that_is_full_ends_with_dots(void **state)
{
	static const char body[] = "\x10\0\0\0\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3"
				   "\xa9\xc3\xa9";
	struct reference reference;
	reference_open(&reference, "interface t { f: func() -> string; }");
	for (size_t size = 1; size < 24; size++) {
		char *line = malloc(size);
		struct text out = text_over(line, size);
		assert_true(value_answer(
		    &reference.outline, 0,
		    (struct value_body){(const uint8_t *)body, sizeof body - 1}, &out));
		assert_true(wire_is_utf8((const uint8_t *)line, strlen(line)));
		if (size >= 8 && size < 16)
			assert_non_null(strstr(line, "..."));
		free(line);
	}
	reference_close(&reference);
}

/* ---- Any body of any function ---- */

static bool shows(const struct reference *reference, const struct table_row *row,
		  const uint8_t *data, size_t size)
{
	char line[LINE_BYTES];
	struct text out = text_over(line, sizeof line);
	uint8_t *body = malloc(size == 0 ? 1 : size);
	if (size > 0)
		memcpy(body, data, size);
	bool is_good = row->is_answer
			   ? value_answer(&reference->outline, row->function,
					  (struct value_body){body, size}, &out)
			   : value_call(&reference->outline, (struct value_body){body, size}, &out);
	assert_true(strlen(line) == out.used && out.used > 0);
	assert_true(wire_is_utf8((const uint8_t *)line, out.used));
	for (size_t i = 0; i < out.used; i++)
		assert_true((uint8_t)line[i] >= 0x20 && line[i] != 0x7f);
	free(body);
	return is_good;
}

static void check_changed(const struct reference *reference, const struct table_row *row,
			  struct output *body, struct random *random)
{
	for (unsigned i = 0; i < 20; i++) {
		size_t at = random_below(random, (uint32_t)body->size);
		char before = body->data[at];
		body->data[at] = (char)random_below(random, 256);
		const uint8_t *data = (const uint8_t *)body->data;
		uint32_t number = row->function;
		if (!row->is_answer)
			memcpy(&number, data, sizeof number);
		bool is_good =
		    number == row->function &&
		    reference_accepts(reference, row->function, row->is_answer, data, body->size);
		/* Another number calls another function, which may well like the rest. */
		if (number == row->function)
			assert_int_equal(shows(reference, row, data, body->size), is_good);
		body->data[at] = before;
	}
}

static void exactly_those_bodies_are_refused_that_are_wrong(void **state)
{
	struct random random = {.state = 7};
	for (size_t i = 0; i < ROWS; i++) {
		struct reference reference;
		reference_open(&reference, table[i].text);
		for (unsigned k = 0; k < BODIES; k++) {
			uint8_t choices[CHOICES];
			struct output body = {0};
			for (size_t j = 0; j < sizeof choices; j++)
				choices[j] = (uint8_t)random_below(&random, 256);
			reference_write(&reference, table[i].function, table[i].is_answer,
					&(struct choices){.data = choices, .size = sizeof choices},
					&body);
			const uint8_t *data = (const uint8_t *)body.data;
			assert_true(shows(&reference, &table[i], data, body.size));
			for (size_t size = 0; size < body.size; size++)
				assert_false(shows(&reference, &table[i], data, size));
			check_changed(&reference, &table[i], &body, &random);
			output_bytes(&body, "", 1);
			assert_false(
			    shows(&reference, &table[i], (const uint8_t *)body.data, body.size));
			output_drop(&body);
		}
		reference_close(&reference);
	}
}

static void a_huge_list_costs_no_more_than_a_bounded_time(void **state)
{
	enum { SIZE = 8 << 20 };
	char line[LINE_BYTES];
	struct text out = text_over(line, sizeof line);
	struct reference reference;
	reference_open(&reference, "interface t { enum e { a, b } f: func() -> list<e>; }");
	uint8_t *body = calloc(1, SIZE);
	uint32_t count = SIZE - 4;
	memcpy(body, &count, sizeof count);
	body[SIZE - 1] = 2; /* What is wrong so far behind is not looked for. */
	assert_true(value_answer(&reference.outline, 0, (struct value_body){body, SIZE}, &out));
	assert_string_equal(line, "[a, a, a, a, a, a, a, a, ...] (8388604 items)");
	free(body);
	reference_close(&reference);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_are_shown_in_decimal),
	    cmocka_unit_test(text_is_quoted_and_escaped),
	    cmocka_unit_test(bytes_are_shown_as_what_they_look_like),
	    cmocka_unit_test(composed_values_are_shown_with_the_names_of_their_parts),
	    cmocka_unit_test(what_is_long_is_cut_and_its_size_is_told),
	    cmocka_unit_test(a_wrong_body_is_shown_as_bytes_with_the_reason),
	    cmocka_unit_test(calls_are_shown_with_their_parameters),
	    cmocka_unit_test(an_answer_that_nobody_defined_is_refused),
	    cmocka_unit_test(a_line_that_is_full_ends_with_dots),
	    cmocka_unit_test(exactly_those_bodies_are_refused_that_are_wrong),
	    cmocka_unit_test(a_huge_list_costs_no_more_than_a_bounded_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

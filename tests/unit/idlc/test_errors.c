/*
 * What idlc refuses: each mistake by place, by what was expected and what stands there; and that no
 * input costs more than its size.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bounds.h"
#include "outline.h"

static struct library library;

/* What is reported about a text: lines, the file's name left out. */
static const char *errors_in(const char *data, size_t size)
{
	library_drop(&library);
	library_parse(&library, "t", data, size);
	library_resolve(&library);
	struct outline outline;
	for (struct file *file = library.files; file != NULL; file = file->next)
		for (struct interface *i = file->interfaces; i != NULL && library.report.count == 0;
		     i = i->next)
			(void)outline_make(&library, i, &outline);
	return library.report.lines.data == NULL ? "" : library.report.lines.data;
}

static void expect(const char *text, const char *errors)
{
	const char *found = errors_in(text, strlen(text));
	if (strcmp(found, errors) != 0)
		fail_msg("\n%s\nexpected:\n%s\nfound:\n%s", text, errors, found);
}

/* The same, somewhere among the errors. */
static void expect_part(const struct output *text, const char *part)
{
	const char *found = errors_in(text->data, text->size);
	if (strstr(found, part) == NULL)
		fail_msg("expected: %s\nfound: %.500s", part, found);
}

static void what_is_not_part_of_the_subset_is_named(void **state)
{
	expect("world w {}",
	       "t:1:1: expected an interface, found a world: these are not part of the "
	       "subset\n");
	expect(
	    "interface a {\n  resource r;\n  f: func();\n}",
	    "t:2:3: expected a value type or a function, found a resource: these are not part of "
	    "the subset (a handle is a number of its handler's)\n");
	static const char *const foreign[] = {"stream", "future", "own",
					      "borrow", "map",    "error-context"};
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
		char text[64], error[256];
		snprintf(text, sizeof text, "interface a { f: func(x: %s<u8>); }", foreign[i]);
		snprintf(
		    error, sizeof error,
		    "t:1:26: expected a value type (resources, streams, futures and maps are not "
		    "part of the subset), found the keyword \"%s\"\n",
		    foreign[i]);
		expect(text, error);
	}
	expect(
	    "interface a { f: async func(); }",
	    "t:1:18: expected \"func\", found \"async\": every message can be answered later, so "
	    "the subset has no such mark\n");
	expect("interface a { f: func(x: list<u8, 4>); }",
	       "t:1:33: expected \">\", found \",\": lists of a fixed length are not part of the "
	       "subset\n");
	expect("interface a { f: func() -> (a: u8); }",
	       "t:1:28: expected one type, found \"(\": for several results return a record or a "
	       "tuple\n");
	expect("package a:b { interface c {} }",
	       "t:1:13: expected \";\", found \"{\": nested packages are not part of the subset\n");
}

static void broken_syntax_is_told_with_what_stands_there(void **state)
{
	expect("interface a {", "t:1:14: expected \"}\", found the end of the file\n");
	expect("interface {}", "t:1:11: expected the name of an interface, found \"{\"\n");
	expect("interface interface {}",
	       "t:1:11: expected the name of an interface, found the keyword \"interface\" (as a "
	       "name it is written %interface)\n");
	expect("interface a { f func(); }", "t:1:17: expected \":\", found the keyword \"func\"\n");
	expect("interface a { f: func(x u8); }",
	       "t:1:25: expected \":\", found the keyword \"u8\"\n");
	expect("interface a { record r { x: u8 y: u8 } }", "t:1:32: expected \"}\", found \"y\"\n");
	expect("interface a { f: func(x: list); }", "t:1:30: expected \"<\", found \")\"\n");
	expect("interface a { f: func(x: result<_>); }", "t:1:34: expected \",\", found \">\"\n");
	expect("interface a { type t = ; }", "t:1:24: expected the name of a type, found \";\"\n");
	expect("interface a { f: func() }", "t:1:25: expected \";\", found \"}\"\n");
	expect("interface a { $ }", "t:1:15: expected WIT, found \"$\"\n");
	expect("interface a { /* }",
	       "t:1:15: expected the end of this comment, found the end of the "
	       "file\n"
	       "t:1:19: expected \"}\", found the end of the file\n");
	expect("", "t:1:1: expected an interface, found the end of the file\n");
	expect("interface a {} }", "t:1:16: expected an interface, found \"}\"\n");
	expect("package a;", "t:1:10: expected \":\", found \";\"\n");
	expect("package a:b@x;", "t:1:13: expected a version, found \"x\"\n");
}

static void names_are_kebab_case(void **state)
{
	static const char *const wrong[] = {"a_b", "aB", "a--b", "a-", "a-1bC", "Ab"};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		char text[64], error[256];
		snprintf(text, sizeof text, "interface %s {}", wrong[i]);
		snprintf(
		    error, sizeof error,
		    "t:1:11: expected a name in kebab-case (words of letters and digits, each in "
		    "one case, with single dashes between them), found \"%s\"\n",
		    wrong[i]);
		expect(text, error);
	}
	struct output text = {0};
	output_string(&text, "interface ");
	for (int i = 0; i < 65; i++)
		output_string(&text, "n");
	output_string(&text, " {}");
	expect_part(&text, "t:1:11: expected a name of at most 64 bytes, found one of 65\n");
	output_drop(&text);
}

static void a_run_finds_several_errors_and_goes_on_behind_each(void **state)
{
	expect("interface a {\n"
	       "  record r { x: , y: u8 }\n"
	       "  f: func(x: u8) ->;\n"
	       "  enum e { }\n"
	       "  use b.{t;\n"
	       "  g: func(x: unknown);\n"
	       "  h: func(x: r);\n"
	       "}\n"
	       "interface c { f: func(\n",
	       "t:2:17: expected the name of a type, found \",\"\n"
	       "t:3:20: expected the name of a type, found \";\"\n"
	       "t:4:12: expected at least one member, found none: a type of no size\n"
	       "t:5:11: expected \"}\", found \";\"\n"
	       "t:10:1: expected the name of a parameter, found the end of the file\n"
	       "t:10:1: expected \"}\", found the end of the file\n"
	       "t:6:14: expected the name of a type, found \"unknown\", which interface \"a\" does "
	       "not define\n");
	expect("interface a { f: func(x: one); g: func(y: two); }",
	       "t:1:26: expected the name of a type, found \"one\", which interface \"a\" does not "
	       "define\n"
	       "t:1:43: expected the name of a type, found \"two\", which interface \"a\" does not "
	       "define\n");
}

static void names_are_taken_once(void **state)
{
	expect("interface a { enum x { m }\n f: func();\n record x { m: u8 } }",
	       "t:3:9: expected a name of its own, found \"x\", which line 1 has taken\n");
	expect("interface a { enum f { m }\n f: func(); }",
	       "t:2:2: expected a name of its own, found \"f\", which line 1 has taken\n");
	expect("interface a { enum some-case { m }\n enum some-CASE { m } }",
	       "t:2:7: expected a name of its own, found \"some-CASE\", which differs from "
	       "\"some-case\" of line 1 in nothing but case\n");
	expect("interface a { record r { x: u8, y: u8,\n x: u16 } }",
	       "t:2:2: expected a name of its own, found \"x\", which line 1 has taken\n");
	expect("interface a { f: func(x: u8,\n x: u8); }",
	       "t:2:2: expected a name of its own, found \"x\", which line 1 has taken\n");
	expect("interface a {}\ninterface a {}",
	       "t:2:11: expected a name of its own, found \"a\", which line 1 has taken\n");
	expect("interface a { use b.{r}; enum kind { x } }\n"
	       "interface b { record r { k: kind } enum kind { y } }",
	       "t:1:11: expected used types whose names differ from this interface's own, found "
	       "\"kind\" twice (`use ... as` gives one another name)\n");
}

static void types_do_not_contain_themselves(void **state)
{
	expect(
	    "interface a { record r { x: list<r> } }",
	    "t:1:34: expected a type that does not contain itself, found \"r\" inside of itself\n");
	expect(
	    "interface a {\n type t = option<u>;\n type u = v;\n variant v { w(t) } }",
	    "t:4:16: expected a type that does not contain itself, found \"t\" inside of itself\n");
	expect(
	    "interface a { type t = t; }",
	    "t:1:24: expected a type that does not contain itself, found \"t\" inside of itself\n");
	expect("interface a { use b.{t}; }\ninterface b { use a.{t}; }",
	       "t:2:19: expected an interface that does not depend on this one, found \"a\"\n");
}

static void what_is_used_has_to_exist(void **state)
{
	expect(
	    "interface a { use nowhere.{t}; }",
	    "t:1:19: expected the name of an interface, found \"nowhere\", which none of the files "
	    "read define\n");
	expect("interface a { use some:where/else.{t}; }",
	       "t:1:30: expected the name of an interface, found \"else\", which none of the files "
	       "read define in package some:where\n");
	expect("interface a { use b.{t as u}; }\ninterface b { f: func(); }",
	       "t:1:22: expected the name of a type, found \"t\", which interface \"b\" does not "
	       "define\n");
}

static void types_of_no_size_are_refused(void **state)
{
	expect("interface a { record r {} f: func(x: list<r>); }",
	       "t:1:25: expected at least one member, found none: a type of no size\n");
	expect("interface a { f: func(x: list<tuple<>>); }",
	       "t:1:31: expected a type in the tuple, found none: a type of no size\n");
	expect("interface a { flags f {} }",
	       "t:1:24: expected at least one member, found none: a type of no size\n");
}

static void cases_and_flags_are_bounded(void **state)
{
	static const struct {
		const char *keyword;
		unsigned most;
	} kinds[] = {{"enum", 256}, {"variant", 256}, {"flags", 64}};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		for (unsigned count = kinds[i].most; count <= kinds[i].most + 1; count++) {
			struct output text = {0};
			char error[64];
			output_format(&text, "interface a { %s e { ", kinds[i].keyword);
			for (unsigned k = 0; k < count; k++)
				output_format(&text, "c%u, ", k);
			output_string(&text, "} }");
			snprintf(error, sizeof error,
				 "expected at most %u members in \"e\", found %u", kinds[i].most,
				 count);
			expect_part(&text, count == kinds[i].most ? "" : error);
			assert_int_equal(library.report.count, count == kinds[i].most ? 0 : 1);
			output_drop(&text);
		}
	}
}

static void text_that_is_not_what_it_seems_is_refused(void **state)
{
	expect("interface a {\n // \xff\n}", "t:2:5: expected UTF-8, found the byte 0xff\n");
	expect("interface a {} // \xc3", "t:1:19: expected UTF-8, found the byte 0xc3\n");
	expect("interface a {} // \xed\xa0\x80", "t:1:19: expected UTF-8, found the byte 0xed\n");
	expect("interface a {} // \xe2\x80\xae",
	       "t:1:19: expected a character that can be seen, found U+202E\n");
	expect("interface a {} // \x1b[2J",
	       "t:1:19: expected a character that can be seen, found U+001B\n");
	assert_string_equal(errors_in("interface a\0 {}", 15),
			    "t:1:12: expected a character that can be seen, found U+0000\n");
	/* A column is a character, not a byte. */
	expect("/* \xc3\xa9\xe2\x82\xac */ interfac a {}",
	       "t:1:10: expected \"package\" or an interface, found \"interfac\"\n");
}

static void nesting_is_bounded_before_it_is_followed(void **state)
{
	struct output text = {0};
	output_string(&text, "interface a { f: func(x: ");
	for (unsigned i = 0; i < 2000000; i++)
		output_string(&text, "list<");
	expect_part(&text,
		    "t:1:186: expected types nested at most 32 deep, found one level more\n");
	output_drop(&text);
	output_string(&text, "interface a { type t0 = u8; ");
	for (unsigned i = 1; i <= 100000; i++)
		output_format(&text, "type t%u = t%u;\n", i, i - 1);
	output_string(&text, "}");
	expect_part(&text, "expected types nested at most 32 deep, names followed, found more\n");
	output_drop(&text);
	output_string(&text, "interface a { record r0 { x: u8 } ");
	for (unsigned i = 1; i <= 40; i++)
		output_format(&text, "record r%u { x: list<r%u> }\n", i, i - 1);
	output_string(&text, "}");
	expect_part(&text, "expected types nested at most 32 deep, names followed, found more\n");
	output_drop(&text);
	output_string(&text, "/*");
	for (unsigned i = 0; i < 1000000; i++)
		output_string(&text, "/*");
	expect_part(&text, "t:1:1: expected the end of this comment, found the end of the file\n");
	output_drop(&text);
}

static void aliases_that_unfold_to_more_than_anybody_can_hold_are_refused(void **state)
{
	/* Values that double with each line ... */
	struct output text = {0};
	output_string(&text, "interface a { record r0 { x: list<u8> } ");
	for (unsigned i = 1; i <= 30; i++)
		output_format(&text, "record r%u { x: r%u, y: r%u }\n", i, i - 1, i - 1);
	output_string(&text, "}");
	expect_part(&text, "expected a value of at most 16384 bytes beside its lists and strings, "
			   "found more in \"r10\"\n");
	/* ... and texts that grow a hundredfold. */
	output_drop(&text);
	output_string(&text, "interface a { type t0 = u8; ");
	for (unsigned i = 1; i <= 8; i++) {
		output_format(&text, "type t%u = list<tuple<", i);
		for (unsigned k = 0; k < 100; k++)
			output_format(&text, "t%u,", i - 1);
		output_string(&text, ">>;\n");
	}
	output_string(&text, "f: func(x: t8); }");
	expect_part(&text,
		    "t:1:11: expected a canonical text of at most 65536 bytes, found more\n");
	output_drop(&text);
}

static void texts_past_64_kib_are_refused(void **state)
{
	struct output text = {0};
	unsigned count = 0;
	output_string(&text, "interface a {\n");
	/* A line of the canonical text is two bytes longer than what is written here. */
	while (text.size + 2 * count < LIMIT_CANONICAL_BYTES - 40)
		output_format(&text, "f%05u: func();\n", count++);
	output_string(&text, "}");
	expect_part(&text, "");
	assert_int_equal(library.report.count, 0);
	text.data[--text.size] = '\0';
	for (unsigned i = 0; i < 4; i++)
		output_format(&text, "f%05u: func();\n", count++);
	output_string(&text, "}");
	expect_part(&text,
		    "t:1:11: expected a canonical text of at most 65536 bytes, found more\n");
	output_drop(&text);
}

static void a_file_of_too_many_names_is_given_up(void **state)
{
	struct output text = {0};
	output_string(&text, "interface a { enum e { ");
	for (unsigned i = 0; i < LIMIT_TREE_NODES; i++)
		output_string(&text, "c,");
	output_string(&text, "} }");
	expect_part(&text, "expected a file of at most 500000 names and types, found more\n");
	assert_true(library.report.count < 4);
	output_drop(&text);
}

static void no_more_errors_are_kept_than_help(void **state)
{
	struct output text = {0};
	unsigned lines = 0;
	output_string(&text, "interface a { ");
	for (unsigned i = 0; i < 1000; i++)
		output_format(&text, "g%u: func(x: unknown%u);\n", i, i);
	output_string(&text, "}");
	expect_part(&text, "unknown9");
	for (const char *at = library.report.lines.data; *at != '\0'; at++)
		lines += *at == '\n' ? 1 : 0;
	assert_int_equal(lines, LIMIT_ERRORS);
	assert_int_equal(library.report.count, 1000);
	output_drop(&text);
}

/* Nothing in particular is expected of these but that they end. */
static void every_prefix_of_a_definition_ends_in_an_error_or_an_interface(void **state)
{
	static const char text[] =
	    "package a:b@1.0.0-rc.1;\n/// doc\n@since(version = 1.0.0)\ninterface %interface {\n"
	    "  use c:d/e@2.0.0.{f as g, h};\n  record r { /** x */ a: list<tuple<u8, string>>, }\n"
	    "  variant v { a(result<_, r>), b }\n  flags fl { a, b }\n  enum en { a }\n"
	    "  type t = option<char>;\n  f: func(a: t, b: v,) -> result<fl, en>;\n}\n";
	for (size_t size = 0; size < sizeof text - 1; size++) {
		errors_in(text, size);
		assert_true(library.report.count > 0);
	}
}

static int drop(void **state)
{
	library_drop(&library);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_not_part_of_the_subset_is_named),
	    cmocka_unit_test(broken_syntax_is_told_with_what_stands_there),
	    cmocka_unit_test(names_are_kebab_case),
	    cmocka_unit_test(a_run_finds_several_errors_and_goes_on_behind_each),
	    cmocka_unit_test(names_are_taken_once),
	    cmocka_unit_test(types_do_not_contain_themselves),
	    cmocka_unit_test(what_is_used_has_to_exist),
	    cmocka_unit_test(types_of_no_size_are_refused),
	    cmocka_unit_test(cases_and_flags_are_bounded),
	    cmocka_unit_test(text_that_is_not_what_it_seems_is_refused),
	    cmocka_unit_test(nesting_is_bounded_before_it_is_followed),
	    cmocka_unit_test(aliases_that_unfold_to_more_than_anybody_can_hold_are_refused),
	    cmocka_unit_test(texts_past_64_kib_are_refused),
	    cmocka_unit_test(a_file_of_too_many_names_is_given_up),
	    cmocka_unit_test(no_more_errors_are_kept_than_help),
	    cmocka_unit_test(every_prefix_of_a_definition_ends_in_an_error_or_an_interface),
	};
	return cmocka_run_group_tests(tests, NULL, drop);
}

/*
 * What changes the hash of an interface and what does not, shown on random definitions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "idlc/definition.h"
#include "outline.h"

enum { ROUNDS = 1500 };

/* The canonical text and digest of the one interface in `text`. */
struct identity {
	struct library library;
	struct outline outline;
};

static void open_identity(struct identity *identity, const struct output *text)
{
	memset(identity, 0, sizeof *identity);
	library_parse(&identity->library, "test.wit", text->data, text->size);
	library_resolve(&identity->library);
	if (identity->library.report.count > 0 ||
	    !outline_make(&identity->library, identity->library.files->interfaces,
			  &identity->outline))
		fail_msg("%s%s", identity->library.report.lines.data, text->data);
}

static void write(const struct random_definition *definition, struct random *random,
		  struct output *text)
{
	output_drop(text);
	definition_write(definition, random, text);
}

static bool is_same_hash(const struct output *a, const struct output *b)
{
	struct identity first, second;
	open_identity(&first, a);
	open_identity(&second, b);
	bool is_same = memcmp(first.outline.digest, second.outline.digest, 32) == 0;
	library_drop(&first.library);
	library_drop(&second.library);
	return is_same;
}

static void comments_order_aliases_and_packages_leave_the_hash_alone(void **state)
{
	struct random random = {.state = 1};
	struct random_definition definition;
	struct output plain = {0}, other = {0};
	for (unsigned i = 0; i < ROUNDS; i++) {
		definition_make(&random, &definition);
		write(&definition, NULL, &plain);
		write(&definition, &random, &other);
		if (!is_same_hash(&plain, &other))
			fail_msg("these differ:\n%s\n%s", plain.data, other.data);
	}
	output_drop(&plain);
	output_drop(&other);
}

static void any_change_of_a_name_a_type_or_an_order_changes_the_hash(void **state)
{
	struct random random = {.state = 2};
	struct random_definition definition;
	struct output before = {0}, after = {0};
	for (unsigned i = 0; i < ROUNDS; i++) {
		definition_make(&random, &definition);
		write(&definition, &random, &before);
		definition_change(&random, &definition);
		write(&definition, &random, &after);
		if (is_same_hash(&before, &after))
			fail_msg("these do not differ:\n%s\n%s", before.data, after.data);
	}
	output_drop(&before);
	output_drop(&after);
}

static void the_canonical_text_parses_to_itself(void **state)
{
	struct random random = {.state = 3};
	struct random_definition definition;
	struct output text = {0};
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct identity first, second;
		definition_make(&random, &definition);
		write(&definition, &random, &text);
		open_identity(&first, &text);
		output_drop(&text);
		output_string(&text, first.outline.text);
		open_identity(&second, &text);
		assert_string_equal(first.outline.text, second.outline.text);
		assert_string_equal(first.outline.cid, second.outline.cid);
		library_drop(&first.library);
		library_drop(&second.library);
	}
	output_drop(&text);
}

static const char *text_of(const char *source)
{
	static char text[4096];
	struct output input = {0};
	struct identity identity;
	output_string(&input, source);
	open_identity(&identity, &input);
	snprintf(text, sizeof text, "%s", identity.outline.text);
	library_drop(&identity.library);
	output_drop(&input);
	return text;
}

static void the_canonical_text_has_a_declaration_a_line_in_alphabetical_order(void **state)
{
	assert_string_equal(
	    text_of("/// About it\n"
		    "package a:b@1.0.0;\n"
		    "interface shop { // comment\n"
		    "  type price = u64; type basket = list<item>;\n"
		    "  sell: func(what: basket,) -> result<price, refusal>;\n"
		    "  @since(version = 1.0.0) buy: func();\n"
		    "  record item { name: string, price: price, tags: option<tag-set>, }\n"
		    "  flags tag-set { new, %list }\n"
		    "  enum refusal { closed, broke, }\n"
		    "  variant %record { a(tuple<u8, %record-of>), b }\n"
		    "  type record-of = result<_, f32>;\n"
		    "}\n"),
	    "interface shop {\n"
	    "  record item { name: string, price: u64, tags: option<tag-set> }\n"
	    "  variant %record { a(tuple<u8, result<_, f32>>), b }\n"
	    "  enum refusal { closed, broke }\n"
	    "  flags tag-set { new, %list }\n"
	    "  buy: func();\n"
	    "  sell: func(what: list<item>) -> result<u64, refusal>;\n"
	    "}\n");
}

static void used_types_are_written_out_under_their_local_names(void **state)
{
	assert_string_equal(text_of("interface a {\n"
				    "  use b.{point as place, id};\n"
				    "  type here = place;\n"
				    "  find: func(id: id) -> here;\n"
				    "}\n"
				    "interface b {\n"
				    "  use c.{unit as measure};\n"
				    "  type id = u64;\n"
				    "  record point { x: s32, unit: measure, up: direction }\n"
				    "  enum direction { up, down }\n"
				    "}\n"
				    "interface c { enum unit { metre, foot } }\n"),
			    "interface a {\n"
			    "  enum direction { up, down }\n"
			    "  record place { x: s32, unit: unit, up: direction }\n"
			    "  enum unit { metre, foot }\n"
			    "  find: func(id: u64) -> place;\n"
			    "}\n");
}

static void a_type_used_under_two_names_gets_the_first_of_them(void **state)
{
	static const char *const expected = "interface a {\n"
					    "  enum x { m }\n"
					    "  f: func(a: x, b: x);\n"
					    "}\n";
	assert_string_equal(text_of("interface a { use b.{t as y, t as x}; f: func(a: x, b: y); }\n"
				    "interface b { enum t { m } }"),
			    expected);
	assert_string_equal(text_of("interface a { use b.{t as x}; use b.{t as y}; "
				    "f: func(a: y, b: x); }\n"
				    "interface b { enum t { m } }"),
			    expected);
}

static void an_interface_without_anything_has_a_text_too(void **state)
{
	assert_string_equal(text_of("interface nothing {}"), "interface nothing {\n}\n");
}

/* The digest was computed by other means, as `sha256sum` prints it. */
static void the_name_is_the_hash_of_the_text_and_its_cid(void **state)
{
	struct output text = {0};
	struct identity identity;
	output_string(&text, "interface random { bytes: func(count: u32) -> list<u8>; }");
	open_identity(&identity, &text);
	static const uint8_t start[] = {0x22, 0x1c, 0xe7, 0x8d, 0x8d, 0x89, 0xaf, 0x43};
	assert_memory_equal(identity.outline.digest, start, sizeof start);
	assert_string_equal(identity.outline.cid,
			    "bafkreibcdtty3dmjv5bw35txuf6mckwhh7ks4iur7457b2xhydnjdkqmja");
	library_drop(&identity.library);
	output_drop(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(comments_order_aliases_and_packages_leave_the_hash_alone),
	    cmocka_unit_test(any_change_of_a_name_a_type_or_an_order_changes_the_hash),
	    cmocka_unit_test(the_canonical_text_parses_to_itself),
	    cmocka_unit_test(the_canonical_text_has_a_declaration_a_line_in_alphabetical_order),
	    cmocka_unit_test(used_types_are_written_out_under_their_local_names),
	    cmocka_unit_test(a_type_used_under_two_names_gets_the_first_of_them),
	    cmocka_unit_test(an_interface_without_anything_has_a_text_too),
	    cmocka_unit_test(the_name_is_the_hash_of_the_text_and_its_cid),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Texts that anybody may have put into the store: which of them are definitions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "definitions.h"

static bool is_definition(const char *data, size_t size)
{
	struct definitions_parsed parsed;
	bool is_good = definitions_parse((struct definitions_text){data, size}, &parsed);
	definitions_close(&parsed);
	return is_good;
}

static void every_text_of_the_system_is_canonical_and_found_by_its_hash(void **state)
{
	struct definitions_text text = {0}, found;
	unsigned count = 0;
	for (; definitions_next_of_system(&text); count++) {
		assert_true(is_definition(text.data, text.size));
		struct cid cid = cid_of_block(CID_RAW, text.data, text.size);
		struct digest digest = definitions_digest(&cid);
		assert_true(definitions_of_system(&digest, &found));
		assert_ptr_equal(found.data, text.data);
		assert_int_equal(found.size, text.size);
		digest.bytes[31] ^= 1;
		assert_false(definitions_of_system(&digest, &found));
	}
	assert_true(count >= 17);
}

static void only_the_canonical_text_is_a_definition(void **state)
{
	static const char good[] = "interface t {\n  f: func(a: u8) -> u8;\n}\n";
	static const char *const bad[] = {
	    "",
	    "\n",
	    "interface",
	    "not a definition",
	    "interface t {\n  f: func(a: u8) -> u8;\n}",
	    "interface t {\n  f: func(a: u8) -> u8;\n}\n\n",
	    "interface t { f: func(a: u8) -> u8; }\n",
	    "// hello\ninterface t {\n  f: func(a: u8) -> u8;\n}\n",
	    "interface t {\n  f: func(a: v) -> u8;\n}\n",
	    "interface t {\n  g: func();\n  f: func();\n}\n",
	    "interface t {\n  f: func();\n}\ninterface u {\n  f: func();\n}\n",
	    "interface t {\n  f: func(a: \xff) -> u8;\n}\n",
	};
	assert_true(is_definition(good, strlen(good)));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(is_definition(bad[i], strlen(bad[i])));
	for (size_t size = 0; size < strlen(good); size++)
		assert_false(is_definition(good, size));
}

/* A text of nobody's must not make this process look at files. */
static void a_use_reads_no_file(void **state)
{
	static const char text[] = "interface t {\n  use other.{a};\n  f: func(a: a);\n}\n";
	char folder[] = "/tmp/cairn-definitions-XXXXXX";
	char before[4096];
	assert_non_null(getcwd(before, sizeof before));
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	FILE *file = fopen("other.wit", "w");
	assert_non_null(file);
	fputs("interface other { enum a { x } }", file);
	fclose(file);
	struct definitions_parsed parsed;
	assert_false(definitions_parse((struct definitions_text){text, strlen(text)}, &parsed));
	assert_int_equal(parsed.library.file_count, 1);
	definitions_close(&parsed);
	assert_int_equal(unlink("other.wit"), 0);
	assert_int_equal(chdir(before), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void what_is_larger_than_a_canonical_text_may_be_is_not_parsed(void **state)
{
	size_t size = 65537;
	char *text = malloc(size);
	memset(text, ' ', size);
	struct definitions_parsed parsed;
	assert_false(definitions_parse((struct definitions_text){text, size}, &parsed));
	assert_null(parsed.library.files);
	definitions_close(&parsed);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_text_of_the_system_is_canonical_and_found_by_its_hash),
	    cmocka_unit_test(only_the_canonical_text_is_a_definition),
	    cmocka_unit_test(a_use_reads_no_file),
	    cmocka_unit_test(what_is_larger_than_a_canonical_text_may_be_is_not_parsed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

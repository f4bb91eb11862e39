/*
 * What idlc prints for one interface, whole, beside what it printed before. After a change that is
 * meant: GOLDEN=write build/tests/unit/idlc/test_golden, and look at the difference.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bindings.h"
#include "command.h"
#include "difference.h"
#include "page.h"

#define FOLDER "tests/unit/idlc/golden/"

static struct library library;
static struct outline *outlines;

static void load(struct library *into, const char *path, struct outline **out)
{
	unsigned count = 0;
	if (!command_load(into, &path, 1, out, &count))
		fail_msg("%s", into->report.lines.data);
}

static void read_file(const char *path, struct output *content)
{
	char buffer[4096];
	size_t size;
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("%s cannot be read", path);
	while ((size = fread(buffer, 1, sizeof buffer, file)) > 0)
		output_bytes(content, buffer, size);
	fclose(file);
}

static void expect_file(const char *path, struct output *found)
{
	struct output expected = {0};
	if (getenv("GOLDEN") != NULL) {
		FILE *file = fopen(path, "wb");
		assert_non_null(file);
		assert_int_equal(fwrite(found->data, 1, found->size, file), found->size);
		fclose(file);
	}
	read_file(path, &expected);
	if (expected.size != found->size || memcmp(expected.data, found->data, found->size) != 0)
		fail_msg("%s is not what is printed", path);
	output_drop(&expected);
	output_drop(found);
}

static int open_library(void **state)
{
	load(&library, FOLDER "kv.wit", &outlines);
	outline_recall(&outlines[0]);
	return 0;
}

static int drop_library(void **state)
{
	library_drop(&library);
	return 0;
}

static void the_canonical_text_is_as_before(void **state)
{
	struct output out = {0};
	output_bytes(&out, outlines[0].text, outlines[0].text_size);
	output_format(&out, "%s\n", outlines[0].cid);
	expect_file(FOLDER "kv.canonical", &out);
}

static void the_bindings_are_as_before(void **state)
{
	struct output out = {0};
	struct c_model model;
	c_model_make(&library.pool, &outlines[0], &model);
	bindings_write(&model, &out);
	expect_file(FOLDER "kv.h", &out);
	bindings_write_calls(&model, &out);
	expect_file(FOLDER "kv_calls.h", &out);
	bindings_write_serve(&model, &out);
	expect_file(FOLDER "kv_serve.h", &out);
}

static void the_page_is_as_before(void **state)
{
	struct output out = {0};
	page_write(&outlines[0], &out);
	expect_file(FOLDER "kv.md", &out);
}

static void the_difference_is_as_before(void **state)
{
	struct library old = {0};
	struct outline *old_outlines = NULL;
	struct output out = {0};
	load(&old, FOLDER "kv_old.wit", &old_outlines);
	assert_false(difference_write(&library.pool, &old_outlines[0], &outlines[0], &out));
	expect_file(FOLDER "kv.diff", &out);
	library_drop(&old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_canonical_text_is_as_before),
	    cmocka_unit_test(the_bindings_are_as_before),
	    cmocka_unit_test(the_page_is_as_before),
	    cmocka_unit_test(the_difference_is_as_before),
	};
	return cmocka_run_group_tests(tests, open_library, drop_library);
}

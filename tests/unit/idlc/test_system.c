/*
 * The system's own definitions: that they are all there, and can be read together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "command.h"

static const char *const names[] = {"interface", "process", "threads", "loader",     "blocks",
				    "log",       "time",    "random",  "terminal",   "tcp",
				    "udp",       "dns",     "files",   "authorizer", "inspect",
				    "content",   "display"};
enum { NAMES = sizeof names / sizeof names[0] };

static struct library library;
static struct outline *outlines;
static unsigned outline_count;

static int open_library(void **state)
{
	static char paths[NAMES][64];
	const char *files[NAMES];
	for (size_t i = 0; i < NAMES; i++) {
		snprintf(paths[i], sizeof paths[i], "interfaces/%s.wit", names[i]);
		files[i] = paths[i];
	}
	if (command_load(&library, files, NAMES, &outlines, &outline_count))
		return 0;
	fputs(library.report.lines.data, stderr);
	return -1;
}

static int drop_library(void **state)
{
	library_drop(&library);
	return 0;
}

static void each_file_has_the_one_interface_of_its_name(void **state)
{
	assert_int_equal(outline_count, NAMES);
	for (size_t i = 0; i < NAMES; i++)
		assert_string_equal(outlines[i].interface->name.text, names[i]);
}

static void every_interface_and_function_is_documented(void **state)
{
	for (size_t i = 0; i < NAMES; i++) {
		assert_non_null(outlines[i].interface->doc);
		for (uint32_t k = 0; k < outlines[i].function_count; k++)
			if (outlines[i].functions[k]->doc == NULL)
				fail_msg("%s.%s", names[i], outlines[i].functions[k]->name.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_file_has_the_one_interface_of_its_name),
	    cmocka_unit_test(every_interface_and_function_is_documented),
	};
	return cmocka_run_group_tests(tests, open_library, drop_library);
}

/*
 * The system's own definitions: that they are all there, can be read together, and number their
 * functions as cairn/messages.h does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <cairn/messages.h>

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

static void expect_number(const char *interface, const char *function, uint32_t number)
{
	for (size_t i = 0; i < NAMES; i++) {
		if (strcmp(names[i], interface) != 0)
			continue;
		assert_true(number < outlines[i].function_count);
		assert_string_equal(outlines[i].functions[number]->name.text, function);
	}
}

static void functions_have_the_numbers_of_messages_h(void **state)
{
	expect_number("interface", "cancel", INTERFACE_CANCEL);
	expect_number("interface", "register", INTERFACE_REGISTER);
	expect_number("interface", "scopes", INTERFACE_SCOPES);
	expect_number("interface", "unregister", INTERFACE_UNREGISTER);
	expect_number("process", "arguments", PROCESS_ARGUMENTS);
	expect_number("process", "environment", PROCESS_ENVIRONMENT);
	expect_number("process", "exit", PROCESS_EXIT);
	expect_number("process", "kill", PROCESS_KILL);
	expect_number("process", "start", PROCESS_START);
	expect_number("process", "wait-end", PROCESS_WAIT_END);
	expect_number("loader", "get", LOADER_GET);
	expect_number("blocks", "get", BLOCKS_GET);
	expect_number("blocks", "put", BLOCKS_PUT);
	expect_number("log", "write", LOG_WRITE);
	expect_number("time", "now", TIME_NOW);
	expect_number("time", "sleep-until", TIME_SLEEP_UNTIL);
	expect_number("time", "wall", TIME_WALL);
	expect_number("random", "bytes", RANDOM_BYTES);
	expect_number("terminal", "describe", TERMINAL_DESCRIBE);
	expect_number("terminal", "read", TERMINAL_READ);
	expect_number("terminal", "set-mode", TERMINAL_SET_MODE);
	expect_number("terminal", "size-of", TERMINAL_SIZE_OF);
	expect_number("terminal", "wait-readable", TERMINAL_WAIT_READABLE);
	expect_number("terminal", "wait-resize", TERMINAL_WAIT_RESIZE);
	expect_number("terminal", "write", TERMINAL_WRITE);
}

static void expect_digest(const char *interface, const uint8_t digest[32])
{
	for (size_t i = 0; i < NAMES; i++)
		if (strcmp(names[i], interface) == 0)
			assert_memory_equal(outlines[i].digest, digest, 32);
}

static void interfaces_have_the_digests_of_messages_h(void **state)
{
	expect_digest("interface", (const uint8_t[])INTERFACE_DIGEST);
	expect_digest("process", (const uint8_t[])PROCESS_DIGEST);
	expect_digest("loader", (const uint8_t[])LOADER_DIGEST);
	expect_digest("blocks", (const uint8_t[])BLOCKS_DIGEST);
	expect_digest("log", (const uint8_t[])LOG_DIGEST);
	expect_digest("time", (const uint8_t[])TIME_DIGEST);
	expect_digest("random", (const uint8_t[])RANDOM_DIGEST);
	expect_digest("terminal", (const uint8_t[])TERMINAL_DIGEST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_file_has_the_one_interface_of_its_name),
	    cmocka_unit_test(every_interface_and_function_is_documented),
	    cmocka_unit_test(functions_have_the_numbers_of_messages_h),
	    cmocka_unit_test(interfaces_have_the_digests_of_messages_h),
	};
	return cmocka_run_group_tests(tests, open_library, drop_library);
}

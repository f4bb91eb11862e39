/*
 * The unit tests of the core inside a kernel: each file's main is called, one after the other. The
 * table of them is made by the build.
 */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "devices/end.h"
#include "machine.h"
#include "print.h"

struct unit_file {
	const char *name;
	int (*run)(void);
};
extern const struct unit_file unit_files[];

_Noreturn void standalone_main(uint32_t magic, uint64_t address);

static void *landing[5];
static const char *running;
static unsigned passed, failed;

_Noreturn void unit_fail(const char *file, int line, const char *what)
{
	print_line("FAILED: %s: %s:%d: %s", running, file, line, what);
	__builtin_longjmp(landing, 1);
}

_Noreturn void unit_fail_numbers(const char *file, int line, uint64_t found, uint64_t expected)
{
	print_line("FAILED: %s: %s:%d: %zu beside %zu", running, file, line, (size_t)found,
		   (size_t)expected);
	__builtin_longjmp(landing, 1);
}

void unit_note(const char *text)
{
	print_text(text);
}

bool unit_is_same_memory(const void *a, const void *b, size_t size)
{
	return memcmp(a, b, size) == 0;
}

bool unit_is_same_text(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool run_test(const struct CMUnitTest *test, void *state)
{
	running = test->name;
	if (__builtin_setjmp(landing) != 0)
		return false;
	if (test->set_up != NULL && test->set_up(&state) != 0)
		unit_fail(test->name, 0, "its set-up failed");
	test->run(&state);
	if (test->tear_down != NULL && test->tear_down(&state) != 0)
		unit_fail(test->name, 0, "its tear-down failed");
	return true;
}

int unit_run(const struct CMUnitTest *tests, size_t count, int (*set_up)(void **state),
	     int (*tear_down)(void **state))
{
	void *state = NULL;
	unsigned before = failed;
	if (set_up != NULL && set_up(&state) != 0)
		failed++;
	for (size_t i = 0; i < count; i++) {
		if (run_test(&tests[i], state))
			passed++;
		else
			failed++;
	}
	if (tear_down != NULL && tear_down(&state) != 0)
		failed++;
	return (int)(failed - before);
}

_Noreturn void standalone_main(uint32_t magic, uint64_t address)
{
	machine_init(magic, address);
	for (const struct unit_file *file = unit_files; file->run != NULL; file++)
		print_line("%s: %d failed", file->name, file->run());
	print_line("%u passed, %u failed, 0 skipped", passed, failed);
	end_machine(failed == 0 ? 0 : 1);
}

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <cairn/tcp.h>

#include "scopes.h"
#include "words.h"

static void every_interface_of_the_system_has_words(void **state)
{
	uint32_t count = 0;
	DIR *folder = opendir("interfaces");
	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		char name[256];
		strcpy(name, entry->d_name);
		char *end = strstr(name, ".wit");
		if (end == NULL)
			continue;
		*end = '\0';
		struct words words;
		if (!words_named(name, &words) || words.words == NULL)
			fail_msg("interfaces/words.def has no row for %s", name);
		count++;
	}
	closedir(folder);
	assert_int_equal(count, words_count());
}

static void an_interface_is_found_by_its_name_and_by_its_digest(void **state)
{
	struct words by_name, by_digest;
	assert_true(words_named("tcp", &by_name));
	assert_memory_equal(by_name.interface.bytes, tcp_interface, 32);
	assert_true(words_of(&by_name.interface, &by_digest));
	assert_string_equal(by_digest.name, "tcp");
	by_name.interface.bytes[31] ^= 1;
	assert_false(words_of(&by_name.interface, &by_digest));
	assert_false(words_named("nothing", &by_name));
}

static bool understands(const char *interface, const char *scope)
{
	struct words words;
	assert_true(words_named(interface, &words));
	return scopes_are_understood(&words,
				     (struct wasm_name){(const uint8_t *)scope, strlen(scope)});
}

static void a_scope_means_something_to_its_interface_or_nothing(void **state)
{
	assert_true(understands("tcp", "example.com:443"));
	assert_true(understands("udp", "all"));
	assert_false(understands("tcp", "example.com"));
	assert_false(understands("tcp", "not a scope"));
	assert_true(understands("dns", "*.example.com"));
	assert_true(understands("dns", "*"));
	assert_false(understands("dns", "example.com:443"));
	assert_false(understands("dns", ""));
	assert_true(understands("files", "ro:/srv"));
	assert_false(understands("files", "/srv"));
	assert_false(understands("files", "rw:srv"));
	assert_true(understands("log", "whatever"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_interface_of_the_system_has_words),
	    cmocka_unit_test(an_interface_is_found_by_its_name_and_by_its_digest),
	    cmocka_unit_test(a_scope_means_something_to_its_interface_or_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Whatever idlc accepts, it makes bindings of that compile without a warning, as the core, as the
 * host, as a program and as the kernel is compiled.
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

#include "bindings.h"
#include "command.h"
#include "idlc/definition.h"

enum { ROUNDS = 12 };

static char folder[] = "/tmp/cairn-idlc-XXXXXX";

static void write_file(const char *name, const struct output *content)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	fwrite(content->data, 1, content->size, file);
	fclose(file);
}

static void write_bindings(const char *text, size_t size, struct output *unit)
{
	struct library library = {0};
	struct outline outline;
	struct c_model model;
	struct output header = {0}, calls = {0}, serve = {0};
	char name[256];
	library_parse(&library, "t", text, size);
	library_resolve(&library);
	if (library.report.count > 0 ||
	    !outline_make(&library, library.files->interfaces, &outline))
		fail_msg("%s%s", library.report.lines.data, text);
	c_model_make(&library.pool, &outline, &model);
	bindings_write(&model, &header);
	bindings_write_calls(&model, &calls);
	bindings_write_serve(&model, &serve);
	snprintf(name, sizeof name, "%s.h", model.prefix);
	write_file(name, &header);
	snprintf(name, sizeof name, "%s_calls.h", model.prefix);
	write_file(name, &calls);
	snprintf(name, sizeof name, "%s_serve.h", model.prefix);
	write_file(name, &serve);
	output_format(unit, "#ifdef SERVES\n#include \"%s_serve.h\"\n#else\n", model.prefix);
	output_format(unit, "#include \"%s_calls.h\"\n#endif\n", model.prefix);
	output_drop(&header);
	output_drop(&calls);
	output_drop(&serve);
	library_drop(&library);
}

static void compile(const char *text, size_t size)
{
	static const char *const ways[] = {"-ffreestanding -nostdlibinc -Wno-unknown-attributes",
					   "--target=wasm32 -mcpu=mvp -ffreestanding -nostdlibinc",
					   "-ffreestanding -nostdlibinc -Icore/include -DSERVES"};
	struct output unit = {0};
	char command[1024];
	/* Headers that define what a field might be called. */
	write_bindings(text, size, &unit);
	write_file("unit.c", &unit);
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		snprintf(
		    command, sizeof command,
		    "clang-19 -std=c11 -fsyntax-only -Wall -Wextra -Wshadow -Wpedantic -Wundef "
		    "-Wno-unused-parameter -Werror %s -Iabi/include -Isdk/include %s/unit.c",
		    ways[i], folder);
		if (system(command) != 0)
			fail_msg("%s\n%s", command, text);
	}
	output_drop(&unit);
}

static void bindings_of_random_definitions_compile(void **state)
{
	struct random random = {.state = 4};
	struct random_definition definition;
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct output text = {0};
		definition_make(&random, &definition);
		definition_write(&definition, &random, &text);
		compile(text.data, text.size);
		output_drop(&text);
	}
}

static void names_that_c_has_taken_are_changed(void **state)
{
	static const char text[] =
	    "interface call {\n"
	    "  record struct { int: u8, %bool: bool, uint8-t: u16, linux: string, NULL: f32 }\n"
	    "  variant %variant { while(u8), for(struct), default }\n"
	    "  enum kind { kind, count }\n"
	    "  flags flag { const, volatile }\n"
	    "  /* names that clash once prefixed, and with what bindings make themselves */\n"
	    "  enum kind-kind { x }\n"
	    "  record %interface { a: u8 }\n"
	    "  record handler { a: string }\n"
	    "  record dispatch { a: u8 }\n"
	    "  record string-option { a: option<string>, b: option<list<string-option-x>> }\n"
	    "  enum string-option-x { b }\n"
	    "  record get-call { a: u8 }\n"
	    "  get: func(uint32-t: u32, buffer: u32, %result: u32, out: string) -> u32;\n"
	    "  get-answer: func(int: list<%interface>, head: handler) -> list<handler>;\n"
	    "  get-start: func(a: u8, b: u8, c: u8, d: u8, e: u8, f: list<string>);\n"
	    "  get-encode: func(x: tuple<tuple<u8, list<u8>>, list<tuple<u8, u8>>>) -> struct;\n"
	    "  get-decode: func(x: tuple<u8, list<s8>>, y: list<tuple<u8, s8>>) -> %variant;\n"
	    "  digest: func(a: tuple<string-option-x, kind-kind, get-call, dispatch, flag>) -> "
	    "kind;\n"
	    "}\n";
	compile(text, sizeof text - 1);
}

static void documentation_cannot_leave_its_comment(void **state)
{
	static const char text[] = "/// */ #error out\n/// /* in /\n/** **\\/ * / **/\n"
				   "interface a {\n"
				   "  /// ends with a star and a slash: *\n  ///\n  /// /\n  /// ?"
				   "?/\n"
				   "  f: func(\n  /** x **/ a: u8);\n"
				   "  /// backslash \\\n"
				   "  enum e {\n"
				   "    /// */ int x; /*\n"
				   "    m }\n"
				   "}\n";
	compile(text, sizeof text - 1);
}

static int make_folder(void **state)
{
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
	char command[64];
	snprintf(command, sizeof command, "rm -r %s", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bindings_of_random_definitions_compile),
	    cmocka_unit_test(names_that_c_has_taken_are_changed),
	    cmocka_unit_test(documentation_cannot_leave_its_comment),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

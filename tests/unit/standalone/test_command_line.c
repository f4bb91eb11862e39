/* The kernel's command line on bare metal: words, what they set, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cairn/terminal.h>

#include "command_line.h"

#define RAW    "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"
#define OTHER  "bafkreidarowoumbf3dqhoe372djf3md7jja47bh3zs7vlrlok5ghwrl6sa"
#define DAG_PB "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"

static struct command_line line;
static struct fault fault;
static char text[32768];

static void parse(const char *words)
{
	snprintf(text, sizeof text, "%s", words);
	assert_int_equal(command_line_parse(text, &line, &fault), STATUS_OK);
}

static void refuse(const char *words, const char *complaint)
{
	snprintf(text, sizeof text, "%s", words);
	assert_int_equal(command_line_parse(text, &line, &fault), STATUS_INVALID);
	assert_string_equal(fault.text, complaint);
}

static void expect_word(const struct wasm_name *word, const char *expected)
{
	assert_int_equal(word->size, strlen(expected));
	assert_memory_equal(word->data, expected, word->size);
}

static struct digest digest_of(const char *name)
{
	struct cid cid;
	struct digest digest;
	assert_int_equal(cid_from_text(name, strlen(name), &cid, &fault), STATUS_OK);
	memcpy(digest.bytes, cid.hash, sizeof digest.bytes);
	return digest;
}

static void expect_interface(const struct digest *found, const char *name)
{
	struct digest expected = digest_of(name);
	assert_memory_equal(found, &expected, sizeof expected);
}

static void the_program_alone_has_its_cid_as_its_name_and_may_use_the_terminal(void **state)
{
	static const struct digest terminal = {TERMINAL_DIGEST};
	parse("run=" RAW);
	assert_int_equal(line.argument_count, 1);
	expect_word(&line.arguments[0], RAW);
	assert_int_equal(line.grants.count, 1);
	assert_memory_equal(&line.grants.items->interface, &terminal, sizeof terminal);
	assert_int_equal(line.grants.items->verdict, KERNEL_ALLOWED);
	assert_int_equal(line.handler_count, 0);
	assert_false(line.grants.allow_all || line.is_quiet || line.is_terminal || line.is_traced);
}

static void settings_stand_before_the_program_and_arguments_behind_it(void **state)
{
	parse("  allow-all quiet  terminal trace env=A=b env=C= name=me run=" RAW " quiet run=x  ");
	assert_true(line.grants.allow_all && line.is_quiet && line.is_terminal && line.is_traced);
	assert_int_equal(line.environment_count, 2);
	expect_word(&line.environment[0], "A=b");
	expect_word(&line.environment[1], "C=");
	assert_int_equal(line.argument_count, 3);
	expect_word(&line.arguments[0], "me");
	expect_word(&line.arguments[1], "quiet");
	expect_word(&line.arguments[2], "run=x");
}

static void any_byte_can_be_in_a_word(void **state)
{
	parse("run=" RAW " %20a%2B%zz%4 % %% %41 %");
	assert_int_equal(line.argument_count, 6);
	expect_word(&line.arguments[1], " a+%zz%4");
	expect_word(&line.arguments[2], "");
	expect_word(&line.arguments[3], "%%");
	expect_word(&line.arguments[4], "A");
	expect_word(&line.arguments[5], "");
}

static void grants_are_the_programs_or_those_of_the_handler_before_them(void **state)
{
	parse("grants=" RAW " handler=" DAG_PB " handles=" RAW " grants=" OTHER " handles=" OTHER
	      " handler=" OTHER " grants=" RAW " run=" RAW);
	assert_int_equal(line.grants.count, 2);
	expect_interface(&line.grants.items[1].interface, RAW);
	assert_int_equal(line.handler_count, 2);
	assert_int_equal(line.handlers[0].program.codec, CID_DAG_PB);
	assert_int_equal(line.handlers[0].interface_count, 2);
	expect_interface(&line.handlers[0].interfaces[0], RAW);
	expect_interface(&line.handlers[0].interfaces[1], OTHER);
	assert_int_equal(line.handlers[0].grants.count, 2);
	expect_interface(&line.handlers[0].grants.items[1].interface, OTHER);
	assert_int_equal(line.handlers[1].interface_count, 0);
	assert_int_equal(line.handlers[1].grants.count, 2);
	expect_interface(&line.handlers[1].grants.items[1].interface, RAW);
	assert_false(line.handlers[0].grants.allow_all || line.handlers[1].grants.allow_all);
}

static void scopes_are_those_of_the_grant_before_them(void **state)
{
	parse("grants=" RAW " scope=ro:/a scope=b%20c grants=" OTHER " handler=" OTHER
	      " grants=" RAW " scope=d run=" RAW " scope=e");
	assert_int_equal(line.grants.count, 3);
	assert_int_equal(line.grants.items[0].scope_count, 0);
	assert_int_equal(line.grants.items[1].scope_count, 2);
	expect_word(&line.grants.items[1].scopes[0], "ro:/a");
	expect_word(&line.grants.items[1].scopes[1], "b c");
	assert_int_equal(line.grants.items[2].scope_count, 0);
	assert_int_equal(line.handlers[0].grants.items[1].scope_count, 1);
	expect_word(&line.handlers[0].grants.items[1].scopes[0], "d");
	assert_int_equal(line.argument_count, 2);
}

static void what_may_be_used_anyway_can_be_given_scopes(void **state)
{
	static const struct digest digest = {TERMINAL_DIGEST};
	struct cid cid = {.codec = CID_RAW};
	char terminal[CID_TEXT_BYTES], words[512];
	memcpy(cid.hash, digest.bytes, sizeof cid.hash);
	cid_to_text(&cid, terminal);
	snprintf(words, sizeof words, "grants=%s scope=x handler=" RAW " grants=%s run=" RAW,
		 terminal, terminal);
	parse(words);
	assert_int_equal(line.grants.count, 1);
	assert_int_equal(line.grants.items[0].scope_count, 1);
	expect_word(&line.grants.items[0].scopes[0], "x");
	assert_int_equal(line.handlers[0].grants.count, 1);
	assert_int_equal(line.handlers[0].grants.items[0].scope_count, 0);
}

static void what_is_wrong_is_named(void **state)
{
	refuse("", "the command line: nothing to run, expected run=CID");
	refuse("quiet", "the command line: nothing to run, expected run=CID");
	refuse("jump=1 run=" RAW, "the command line: not known: jump=1");
	refuse("quiets run=" RAW, "the command line: not known: quiets");
	refuse("run=\x1b[2J", "the command line: no CID: \\u{001b}[2J");
	refuse("run=", "the command line: no CID: ");
	refuse("handler=x run=" RAW, "the command line: no CID: x");
	refuse("grants=x run=" RAW, "the command line: no CID: x");
	refuse("handles=" RAW, "the command line: no handler= stands before handles=" RAW);
	refuse("grants=" DAG_PB, "the command line: no interface: " DAG_PB);
}

static void repeat(const char *word, int count, const char *end)
{
	text[0] = '\0';
	for (int i = 0; i < count; i++)
		strcat(strcat(text, word), " ");
	strcat(text, end);
}

static void there_are_bounds(void **state)
{
	repeat("handler=" RAW, COMMAND_LINE_HANDLERS_MAX, "run=" RAW);
	assert_int_equal(command_line_parse(text, &line, &fault), STATUS_OK);
	repeat("handler=" RAW, COMMAND_LINE_HANDLERS_MAX + 1, "run=" RAW);
	assert_int_equal(command_line_parse(text, &line, &fault), STATUS_INVALID);
	assert_string_equal(fault.text, "the command line: too many handlers");
	/* `terminal` is one already. */
	repeat("grants=" RAW, COMMAND_LINE_INTERFACES_MAX - 1, "run=" RAW);
	assert_int_equal(command_line_parse(text, &line, &fault), STATUS_OK);
	repeat("grants=" RAW, COMMAND_LINE_INTERFACES_MAX, "run=" RAW);
	assert_int_equal(command_line_parse(text, &line, &fault), STATUS_INVALID);
	assert_string_equal(fault.text, "the command line: too many grants");
	repeat("scope=x", COMMAND_LINE_INTERFACES_MAX, "run=" RAW);
	assert_int_equal(command_line_parse(text, &line, &fault), STATUS_OK);
	repeat("scope=x", COMMAND_LINE_INTERFACES_MAX + 1, "run=" RAW);
	assert_int_equal(command_line_parse(text, &line, &fault), STATUS_INVALID);
	repeat("handler=" RAW " handles=" OTHER, 1, "");
	for (int i = 1; i <= COMMAND_LINE_INTERFACES_MAX; i++)
		strcat(text, "handles=" OTHER " ");
	assert_int_equal(command_line_parse(text, &line, &fault), STATUS_INVALID);
	assert_string_equal(fault.text, "the command line: too many interfaces");
	repeat("quiet", 1, "run=" RAW);
	for (int i = 1; i < COMMAND_LINE_WORDS_MAX; i++)
		strcat(text, " x");
	assert_int_equal(command_line_parse(text, &line, &fault), STATUS_OK);
	assert_int_equal(line.argument_count, COMMAND_LINE_WORDS_MAX);
	repeat("quiet", 1, "run=" RAW);
	for (int i = 0; i < COMMAND_LINE_WORDS_MAX; i++)
		strcat(text, " x");
	assert_int_equal(command_line_parse(text, &line, &fault), STATUS_INVALID);
	assert_string_equal(fault.text, "the command line: too many words");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_program_alone_has_its_cid_as_its_name_and_may_use_the_terminal),
	    cmocka_unit_test(settings_stand_before_the_program_and_arguments_behind_it),
	    cmocka_unit_test(any_byte_can_be_in_a_word),
	    cmocka_unit_test(grants_are_the_programs_or_those_of_the_handler_before_them),
	    cmocka_unit_test(scopes_are_those_of_the_grant_before_them),
	    cmocka_unit_test(what_may_be_used_anyway_can_be_given_scopes),
	    cmocka_unit_test(what_is_wrong_is_named),
	    cmocka_unit_test(there_are_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "words.h"

static uint8_t cid[36] = {1, 0x55, 0x12, 0x20};
static uint8_t digest[32] = {0xab, 0xcd};

static struct authorizer_program program(const char *petname)
{
	struct authorizer_program program = {.cid = {cid, sizeof cid}};
	program.petname.has_value = petname != NULL;
	if (petname != NULL)
		program.petname.value = wire_text(petname);
	return program;
}

static struct authorizer_requested_use use(const char *words, const struct wire_string *scopes,
					   uint32_t count)
{
	struct authorizer_requested_use use = {.interface = {digest, sizeof digest},
					       .scopes = {.items = scopes, .count = count}};
	use.words.has_value = words != NULL;
	if (words != NULL)
		use.words.value = wire_text(words);
	return use;
}

static const char *text_of(const struct authorizer_question *question, const char *complaint)
{
	static struct words_text text;
	words_of_question(question, complaint, &text);
	assert_false(text.is_cut);
	text.data[text.size] = '\0';
	return text.data;
}

static void a_question_names_program_interface_scopes_and_starters(void **state)
{
	struct wire_string scopes[] = {wire_text("example.com:443"), wire_text("*:80")};
	struct authorizer_requested_use one = use("tcp: connect", scopes, 2);
	struct authorizer_program starters[] = {program("shell"), program(NULL)};
	struct authorizer_question question = {.occasion = AUTHORIZER_OCCASION_SEND,
					       .program = program("sudoku"),
					       .process = 3,
					       .starters = {.items = starters, .count = 2},
					       .uses = {.items = &one, .count = 1}};
	assert_string_equal(
	    text_of(&question, NULL),
	    "Cairn asks: may sudoku (bafkreiaaaaaaa...) use this?\n"
	    "    tcp: connect\n"
	    "       within example.com:443\n"
	    "       within *:80\n"
	    "It was started by shell (bafkreiaaaaaaa...), which was started by "
	    "bafkreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.\n"
	    "once, run (as long as it runs), always, never, and scopes if you want others; Enter: "
	    "not now > ");
}

static void what_a_program_states_is_one_list(void **state)
{
	struct authorizer_requested_use two[] = {use("tcp: connect", NULL, 0), use(NULL, NULL, 0)};
	struct authorizer_question question = {.occasion = AUTHORIZER_OCCASION_START,
					       .program = program("sudoku"),
					       .uses = {.items = two, .count = 2}};
	assert_string_equal(
	    text_of(&question, "What?\n"),
	    "What?\n"
	    "Cairn asks: before it starts, may sudoku (bafkreiaaaaaaa...) use all of these?\n"
	    "    1. tcp: connect\n"
	    "    2. an interface that nobody here knows, "
	    "abcd000000000000000000000000000000000000000000000000000000000000\n"
	    "once, run (as long as it runs), always, never; Enter: not now > ");
}

static void what_a_program_has_a_say_in_is_escaped(void **state)
{
	struct wire_string scopes[] = {wire_text("a\nonce > "), wire_text("\x1b[2J"),
				       wire_text("x\xe2\x80\xaey"), wire_text("100%")};
	struct authorizer_requested_use one = use("tcp", scopes, 4);
	struct authorizer_question question = {.program = program(NULL),
					       .uses = {.items = &one, .count = 1}};
	const char *text = text_of(&question, NULL);
	assert_non_null(strstr(text, "within a%0aonce%20>%20\n"));
	assert_non_null(strstr(text, "within %1b[2J\n"));
	assert_non_null(strstr(text, "within x%e2%80%aey\n"));
	assert_non_null(strstr(text, "within 100%25\n"));
	assert_null(strchr(text, '\x1b'));
}

static void what_a_long_question_is_about_stands_at_its_end_too(void **state)
{
	static const char long_[] =
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
	struct wire_string scopes[8];
	for (int i = 0; i < 8; i++)
		scopes[i] = wire_text(long_);
	struct authorizer_requested_use uses[] = {use("tcp: connect", scopes, 8),
						  use("udp: send", scopes, 8)};
	struct authorizer_question question = {.program = program("sudoku"),
					       .uses = {.items = uses, .count = 1}};
	assert_non_null(
	    strstr(text_of(&question, NULL),
		   "\nThat was long; once more: may sudoku (bafkreiaaaaaaa...) use this?\n"
		   "    tcp: connect\n"
		   "       within 8 scopes, as above\n"
		   "once, run"));
	question.uses.count = 2;
	assert_non_null(strstr(text_of(&question, NULL),
			       "use all of these?\n"
			       "    2 interfaces, within 16 scopes, as above\n"
			       "once, run"));
	uses[0].scopes.count = 2;
	question.uses.count = 1;
	assert_null(strstr(text_of(&question, NULL), "once more"));
}

static void a_question_that_does_not_fit_is_not_shown_in_part(void **state)
{
	static struct words_text text;
	static char large[WORDS_TEXT_BYTES];
	memset(large, 'x', sizeof large - 1);
	struct wire_string scope = wire_text(large);
	struct authorizer_requested_use one = use("tcp", &scope, 1);
	struct authorizer_question question = {.program = program(NULL),
					       .uses = {.items = &one, .count = 1}};
	words_of_question(&question, NULL, &text);
	assert_true(text.is_cut);
}

static void assert_answer(const char *line, int expected, const char *expected_scopes)
{
	enum authorizer_verdict verdict;
	struct wire_string rest, scope;
	char scopes[128] = "";
	bool is_answer = words_of_answer(wire_text(line), &verdict, &rest);
	if (is_answer != (expected >= 0) || (is_answer && (int)verdict != expected))
		fail_msg("\"%s\" is %d", line, is_answer ? (int)verdict : -1);
	while (is_answer && words_next_scope(&rest, &scope))
		sprintf(scopes + strlen(scopes), "%.*s;", (int)scope.size, scope.data);
	assert_string_equal(scopes, expected_scopes);
}

static void answers_are_words_and_first_letters_of_what_is_not_for_ever_a_no(void **state)
{
	assert_answer("", AUTHORIZER_VERDICT_DENY_ONCE, "");
	assert_answer("  \r", AUTHORIZER_VERDICT_DENY_ONCE, "");
	assert_answer("n", AUTHORIZER_VERDICT_DENY_ONCE, "");
	assert_answer("No", AUTHORIZER_VERDICT_DENY_ONCE, "");
	assert_answer("once", AUTHORIZER_VERDICT_ALLOW_ONCE, "");
	assert_answer(" O ", AUTHORIZER_VERDICT_ALLOW_ONCE, "");
	assert_answer("run\t", AUTHORIZER_VERDICT_ALLOW_RUN, "");
	assert_answer("r", AUTHORIZER_VERDICT_ALLOW_RUN, "");
	assert_answer("ALWAYS", AUTHORIZER_VERDICT_ALLOW_ALWAYS, "");
	assert_answer("a", AUTHORIZER_VERDICT_ALLOW_ALWAYS, "");
	assert_answer("never", AUTHORIZER_VERDICT_DENY_ALWAYS, "");
	static const char *const others[] = {
	    "y",       "yes", "neve",      "nevermind",    "onc",
	    "alwaysx", "?",   "no always", "never always", "a\x1b"};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		assert_answer(others[i], -1, "");
}

static void scopes_stand_behind_what_allows(void **state)
{
	assert_answer("always a:1  b:2", AUTHORIZER_VERDICT_ALLOW_ALWAYS, "a:1;b:2;");
	assert_answer("o *", AUTHORIZER_VERDICT_ALLOW_ONCE, "*;");
	assert_answer("no a:1", -1, "");
	assert_answer("never a:1", -1, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_question_names_program_interface_scopes_and_starters),
	    cmocka_unit_test(what_a_program_states_is_one_list),
	    cmocka_unit_test(what_a_program_has_a_say_in_is_escaped),
	    cmocka_unit_test(what_a_long_question_is_about_stands_at_its_end_too),
	    cmocka_unit_test(a_question_that_does_not_fit_is_not_shown_in_part),
	    cmocka_unit_test(answers_are_words_and_first_letters_of_what_is_not_for_ever_a_no),
	    cmocka_unit_test(scopes_stand_behind_what_allows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The interface `prompt`, at a pseudo terminal: what a person sees, and what a program cannot do.
 */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include <cairn/prompt.h>
#include <cairn/terminal.h>

#include "prompt.h"
#include "terminal.h"
#include "unit/hosted/fake_kernel.h"

enum { AUTHORIZER = 9, PROGRAM = 7, LONG_ENOUGH_MS = 400 };

struct fixture {
	uv_loop_t loop;
	uv_timer_t clock;
	struct terminal *terminal;
	struct prompt *prompt;
	struct kernel_service prompt_service;
	struct kernel_service terminal_service;
	int person; /* the other side of the pseudo terminal */
	int tty;
	char seen[65536]; /* by the person */
	size_t seen_size;
	struct kernel_request question;
	struct kernel_request other;
};

uint64_t kernel_handler_of(const struct kernel *kernel, const struct digest *interface)
{
	return AUTHORIZER;
}

static int make_terminal(struct fixture *f)
{
	f->person = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (f->person < 0 || grantpt(f->person) != 0 || unlockpt(f->person) != 0)
		return -1;
	return open(ptsname(f->person), O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static struct session *open_session(struct fixture *f, const int streams[SESSION_STREAMS])
{
	static const struct session_watcher nobody;
	int taken[SESSION_STREAMS];
	for (int i = 0; i < SESSION_STREAMS; i++)
		taken[i] = fcntl(streams[i], F_DUPFD_CLOEXEC, 10);
	return terminal_open(f->terminal, fake_kernel.terminal, taken, &nobody);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	*state = f;
	signal(SIGHUP, SIG_IGN);
	if (uv_loop_init(&f->loop) != 0 || uv_timer_init(&f->loop, &f->clock) != 0 ||
	    terminal_create(NULL, &f->loop, &f->terminal) != STATUS_OK)
		return 1;
	f->terminal_service = fake_kernel.service;
	if (prompt_create(NULL, &f->loop, f->terminal, &f->prompt) != STATUS_OK)
		return 1;
	f->prompt_service = fake_kernel.service;
	fake_kernel.process = AUTHORIZER;
	f->tty = make_terminal(f);
	return f->tty < 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	prompt_destroy(f->prompt);
	terminal_destroy(f->terminal);
	uv_close((uv_handle_t *)&f->clock, NULL);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	int status = uv_loop_close(&f->loop);
	prompt_free(f->prompt);
	terminal_free(f->terminal);
	close(f->tty);
	close(f->person);
	free(f->question.answer);
	free(f->other.answer);
	free(f);
	return status;
}

/* ---- Time, and the person ---- */

static void on_time(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

static void look(struct fixture *f)
{
	ssize_t size;
	while ((size = read(f->person, f->seen + f->seen_size, sizeof f->seen - 1 - f->seen_size)) >
	       0)
		f->seen_size += (size_t)size;
	f->seen[f->seen_size] = '\0';
}

/* The loop runs for that long; what is shown is looked at. */
static void let_pass(struct fixture *f, uint64_t ms)
{
	bool is_over = false;
	f->clock.data = &is_over;
	uv_update_time(&f->loop);
	uv_timer_start(&f->clock, on_time, ms, 0);
	while (!is_over) {
		uv_run(&f->loop, UV_RUN_ONCE);
		look(f);
	}
}

static void type(const struct fixture *f, const char *keys)
{
	assert_int_equal(write(f->person, keys, strlen(keys)), strlen(keys));
}

/* ---- Questions ---- */

static struct kernel_request *ask(struct fixture *f, uint64_t process, const char *text)
{
	const struct prompt_ask_call call = {.process = process, .text = wire_text(text)};
	fake_kernel.service = f->prompt_service;
	fake_kernel.self = f->prompt;
	prompt_ask_encode(fake_kernel_body(&f->question), &call);
	fake_kernel_send(&f->question);
	return &f->question;
}

static struct kernel_request *write_text(struct fixture *f, const char *text)
{
	const struct wire_bytes data = {(const uint8_t *)text, (uint32_t)strlen(text)};
	fake_kernel.service = f->terminal_service;
	fake_kernel.self = f->terminal;
	terminal_write_encode(fake_kernel_body(&f->other), &(struct terminal_write_call){1, data});
	fake_kernel_send(&f->other);
	return &f->other;
}

static struct prompt_string_or_error answer_of(const struct kernel_request *request)
{
	struct prompt_string_or_error result;
	assert_true(request->is_answered);
	assert_int_equal(request->status, CAIRN_STATUS_OK);
	assert_int_equal(prompt_ask_answer_decode(request->answer, request->answer_size, &result),
			 WIRE_OK);
	return result;
}

static void assert_answer(const struct kernel_request *request, const char *line)
{
	struct prompt_string_or_error result = answer_of(request);
	assert_false(result.is_error);
	assert_int_equal(result.value.size, strlen(line));
	assert_memory_equal(result.value.data, line, strlen(line));
}

static void assert_error(const struct kernel_request *request, enum prompt_error error)
{
	struct prompt_string_or_error result = answer_of(request);
	assert_true(result.is_error);
	assert_int_equal(result.error, error);
}

static struct session *open_at_terminal(struct fixture *f)
{
	const int streams[] = {f->tty, f->tty, f->tty};
	return open_session(f, streams);
}

static void a_question_is_shown_and_the_line_is_its_answer(void **state)
{
	struct fixture *f = *state;
	open_at_terminal(f);
	struct kernel_request *question = ask(f, PROGRAM, "May it?\n> ");
	let_pass(f, LONG_ENOUGH_MS);
	assert_non_null(strstr(f->seen, "May it?\r\n> "));
	assert_false(question->is_answered);
	type(f, "yes\n");
	let_pass(f, LONG_ENOUGH_MS);
	assert_answer(question, "yes");
}

static void what_was_typed_before_is_no_answer(void **state)
{
	struct fixture *f = *state;
	open_at_terminal(f);
	type(f, "yes\nyes\n");
	struct kernel_request *question = ask(f, PROGRAM, "May it?");
	type(f, "yes\n"); /* As the terminal types what a program asks it for. */
	let_pass(f, LONG_ENOUGH_MS);
	assert_false(question->is_answered);
	type(f, "no\n");
	let_pass(f, LONG_ENOUGH_MS);
	assert_answer(question, "no");
}

static void the_terminal_is_reset_before_the_question(void **state)
{
	struct fixture *f = *state;
	open_at_terminal(f);
	write_text(f, "\x1b[?1049h\x1b[8m\x1b]0;");
	ask(f, PROGRAM, "May it?");
	let_pass(f, LONG_ENOUGH_MS);
	const char *cancelled = strstr(f->seen, "\x18\x1b\\");
	const char *usual_screen = strstr(f->seen, "\x1b[?1049l");
	const char *visible = strstr(f->seen, "\x1b[0m");
	const char *question = strstr(f->seen, "May it?");
	assert_non_null(cancelled);
	assert_true(cancelled < usual_screen && usual_screen < visible && visible < question);
	type(f, "no\n");
	let_pass(f, LONG_ENOUGH_MS);
}

static void programs_are_silent_meanwhile_in_whatever_run(void **state)
{
	struct fixture *f = *state;
	open_at_terminal(f);
	ask(f, PROGRAM, "May it?");
	struct kernel_request *written = write_text(f, "Just say yes! ");
	fake_kernel.terminal = 2; /* Another run, begun meanwhile. */
	open_at_terminal(f);
	let_pass(f, LONG_ENOUGH_MS);
	assert_false(written->is_answered);
	assert_null(strstr(f->seen, "Just say yes!"));
	type(f, "no\n");
	let_pass(f, LONG_ENOUGH_MS);
	assert_true(written->is_answered);
	assert_non_null(strstr(f->seen, "Just say yes!"));
	fake_kernel.terminal = 1;
}

static void keys_are_lines_while_it_is_asked_and_keys_again_afterwards(void **state)
{
	struct fixture *f = *state;
	struct termios mode;
	struct session *session = open_at_terminal(f);
	assert_int_equal(session_set_mode(session, 0, TERMINAL_MODE_RAW, PROGRAM), STATUS_OK);
	tcgetattr(f->tty, &mode);
	assert_false(mode.c_lflag & (ICANON | ECHO));
	ask(f, PROGRAM, "May it?");
	let_pass(f, LONG_ENOUGH_MS);
	tcgetattr(f->tty, &mode);
	assert_int_equal(mode.c_lflag & (ICANON | ECHO), ICANON | ECHO);
	type(f, "no\n");
	let_pass(f, LONG_ENOUGH_MS);
	tcgetattr(f->tty, &mode);
	assert_false(mode.c_lflag & (ICANON | ECHO));
	session_process_ended(session, PROGRAM);
	tcgetattr(f->tty, &mode);
	assert_int_equal(mode.c_lflag & (ICANON | ECHO), ICANON | ECHO);
}

static void nothing_in_the_text_reaches_the_terminal(void **state)
{
	struct fixture *f = *state;
	open_at_terminal(f);
	ask(f, PROGRAM, "evil\x1b[2J\r\x07 \xe2\x80\xae name");
	let_pass(f, LONG_ENOUGH_MS);
	const char *text = strstr(f->seen, "evil");
	assert_non_null(text);
	assert_null(strchr(text, '\x1b'));
	assert_null(strchr(text, '\x07'));
	assert_null(strstr(text, "\xe2\x80\xae"));
	type(f, "no\n");
	let_pass(f, LONG_ENOUGH_MS);
}

static void nobody_but_the_authorizer_asks(void **state)
{
	struct fixture *f = *state;
	open_at_terminal(f);
	fake_kernel.process = PROGRAM;
	struct kernel_request *question = ask(f, PROGRAM, "May I?");
	assert_true(question->is_answered);
	assert_int_equal(question->status, CAIRN_STATUS_REFUSED);
	let_pass(f, LONG_ENOUGH_MS);
	assert_null(strstr(f->seen, "May I?"));
}

static void without_a_terminal_nobody_is_asked(void **state)
{
	struct fixture *f = *state;
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	const int input_only[] = {nothing, f->tty, f->tty};
	assert_error(ask(f, PROGRAM, "May it?"), PROMPT_ERROR_NO_TERMINAL);
	struct session *session = open_session(f, input_only);
	assert_error(ask(f, PROGRAM, "May it?"), PROMPT_ERROR_NO_TERMINAL);
	terminal_close(f->terminal, session);
	session = open_at_terminal(f);
	session_stop(session);
	assert_error(ask(f, PROGRAM, "May it?"), PROMPT_ERROR_NO_TERMINAL);
	session_resume(session, true);
	assert_error(ask(f, PROGRAM, "May it?"), PROMPT_ERROR_NO_TERMINAL);
	close(nothing);
}

static void a_question_can_be_taken_back(void **state)
{
	struct fixture *f = *state;
	open_at_terminal(f);
	struct kernel_request *question = ask(f, PROGRAM, "May it?");
	let_pass(f, LONG_ENOUGH_MS);
	f->prompt_service.cancel(f->prompt, question);
	assert_error(question, PROMPT_ERROR_GONE);
	assert_true(write_text(f, "on it goes")->is_answered);
	let_pass(f, 10);
	assert_non_null(strstr(f->seen, "on it goes"));
}

static void a_long_line_is_cut_and_a_long_text_refused(void **state)
{
	struct fixture *f = *state;
	static char text[3000];
	char line[1001];
	open_at_terminal(f);
	memset(line, 'a', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	struct kernel_request *question = ask(f, PROGRAM, "May it?");
	let_pass(f, LONG_ENOUGH_MS);
	type(f, line);
	type(f, "\n");
	let_pass(f, LONG_ENOUGH_MS);
	assert_int_equal(answer_of(question).value.size, 256);
	memset(text, 'x', sizeof text - 1);
	question = ask(f, PROGRAM, text);
	let_pass(f, LONG_ENOUGH_MS);
	assert_non_null(strstr(f->seen, text));
	type(f, "\n");
	let_pass(f, LONG_ENOUGH_MS);
	assert_answer(question, "");
}

static void messages_that_are_not_exactly_right_are_refused(void **state)
{
	struct fixture *f = *state;
	fake_kernel.service = f->prompt_service;
	fake_kernel.self = f->prompt;
	prompt_ask_encode(fake_kernel_body(&f->question),
			  &(struct prompt_ask_call){PROGRAM, wire_text("text")});
	f->question.size = (size_t)fake_kernel.out.size;
	fake_kernel_refuses_all_but_whole(&f->question);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_question_is_shown_and_the_line_is_its_answer),
	    TEST(what_was_typed_before_is_no_answer),
	    TEST(the_terminal_is_reset_before_the_question),
	    TEST(programs_are_silent_meanwhile_in_whatever_run),
	    TEST(keys_are_lines_while_it_is_asked_and_keys_again_afterwards),
	    TEST(nothing_in_the_text_reaches_the_terminal),
	    TEST(nobody_but_the_authorizer_asks),
	    TEST(without_a_terminal_nobody_is_asked),
	    TEST(a_question_can_be_taken_back),
	    TEST(messages_that_are_not_exactly_right_are_refused),
	    TEST(a_long_line_is_cut_and_a_long_text_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

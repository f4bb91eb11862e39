/* The interface `terminal`, asked message by message over pipes. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include <cairn/terminal.h>

#include "terminal.h"
#include "unit/hosted/fake_kernel.h"

enum { REQUEST_COUNT = 4 };

struct fixture {
	uv_loop_t loop;
	struct terminal *terminal;
	struct session *session;
	int kept[2];
	int input;  /* what is written here is standard input */
	int output; /* standard output is read here */
	int wishes; /* to read in the background */
	struct kernel_request requests[REQUEST_COUNT];
};

static int make_standard(int number)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	dup2(ends[number], number);
	close(ends[number]);
	return ends[1 - number];
}

static void count_wish(void *self)
{
	struct fixture *f = self;
	f->wishes++;
}

/* Of the standard streams as they are now. */
static void open_session(struct fixture *f)
{
	const struct session_watcher watcher = {.input_wanted = count_wish, .self = f};
	int streams[SESSION_STREAMS];
	for (int i = 0; i < SESSION_STREAMS; i++)
		streams[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
	f->session = terminal_open(f->terminal, fake_kernel.terminal, streams, &watcher);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	*state = f;
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < 2; i++)
		f->kept[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
	f->input = make_standard(0);
	f->output = make_standard(1);
	if (uv_loop_init(&f->loop) != 0 ||
	    terminal_create(NULL, &f->loop, &f->terminal) != STATUS_OK)
		return 1;
	open_session(f);
	return f->session == NULL;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	terminal_destroy(f->terminal);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	int status = uv_loop_close(&f->loop);
	terminal_free(f->terminal);
	for (int i = 0; i < 2; i++) {
		dup2(f->kept[i], i);
		close(f->kept[i]);
	}
	close(f->input);
	close(f->output);
	for (int i = 0; i < REQUEST_COUNT; i++)
		free(f->requests[i].answer);
	free(f);
	return status;
}

static struct kernel_request *ask_read(struct fixture *f, int request, uint32_t size)
{
	struct kernel_request *r = &f->requests[request];
	terminal_read_encode(fake_kernel_body(r), &(struct terminal_read_call){0, size});
	fake_kernel_send(r);
	return r;
}

static struct kernel_request *ask_write(struct fixture *f, int request, uint32_t stream,
					const char *text)
{
	struct kernel_request *r = &f->requests[request];
	const struct wire_bytes data = {(const uint8_t *)text, (uint32_t)strlen(text)};
	terminal_write_encode(fake_kernel_body(r), &(struct terminal_write_call){stream, data});
	fake_kernel_send(r);
	return r;
}

/* A write of all of `data`. The body is the caller's to free. */
static struct kernel_request *ask_large_write(struct fixture *f, int request,
					      struct wire_bytes data, uint8_t **body)
{
	struct kernel_request *r = &f->requests[request];
	const struct terminal_write_call call = {1, data};
	struct wire_out out = wire_out_over(NULL, 0);
	terminal_write_encode(&out, &call);
	fake_kernel_reset(r);
	r->size = (size_t)out.size;
	r->large_body = *body = malloc(r->size);
	out = wire_out_over(*body, r->size);
	terminal_write_encode(&out, &call);
	fake_kernel_receive(r);
	return r;
}

static void assert_read(const struct kernel_request *request, const char *text)
{
	struct terminal_bytes_or_error result;
	assert_true(request->is_answered);
	assert_int_equal(request->status, CAIRN_STATUS_OK);
	assert_int_equal(
	    terminal_read_answer_decode(request->answer, request->answer_size, &result), WIRE_OK);
	assert_false(result.is_error);
	assert_int_equal(result.value.size, strlen(text));
	assert_memory_equal(result.value.data, text, strlen(text));
}

static struct terminal_u32_or_error written(const struct kernel_request *request)
{
	struct terminal_u32_or_error result;
	assert_true(request->is_answered);
	assert_int_equal(request->status, CAIRN_STATUS_OK);
	assert_int_equal(
	    terminal_write_answer_decode(request->answer, request->answer_size, &result), WIRE_OK);
	return result;
}

static void assert_not_written(const struct kernel_request *request, enum terminal_error error)
{
	struct terminal_u32_or_error result = written(request);
	assert_true(result.is_error);
	assert_int_equal(result.error, error);
}

static void assert_output(const struct fixture *f, const char *text)
{
	char data[256];
	assert_int_equal(read(f->output, data, sizeof data), strlen(text));
	assert_memory_equal(data, text, strlen(text));
}

static void a_read_is_answered_at_once_with_what_is_there(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(write(f->input, "abc", 3), 3);
	assert_read(ask_read(f, 0, 100), "abc");
}

static void a_read_gets_no_more_than_it_asked_for(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(write(f->input, "abc", 3), 3);
	assert_read(ask_read(f, 0, 2), "ab");
	assert_read(ask_read(f, 0, 2), "c");
}

static void a_read_waits_for_input(void **state)
{
	struct fixture *f = *state;
	struct kernel_request *request = ask_read(f, 0, 100);
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_false(request->is_answered);
	assert_int_equal(write(f->input, "late", 4), 4);
	uv_run(&f->loop, UV_RUN_ONCE);
	assert_read(request, "late");
}

static void reads_are_answered_in_the_order_in_which_they_came(void **state)
{
	struct fixture *f = *state;
	struct kernel_request *first = ask_read(f, 0, 1);
	struct kernel_request *second = ask_read(f, 1, 1);
	struct kernel_request *third = ask_read(f, 2, 1);
	assert_int_equal(write(f->input, "ab", 2), 2);
	uv_run(&f->loop, UV_RUN_ONCE);
	assert_read(first, "a");
	assert_read(second, "b");
	assert_false(third->is_answered);
	assert_int_equal(write(f->input, "c", 1), 1);
	uv_run(&f->loop, UV_RUN_ONCE);
	assert_read(third, "c");
}

static void the_end_of_input_is_an_empty_list(void **state)
{
	struct fixture *f = *state;
	struct kernel_request *request = ask_read(f, 0, 100);
	close(f->input);
	f->input = -1;
	uv_run(&f->loop, UV_RUN_ONCE);
	assert_read(request, "");
	assert_read(ask_read(f, 1, 100), "");
}

static void a_cancelled_read_takes_nothing_from_the_next_one(void **state)
{
	struct fixture *f = *state;
	struct kernel_request *first = ask_read(f, 0, 10);
	struct kernel_request *second = ask_read(f, 1, 10);
	fake_kernel.service.cancel(fake_kernel.self, first);
	assert_true(first->is_answered);
	assert_int_equal(write(f->input, "rest", 4), 4);
	uv_run(&f->loop, UV_RUN_ONCE);
	assert_read(second, "rest");
}

static void after_the_last_read_is_cancelled_input_stays_where_it_is(void **state)
{
	struct fixture *f = *state;
	struct kernel_request *request = ask_read(f, 0, 10);
	fake_kernel.service.cancel(fake_kernel.self, request);
	assert_int_equal(write(f->input, "left", 4), 4);
	uv_run(&f->loop, UV_RUN_NOWAIT);
	char data[8];
	assert_int_equal(read(0, data, sizeof data), 4);
}

static void a_request_in_the_middle_can_be_cancelled(void **state)
{
	struct fixture *f = *state;
	struct kernel_request *first = ask_read(f, 0, 1);
	struct kernel_request *second = ask_read(f, 1, 1);
	struct kernel_request *third = ask_read(f, 2, 1);
	fake_kernel.service.cancel(fake_kernel.self, second);
	fake_kernel.service.cancel(fake_kernel.self, third);
	struct kernel_request *fourth = ask_read(f, 3, 1);
	assert_int_equal(write(f->input, "xy", 2), 2);
	uv_run(&f->loop, UV_RUN_ONCE);
	assert_read(first, "x");
	assert_read(fourth, "y");
}

static void a_write_is_answered_with_its_size(void **state)
{
	struct fixture *f = *state;
	struct kernel_request *request = ask_write(f, 0, 1, "hello");
	assert_false(written(request).is_error);
	assert_int_equal(written(request).value, 5);
	assert_output(f, "hello");
}

static void a_large_write_is_answered_when_all_of_it_was_read(void **state)
{
	struct fixture *f = *state;
	enum { SIZE = 1 << 20 };
	uint8_t *body;
	uint8_t *sent = malloc(SIZE);
	uint8_t *data = malloc(SIZE);
	for (int i = 0; i < SIZE; i++)
		sent[i] = (uint8_t)(i * 7 + i / 251);
	struct kernel_request *request =
	    ask_large_write(f, 0, (struct wire_bytes){sent, SIZE}, &body);
	struct kernel_request *next = ask_write(f, 1, 1, "then this");
	size_t total = 0;
	while (total < SIZE) {
		assert_false(next->is_answered);
		ssize_t count = read(f->output, data + total, SIZE - total);
		assert_true(count > 0);
		total += (size_t)count;
		uv_run(&f->loop, UV_RUN_NOWAIT);
	}
	assert_true(request->is_answered && next->is_answered);
	assert_memory_equal(data, sent, SIZE);
	assert_output(f, "then this");
	free(sent);
	free(data);
	free(body);
}

static void a_cancelled_write_stops_where_it_is(void **state)
{
	struct fixture *f = *state;
	enum { SIZE = 1 << 20 };
	uint8_t *body;
	uint8_t *sent = calloc(1, SIZE);
	struct kernel_request *request =
	    ask_large_write(f, 0, (struct wire_bytes){sent, SIZE}, &body);
	assert_false(request->is_answered);
	fake_kernel.service.cancel(fake_kernel.self, request);
	free(body); /* The kernel frees it with the answer. */
	free(sent);
	uint8_t piece[65536];
	assert_true(read(f->output, piece, sizeof piece) > 0);
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_int_equal(fcntl(f->output, F_SETFL, O_NONBLOCK), 0);
	while (read(f->output, piece, sizeof piece) > 0)
		continue;
	assert_true(ask_write(f, 1, 1, "next")->is_answered);
	assert_output(f, "next");
}

static void writing_when_nobody_reads_is_the_error_closed(void **state)
{
	struct fixture *f = *state;
	close(f->output);
	f->output = -1;
	assert_not_written(ask_write(f, 0, 1, "into the void"), TERMINAL_ERROR_CLOSED);
}

static void streams_in_the_wrong_direction_or_beyond_the_third_are_unknown(void **state)
{
	struct fixture *f = *state;
	assert_not_written(ask_write(f, 0, 0, "x"), TERMINAL_ERROR_UNKNOWN_STREAM);
	assert_not_written(ask_write(f, 0, 3, "x"), TERMINAL_ERROR_UNKNOWN_STREAM);
	assert_not_written(ask_write(f, 0, UINT32_MAX, "x"), TERMINAL_ERROR_UNKNOWN_STREAM);
}

static void a_pipe_is_described_as_no_terminal(void **state)
{
	struct fixture *f = *state;
	struct kernel_request *request = &f->requests[0];
	struct terminal_stream_info_or_error result;
	terminal_describe_encode(fake_kernel_body(request), &(struct terminal_describe_call){1});
	fake_kernel_send(request);
	assert_int_equal(
	    terminal_describe_answer_decode(request->answer, request->answer_size, &result),
	    WIRE_OK);
	assert_false(result.is_error || result.value.is_terminal);
}

/* Every message cut short, and every one with a byte too many. */
static void messages_that_are_not_exactly_right_are_refused(void **state)
{
	struct fixture *f = *state;
	struct kernel_request *request = &f->requests[0];
	terminal_describe_encode(fake_kernel_body(request), &(struct terminal_describe_call){1});
	fake_kernel_refuses_all_but_whole(request);
	terminal_read_encode(fake_kernel_body(request), &(struct terminal_read_call){0, 5});
	fake_kernel_refuses_all_but_whole(request);
	terminal_write_encode(fake_kernel_body(request),
			      &(struct terminal_write_call){1, {(const uint8_t *)"abc", 3}});
	fake_kernel_refuses_all_but_whole(request);
}

static void functions_and_sizes_that_do_not_exist_are_refused(void **state)
{
	/* By hand: bindings would not encode these. */
	static const uint8_t other[] = {99, 0, 0, 0, 0, 0, 0, 0};
	static const uint8_t endless[] = {TERMINAL_WRITE, 0,    0,    0,    1,   0,   0,  0,
					  0xff,           0xff, 0xff, 0xff, 'a', 'b', 'c'};
	struct fixture *f = *state;
	struct kernel_request *request = &f->requests[0];
	fake_kernel_send_bytes(request, other, sizeof other);
	assert_int_equal(request->status, CAIRN_STATUS_REFUSED);
	fake_kernel_send_bytes(request, endless, sizeof endless);
	assert_int_equal(request->status, CAIRN_STATUS_REFUSED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_read_is_answered_at_once_with_what_is_there),
	    TEST(a_read_gets_no_more_than_it_asked_for),
	    TEST(a_read_waits_for_input),
	    TEST(reads_are_answered_in_the_order_in_which_they_came),
	    TEST(the_end_of_input_is_an_empty_list),
	    TEST(a_cancelled_read_takes_nothing_from_the_next_one),
	    TEST(after_the_last_read_is_cancelled_input_stays_where_it_is),
	    TEST(a_request_in_the_middle_can_be_cancelled),
	    TEST(a_write_is_answered_with_its_size),
	    TEST(a_large_write_is_answered_when_all_of_it_was_read),
	    TEST(a_cancelled_write_stops_where_it_is),
	    TEST(writing_when_nobody_reads_is_the_error_closed),
	    TEST(streams_in_the_wrong_direction_or_beyond_the_third_are_unknown),
	    TEST(a_pipe_is_described_as_no_terminal),
	    TEST(messages_that_are_not_exactly_right_are_refused),
	    TEST(functions_and_sizes_that_do_not_exist_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Standard streams over pipes, files and ttys: no call blocks, and the file's mode stays as it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <uv.h>

#include "hosted.h"
#include "stream.h"

struct fixture {
	uv_loop_t loop;
	int kept[2]; /* standard input and output of the test program itself */
	struct stream stream;
	int other; /* the far end of a pipe or tty */
	int ready_count;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	signal(SIGPIPE, SIG_IGN);
	f->other = -1;
	for (int i = 0; i < 2; i++)
		f->kept[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
	*state = f;
	return f == NULL || uv_loop_init(&f->loop) != 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	stream_close(&f->stream, NULL, NULL);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	int status = uv_loop_close(&f->loop);
	for (int i = 0; i < 2; i++) {
		dup2(f->kept[i], i);
		close(f->kept[i]);
	}
	if (f->other >= 0)
		close(f->other);
	free(f);
	return status;
}

/* Makes `fd` the standard stream of that number, and opens it. */
static void open_as(struct fixture *f, int number, int fd)
{
	assert_int_equal(dup2(fd, number), number);
	close(fd);
	stream_open(&f->stream, &f->loop, fcntl(number, F_DUPFD_CLOEXEC, 10), number != 0);
}

static void open_pipe(struct fixture *f, int number)
{
	int ends[2];
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	f->other = ends[1 - number];
	open_as(f, number, ends[number]);
}

static void open_tty(struct fixture *f, int number)
{
	f->other = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(f->other >= 0);
	assert_int_equal(grantpt(f->other) | unlockpt(f->other), 0);
	int tty = open(ptsname(f->other), O_RDWR | O_NOCTTY);
	assert_true(tty >= 0);
	open_as(f, number, tty);
}

static void open_file(struct fixture *f, int number, const char *text)
{
	char path[] = "/tmp/cairn-test-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	lseek(fd, 0, SEEK_SET);
	open_as(f, number, fd);
}

static void count_ready(void *context)
{
	struct fixture *f = context;
	f->ready_count++;
}

static void an_empty_pipe_says_try_again_and_then_that_it_is_ready(void **state)
{
	struct fixture *f = *state;
	open_pipe(f, 0);
	char data[8];
	assert_int_equal(stream_read(&f->stream, data, sizeof data), -EAGAIN);
	assert_int_equal(stream_wait(&f->stream, count_ready, f), 0);
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_int_equal(f->ready_count, 0);
	assert_int_equal(write(f->other, "seven", 5), 5);
	uv_run(&f->loop, UV_RUN_ONCE);
	assert_int_equal(f->ready_count, 1);
	assert_int_equal(stream_read(&f->stream, data, sizeof data), 5);
	assert_memory_equal(data, "seven", 5);
}

static void what_nobody_asked_for_stays_in_the_pipe(void **state)
{
	struct fixture *f = *state;
	open_pipe(f, 0);
	char data[8];
	assert_int_equal(write(f->other, "abcdef", 6), 6);
	assert_int_equal(stream_read(&f->stream, data, 2), 2);
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_int_equal(read(0, data, sizeof data), 4);
	assert_memory_equal(data, "cdef", 4);
}

static void the_end_of_a_pipe_is_told_again_and_again(void **state)
{
	struct fixture *f = *state;
	open_pipe(f, 0);
	close(f->other);
	f->other = -1;
	char byte;
	assert_int_equal(stream_read(&f->stream, &byte, 1), 0);
	assert_int_equal(stream_read(&f->stream, &byte, 1), 0);
}

static void a_full_pipe_takes_more_when_it_was_read(void **state)
{
	struct fixture *f = *state;
	open_pipe(f, 1);
	size_t size = 1 << 20;
	uint8_t *data = calloc(1, size);
	ssize_t taken = stream_write(&f->stream, data, size);
	assert_true(taken > 0 && (size_t)taken < size);
	assert_int_equal(stream_write(&f->stream, data, size), -EAGAIN);
	assert_int_equal(stream_wait(&f->stream, count_ready, f), 0);
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_int_equal(f->ready_count, 0);
	assert_int_equal(read(f->other, data, (size_t)taken), taken);
	uv_run(&f->loop, UV_RUN_ONCE);
	assert_int_equal(f->ready_count, 1);
	assert_true(stream_write(&f->stream, data, size) > 0);
	free(data);
}

static void a_pipe_that_nobody_reads_any_more_wakes_and_says_so(void **state)
{
	struct fixture *f = *state;
	open_pipe(f, 1);
	uint8_t data[4096] = {0};
	while (stream_write(&f->stream, data, sizeof data) > 0)
		continue;
	assert_int_equal(stream_wait(&f->stream, count_ready, f), 0);
	close(f->other);
	f->other = -1;
	uv_run(&f->loop, UV_RUN_ONCE);
	assert_int_equal(f->ready_count, 1);
	assert_int_equal(stream_write(&f->stream, data, sizeof data), -EPIPE);
}

static void the_mode_of_a_shared_file_stays_as_it_was(void **state)
{
	struct fixture *f = *state;
	open_pipe(f, 0);
	char byte;
	assert_int_equal(stream_read(&f->stream, &byte, 1), -EAGAIN);
	assert_int_equal(stream_wait(&f->stream, count_ready, f), 0);
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_int_equal(fcntl(0, F_GETFL) & O_NONBLOCK, 0);
}

static void waiting_can_be_taken_back_and_begun_again(void **state)
{
	struct fixture *f = *state;
	open_pipe(f, 0);
	assert_int_equal(stream_wait(&f->stream, count_ready, f), 0);
	stream_stop_waiting(&f->stream);
	assert_int_equal(write(f->other, "x", 1), 1);
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_int_equal(f->ready_count, 0);
	assert_int_equal(stream_wait(&f->stream, count_ready, f), 0);
	uv_run(&f->loop, UV_RUN_ONCE);
	assert_int_equal(f->ready_count, 1);
}

static void a_tty_is_read_a_line_at_a_time_and_never_blocks(void **state)
{
	struct fixture *f = *state;
	open_tty(f, 0);
	char data[80];
	assert_int_equal(stream_read(&f->stream, data, sizeof data), -EAGAIN);
	assert_int_equal(write(f->other, "half", 4), 4);
	assert_int_equal(stream_read(&f->stream, data, sizeof data), -EAGAIN);
	assert_int_equal(stream_wait(&f->stream, count_ready, f), 0);
	assert_int_equal(write(f->other, " and half\n", 10), 10);
	uv_run(&f->loop, UV_RUN_ONCE);
	assert_int_equal(f->ready_count, 1);
	assert_int_equal(stream_read(&f->stream, data, sizeof data), 14);
	assert_memory_equal(data, "half and half\n", 14);
}

static void a_tty_that_nobody_reads_fills_up_without_blocking(void **state)
{
	struct fixture *f = *state;
	open_tty(f, 1);
	uint8_t data[65536];
	memset(data, 'x', sizeof data);
	ssize_t taken;
	size_t total = 0;
	while ((taken = stream_write(&f->stream, data, sizeof data)) > 0 && total < 1 << 20)
		total += (size_t)taken;
	assert_int_equal(taken, -EAGAIN);
	assert_true(total > 0);
}

static void a_file_is_read_from_its_position_to_its_end(void **state)
{
	struct fixture *f = *state;
	open_file(f, 0, "0123456789");
	lseek(0, 3, SEEK_SET);
	char data[16];
	assert_int_equal(stream_read(&f->stream, data, sizeof data), 7);
	assert_memory_equal(data, "3456789", 7);
	assert_int_equal(stream_read(&f->stream, data, sizeof data), 0);
}

static void waiting_for_a_file_brings_it_in_and_moves_no_position(void **state)
{
	struct fixture *f = *state;
	open_file(f, 0, "0123456789");
	assert_int_equal(stream_wait(&f->stream, count_ready, f), 0);
	uv_run(&f->loop, UV_RUN_ONCE);
	assert_int_equal(f->ready_count, 1);
	char data[16];
	assert_int_equal(stream_read(&f->stream, data, sizeof data), 10);
}

static void a_file_takes_a_large_write_at_once(void **state)
{
	struct fixture *f = *state;
	open_file(f, 1, "");
	size_t size = 8 << 20;
	uint8_t *data = calloc(1, size);
	assert_int_equal(stream_write(&f->stream, data, size), size);
	free(data);
}

static void the_null_device_is_at_its_end_and_takes_everything(void **state)
{
	struct fixture *f = *state;
	open_as(f, 0, open("/dev/null", O_RDONLY));
	char byte;
	assert_int_equal(stream_read(&f->stream, &byte, 1), 0);
	stream_close(&f->stream, NULL, NULL);
	open_as(f, 1, open("/dev/null", O_WRONLY));
	assert_int_equal(stream_write(&f->stream, "text", 4), 4);
}

static void a_folder_is_an_error_and_no_stream(void **state)
{
	struct fixture *f = *state;
	open_as(f, 0, open("/", O_RDONLY | O_DIRECTORY));
	char byte;
	assert_int_equal(stream_read(&f->stream, &byte, 1), -EISDIR);
}

static void a_closed_stream_stays_closed_although_its_number_is_taken(void **state)
{
	struct fixture *f = *state;
	close(0);
	hosted_guard_streams();
	assert_int_not_equal(fcntl(0, F_GETFD), -1);
	assert_false(hosted_has_stream(0));
	assert_true(hosted_has_stream(1));
	stream_open(&f->stream, &f->loop, -1, false);
	char byte;
	assert_int_equal(stream_read(&f->stream, &byte, 1), -EBADF);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_empty_pipe_says_try_again_and_then_that_it_is_ready),
	    TEST(what_nobody_asked_for_stays_in_the_pipe),
	    TEST(the_end_of_a_pipe_is_told_again_and_again),
	    TEST(a_full_pipe_takes_more_when_it_was_read),
	    TEST(a_pipe_that_nobody_reads_any_more_wakes_and_says_so),
	    TEST(the_mode_of_a_shared_file_stays_as_it_was),
	    TEST(waiting_can_be_taken_back_and_begun_again),
	    TEST(a_tty_is_read_a_line_at_a_time_and_never_blocks),
	    TEST(a_tty_that_nobody_reads_fills_up_without_blocking),
	    TEST(a_file_is_read_from_its_position_to_its_end),
	    TEST(waiting_for_a_file_brings_it_in_and_moves_no_position),
	    TEST(a_file_takes_a_large_write_at_once),
	    TEST(the_null_device_is_at_its_end_and_takes_everything),
	    TEST(a_folder_is_an_error_and_no_stream),
	    /* Last: the guard remembers for the rest of the process. */
	    TEST(a_closed_stream_stays_closed_although_its_number_is_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

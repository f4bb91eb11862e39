#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

static void serve(struct channel *channel);

/* ---- The requests that wait ---- */

static void append(struct requests *list, struct kernel_request *request)
{
	kernel_request_set_user(request, NULL);
	if (list->first == NULL)
		list->first = request;
	else
		kernel_request_set_user(list->last, request);
	list->last = request;
}

/* False where it is not among them. */
static bool take_out(struct requests *list, struct kernel_request *request)
{
	struct kernel_request *before = NULL;
	struct kernel_request *at = list->first;
	while (at != NULL && at != request) {
		before = at;
		at = kernel_request_user(at);
	}
	if (at == NULL)
		return false;
	struct kernel_request *next = kernel_request_user(request);
	if (before == NULL)
		list->first = next;
	else
		kernel_request_set_user(before, next);
	if (list->last == request)
		list->last = before;
	return true;
}

static struct kernel_request *take_first(struct channel *channel)
{
	struct kernel_request *request = channel->waiting.first;
	take_out(&channel->waiting, request);
	channel->first_written = 0;
	return request;
}

/* ---- Answers ---- */

static bool is_input(const struct channel *channel)
{
	return channel == &channel->session->channels[0];
}

static bool is_read(const struct kernel_request *request, struct terminal_read_call *call)
{
	size_t size;
	const uint8_t *body = kernel_request_body(request, &size);
	return terminal_read_decode(body, size, call) == WIRE_OK;
}

static enum terminal_error error_of(ssize_t result)
{
	switch (result) {
	case -EPIPE:
		return TERMINAL_ERROR_CLOSED;
	case -EBADF: /* the stream is open in the other direction only */
		return TERMINAL_ERROR_NOT_POSSIBLE;
	default:
		return TERMINAL_ERROR_FAILED;
	}
}

static void fail_input(struct kernel_request *request, enum terminal_error error)
{
	struct terminal_read_call call;
	const struct terminal_bytes_or_error no_bytes = {.is_error = true, .error = error};
	const struct terminal_nothing_or_error nothing = {.is_error = true, .error = error};
	if (is_read(request, &call))
		terminal_read_answer(request, &no_bytes);
	else
		terminal_wait_readable_answer(request, &nothing);
}

static void fail_output(struct kernel_request *request, enum terminal_error error)
{
	const struct terminal_u32_or_error result = {.is_error = true, .error = error};
	terminal_write_answer(request, &result);
}

static void fail(const struct channel *channel, struct kernel_request *request,
		 enum terminal_error error)
{
	if (is_input(channel))
		fail_input(request, error);
	else
		fail_output(request, error);
}

static void fail_resize(struct kernel_request *request, enum terminal_error error)
{
	const struct terminal_size_or_error result = {.is_error = true, .error = error};
	terminal_wait_resize_answer(request, &result);
}

/* ---- Serving: one step for the first request; false where the stream is not ready ---- */

static bool serve_wait(struct channel *channel)
{
	static const struct terminal_nothing_or_error readable = {.is_error = false};
	if (stream_check_readable(&channel->stream) != 0)
		return false;
	terminal_wait_readable_answer(take_first(channel), &readable);
	return true;
}

static bool serve_input(struct channel *channel)
{
	struct terminal_read_call call;
	if (!is_read(channel->waiting.first, &call))
		return serve_wait(channel);
	uint8_t *buffer = channel->session->buffer;
	size_t size = call.size < SESSION_READ_BYTES_MAX ? call.size : SESSION_READ_BYTES_MAX;
	ssize_t result = size == 0 ? 0 : stream_read(&channel->stream, buffer, size);
	if (result == -EAGAIN)
		return false;
	struct kernel_request *request = take_first(channel);
	if (result < 0) {
		fail_input(request, error_of(result));
		return true;
	}
	const struct terminal_bytes_or_error read = {.value = {buffer, (uint32_t)result}};
	terminal_read_answer(request, &read);
	return true;
}

static bool serve_output(struct channel *channel)
{
	struct terminal_write_call call;
	size_t body_size;
	const uint8_t *body = kernel_request_body(channel->waiting.first, &body_size);
	enum wire_status decoded = terminal_write_decode(body, body_size, &call);
	core_assert(decoded == WIRE_OK);
	ssize_t result = 0;
	while (channel->first_written < call.data.size && result >= 0) {
		result = stream_write(&channel->stream, call.data.data + channel->first_written,
				      call.data.size - channel->first_written);
		if (result > 0)
			channel->first_written += (size_t)result;
	}
	if (result == -EAGAIN)
		return false;
	struct kernel_request *request = take_first(channel);
	const struct terminal_u32_or_error written = {.value = call.data.size};
	if (result < 0)
		fail_output(request, error_of(result));
	else
		terminal_write_answer(request, &written);
	return true;
}

static void serve_on(void *context)
{
	serve(context);
}

static void wait_until_ready(struct channel *channel)
{
	if (stream_wait(&channel->stream, serve_on, channel) != 0)
		fail(channel, take_first(channel), TERMINAL_ERROR_FAILED);
}

/* Whether the channel has to leave its stream alone for now. */
static bool is_silent(struct channel *channel)
{
	struct session *session = channel->session;
	if (session->pauses > 0 || session->is_stopped)
		return true;
	if (!session->is_in_background || !is_input(channel) || !channel->stream.is_terminal)
		return false;
	if (!session->was_input_wanted && session->watcher.input_wanted != NULL) {
		session->was_input_wanted = true;
		session->watcher.input_wanted(session->watcher.self);
	}
	return true;
}

/* Serves as many requests as the stream is ready for. Answering may bring the next request at once,
 * through session_read and its like, which then has served it or waits already. */
static void serve(struct channel *channel)
{
	while (channel->waiting.first != NULL && !channel->stream.is_waiting && !is_silent(channel))
		if (!(is_input(channel) ? serve_input(channel) : serve_output(channel)))
			wait_until_ready(channel);
}

void session_read(struct session *session, struct kernel_request *request)
{
	append(&session->channels[0].waiting, request);
	serve(&session->channels[0]);
}

void session_wait_readable(struct session *session, struct kernel_request *request)
{
	session_read(session, request);
}

void session_write(struct session *session, uint32_t stream, struct kernel_request *request)
{
	append(&session->channels[stream].waiting, request);
	serve(&session->channels[stream]);
}

void session_cancel(struct session *session, struct kernel_request *request)
{
	if (take_out(&session->resizes, request)) {
		fail_resize(request, TERMINAL_ERROR_FAILED);
		return;
	}
	struct channel *channel = session->channels;
	bool is_first = channel->waiting.first == request;
	while (!take_out(&channel->waiting, request)) {
		channel++;
		core_assert(channel < session->channels + SESSION_STREAMS);
		is_first = channel->waiting.first == request;
	}
	if (is_first)
		channel->first_written = 0;
	if (channel->waiting.first == NULL)
		stream_stop_waiting(&channel->stream);
	fail(channel, request, TERMINAL_ERROR_FAILED);
}

/* ---- The terminal ---- */

static bool is_raw(const struct session *session)
{
	return session->raw_for != 0 && session->pauses == 0 && !session->is_stopped;
}

/* Each key as it is typed; those that end or stop the command stay what they are. Never waits for
 * output that a stopped terminal holds back. */
static bool apply_mode(const struct session *session)
{
	struct termios mode = session->original;
	if (is_raw(session)) {
		mode.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | ISTRIP | IXON);
		mode.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | IEXTEN);
		mode.c_cc[VMIN] = 1;
		mode.c_cc[VTIME] = 0;
	}
	return tcsetattr(session->terminal, TCSANOW, &mode) == 0;
}

static bool is_of_terminal(const struct session *session, uint32_t stream)
{
	struct stat about;
	const struct stream *of = &session->channels[stream].stream;
	return session->terminal >= 0 && of->is_terminal && fstat(of->fd, &about) == 0 &&
	       about.st_rdev == session->device;
}

enum status session_set_mode(struct session *session, uint32_t stream, enum terminal_mode mode,
			     uint64_t process)
{
	if (!is_of_terminal(session, stream))
		return STATUS_UNSUPPORTED;
	session->raw_for = mode == TERMINAL_MODE_RAW ? process : 0;
	if (session->pauses > 0 || session->is_stopped)
		return STATUS_OK;
	return apply_mode(session) ? STATUS_OK : STATUS_IO;
}

void session_process_ended(struct session *session, uint64_t process)
{
	if (session->raw_for == 0 || session->raw_for != process)
		return;
	session->raw_for = 0;
	if (session->pauses == 0 && !session->is_stopped)
		apply_mode(session);
}

enum status session_size_of(const struct session *session, uint32_t stream,
			    struct terminal_size *out)
{
	struct winsize size;
	const struct stream *of = &session->channels[stream].stream;
	if (!of->is_terminal || ioctl(of->fd, TIOCGWINSZ, &size) != 0)
		return STATUS_UNSUPPORTED;
	*out = (struct terminal_size){.columns = size.ws_col, .rows = size.ws_row};
	return STATUS_OK;
}

/* True where it was answered: the size is another, or cannot be told. */
static bool answer_resize(struct session *session, struct kernel_request *request)
{
	struct terminal_wait_resize_call call;
	size_t size;
	const uint8_t *body = kernel_request_body(request, &size);
	enum wire_status decoded = terminal_wait_resize_decode(body, size, &call);
	core_assert(decoded == WIRE_OK);
	struct terminal_size now;
	if (session_size_of(session, call.stream_number, &now) != STATUS_OK) {
		fail_resize(request, TERMINAL_ERROR_NOT_POSSIBLE);
		return true;
	}
	if (now.columns == call.known.columns && now.rows == call.known.rows)
		return false;
	const struct terminal_size_or_error result = {.value = now};
	terminal_wait_resize_answer(request, &result);
	return true;
}

void session_wait_resize(struct session *session, struct kernel_request *request)
{
	if (!answer_resize(session, request))
		append(&session->resizes, request);
}

void session_resized(struct session *session)
{
	struct requests waiting = session->resizes;
	session->resizes = (struct requests){0};
	while (waiting.first != NULL) {
		struct kernel_request *request = waiting.first;
		take_out(&waiting, request);
		session_wait_resize(session, request);
	}
}

/* ---- Silence ---- */

static void be_silent(struct session *session)
{
	for (int i = 0; i < SESSION_STREAMS; i++)
		stream_stop_waiting(&session->channels[i].stream);
}

static void go_on(struct session *session)
{
	if (session->pauses > 0 || session->is_stopped || session->is_closed)
		return;
	if (session->raw_for != 0)
		apply_mode(session);
	for (int i = 0; i < SESSION_STREAMS; i++)
		serve(&session->channels[i]);
}

void session_pause(struct session *session)
{
	session->pauses++;
	be_silent(session);
}

void session_unpause(struct session *session)
{
	char line[96];
	core_assert(session->pauses > 0);
	session->pauses--;
	if (session->pauses == 0 && session->lines_missed > 0) {
		int size = snprintf(line, sizeof line,
				    "%u lines of the log were not shown meanwhile: cairn logs",
				    session->lines_missed);
		session->lines_missed = 0;
		session_log(session, line, (size_t)size);
	}
	go_on(session);
}

void session_stop(struct session *session)
{
	session->is_stopped = true;
	be_silent(session);
}

void session_resume(struct session *session, bool is_in_background)
{
	session->is_stopped = false;
	session->is_in_background = is_in_background;
	session->was_input_wanted = false;
	session_resized(session);
	go_on(session);
}

void session_log(struct session *session, const char *text, size_t size)
{
	if (session->pauses > 0)
		session->lines_missed++;
	else if (session->channels[2].stream.fd >= 0)
		log_write(session->channels[2].stream.fd, text, size);
}

/* ---- Opening and closing ---- */

static void find_terminal(struct session *session)
{
	struct stat about;
	session->terminal = -1;
	for (int i = 0; i < SESSION_STREAMS && session->terminal < 0; i++) {
		const struct stream *stream = &session->channels[i].stream;
		if (!stream->is_terminal || fstat(stream->fd, &about) != 0 ||
		    tcgetattr(stream->fd, &session->original) != 0)
			continue;
		session->terminal = stream->fd;
		session->device = about.st_rdev;
	}
}

struct session *session_open(uv_loop_t *loop, const int streams[SESSION_STREAMS], uint8_t *buffer)
{
	struct session *session = calloc(1, sizeof *session);
	for (int i = 0; session == NULL && i < SESSION_STREAMS; i++)
		if (streams[i] >= 0)
			close(streams[i]);
	if (session == NULL)
		return NULL;
	session->buffer = buffer;
	session->open_streams = SESSION_STREAMS;
	for (int i = 0; i < SESSION_STREAMS; i++) {
		session->channels[i].session = session;
		stream_open(&session->channels[i].stream, loop, streams[i], i != 0);
	}
	find_terminal(session);
	return session;
}

static void on_stream_closed(void *context)
{
	struct session *session = context;
	if (--session->open_streams == 0)
		free(session);
}

void session_close(struct session *session)
{
	session->is_closed = true;
	be_silent(session);
	session->is_stopped = true; /* Failing a request may bring the next one. */
	for (int i = 0; i < SESSION_STREAMS; i++)
		while (session->channels[i].waiting.first != NULL)
			fail(&session->channels[i], take_first(&session->channels[i]),
			     TERMINAL_ERROR_CLOSED);
	while (session->resizes.first != NULL) {
		struct kernel_request *request = session->resizes.first;
		take_out(&session->resizes, request);
		fail_resize(request, TERMINAL_ERROR_CLOSED);
	}
	if (session->raw_for != 0) {
		session->raw_for = 0;
		apply_mode(session);
	}
	for (int i = 0; i < SESSION_STREAMS; i++)
		stream_close(&session->channels[i].stream, on_stream_closed, session);
}

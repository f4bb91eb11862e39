#include "terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <cairn/terminal_serve.h>

#include "core/port.h"
#include "stream.h"

enum {
	STREAM_COUNT = 3,
	READ_BYTES_MAX = 256 * 1024 /* what one read yields at most; four pipes full */
};

/* A stream and the requests that wait for it, reads of the input or writes: a list through their
 * user pointers. */
struct channel {
	struct terminal *terminal;
	struct stream stream;
	struct kernel_request *first;
	struct kernel_request *last;
	size_t first_written; /* bytes of the first request that the host has already */
};

struct terminal {
	struct channel channels[STREAM_COUNT];
	uint8_t buffer[READ_BYTES_MAX];
};

/* ---- The requests that wait ---- */

static void append(struct channel *channel, struct kernel_request *request)
{
	kernel_request_set_user(request, NULL);
	if (channel->first == NULL)
		channel->first = request;
	else
		kernel_request_set_user(channel->last, request);
	channel->last = request;
}

/* The request must be waiting; one that was partly written is the first. */
static void take_out(struct channel *channel, struct kernel_request *request)
{
	struct kernel_request *next = kernel_request_user(request);
	if (channel->first == request) {
		channel->first = next;
		channel->first_written = 0;
		return;
	}
	struct kernel_request *before = channel->first;
	while (kernel_request_user(before) != request)
		before = kernel_request_user(before);
	kernel_request_set_user(before, next);
	if (channel->last == request)
		channel->last = before;
}

/* ---- Serving ---- */

static bool is_input(const struct channel *channel)
{
	return channel == &channel->terminal->channels[0];
}

static void answer_read(struct kernel_request *request, const uint8_t *data, uint32_t size)
{
	const struct terminal_bytes_or_error result = {.value = {data, size}};
	terminal_read_answer(request, &result);
}

static void answer_written(struct kernel_request *request, uint32_t size)
{
	const struct terminal_u32_or_error result = {.value = size};
	terminal_write_answer(request, &result);
}

static void refuse_read(struct kernel_request *request, enum terminal_error error)
{
	const struct terminal_bytes_or_error result = {.is_error = true, .error = error};
	terminal_read_answer(request, &result);
}

static void refuse_write(struct kernel_request *request, enum terminal_error error)
{
	const struct terminal_u32_or_error result = {.is_error = true, .error = error};
	terminal_write_answer(request, &result);
}

/* For a request of the channel's. */
static void fail(const struct channel *channel, struct kernel_request *request,
		 enum terminal_error error)
{
	if (is_input(channel))
		refuse_read(request, error);
	else
		refuse_write(request, error);
}

static enum terminal_error error_of(ssize_t result)
{
	return result == -EPIPE || result == -EBADF ? TERMINAL_ERROR_CLOSED : TERMINAL_ERROR_FAILED;
}

/* One step for the first request. False where the stream is not ready. */
static bool serve_read(struct channel *channel)
{
	struct terminal_read_call call;
	struct kernel_request *request = channel->first;
	size_t body_size;
	const uint8_t *body = kernel_request_body(request, &body_size);
	enum wire_status decoded = terminal_read_decode(body, body_size, &call);
	core_assert(decoded == WIRE_OK);
	uint8_t *buffer = channel->terminal->buffer;
	size_t size = call.size < READ_BYTES_MAX ? call.size : READ_BYTES_MAX;
	ssize_t result = size == 0 ? 0 : stream_read(&channel->stream, buffer, size);
	if (result == -EAGAIN)
		return false;
	take_out(channel, request);
	if (result < 0)
		refuse_read(request, error_of(result));
	else
		answer_read(request, buffer, (uint32_t)result);
	return true;
}

static bool serve_write(struct channel *channel)
{
	struct terminal_write_call call;
	struct kernel_request *request = channel->first;
	size_t body_size;
	const uint8_t *body = kernel_request_body(request, &body_size);
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
	take_out(channel, request);
	if (result < 0)
		refuse_write(request, error_of(result));
	else
		answer_written(request, call.data.size);
	return true;
}

static void serve_on(void *context);

static void wait_until_ready(struct channel *channel)
{
	if (stream_wait(&channel->stream, serve_on, channel) == 0)
		return;
	struct kernel_request *request = channel->first;
	take_out(channel, request);
	fail(channel, request, TERMINAL_ERROR_FAILED);
}

/* Serves as many requests as the stream is ready for. Answering may bring the next request at once,
 * through receive, which then has served it or waits already. */
static void serve(struct channel *channel)
{
	while (channel->first != NULL && !channel->stream.is_waiting)
		if (!(is_input(channel) ? serve_read(channel) : serve_write(channel)))
			wait_until_ready(channel);
}

static void serve_on(void *context)
{
	serve(context);
}

/* ---- What is asked ---- */

static void describe(void *self, void *message, const struct terminal_describe_call *call)
{
	struct terminal *terminal = self;
	struct terminal_stream_info_or_error result = {.is_error = true};
	if (call->stream_number >= STREAM_COUNT) {
		result.error = TERMINAL_ERROR_UNKNOWN_STREAM;
	} else if (terminal->channels[call->stream_number].stream.fd < 0) {
		result.error = TERMINAL_ERROR_CLOSED;
	} else {
		result.is_error = false;
		result.value.is_terminal =
		    isatty(terminal->channels[call->stream_number].stream.fd) == 1;
	}
	terminal_describe_answer(message, &result);
}

static void read_stream(void *self, void *message, const struct terminal_read_call *call)
{
	struct terminal *terminal = self;
	if (call->stream_number != 0) {
		refuse_read(message, TERMINAL_ERROR_UNKNOWN_STREAM);
		return;
	}
	append(&terminal->channels[0], message);
	serve(&terminal->channels[0]);
}

static void write_stream(void *self, void *message, const struct terminal_write_call *call)
{
	struct terminal *terminal = self;
	if (call->stream_number == 0 || call->stream_number >= STREAM_COUNT) {
		refuse_write(message, TERMINAL_ERROR_UNKNOWN_STREAM);
		return;
	}
	append(&terminal->channels[call->stream_number], message);
	serve(&terminal->channels[call->stream_number]);
}

static void receive(void *self, struct kernel_request *request)
{
	static const struct terminal_handler handler = {
	    .describe = describe, .read = read_stream, .write = write_stream};
	terminal_serve(&handler, self, request);
}

static bool is_waiting(const struct channel *channel, const struct kernel_request *request)
{
	const struct kernel_request *at = channel->first;
	while (at != NULL && at != request)
		at = kernel_request_user(at);
	return at != NULL;
}

/* What was written stays written; the rest of it is dropped. */
static void cancel(void *self, struct kernel_request *request)
{
	struct terminal *terminal = self;
	struct channel *channel = terminal->channels;
	while (!is_waiting(channel, request)) {
		channel++;
		core_assert(channel < terminal->channels + STREAM_COUNT);
	}
	take_out(channel, request);
	if (channel->first == NULL)
		stream_stop_waiting(&channel->stream);
	fail(channel, request, TERMINAL_ERROR_FAILED);
}

enum status terminal_create(struct kernel *kernel, uv_loop_t *loop, struct terminal **out)
{
	static const struct digest interface = {TERMINAL_DIGEST};
	static const struct kernel_service service = {.receive = receive, .cancel = cancel};
	struct terminal *terminal = malloc(sizeof *terminal);
	if (terminal == NULL)
		return STATUS_NO_MEMORY;
	for (int i = 0; i < STREAM_COUNT; i++) {
		terminal->channels[i] = (struct channel){.terminal = terminal};
		stream_open(&terminal->channels[i].stream, loop, i);
	}
	enum status status = kernel_serve(kernel, &interface, &service, terminal);
	if (status != STATUS_OK) {
		free(terminal);
		return status;
	}
	*out = terminal;
	return STATUS_OK;
}

void terminal_close(struct terminal *terminal)
{
	for (int i = 0; i < STREAM_COUNT; i++)
		stream_close(&terminal->channels[i].stream);
}

void terminal_destroy(struct terminal *terminal)
{
	free(terminal);
}

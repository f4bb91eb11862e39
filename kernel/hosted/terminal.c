#include "terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <cairn/abi.h>
#include <cairn/messages.h>

#include "core/port.h"
#include "stream.h"
#include "terminal_message.h"

enum {
	STREAM_COUNT = 3,
	READ_BYTES_MAX = 256 * 1024 /* what one read yields at most; four pipes full */
};

/* A stream and the requests that wait for it: a list through their user pointers. */
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

static enum terminal_error error_of(ssize_t result)
{
	return result == -EPIPE || result == -EBADF ? TERMINAL_ERROR_CLOSED : TERMINAL_ERROR_FAILED;
}

/* One step for the first request. False where the stream is not ready. */
static bool serve_read(struct channel *channel, const struct terminal_message *message)
{
	uint8_t *buffer = channel->terminal->buffer;
	size_t size = message->size < READ_BYTES_MAX ? message->size : READ_BYTES_MAX;
	ssize_t result = size == 0 ? 0 : stream_read(&channel->stream, buffer, size);
	if (result == -EAGAIN)
		return false;
	struct kernel_request *request = channel->first;
	take_out(channel, request);
	if (result < 0)
		terminal_answer_error(request, error_of(result));
	else
		terminal_answer_read(request, buffer, (uint32_t)result);
	return true;
}

static bool serve_write(struct channel *channel, const struct terminal_message *message)
{
	ssize_t result = 0;
	while (channel->first_written < message->size && result >= 0) {
		result = stream_write(&channel->stream, message->data + channel->first_written,
				      message->size - channel->first_written);
		if (result > 0)
			channel->first_written += (size_t)result;
	}
	if (result == -EAGAIN)
		return false;
	struct kernel_request *request = channel->first;
	take_out(channel, request);
	if (result < 0)
		terminal_answer_error(request, error_of(result));
	else
		terminal_answer_write(request, message->size);
	return true;
}

static void serve_on(void *context);

static void wait_until_ready(struct channel *channel)
{
	if (stream_wait(&channel->stream, serve_on, channel) == 0)
		return;
	struct kernel_request *request = channel->first;
	take_out(channel, request);
	terminal_answer_error(request, TERMINAL_ERROR_FAILED);
}

/* Serves as many requests as the stream is ready for. Answering may bring the next request at once,
 * through receive, which then has served it or waits already. */
static void serve(struct channel *channel)
{
	while (channel->first != NULL && !channel->stream.is_waiting) {
		struct terminal_message message;
		core_assert(terminal_message_decode(channel->first, &message));
		bool is_served = message.function == TERMINAL_READ ? serve_read(channel, &message)
								   : serve_write(channel, &message);
		if (!is_served)
			wait_until_ready(channel);
	}
}

static void serve_on(void *context)
{
	serve(context);
}

static void describe(struct channel *channel, struct kernel_request *request)
{
	if (channel->stream.fd < 0)
		terminal_answer_error(request, TERMINAL_ERROR_CLOSED);
	else
		terminal_answer_describe(request, isatty(channel->stream.fd) == 1);
}

static void receive(void *self, struct kernel_request *request)
{
	struct terminal *terminal = self;
	struct terminal_message message;
	if (!terminal_message_decode(request, &message)) {
		kernel_request_answer(request, CAIRN_STATUS_REFUSED, NULL, 0);
		return;
	}
	bool is_wrong_way = message.function == TERMINAL_READ    ? message.stream != 0
			    : message.function == TERMINAL_WRITE ? message.stream == 0
								 : false;
	if (message.stream >= STREAM_COUNT || is_wrong_way) {
		terminal_answer_error(request, TERMINAL_ERROR_UNKNOWN_STREAM);
		return;
	}
	struct channel *channel = &terminal->channels[message.stream];
	if (message.function == TERMINAL_DESCRIBE) {
		describe(channel, request);
		return;
	}
	append(channel, request);
	serve(channel);
}

/* What was written stays written; the rest of it is dropped. */
static void cancel(void *self, struct kernel_request *request)
{
	struct terminal *terminal = self;
	struct terminal_message message;
	core_assert(terminal_message_decode(request, &message));
	struct channel *channel = &terminal->channels[message.stream];
	take_out(channel, request);
	if (channel->first == NULL)
		stream_stop_waiting(&channel->stream);
	terminal_answer_error(request, TERMINAL_ERROR_FAILED);
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

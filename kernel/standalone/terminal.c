#include "terminal.h"

#include <cairn/terminal_serve.h>

#include "core/port.h"
#include "devices/serial.h"

enum {
	STREAM_COUNT = 3,
	READ_BYTES_MAX = 4096,
	STEP_BYTES = 16384 /* that one step writes before others have their turn */
};

/* The requests that wait for a stream: a list through their user pointers. */
struct channel {
	struct kernel_request *first;
	struct kernel_request *last;
	size_t first_written; /* bytes of the first request that the line has already */
};

static struct channel channels[STREAM_COUNT];
static bool has_person;

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

/* ---- Answers ---- */

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

static void answer_read(struct kernel_request *request, const uint8_t *data, size_t size)
{
	const struct terminal_bytes_or_error result = {.value = {data, (uint32_t)size}};
	terminal_read_answer(request, &result);
}

static void answer_write(struct kernel_request *request, uint32_t size)
{
	const struct terminal_u32_or_error result = {.value = size};
	terminal_write_answer(request, &result);
}

/* ---- Serving ---- */

/* A request that waits was decoded once already. */
static struct terminal_read_call read_call(const struct kernel_request *request)
{
	size_t size;
	const uint8_t *body = kernel_request_body(request, &size);
	struct terminal_read_call call;
	enum wire_status status = terminal_read_decode(body, size, &call);
	core_assert(status == WIRE_OK);
	return call;
}

static struct terminal_write_call write_call(const struct kernel_request *request)
{
	size_t size;
	const uint8_t *body = kernel_request_body(request, &size);
	struct terminal_write_call call;
	enum wire_status status = terminal_write_decode(body, size, &call);
	core_assert(status == WIRE_OK);
	return call;
}

static void serve_reads(struct channel *channel)
{
	uint8_t data[READ_BYTES_MAX];
	while (channel->first != NULL) {
		struct kernel_request *request = channel->first;
		uint32_t wanted = read_call(request).size;
		size_t size = serial_read(data, wanted < sizeof data ? wanted : sizeof data);
		if (size == 0 && wanted > 0 && !serial_is_at_end())
			return;
		take_out(channel, request);
		answer_read(request, data, size);
	}
}

/* True where the line has no room, or enough was written for now. */
static bool serve_writes(struct channel *channel, enum serial_line line)
{
	size_t budget = STEP_BYTES;
	while (channel->first != NULL) {
		struct kernel_request *request = channel->first;
		struct wire_bytes data = write_call(request).data;
		size_t left = data.size - channel->first_written;
		size_t most = left < budget ? left : budget;
		size_t written = serial_write(line, data.data + channel->first_written, most);
		channel->first_written += written;
		budget -= written;
		if (written < left)
			return true;
		take_out(channel, request);
		answer_write(request, data.size);
	}
	return false;
}

bool terminal_step(void)
{
	serve_reads(&channels[0]);
	bool is_waiting = serve_writes(&channels[1], SERIAL_PROGRAM);
	return serve_writes(&channels[2], SERIAL_OPERATOR) || is_waiting;
}

static void describe(void *self, void *message, const struct terminal_describe_call *call)
{
	struct terminal_stream_info_or_error result = {.value.is_terminal = has_person};
	if (call->stream_number >= STREAM_COUNT)
		result = (struct terminal_stream_info_or_error){
		    .is_error = true, .error = TERMINAL_ERROR_UNKNOWN_STREAM};
	terminal_describe_answer(message, &result);
}

static void read(void *self, void *message, const struct terminal_read_call *call)
{
	if (call->stream_number != 0)
		refuse_read(message, TERMINAL_ERROR_UNKNOWN_STREAM);
	else
		append(&channels[0], message);
}

static void write(void *self, void *message, const struct terminal_write_call *call)
{
	if (call->stream_number == 0 || call->stream_number >= STREAM_COUNT)
		refuse_write(message, TERMINAL_ERROR_UNKNOWN_STREAM);
	else
		append(&channels[call->stream_number], message);
}

static void receive(void *self, struct kernel_request *request)
{
	static const struct terminal_handler handler = {
	    .describe = describe, .read = read, .write = write};
	terminal_serve(&handler, self, request);
}

/* What was written stays written; the rest of it is dropped. */
static void cancel(void *self, struct kernel_request *request)
{
	size_t size;
	const uint8_t *body = kernel_request_body(request, &size);
	struct terminal_read_call call;
	if (terminal_read_decode(body, size, &call) == WIRE_OK) {
		take_out(&channels[0], request);
		refuse_read(request, TERMINAL_ERROR_FAILED);
	} else {
		take_out(&channels[write_call(request).stream_number], request);
		refuse_write(request, TERMINAL_ERROR_FAILED);
	}
}

enum status terminal_open(struct kernel *kernel, bool is_terminal)
{
	static const struct digest interface = {TERMINAL_DIGEST};
	static const struct kernel_service service = {.receive = receive, .cancel = cancel};
	has_person = is_terminal;
	return kernel_serve(kernel, &interface, &service, NULL);
}

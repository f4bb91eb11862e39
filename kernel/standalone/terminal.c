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

/* ---- Serving ---- */

/* A request that waits was decoded once already. */
static bool is_read(const struct kernel_request *request, struct terminal_read_call *call)
{
	size_t size;
	const uint8_t *body = kernel_request_body(request, &size);
	return terminal_read_decode(body, size, call) == WIRE_OK;
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

/* Reads, and waits for something to read. */
static void serve_reads(struct channel *channel)
{
	uint8_t data[READ_BYTES_MAX];
	while (channel->first != NULL) {
		struct kernel_request *request = channel->first;
		struct terminal_read_call call = {.size = READ_BYTES_MAX};
		bool takes = is_read(request, &call);
		uint32_t most = call.size < sizeof data ? call.size : sizeof data;
		if (most > 0 && !serial_has_input())
			return;
		take_out(channel, request);
		if (takes) {
			struct terminal_bytes_or_error result = {
			    .value = {data, (uint32_t)serial_read(data, most)}};
			terminal_read_answer(request, &result);
		} else {
			terminal_wait_readable_answer(request,
						      &(struct terminal_nothing_or_error){0});
		}
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
		struct terminal_u32_or_error result = {.value = data.size};
		terminal_write_answer(request, &result);
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
	static const struct terminal_bytes_or_error unknown = {
	    .is_error = true, .error = TERMINAL_ERROR_UNKNOWN_STREAM};
	if (call->stream_number != 0)
		terminal_read_answer(message, &unknown);
	else
		append(&channels[0], message);
}

static void wait_readable(void *self, void *message, const struct terminal_wait_readable_call *call)
{
	static const struct terminal_nothing_or_error unknown = {
	    .is_error = true, .error = TERMINAL_ERROR_UNKNOWN_STREAM};
	if (call->stream_number != 0)
		terminal_wait_readable_answer(message, &unknown);
	else
		append(&channels[0], message);
}

static void write(void *self, void *message, const struct terminal_write_call *call)
{
	static const struct terminal_u32_or_error unknown = {
	    .is_error = true, .error = TERMINAL_ERROR_UNKNOWN_STREAM};
	if (call->stream_number == 0 || call->stream_number >= STREAM_COUNT)
		terminal_write_answer(message, &unknown);
	else
		append(&channels[call->stream_number], message);
}

/* A serial line has no modes and no size that the kernel knows. */
static void set_mode(void *self, void *message, const struct terminal_set_mode_call *call)
{
	static const struct terminal_nothing_or_error not_possible = {
	    .is_error = true, .error = TERMINAL_ERROR_NOT_POSSIBLE};
	terminal_set_mode_answer(message, &not_possible);
}

static const struct terminal_size_or_error no_size = {.is_error = true,
						      .error = TERMINAL_ERROR_NOT_POSSIBLE};

static void size_of(void *self, void *message, const struct terminal_size_of_call *call)
{
	terminal_size_of_answer(message, &no_size);
}

static void wait_resize(void *self, void *message, const struct terminal_wait_resize_call *call)
{
	terminal_wait_resize_answer(message, &no_size);
}

static void receive(void *self, struct kernel_request *request)
{
	static const struct terminal_handler handler = {
	    .describe = describe,
	    .read = read,
	    .set_mode = set_mode,
	    .size_of = size_of,
	    .wait_readable = wait_readable,
	    .wait_resize = wait_resize,
	    .write = write,
	};
	terminal_serve(&handler, self, request);
}

/* What was written stays written; the rest of it is dropped. */
static void cancel(void *self, struct kernel_request *request)
{
	size_t size;
	const uint8_t *body = kernel_request_body(request, &size);
	bool is_write = wire_function(body, size) == TERMINAL_WRITE;
	take_out(&channels[is_write ? write_call(request).stream_number : 0], request);
	static const struct terminal_nothing_or_error failed = {.is_error = true,
								.error = TERMINAL_ERROR_FAILED};
	/* An error is encoded the same way, whatever else the result could be. */
	terminal_wait_readable_answer(request, &failed);
}

enum status terminal_create(struct kernel *kernel, bool is_terminal)
{
	static const struct digest interface = {TERMINAL_DIGEST};
	static const struct kernel_service service = {.receive = receive, .cancel = cancel};
	has_person = is_terminal;
	return kernel_serve(kernel, &interface, &service, NULL);
}

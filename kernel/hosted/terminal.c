#include "terminal.h"

#include <stdlib.h>

enum { PAUSES_MAX = 64 /* as many as there are commands */ };

struct terminal {
	struct kernel *kernel;
	uv_loop_t *loop;
	struct session *sessions;
	dev_t pauses[PAUSES_MAX]; /* terminals at which a question is being asked */
	uint32_t pause_count;
	uint8_t buffer[SESSION_READ_BYTES_MAX];
};

/* ---- Sessions ---- */

static bool is_at(const struct session *session, dev_t device)
{
	return session->terminal >= 0 && session->device == device;
}

struct session *terminal_open(struct terminal *terminal, uint64_t number,
			      const int streams[SESSION_STREAMS],
			      const struct session_watcher *watcher)
{
	struct session *session = session_open(terminal->loop, streams, terminal->buffer);
	if (session == NULL)
		return NULL;
	session->number = number;
	session->watcher = *watcher;
	session->next = terminal->sessions;
	terminal->sessions = session;
	for (uint32_t i = 0; i < terminal->pause_count; i++)
		if (is_at(session, terminal->pauses[i]))
			session_pause(session);
	return session;
}

void terminal_close(struct terminal *terminal, struct session *session)
{
	struct session **link = &terminal->sessions;
	while (*link != session)
		link = &(*link)->next;
	*link = session->next;
	session_close(session);
}

struct session *terminal_session_of(const struct terminal *terminal, uint64_t process)
{
	uint64_t number = kernel_terminal_of(terminal->kernel, process);
	struct session *session = terminal->sessions;
	while (session != NULL && session->number != number)
		session = session->next;
	return session;
}

void terminal_pause(struct terminal *terminal, dev_t device)
{
	core_assert(terminal->pause_count < PAUSES_MAX);
	terminal->pauses[terminal->pause_count++] = device;
	for (struct session *at = terminal->sessions; at != NULL; at = at->next)
		if (is_at(at, device))
			session_pause(at);
}

void terminal_unpause(struct terminal *terminal, dev_t device)
{
	uint32_t i = 0;
	while (terminal->pauses[i] != device)
		i++;
	terminal->pauses[i] = terminal->pauses[--terminal->pause_count];
	for (struct session *at = terminal->sessions; at != NULL; at = at->next)
		if (is_at(at, device))
			session_unpause(at);
}

struct session *terminal_next(const struct terminal *terminal, const struct session *previous)
{
	return previous == NULL ? terminal->sessions : previous->next;
}

/* ---- What is asked ---- */

static struct session *session_of(const struct terminal *terminal,
				  const struct kernel_request *request)
{
	return terminal_session_of(terminal, kernel_request_process(request));
}

/* False, and the error, where the sender has no such stream: also where the command was started
 * with it closed. */
static bool has_stream(const struct session *session, uint32_t stream, enum terminal_error *error)
{
	*error = session == NULL ? TERMINAL_ERROR_CLOSED : TERMINAL_ERROR_UNKNOWN_STREAM;
	return session != NULL && stream < SESSION_STREAMS &&
	       session->channels[stream].stream.fd >= 0;
}

static void describe(void *self, void *message, const struct terminal_describe_call *call)
{
	struct session *session = session_of(self, message);
	struct terminal_stream_info_or_error result = {0};
	result.is_error = !has_stream(session, call->stream_number, &result.error);
	if (!result.is_error)
		result.value.is_terminal =
		    session->channels[call->stream_number].stream.is_terminal;
	terminal_describe_answer(message, &result);
}

static void read_stream(void *self, void *message, const struct terminal_read_call *call)
{
	struct session *session = session_of(self, message);
	struct terminal_bytes_or_error result = {.is_error = true};
	if (call->stream_number != 0)
		result.error = TERMINAL_ERROR_UNKNOWN_STREAM;
	else if (has_stream(session, 0, &result.error)) {
		session_read(session, message);
		return;
	}
	terminal_read_answer(message, &result);
}

static void wait_readable(void *self, void *message, const struct terminal_wait_readable_call *call)
{
	struct session *session = session_of(self, message);
	struct terminal_nothing_or_error result = {.is_error = true};
	if (call->stream_number != 0)
		result.error = TERMINAL_ERROR_UNKNOWN_STREAM;
	else if (has_stream(session, 0, &result.error)) {
		session_wait_readable(session, message);
		return;
	}
	terminal_wait_readable_answer(message, &result);
}

static void write_stream(void *self, void *message, const struct terminal_write_call *call)
{
	struct session *session = session_of(self, message);
	struct terminal_u32_or_error result = {.is_error = true};
	if (call->stream_number == 0)
		result.error = TERMINAL_ERROR_UNKNOWN_STREAM;
	else if (has_stream(session, call->stream_number, &result.error)) {
		session_write(session, call->stream_number, message);
		return;
	}
	terminal_write_answer(message, &result);
}

static enum terminal_error error_of(enum status status)
{
	return status == STATUS_UNSUPPORTED ? TERMINAL_ERROR_NOT_POSSIBLE : TERMINAL_ERROR_FAILED;
}

static void set_mode(void *self, void *message, const struct terminal_set_mode_call *call)
{
	struct session *session = session_of(self, message);
	struct terminal_nothing_or_error result = {0};
	result.is_error = !has_stream(session, call->stream_number, &result.error);
	if (!result.is_error) {
		enum status status = session_set_mode(session, call->stream_number, call->mode,
						      kernel_request_process(message));
		result.is_error = status != STATUS_OK;
		result.error = error_of(status);
	}
	terminal_set_mode_answer(message, &result);
}

static void size_of(void *self, void *message, const struct terminal_size_of_call *call)
{
	struct session *session = session_of(self, message);
	struct terminal_size_or_error result = {.is_error = true};
	struct terminal_size size;
	if (has_stream(session, call->stream_number, &result.error)) {
		enum status status = session_size_of(session, call->stream_number, &size);
		if (status == STATUS_OK)
			result = (struct terminal_size_or_error){.value = size};
		else
			result.error = error_of(status);
	}
	terminal_size_of_answer(message, &result);
}

static void wait_resize(void *self, void *message, const struct terminal_wait_resize_call *call)
{
	struct session *session = session_of(self, message);
	struct terminal_size_or_error result = {.is_error = true};
	if (has_stream(session, call->stream_number, &result.error))
		session_wait_resize(session, message);
	else
		terminal_wait_resize_answer(message, &result);
}

static void receive(void *self, struct kernel_request *request)
{
	static const struct terminal_handler handler = {
	    .describe = describe,
	    .read = read_stream,
	    .set_mode = set_mode,
	    .size_of = size_of,
	    .wait_readable = wait_readable,
	    .wait_resize = wait_resize,
	    .write = write_stream,
	};
	terminal_serve(&handler, self, request);
}

/* A request waits in its sender's session, and nowhere else. */
static void cancel(void *self, struct kernel_request *request)
{
	session_cancel(session_of(self, request), request);
}

static void ended(void *self, uint64_t process)
{
	struct session *session = terminal_session_of(self, process);
	if (session != NULL)
		session_process_ended(session, process);
}

enum status terminal_create(struct kernel *kernel, uv_loop_t *loop, struct terminal **out)
{
	static const struct digest interface = {TERMINAL_DIGEST};
	static const struct kernel_service service = {
	    .receive = receive, .cancel = cancel, .ended = ended};
	struct terminal *terminal = malloc(sizeof *terminal);
	if (terminal == NULL)
		return STATUS_NO_MEMORY;
	terminal->kernel = kernel;
	terminal->loop = loop;
	terminal->sessions = NULL;
	terminal->pause_count = 0;
	enum status status = kernel_serve(kernel, &interface, &service, terminal);
	if (status != STATUS_OK) {
		free(terminal);
		return status;
	}
	*out = terminal;
	return STATUS_OK;
}

void terminal_destroy(struct terminal *terminal)
{
	while (terminal->sessions != NULL)
		terminal_close(terminal, terminal->sessions);
}

void terminal_free(struct terminal *terminal)
{
	free(terminal);
}

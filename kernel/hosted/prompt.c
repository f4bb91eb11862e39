#include "prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cairn/authorizer.h>
#include <cairn/prompt_serve.h>

#include "core/port.h"
#include "core/text.h"
#include "terminal.h"

enum {
	TEXT_BYTES_MAX = 16384,
	ESCAPED_BYTES_MAX = 10, /* of one byte of it */
	LINE_BYTES_MAX = 256,

	/* How long the terminal may take to type what programs have made it type. */
	SETTLE_MS = 150
};

/*
 * Ends whatever sequence was begun, and takes back what programs may have done to the terminal: the
 * alternate screen, attributes, character sets, margins, modes of the cursor, the mouse, pasting
 * and the keyboard, colours, links, the title. Then a fresh line at the bottom.
 */
static const char reset[] = "\x18\x1b\\"                       /* CAN, ST */
			    "\x1b[?1049l\x1b[?1047l\x1b[?47l"  /* the usual screen */
			    "\x1b[!p\x1b[0m\x1b(B\x1b)B\x0f"   /* soft reset, attributes, ASCII */
			    "\x1b[?69l\x1b[r\x1b[?6l\x1b[?7h"  /* margins, origin, wrapping */
			    "\x1b[4l\x1b[20l\x1b[?5l\x1b[?25h" /* inserting, reverse, cursor */
			    "\x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1005l"
			    "\x1b[?1006l\x1b[?1015l\x1b[?2004l\x1b[?2026l" /* mouse, pasting */
			    "\x1b[<99u\x1b[>4m\x1b[?1l\x1b>"               /* the keyboard */
			    "\x1b]8;;\x1b\\\x1b]104\x1b\\\x1b]110\x1b\\\x1b]111\x1b\\\x1b]112\x1b\\"
			    "\x1b]0;cairn\x1b\\" /* links, colours, the title */
			    "\x1b[9999;1H\r\n\x1b[J";

struct ask {
	struct ask *next;
	struct prompt *prompt;
	struct kernel_request *request; /* NULL when it was answered */
	dev_t device;
	int fd; /* the terminal, opened once more; -1 until it is this one's turn */
	struct termios before;
	uv_poll_t poll;
	uv_timer_t settling;
	int handles; /* that the loop has not closed yet */
	bool is_shown;
	char *out; /* what is still to be written */
	size_t out_size;
	size_t out_sent;
	char line[LINE_BYTES_MAX];
	uint32_t line_size;
};

struct prompt {
	struct kernel *kernel;
	uv_loop_t *loop;
	struct terminal *terminal;
	struct ask *asks; /* oldest first; of one terminal the first is being asked */
};

static void begin_next(struct prompt *prompt, dev_t device);

/* ---- The end of a question ---- */

static void on_handle_closed(uv_handle_t *handle)
{
	struct ask *ask = handle->data;
	if (--ask->handles > 0)
		return;
	close(ask->fd);
	free(ask->out);
	free(ask);
}

static void take_out(struct ask *ask)
{
	struct ask **link = &ask->prompt->asks;
	while (*link != ask)
		link = &(*link)->next;
	*link = ask->next;
}

static void finish(struct ask *ask, const struct prompt_string_or_error *result)
{
	struct prompt *prompt = ask->prompt;
	struct kernel_request *request = ask->request;
	dev_t device = ask->device;
	bool was_begun = ask->fd >= 0;
	take_out(ask);
	prompt_ask_answer(request, result);
	if (was_begun) {
		tcsetattr(ask->fd, TCSANOW, &ask->before);
		uv_close((uv_handle_t *)&ask->poll, on_handle_closed);
		uv_close((uv_handle_t *)&ask->settling, on_handle_closed);
		terminal_unpause(prompt->terminal, device);
		begin_next(prompt, device);
	} else {
		free(ask->out);
		free(ask);
	}
}

static void fail(struct ask *ask, enum prompt_error error)
{
	const struct prompt_string_or_error result = {.is_error = true, .error = error};
	finish(ask, &result);
}

/* ---- Asking ---- */

static void on_ready(uv_poll_t *poll, int status, int events);

static void watch(struct ask *ask)
{
	int events = ask->is_shown ? UV_READABLE : 0;
	if (ask->out_sent < ask->out_size)
		events |= UV_WRITABLE;
	if (events == 0)
		uv_poll_stop(&ask->poll);
	else
		uv_poll_start(&ask->poll, events, on_ready);
}

/* False where the terminal has gone. */
static bool write_more(struct ask *ask)
{
	while (ask->out_sent < ask->out_size) {
		ssize_t size =
		    write(ask->fd, ask->out + ask->out_sent, ask->out_size - ask->out_sent);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return errno == EAGAIN;
		ask->out_sent += (size_t)size;
	}
	return true;
}

/* What has been typed; the terminal hands it over by the line. */
static bool read_more(struct ask *ask, bool *is_done)
{
	char piece[LINE_BYTES_MAX];
	ssize_t size = read(ask->fd, piece, sizeof piece);
	*is_done = false;
	if (size < 0)
		return errno == EAGAIN || errno == EINTR;
	*is_done = size == 0 || memchr(piece, '\n', (size_t)size) != NULL;
	for (ssize_t i = 0; i < size && piece[i] != '\n'; i++)
		if (ask->line_size < sizeof ask->line)
			ask->line[ask->line_size++] = piece[i];
	return true;
}

/* (A line that is not UTF-8 is no answer to anything.) */
static void answer_line(struct ask *ask)
{
	uint8_t body[LINE_BYTES_MAX + 8];
	struct prompt_string_or_error checked;
	struct prompt_string_or_error result = {
	    .value = {.data = ask->line, .size = ask->line_size}};
	struct wire_out out = wire_out_over(body, sizeof body);
	prompt_ask_answer_encode(&out, &result);
	if (prompt_ask_answer_decode(body, (size_t)out.size, &checked) != WIRE_OK)
		result.value.size = 0;
	finish(ask, &result);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct ask *ask = poll->data;
	bool is_done = false;
	bool is_fine = write_more(ask);
	if (is_fine && ask->is_shown && (events & UV_READABLE))
		is_fine = read_more(ask, &is_done);
	if (!is_fine || status < 0)
		fail(ask, PROMPT_ERROR_GONE);
	else if (is_done)
		answer_line(ask);
	else
		watch(ask);
}

static bool add_text(struct ask *ask, struct wire_string text)
{
	size_t capacity = ask->out_size + (size_t)text.size * ESCAPED_BYTES_MAX + 1;
	char *larger = realloc(ask->out, capacity);
	if (larger == NULL)
		return false;
	ask->out = larger;
	struct text out = text_over(ask->out + ask->out_size, capacity - ask->out_size);
	for (uint32_t at = 0; at < text.size;) {
		const char *end = memchr(text.data + at, '\n', text.size - at);
		uint32_t size = end == NULL ? text.size - at : (uint32_t)(end - text.data) - at;
		text_escaped(&out, (const uint8_t *)text.data + at, size);
		if (end != NULL)
			text_string(&out, "\n");
		at += size + (end != NULL);
	}
	ask->out_size += out.used;
	return true;
}

/* The terminal is as it should be; whatever was typed until now is no answer. */
static void on_settled(uv_timer_t *timer)
{
	struct ask *ask = timer->data;
	struct prompt_ask_call call;
	size_t size;
	const uint8_t *body = kernel_request_body(ask->request, &size);
	enum wire_status decoded = prompt_ask_decode(body, size, &call);
	core_assert(decoded == WIRE_OK);
	tcflush(ask->fd, TCIFLUSH);
	ask->is_shown = true;
	if (!add_text(ask, call.text)) {
		fail(ask, PROMPT_ERROR_FAILED);
		return;
	}
	if (!write_more(ask))
		fail(ask, PROMPT_ERROR_GONE);
	else
		watch(ask);
}

/* Lines, echoed and edited, whatever a program wanted. */
static bool set_line_mode(const struct ask *ask)
{
	struct termios mode = ask->before;
	mode.c_iflag |= ICRNL | IXON;
	mode.c_iflag &= ~(tcflag_t)(INLCR | IGNCR | ISTRIP);
	mode.c_oflag |= OPOST | ONLCR;
	mode.c_lflag |= ICANON | ECHO | ECHOE | ECHOK | ISIG | IEXTEN;
	mode.c_lflag &= ~(tcflag_t)(ECHONL | NOFLSH);
	return tcsetattr(ask->fd, TCSANOW, &mode) == 0;
}

/* The session's terminal, as a file of our own that never blocks; -1 where it cannot be had. */
static int open_terminal(const struct session *session)
{
	char name[32];
	snprintf(name, sizeof name, "/proc/self/fd/%d", session->terminal);
	return open(name, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static void begin(struct ask *ask, const struct session *session)
{
	struct prompt *prompt = ask->prompt;
	int fd = open_terminal(session);
	ask->before = session->original;
	if (fd < 0 || uv_poll_init(prompt->loop, &ask->poll, fd) != 0) {
		if (fd >= 0)
			close(fd);
		fail(ask, PROMPT_ERROR_FAILED);
		return;
	}
	core_assert(uv_timer_init(prompt->loop, &ask->settling) == 0);
	ask->fd = fd;
	ask->handles = 2;
	ask->poll.data = ask;
	ask->settling.data = ask;
	terminal_pause(prompt->terminal, ask->device);
	ask->out = malloc(sizeof reset);
	if (ask->out == NULL || !set_line_mode(ask)) {
		fail(ask, PROMPT_ERROR_FAILED);
		return;
	}
	memcpy(ask->out, reset, sizeof reset - 1);
	ask->out_size = sizeof reset - 1;
	tcflush(fd, TCIFLUSH);
	uv_timer_start(&ask->settling, on_settled, SETTLE_MS, 0);
	if (!write_more(ask))
		fail(ask, PROMPT_ERROR_GONE);
	else
		watch(ask);
}

/* A person sees the question and types the answer there; somebody else has the terminal while the
 * command is stopped, or in the background. */
static bool has_person(const struct session *session)
{
	return session != NULL && session->terminal >= 0 && !session->is_stopped &&
	       !session->is_in_background && session->channels[0].stream.is_terminal &&
	       (session->channels[2].stream.is_terminal || session->channels[1].stream.is_terminal);
}

static struct session *session_of(const struct ask *ask)
{
	struct prompt_ask_call call;
	size_t size;
	const uint8_t *body = kernel_request_body(ask->request, &size);
	enum wire_status decoded = prompt_ask_decode(body, size, &call);
	core_assert(decoded == WIRE_OK);
	return terminal_session_of(ask->prompt->terminal, call.process);
}

static struct ask *first_of(const struct prompt *prompt, dev_t device)
{
	struct ask *ask = prompt->asks;
	while (ask != NULL && ask->device != device)
		ask = ask->next;
	return ask;
}

static void begin_next(struct prompt *prompt, dev_t device)
{
	struct ask *ask = first_of(prompt, device);
	if (ask == NULL || ask->fd >= 0)
		return;
	const struct session *session = session_of(ask);
	if (has_person(session))
		begin(ask, session);
	else
		fail(ask, PROMPT_ERROR_GONE);
}

/* ---- Serving ---- */

static void refuse(struct kernel_request *request, enum prompt_error error)
{
	const struct prompt_string_or_error result = {.is_error = true, .error = error};
	prompt_ask_answer(request, &result);
}

static void ask(void *self, void *message, const struct prompt_ask_call *call)
{
	struct prompt *prompt = self;
	struct session *session = terminal_session_of(prompt->terminal, call->process);
	if (call->text.size > TEXT_BYTES_MAX) {
		refuse(message, PROMPT_ERROR_TOO_LONG);
		return;
	}
	if (!has_person(session)) {
		refuse(message, PROMPT_ERROR_NO_TERMINAL);
		return;
	}
	struct ask *asked = calloc(1, sizeof *asked);
	if (asked == NULL) {
		refuse(message, PROMPT_ERROR_FAILED);
		return;
	}
	asked->prompt = prompt;
	asked->request = message;
	asked->device = session->device;
	asked->fd = -1;
	struct ask **link = &prompt->asks;
	while (*link != NULL)
		link = &(*link)->next;
	*link = asked;
	begin_next(prompt, asked->device);
}

/* Whatever was granted: a question that a program asks is one that it fakes. */
static void receive(void *self, struct kernel_request *request)
{
	static const struct prompt_handler handler = {.ask = ask};
	static const struct digest authorizer = {AUTHORIZER_DIGEST};
	struct prompt *prompt = self;
	uint64_t sender = kernel_request_process(request);
	if (sender == 0 || sender != kernel_handler_of(prompt->kernel, &authorizer))
		request_refuse(request);
	else
		prompt_serve(&handler, prompt, request);
}

static void cancel(void *self, struct kernel_request *request)
{
	struct prompt *prompt = self;
	struct ask *asked = prompt->asks;
	while (asked->request != request)
		asked = asked->next;
	fail(asked, PROMPT_ERROR_GONE);
}

enum status prompt_create(struct kernel *kernel, uv_loop_t *loop, struct terminal *terminal,
			  struct prompt **out)
{
	static const struct digest interface = {PROMPT_DIGEST};
	static const struct kernel_service service = {.receive = receive, .cancel = cancel};
	struct prompt *prompt = calloc(1, sizeof *prompt);
	if (prompt == NULL)
		return STATUS_NO_MEMORY;
	*prompt = (struct prompt){.kernel = kernel, .loop = loop, .terminal = terminal};
	enum status status = kernel_serve(kernel, &interface, &service, prompt);
	if (status != STATUS_OK) {
		free(prompt);
		return status;
	}
	*out = prompt;
	return STATUS_OK;
}

/* The requests have been cancelled with their sender. */
void prompt_destroy(struct prompt *prompt)
{
	core_assert(prompt->asks == NULL);
}

void prompt_free(struct prompt *prompt)
{
	free(prompt);
}

#include "run.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cairn/control.h>

#include "hosted.h"
#include "node.h"
#include "report.h"
#include "trace.h"
#include "traced.h"
#include "user.h"

enum { SMALL_BYTES = 64, BUFFER_BYTES_MAX = CONTROL_BODY_BYTES_MAX + 1024 };

struct run {
	struct node *node;
	const struct run_order *order;
	struct user user;
	struct traced *traced; /* NULL where it is not */
	int signal;            /* that ended the program */
	bool has_ended;
	struct run_end *end;
};

/* ---- The request ---- */

static struct wire_bytes bytes_of(const void *data, size_t size)
{
	return (struct wire_bytes){.data = data, .size = (uint32_t)size};
}

/* Everything that a request points to, in arrays: each word adds one item at most, and each program
 * has one grant beside. */
struct request_room {
	uint8_t cids[HANDLERS_WORDS_MAX + 1][CID_BINARY_BYTES];
	struct wire_bytes interfaces[HANDLERS_WORDS_MAX];
	uint32_t interface_count;
	struct control_grant grants[3 * HANDLERS_WORDS_MAX + 1];
	uint32_t grant_count;
	struct wire_string scopes[2 * HANDLERS_WORDS_MAX];
	uint32_t scope_count;
	struct control_handler_ handlers[HANDLERS_WORDS_MAX];
	struct wire_bytes *names;
	uint8_t *body;
};

static struct wire_string_list scopes_of(const struct kernel_grant *grant,
					 struct request_room *room)
{
	const struct wire_string *first = room->scopes + room->scope_count;
	for (uint32_t i = 0; i < grant->scope_count; i++)
		room->scopes[room->scope_count++] =
		    (struct wire_string){.data = (const char *)grant->scopes[i].data,
					 .size = (uint32_t)grant->scopes[i].size};
	return (struct wire_string_list){.items = first, .count = grant->scope_count};
}

static struct control_grant_list grants_of(const struct handlers_granted *granted,
					   struct request_room *room)
{
	static const enum control_verdict verdicts[] = {
	    [KERNEL_UNDECIDED] = CONTROL_VERDICT_UNDECIDED,
	    [KERNEL_ALLOWED] = CONTROL_VERDICT_ALLOWED,
	    [KERNEL_DENIED] = CONTROL_VERDICT_DENIED,
	};
	const struct control_grant *first = room->grants + room->grant_count;
	for (uint32_t i = 0; i < granted->count; i++) {
		const struct kernel_grant *grant = &granted->items[i];
		room->grants[room->grant_count++] = (struct control_grant){
		    .interface = bytes_of(grant->interface.bytes, sizeof grant->interface.bytes),
		    .verdict = verdicts[grant->verdict],
		    .scopes = scopes_of(grant, room)};
	}
	return (struct control_grant_list){.items = first, .count = granted->count};
}

static struct wire_bytes_list interfaces_of(const struct kernel_handler *handler,
					    struct request_room *room)
{
	const struct wire_bytes *first = room->interfaces + room->interface_count;
	for (uint32_t i = 0; i < handler->interface_count; i++)
		room->interfaces[room->interface_count++] =
		    bytes_of(handler->interfaces[i].bytes, sizeof handler->interfaces[i].bytes);
	return (struct wire_bytes_list){.items = first, .count = handler->interface_count};
}

static struct wire_bytes cid_bytes(const struct cid *cid, uint8_t *room)
{
	cid_to_binary(cid, room);
	return bytes_of(room, CID_BINARY_BYTES);
}

static struct control_handler__list handlers_of(const struct handlers *handlers,
						struct request_room *room)
{
	for (uint32_t i = 0; i < handlers->count; i++) {
		const struct handler *from = &handlers->all[i];
		room->handlers[i] = (struct control_handler_){
		    .program = cid_bytes(&from->kernel.program, room->cids[i]),
		    .interfaces = interfaces_of(&from->kernel, room),
		    .grants = grants_of(&from->granted, room),
		};
	}
	return (struct control_handler__list){.items = room->handlers, .count = handlers->count};
}

static struct wire_bytes_list names_of(const struct wasm_name *names, uint32_t count,
				       struct wire_bytes *room)
{
	for (uint32_t i = 0; i < count; i++)
		room[i] = bytes_of(names[i].data, names[i].size);
	return (struct wire_bytes_list){.items = room, .count = count};
}

static uint8_t options_of(const struct run *run)
{
	static const uint8_t streams[] = {CONTROL_RUN_OPTIONS_INPUT, CONTROL_RUN_OPTIONS_OUTPUT,
					  CONTROL_RUN_OPTIONS_ERRORS};
	uint8_t options = run->order->allow_all ? CONTROL_RUN_OPTIONS_ALLOW_ALL : 0;
	/* A question is read on the error stream or the output, and answered at the input. */
	if (run->order->asks && isatty(STDIN_FILENO) &&
	    (isatty(STDERR_FILENO) || isatty(STDOUT_FILENO)))
		options |= CONTROL_RUN_OPTIONS_ASKS;
	if (run->order->is_quiet)
		options |= CONTROL_RUN_OPTIONS_QUIET;
	if (run->traced != NULL)
		options |= CONTROL_RUN_OPTIONS_TRACED;
	if (user_is_in_background(&run->user))
		options |= CONTROL_RUN_OPTIONS_HELD;
	for (int fd = 0; fd < 3; fd++)
		if (hosted_has_stream(fd))
			options |= streams[fd];
	return options;
}

/* The descriptors that the options name. */
static uint32_t descriptors_of(const struct run *run, int out[CONTROL_DESCRIPTORS_MAX])
{
	uint32_t count = 0;
	for (int fd = 0; fd < 3; fd++)
		if (hosted_has_stream(fd))
			out[count++] = fd;
	if (run->traced != NULL)
		out[count++] = traced_far_end(run->traced);
	return count;
}

static bool send_request(struct run *run, struct request_room *room)
{
	const struct run_order *order = run->order;
	const struct handlers *handlers = order->handlers;
	int descriptors[CONTROL_DESCRIPTORS_MAX];
	struct control_run_call call = {
	    .start = {
		.program = cid_bytes(&handlers->program, room->cids[HANDLERS_WORDS_MAX]),
		.arguments = names_of(order->arguments, order->argument_count, room->names),
		.environment = names_of(order->environment, order->environment_count,
					room->names + order->argument_count),
		.options = options_of(run),
		.memory = order->memory_bytes,
		.grants = grants_of(&handlers->granted, room),
		.handlers = handlers_of(handlers, room),
	    }};
	struct wire_out out = wire_out_over(room->body, BUFFER_BYTES_MAX);
	control_run_encode(&out, &call);
	return node_send(run->node, room->body, &out, descriptors,
			 descriptors_of(run, descriptors));
}

static bool request(struct run *run)
{
	const struct run_order *order = run->order;
	size_t names = (size_t)order->argument_count + order->environment_count;
	struct request_room *room = calloc(1, sizeof *room);
	bool is_sent = false;
	if (room != NULL) {
		room->names = calloc(names + 1, sizeof *room->names);
		room->body = malloc(BUFFER_BYTES_MAX);
		if (room->names != NULL && room->body != NULL)
			is_sent = send_request(run, room);
		else
			report_error("%s", status_text(STATUS_NO_MEMORY));
		free(room->names);
		free(room->body);
	}
	free(room);
	return is_sent;
}

/* ---- Small calls ---- */

static bool send_small(struct run *run, void (*encode)(struct wire_out *out))
{
	uint8_t body[SMALL_BYTES];
	struct wire_out out = wire_out_over(body, sizeof body);
	encode(&out);
	return node_send(run->node, body, &out, NULL, 0);
}

static bool send_resume(struct run *run)
{
	uint8_t body[SMALL_BYTES];
	struct wire_out out = wire_out_over(body, sizeof body);
	const struct control_resume_call call = {.held = user_is_in_background(&run->user)};
	control_resume_encode(&out, &call);
	return node_send(run->node, body, &out, NULL, 0);
}

/* ---- Signals ---- */

/* The node leaves the terminal alone before this process stops. */
static bool stop(struct run *run, int signal)
{
	const struct timespec while_ = {.tv_nsec = 200 * 1000 * 1000};
	user_restore_terminal(&run->user);
	if (!send_small(run, control_hold_encode))
		return false;
	if (user_stop(&run->user, signal))
		return true; /* SIGCONT is the next signal. */
	if (signal == SIGTTIN)
		nanosleep(&while_, NULL); /* It will ask again at once. */
	return send_resume(run);
}

static void end_at_once(struct run *run, int signal)
{
	user_restore_terminal(&run->user);
	user_leave(&run->user);
	kill(getpid(), signal);
	_exit(128 + signal);
}

static bool on_signal(struct run *run, int signal)
{
	switch (signal) {
	case SIGCONT:
		return send_resume(run);
	case SIGWINCH:
		return send_small(run, control_resized_encode);
	case SIGTSTP:
		return stop(run, signal);
	default:
		if (run->signal != 0)
			end_at_once(run, signal);
		run->signal = signal;
		return send_small(run, control_stop_encode);
	}
}

/* ---- News ---- */

static char *copy(struct wire_string text)
{
	char *out = malloc(text.size + 1u);
	if (out != NULL) {
		memcpy(out, text.data, text.size);
		out[text.size] = '\0';
	}
	return out;
}

static bool take_end(struct run *run, const struct control_end *news)
{
	static const enum kernel_end_cause causes[] = {
	    [CONTROL_CAUSE_EXITED] = KERNEL_END_EXIT,
	    [CONTROL_CAUSE_TRAPPED] = KERNEL_END_TRAP,
	    [CONTROL_CAUSE_KILLED] = KERNEL_END_KILLED,
	    [CONTROL_CAUSE_NOT_STARTED] = KERNEL_END_NOT_STARTED,
	};
	*run->end = (struct run_end){.cause = causes[news->cause],
				     .status = (enum status)news->status,
				     .code = news->code,
				     .signal = run->signal,
				     .reason = copy(news->reason),
				     .backtrace = copy(news->backtrace),
				     .memory_bytes = news->memory};
	run->has_ended = true;
	if (run->end->reason != NULL && run->end->backtrace != NULL)
		return true;
	report_error("%s", status_text(STATUS_NO_MEMORY));
	return false;
}

static bool take_news(struct run *run)
{
	struct wire_bytes answer;
	struct control_news news;
	if (!node_receive(run->node, &answer))
		return false;
	if (control_wait_answer_decode(answer.data, answer.size, &news) != WIRE_OK) {
		node_report_malformed();
		return false;
	}
	if (news.kind == CONTROL_NEWS_ENDED)
		return take_end(run, &news.as.ended);
	return stop(run, SIGTTIN) && send_small(run, control_wait_encode);
}

/* ---- Waiting ---- */

static bool wait_once(struct run *run)
{
	struct pollfd ready[] = {
	    {.fd = node_socket(run->node), .events = POLLIN},
	    {.fd = run->user.signals, .events = POLLIN},
	    {.fd = run->traced == NULL ? -1 : traced_near_end(run->traced), .events = POLLIN},
	};
	if (poll(ready, 3, -1) < 0)
		return errno == EINTR;
	int signal = ready[1].revents != 0 ? user_signal(&run->user) : 0;
	if (signal != 0 && !on_signal(run, signal))
		return false;
	if (ready[2].revents != 0)
		traced_read(run->traced);
	return ready[0].revents == 0 || take_news(run);
}

/* What is wrong with the request as a whole is known before anything runs. */
static bool await_start(struct run *run)
{
	struct wire_bytes answer;
	struct control_u64_or_failure result;
	if (!node_receive(run->node, &answer))
		return false;
	if (control_run_answer_decode(answer.data, answer.size, &result) != WIRE_OK) {
		node_report_malformed();
		return false;
	}
	if (result.is_error)
		report_error("%.*s", (int)result.error.text.size, result.error.text.data);
	return !result.is_error;
}

static bool converse(struct run *run)
{
	if (!request(run) || !send_small(run, control_wait_encode))
		return false;
	if (run->traced != NULL)
		traced_close_far_end(run->traced);
	if (!await_start(run))
		return false;
	while (!run->has_ended)
		if (!wait_once(run))
			return false;
	while (run->traced != NULL && traced_read(run->traced))
		continue;
	return true;
}

bool run_program(struct node *node, const struct run_order *order, struct run_end *end)
{
	struct run run = {.node = node, .order = order, .end = end};
	*end = (struct run_end){0};
	if (!user_attend(&run.user))
		return false;
	bool is_done = false;
	if (order->trace != NULL)
		run.traced = traced_create(order->trace);
	if (order->trace == NULL || run.traced != NULL)
		is_done = converse(&run);
	if (!is_done) {
		user_restore_terminal(&run.user); /* The node may have died over it. */
		run_end_release(end);
	}
	traced_destroy(run.traced);
	user_leave(&run.user);
	return is_done;
}

void run_end_release(struct run_end *end)
{
	free(end->reason);
	free(end->backtrace);
	*end = (struct run_end){0};
}

#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cairn/control.h>

#include "apply.h"
#include "connection.h"
#include "control_door.h"
#include "control_run.h"
#include "hosted_state.h"

struct control_client {
	struct control_client *next;
	struct control *control;
	struct connection *connection;
	struct launch *launch; /* or NULL */
	bool has_run;          /* or tried to */
	bool is_run;           /* counts as one */
	bool is_waiting;       /* for news of it */
	bool has_input_news;
	bool is_first; /* the node was started by it, and has its error stream */
	bool is_last;  /* the node ends with its program, and tells it then */
};

static void log_line(const char *text, const char *what)
{
	char line[256];
	int size = snprintf(line, sizeof line, "%s%s", text, what);
	port_log(PORT_LOG_WARNING, line, (size_t)size);
}

/* ---- Clients ---- */

/* Whoever reads the stream waits for its end. */
static void let_go_of_errors(void)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nothing < 0)
		return;
	dup2(nothing, STDERR_FILENO);
	close(nothing);
}

static void remove_client(struct control_client *client)
{
	struct control *control = client->control;
	struct control_client **link = &control->clients;
	while (*link != client)
		link = &(*link)->next;
	*link = client->next;
	control->client_count--;
	if (client->is_first)
		let_go_of_errors();
	connection_close(client->connection);
	if (client->launch != NULL)
		launch_drop(client->launch);
	control->run_count -= client->is_run;
	free(client);
}

static void on_lost(void *self, const char *why)
{
	struct control_client *client = self;
	struct hosted *hosted = client->control->hosted;
	if (why != NULL)
		log_line("a command was dropped: ", why);
	remove_client(client);
	if (hosted->control.client_count == 0 && !hosted->settings.stays)
		hosted_end(hosted);
}

static void on_receive(void *self, const uint8_t *body, size_t size);

static void add_client(struct control *control, int fd)
{
	struct control_client *client = calloc(1, sizeof *client);
	if (client == NULL) {
		close(fd);
		return;
	}
	const struct connection_watcher watcher = {
	    .receive = on_receive, .lost = on_lost, .self = client};
	client->connection = connection_open(&control->hosted->loop, fd, &watcher);
	if (client->connection == NULL) {
		free(client);
		return;
	}
	client->control = control;
	client->next = control->clients;
	control->clients = client;
	control->client_count++;
}

/* ---- Letting in ---- */

/* False where nobody waits. */
static bool let_in(struct control *control)
{
	int fd;
	bool is_there = control_door_open(control, &fd);
	if (fd >= 0)
		add_client(control, fd);
	return is_there;
}

/* Nobody is let into a node that ends: who waits finds the door closed, and tries again. */
static void on_listener(uv_poll_t *poll, int status, int events)
{
	struct control *control = poll->data;
	while (!control->hosted->is_ending && let_in(control))
		continue;
}

enum status control_open(struct control *control, struct hosted *hosted, int listener,
			 int first_client)
{
	*control = (struct control){.hosted = hosted, .listener = listener, .reserve = -1};
	if (listener >= 0) {
		if (uv_poll_init(&hosted->loop, &control->poll, listener) != 0)
			return STATUS_NO_MEMORY;
		control->poll.data = control;
		control->is_listening = true;
		uv_poll_start(&control->poll, UV_READABLE, on_listener);
	}
	if (first_client < 0)
		return STATUS_OK;
	add_client(control, first_client);
	if (control->clients == NULL)
		return STATUS_NO_MEMORY;
	control->clients->is_first = true;
	return STATUS_OK;
}

void control_close(struct control *control)
{
	if (control->is_listening)
		uv_close((uv_handle_t *)&control->poll, NULL);
	control->is_listening = false;
	if (control->listener >= 0)
		close(control->listener);
	control->listener = -1;
	control_door_close(control);
}

/* ---- Answers ---- */

/* Of no greatest size: measured, then encoded. */
#define ANSWER(client, encode, result)                                                             \
	do {                                                                                       \
		struct wire_out measured_ = wire_out_over(NULL, 0);                                \
		encode(&measured_, result);                                                        \
		uint8_t *body_ = malloc((size_t)measured_.size + 1);                               \
		struct wire_out out_ =                                                             \
		    wire_out_over(body_, body_ == NULL ? 0 : (size_t)measured_.size);              \
		encode(&out_, result);                                                             \
		answer(client, &out_, body_);                                                      \
		free(body_);                                                                       \
	} while (0)

static void answer(struct control_client *client, const struct wire_out *out, const void *body)
{
	const struct wire_part part = {.data = body, .size = (size_t)out->size};
	if (wire_is_whole(out))
		connection_answer(client->connection, STATUS_OK, &part, 1);
	else
		connection_answer(client->connection, STATUS_NO_MEMORY, NULL, 0);
}

static struct control_failure failure(enum status status, const char *text)
{
	return (struct control_failure){
	    .status = status, .text = wire_text(text[0] != '\0' ? text : status_text(status))};
}

/* For functions that yield nothing but a failure. */
static struct control_nothing_or_failure outcome(enum status status, const struct fault *fault)
{
	struct control_nothing_or_failure result = {.is_error = status != STATUS_OK};
	if (result.is_error)
		result.error = failure(status, fault->text);
	return result;
}

/* ---- Runs ---- */

static void tell_end(struct control_client *client, const struct launch_end *end)
{
	static const enum control_cause causes[] = {
	    [KERNEL_END_EXIT] = CONTROL_CAUSE_EXITED,
	    [KERNEL_END_TRAP] = CONTROL_CAUSE_TRAPPED,
	    [KERNEL_END_KILLED] = CONTROL_CAUSE_KILLED,
	    [KERNEL_END_NOT_STARTED] = CONTROL_CAUSE_NOT_STARTED,
	};
	const char *backtrace = end->backtrace == NULL ? "" : end->backtrace;
	const struct control_news news = {.kind = CONTROL_NEWS_ENDED,
					  .as.ended = {
					      .cause = causes[end->cause],
					      .code = end->code,
					      .status = end->status,
					      .reason = wire_text(end->fault.text),
					      .backtrace = wire_text(backtrace),
					      .memory = end->memory_bytes,
					  }};
	client->is_waiting = false;
	ANSWER(client, control_wait_answer_encode, &news);
}

static void tell_news(struct control_client *client)
{
	static const struct control_news input_wanted = {.kind = CONTROL_NEWS_INPUT_WANTED};
	if (!client->is_waiting || client->is_last)
		return;
	if (client->launch->is_settled) {
		tell_end(client, &client->launch->end);
	} else if (client->has_input_news) {
		client->has_input_news = false;
		client->is_waiting = false;
		ANSWER(client, control_wait_answer_encode, &input_wanted);
	}
	connection_let_be_silent(client->connection, client->launch != NULL);
}

/* The node of a single command ends with that command's program, and is gone before the command is:
 * the next one finds no node that is about to end. */
static bool is_last(struct control_client *client)
{
	struct control *control = client->control;
	if (control->hosted->settings.stays || !client->is_waiting)
		return false;
	while (control->listener >= 0 && let_in(control))
		continue;
	return control->client_count == 1;
}

static void on_launch_ended(void *self)
{
	struct control_client *client = self;
	client->is_last = is_last(client);
	if (client->is_last)
		hosted_end(client->control->hosted);
	else
		tell_news(client);
}

static void on_input_wanted(void *self)
{
	struct control_client *client = self;
	client->has_input_news = true;
	tell_news(client);
}

static bool take_descriptors(struct control_client *client, uint8_t options,
			     struct launch_order *order)
{
	static const uint8_t flags[] = {CONTROL_RUN_OPTIONS_INPUT, CONTROL_RUN_OPTIONS_OUTPUT,
					CONTROL_RUN_OPTIONS_ERRORS, CONTROL_RUN_OPTIONS_TRACED};
	int taken[CONTROL_DESCRIPTORS_MAX];
	uint32_t count = 0;
	for (int i = 0; i < CONTROL_DESCRIPTORS_MAX; i++)
		count += (options & flags[i]) != 0;
	if (!connection_take(client->connection, taken, count))
		return false;
	count = 0;
	for (int i = 0; i < SESSION_STREAMS; i++)
		order->streams[i] = options & flags[i] ? taken[count++] : -1;
	order->trace = options & CONTROL_RUN_OPTIONS_TRACED ? taken[count] : -1;
	return true;
}

static enum status count_run(struct control_client *client, struct fault *fault)
{
	struct control *control = client->control;
	if (control->run_count >= CONTROL_RUNS_MAX) {
		snprintf(fault->text, sizeof fault->text,
			 "the node runs as many programs for commands as it can (%d)",
			 CONTROL_RUNS_MAX);
		return STATUS_LIMIT;
	}
	client->is_run = true;
	control->run_count++;
	return STATUS_OK;
}

static void run(void *self, void *message, const struct control_run_call *call)
{
	struct control_client *client = self;
	const struct launch_watcher watcher = {
	    .ended = on_launch_ended, .input_wanted = on_input_wanted, .self = client};
	struct launch_order order;
	struct fault fault = {0};
	bool is_second = client->has_run;
	client->has_run = true;
	if (is_second || !take_descriptors(client, call->start.options, &order)) {
		*(const char **)message =
		    is_second ? "it asks for a second run"
			      : "its run does not have the descriptors that it names";
		return;
	}
	struct control_run_order *decoded;
	enum status status = control_run_decode_order(&call->start, &order, &decoded, &fault);
	if (status == STATUS_OK)
		status = count_run(client, &fault);
	if (status == STATUS_OK)
		status = launch_start(client->control->hosted, &order, &watcher, &client->launch,
				      &fault);
	else
		control_run_drop_descriptors(&order);
	struct control_u64_or_failure result = {.is_error = status != STATUS_OK};
	if (result.is_error)
		result.error = failure(status, fault.text);
	else
		result.value = client->launch->process;
	ANSWER(client, control_run_answer_encode, &result);
	control_run_release_order(decoded);
	connection_let_be_silent(client->connection, client->launch != NULL);
}

static void wait_for_news(void *self, void *message)
{
	struct control_client *client = self;
	if (!client->has_run)
		*(const char **)message = "it waits for a run that it has not";
	if (client->launch == NULL)
		return;
	client->is_waiting = true;
	if (client->launch->is_settled)
		on_launch_ended(client);
	else
		tell_news(client);
}

static void stop(void *self, void *message)
{
	struct control_client *client = self;
	if (client->launch != NULL)
		launch_kill(client->launch);
}

static struct session *session_of(const struct control_client *client)
{
	return client->launch == NULL ? NULL : client->launch->session;
}

static void hold(void *self, void *message)
{
	struct session *session = session_of(self);
	if (session != NULL)
		session_stop(session);
}

static void resume(void *self, void *message, const struct control_resume_call *call)
{
	struct session *session = session_of(self);
	if (session != NULL)
		session_resume(session, call->held);
}

static void resized(void *self, void *message)
{
	struct session *session = session_of(self);
	if (session != NULL)
		session_resized(session);
}

/* ---- The node ---- */

static void kill_process(void *self, void *message, const struct control_kill_call *call)
{
	struct control_client *client = self;
	struct fault fault = {.text = "no such process"};
	enum status status = kernel_kill(client->control->hosted->kernel, call->pid);
	const struct control_nothing_or_failure result = outcome(status, &fault);
	ANSWER(client, control_kill_answer_encode, &result);
}

static void apply(void *self, void *message, const struct control_apply_call *call)
{
	struct control_client *client = self;
	struct fault fault = {0};
	char what[32] = "";
	if (call->what.size < sizeof what)
		memcpy(what, call->what.data, call->what.size);
	enum status status = apply_changes(client->control->hosted, what, &fault);
	const struct control_nothing_or_failure result = outcome(status, &fault);
	ANSWER(client, control_apply_answer_encode, &result);
}

static void describe(void *self, void *message)
{
	struct control_client *client = self;
	struct hosted *hosted = client->control->hosted;
	const struct kernel_kept kept = kernel_kept(hosted->kernel);
	const struct control_node node = {
	    .pid = (uint32_t)getpid(),
	    .version = wire_text(CAIRN_VERSION),
	    .clients = hosted->control.client_count,
	    .stays = hosted->settings.stays,
	    .kept_programs = kept.programs,
	    .kept_code = kept.bytes,
	};
	ANSWER(client, control_describe_answer_encode, &node);
}

static void tell_inspected(void *context, const uint8_t *body, size_t size)
{
	struct control_client *client = context;
	const struct control_bytes_or_failure result = {.value = {body, (uint32_t)size}};
	ANSWER(client, control_inspect_answer_encode, &result);
}

static void inspect(void *self, void *message, const struct control_inspect_call *call)
{
	struct control_client *client = self;
	const struct wire_part request = {.data = call->call.data, .size = call->call.size};
	enum status status =
	    kernel_inspect(client->control->hosted->kernel, &request, tell_inspected, client);
	if (status == STATUS_OK)
		return;
	const struct control_bytes_or_failure result = {.is_error = true,
							.error = failure(status, "")};
	ANSWER(client, control_inspect_answer_encode, &result);
}

static void shut_down(void *self, void *message)
{
	struct control_client *client = self;
	const struct control_nothing_or_failure result = {.is_error = false};
	ANSWER(client, control_shutdown_answer_encode, &result);
	hosted_end(client->control->hosted);
}

/* `message` is where a function says what the client did wrong. */
static void on_receive(void *self, const uint8_t *body, size_t size)
{
	static const struct control_handler handler = {
	    .apply = apply,
	    .describe = describe,
	    .hold = hold,
	    .inspect = inspect,
	    .kill = kill_process,
	    .resized = resized,
	    .resume = resume,
	    .run = run,
	    .shutdown = shut_down,
	    .stop = stop,
	    .wait = wait_for_news,
	};
	struct control_client *client = self;
	const char *why = NULL;
	enum wire_status status = control_dispatch(&handler, client, &why, body, size);
	char line[128];
	if (status != WIRE_OK) {
		snprintf(line, sizeof line, "its request is malformed: %s",
			 wire_status_text(status));
		why = line;
	}
	if (why != NULL)
		on_lost(client, why);
}

/* ---- The end ---- */

void control_farewell(struct control *control)
{
	while (control->clients != NULL) {
		struct control_client *client = control->clients;
		if (client->launch != NULL && client->is_waiting)
			tell_end(client, &client->launch->end);
		connection_drain(client->connection);
		client->launch = NULL; /* The list of launches is freed as a whole. */
		remove_client(client);
	}
}

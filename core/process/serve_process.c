#include <cairn/process_serve.h>

#include "children.h"
#include "kernel_state.h"
#include "launch.h"
#include "mem.h"
#include "serve.h"
#include "start.h"

/* ---- What the sender was started with ---- */

/* Room for an answer whose list is encoded already. */
struct list_room {
	uint8_t head[WIRE_HEAD_BYTES(sizeof(uint32_t), 1)];
	struct wire_part parts[WIRE_PARTS(1)];
};

static struct wire_out list_cursor(struct list_room *room)
{
	return wire_out_parts(room->head, sizeof room->head, room->parts, WIRE_PARTS(1));
}

static void tell_arguments(void *self, void *message)
{
	struct list_room room;
	struct wire_out out = list_cursor(&room);
	process_arguments_answer(message, &out, serve_sender(message)->startup.arguments);
}

static void tell_environment(void *self, void *message)
{
	struct list_room room;
	struct wire_out out = list_cursor(&room);
	process_environment_answer(message, &out, serve_sender(message)->startup.environment);
}

/* ---- Ends ---- */

static void leave(void *self, void *message, const struct process_exit_call *call)
{
	process_exit(serve_sender(message), call->code);
	request_done(message);
}

static void kill_child(void *self, void *message, const struct process_kill_call *call)
{
	static const struct process_bool_or_kill_error unknown = {
	    .is_error = true, .error = PROCESS_KILL_ERROR_NO_SUCH_PROCESS};
	struct child *child = children_find(serve_sender(message), call->pid);
	if (child == NULL) {
		process_kill_answer(message, &unknown);
		return;
	}
	bool is_alive = child->process != NULL && child->process->state != PROCESS_ENDING;
	if (is_alive)
		process_kill(child->process);
	process_kill_answer(message, &(struct process_bool_or_kill_error){.value = is_alive});
}

static void wait_end(void *self, void *message, const struct process_wait_end_call *call)
{
	static const struct process_end_or_kill_error unknown = {
	    .is_error = true, .error = PROCESS_KILL_ERROR_NO_SUCH_PROCESS};
	struct process *starter = serve_sender(message);
	struct child *child = children_find(starter, call->pid);
	if (!kernel_request_wants_answer(message))
		request_refuse(message);
	else if (child == NULL)
		process_wait_end_answer(message, &unknown);
	else
		children_wait_end(starter, child, message);
}

/* ---- start ---- */

struct start {
	const struct grant *grant; /* under which it was asked for */
	struct cid program;
	struct startup *startup;  /* consumed on success */
	struct grant_set *passed; /* NULL: nothing was said */
};

static enum status add_passed(struct decisions *decisions, const struct process_right *right,
			      uint32_t *number)
{
	struct wasm_name scopes[GRANT_SCOPES_MAX];
	struct kernel_grant grant = {.verdict = KERNEL_ALLOWED, .scopes = scopes};
	struct wire_string_list rest = right->scopes;
	struct wire_string scope;
	if (right->interface.size != sizeof grant.interface.bytes)
		return STATUS_INVALID;
	if (rest.count > GRANT_SCOPES_MAX)
		return STATUS_LIMIT;
	memcpy(grant.interface.bytes, right->interface.data, sizeof grant.interface.bytes);
	if (decisions_find(decisions, &grant.interface) != NULL)
		return STATUS_INVALID;
	while (wire_string_list_next(&rest, &scope))
		scopes[grant.scope_count++] =
		    (struct wasm_name){(const uint8_t *)scope.data, scope.size};
	return decisions_add(decisions, &grant, number);
}

/* A set of what was passed on. Its grants' numbers are never told: those of the starter's are. */
static enum status copy_passed(const struct process_start_call *call, struct grant_set **out)
{
	struct kernel_grants none = {0};
	uint32_t number = 1;
	struct process_right_list rest = call->passes.value;
	struct process_right right;
	if (rest.count > PASSED_MAX || rest.size > PASSED_BYTES_MAX)
		return STATUS_LIMIT;
	enum status status = grant_set_create(&none, &number, out);
	while (status == STATUS_OK && process_right_list_next(&rest, &right))
		status = add_passed(&(*out)->decisions, &right, &number);
	return status;
}

static bool has_launch(const struct grant *grant)
{
	static const char launch[] = "launch";
	for (uint32_t i = 0; i < grant->scopes.count; i++)
		if (grant->scopes.items[i].size == sizeof launch - 1 &&
		    memcmp(grant->scopes.items[i].data, launch, sizeof launch - 1) == 0)
			return true;
	return false;
}

static enum status start_child(struct process *starter, const struct start *start, uint64_t *pid)
{
	const struct rights_terms terms = {.starter = starter->party.rights,
					   .passed = start->passed,
					   .is_launch = has_launch(start->grant),
					   .asks = starter->party.rights->terms.asks};
	struct rights *rights;
	struct process *child;
	struct startup *startup = start->startup;
	startup->terminal = starter->startup.terminal;
	startup->memory_bytes = starter->memory_bytes_max;
	enum status status = permit_create(starter->kernel, &start->program, &terms, &rights);
	if (status != STATUS_OK)
		return status;
	status = start_encoded(starter->kernel, &start->program, rights, startup, &child);
	rights_release(rights);
	if (status != STATUS_OK)
		return status;
	*startup = (struct startup){0};
	child->starter = starter->party.serial;
	cpu_charge(starter->kernel->cpu, port_monotonic_ns());
	child->share.used_ns = starter->share.used_ns;
	if (starter->launch != NULL)
		launch_join(starter->launch, child, starter->keeps_launch);
	status = children_add(starter, child);
	if (status != STATUS_OK) {
		process_kill(child);
		return status;
	}
	*pid = child->party.serial;
	return STATUS_OK;
}

static enum status copy_startup(const struct process_start_call *call, struct startup *out)
{
	enum status status = startup_copy(call->arguments, &out->arguments);
	if (status == STATUS_OK)
		status = startup_copy(call->environment, &out->environment);
	return status;
}

static void answer_start_error(struct kernel_request *request, enum process_start_error error)
{
	const struct process_u64_or_start_error result = {.is_error = true, .error = error};
	process_start_answer(request, &result);
}

static void answer_start(struct kernel_request *request, struct wire_bytes cid_bytes,
			 struct start *start)
{
	struct process *starter = serve_sender(request);
	struct process_u64_or_start_error result = {.is_error = false};
	struct fault fault;
	uint64_t pid;
	start->grant = serve_message(request)->grant;
	if (start->grant->number == GRANT_OF_ALL_PROGRAMS) {
		answer_start_error(request, PROCESS_START_ERROR_DENIED);
	} else if (cid_from_binary(cid_bytes.data, cid_bytes.size, &start->program, &fault) !=
		   STATUS_OK) {
		answer_start_error(request, PROCESS_START_ERROR_NOT_A_CID);
	} else if (start_child(starter, start, &pid) != STATUS_OK) {
		answer_start_error(request, PROCESS_START_ERROR_LIMIT);
	} else {
		result.value = pid;
		process_start_answer(request, &result);
	}
}

static void start(void *self, void *message, const struct process_start_call *call)
{
	struct startup startup = {0};
	struct start start = {.startup = &startup};
	enum status status = copy_startup(call, &startup);
	if (status == STATUS_OK && call->passes.has_value)
		status = copy_passed(call, &start.passed);
	if (status == STATUS_OK)
		answer_start(message, call->program, &start);
	else if (status == STATUS_INVALID)
		request_refuse(message);
	else
		answer_start_error(message, PROCESS_START_ERROR_LIMIT);
	if (start.passed != NULL)
		grant_set_release(start.passed);
	startup_release(&startup);
}

static void receive(void *self, struct kernel_request *request)
{
	static const struct process_handler handler = {
	    .arguments = tell_arguments,
	    .environment = tell_environment,
	    .exit = leave,
	    .kill = kill_child,
	    .start = start,
	    .wait_end = wait_end,
	};
	process_serve(&handler, self, request);
}

static void cancel(void *self, struct kernel_request *request)
{
	struct process *starter = kernel_find(self, kernel_request_process(request));
	children_cancel(starter, request);
	request_refuse(request);
}

const struct kernel_service serve_process = {.receive = receive, .cancel = cancel};

#include <cairn/abi.h>
#include <cairn/messages.h>

#include "children.h"
#include "kernel_state.h"
#include "serve.h"
#include "start.h"

/* start-error and kill-error, in the order of process.wit */
enum { ERROR_NOT_A_CID, ERROR_DENIED, ERROR_LIMIT };
enum { ERROR_NO_SUCH_PROCESS };

static void answer_error(struct kernel_request *request, uint8_t error)
{
	const uint8_t body[2] = {1, error};
	serve_answer(request, body, sizeof body);
}

static void tell_list(struct kernel_request *request, const struct bytes *in,
		      const struct startup_list *list)
{
	if (serve_is_whole(in))
		serve_answer(request, list->data, list->size);
	else
		serve_refuse(request);
}

static void leave(struct kernel_request *request, struct bytes *in)
{
	uint32_t code = bytes_u32(in);
	if (!serve_is_whole(in)) {
		serve_refuse(request);
		return;
	}
	process_exit(serve_sender(request), code);
	serve_answer(request, NULL, 0);
}

static void kill_child(struct kernel_request *request, struct bytes *in)
{
	uint64_t pid = bytes_u64(in);
	if (!serve_is_whole(in)) {
		serve_refuse(request);
		return;
	}
	struct child *child = children_find(serve_sender(request), pid);
	if (child == NULL) {
		answer_error(request, ERROR_NO_SUCH_PROCESS);
		return;
	}
	bool is_killed = child->process != NULL && child->process->state != PROCESS_ENDING;
	if (is_killed)
		process_kill(child->process);
	const uint8_t body[2] = {0, is_killed};
	serve_answer(request, body, sizeof body);
}

static void wait_end(struct kernel_request *request, struct bytes *in)
{
	uint64_t pid = bytes_u64(in);
	if (!serve_is_whole(in) || !kernel_request_wants_answer(request)) {
		serve_refuse(request);
		return;
	}
	struct process *starter = serve_sender(request);
	struct child *child = children_find(starter, pid);
	if (child == NULL)
		answer_error(request, ERROR_NO_SUCH_PROCESS);
	else
		children_wait_end(starter, child, request);
}

/* ---- start ---- */

/* The child has its starter's rights: the same set of grants. */
static enum status start_child(struct process *starter, const struct cid *program,
			       struct startup *startup, uint64_t *pid)
{
	struct process *child;
	enum status status =
	    start_encoded(starter->kernel, program, starter->party.grants, startup, &child);
	if (status != STATUS_OK)
		return status;
	*startup = (struct startup){0};
	status = children_add(starter, child);
	if (status != STATUS_OK) {
		process_kill(child);
		return status;
	}
	*pid = child->party.serial;
	return STATUS_OK;
}

static void answer_start(struct kernel_request *request, const struct wasm_name *cid_bytes,
			 struct startup *startup)
{
	static const struct digest process_interface = {PROCESS_DIGEST};
	static const uint8_t ok = 0;
	struct process *starter = serve_sender(request);
	struct cid program;
	struct fault fault;
	uint32_t grant;
	uint64_t pid;
	if (!grant_set_grants(starter->party.grants, &process_interface, &grant)) {
		answer_error(request, ERROR_DENIED);
	} else if (cid_from_binary(cid_bytes->data, cid_bytes->size, &program, &fault) !=
		   STATUS_OK) {
		answer_error(request, ERROR_NOT_A_CID);
	} else if (start_child(starter, &program, startup, &pid) != STATUS_OK) {
		answer_error(request, ERROR_LIMIT);
	} else {
		struct kernel_part parts[] = {{&ok, sizeof ok}, {&pid, sizeof pid}};
		kernel_request_answer(request, CAIRN_STATUS_OK, parts, 2);
	}
}

/* start: func(program: list<u8>, arguments: list<list<u8>>, environment: list<list<u8>>) */
static void start(struct kernel_request *request, struct bytes *in)
{
	struct startup startup = {0};
	struct wasm_name cid = {.size = bytes_u32(in)};
	cid.data = bytes_take(in, cid.size);
	enum status status = startup_decode(in, &startup.arguments);
	if (status == STATUS_OK)
		status = startup_decode(in, &startup.environment);
	if (status == STATUS_NO_MEMORY)
		answer_error(request, ERROR_LIMIT);
	else if (!serve_is_whole(in))
		serve_refuse(request);
	else
		answer_start(request, &cid, &startup);
	startup_release(&startup.arguments);
	startup_release(&startup.environment);
}

static void receive(void *self, struct kernel_request *request)
{
	struct process *sender = serve_sender(request);
	struct bytes in = serve_body(request);
	switch (bytes_u32(&in)) {
	case PROCESS_ARGUMENTS:
		tell_list(request, &in, &sender->startup.arguments);
		break;
	case PROCESS_ENVIRONMENT:
		tell_list(request, &in, &sender->startup.environment);
		break;
	case PROCESS_EXIT:
		leave(request, &in);
		break;
	case PROCESS_KILL:
		kill_child(request, &in);
		break;
	case PROCESS_START:
		start(request, &in);
		break;
	case PROCESS_WAIT_END:
		wait_end(request, &in);
		break;
	default:
		serve_refuse(request);
	}
}

static void cancel(void *self, struct kernel_request *request)
{
	struct process *starter = kernel_find(self, kernel_request_process(request));
	children_cancel(starter, request);
	serve_refuse(request);
}

const struct kernel_service serve_process = {.receive = receive, .cancel = cancel};

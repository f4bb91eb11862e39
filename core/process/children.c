#include "children.h"

#include <cairn/process_serve.h>

#include "kernel_limits.h"
#include "kernel_state.h"
#include "mem.h"
#include "serve.h"

enum status children_add(struct process *starter, struct process *process)
{
	if (starter->children.count >= CHILDREN_MAX)
		return STATUS_LIMIT;
	struct child *child = budget_allocate(&starter->party.records, sizeof *child);
	if (child == NULL)
		return STATUS_NO_MEMORY;
	*child = (struct child){.process = process};
	id_table_add(&starter->children, &child->of_starter, process->party.serial);
	process->as_child = child;
	return STATUS_OK;
}

static void forget(struct process *starter, struct child *child)
{
	core_assert(child->waiting == NULL);
	if (child->process != NULL)
		child->process->as_child = NULL;
	id_table_remove(&starter->children, &child->of_starter);
	budget_release(&starter->party.records, child, sizeof *child);
}

struct child *children_find(const struct process *starter, uint64_t pid)
{
	struct id_entry *entry = id_table_find(&starter->children, pid);
	return entry == NULL ? NULL : list_record(entry, struct child, of_starter);
}

void children_orphan(struct process *starter)
{
	struct id_entry *entry;
	while ((entry = id_table_any(&starter->children)) != NULL)
		forget(starter, list_record(entry, struct child, of_starter));
}

static void answer_end(const struct child *child, struct kernel_request *request)
{
	static const enum process_end_case cases[] = {
	    [KERNEL_END_EXIT] = PROCESS_END_EXITED,
	    [KERNEL_END_TRAP] = PROCESS_END_TRAPPED,
	    [KERNEL_END_KILLED] = PROCESS_END_KILLED,
	    [KERNEL_END_NOT_STARTED] = PROCESS_END_NOT_STARTED,
	};
	struct process_end_or_kill_error result = {.value.kind = cases[child->cause]};
	struct process_end *end = &result.value;
	if (end->kind == PROCESS_END_EXITED)
		end->as.exited = child->code;
	else if (end->kind == PROCESS_END_TRAPPED)
		end->as.trapped = wire_text(child->fault.text);
	else if (end->kind == PROCESS_END_NOT_STARTED)
		end->as.not_started = wire_text(child->fault.text);
	process_wait_end_answer(request, &result);
}

/* Whoever has waited has been told: the record has done its work. */
static void answer_waiting(struct process *starter, struct child *child)
{
	while (child->waiting != NULL) {
		struct kernel_request *request = child->waiting;
		child->waiting = kernel_request_user(request);
		answer_end(child, request);
	}
	forget(starter, child);
}

/* The starter stands where the child has come to: else it would begin another one, with the same
 * precedence, for ever. It is behind nobody by that for long, since those that go on come there
 * too (fair.h). */
static void charge_starter(const struct process *child)
{
	struct kernel *kernel = child->kernel;
	struct process *starter = kernel_find(kernel, child->starter);
	if (starter != NULL && child->share.used_ns > starter->share.used_ns)
		fair_charge(&kernel->ready, &starter->share,
			    child->share.used_ns - starter->share.used_ns);
}

void children_tell_end(struct process *process)
{
	struct child *child = process->as_child;
	if (child == NULL)
		return;
	charge_starter(process);
	process->as_child = NULL;
	child->process = NULL;
	child->cause = process->end.cause;
	child->code = process->end.code;
	child->fault = process->end.fault;
	if (child->waiting != NULL)
		answer_waiting(serve_sender(child->waiting), child);
}

void children_wait_end(struct process *starter, struct child *child, struct kernel_request *request)
{
	kernel_request_set_user(request, child->waiting);
	child->waiting = request;
	if (child->process == NULL)
		answer_waiting(starter, child);
}

/* Takes the request out of the child's; false where it is none of them. */
static bool take_out(struct child *child, const struct kernel_request *request)
{
	struct kernel_request *previous = NULL;
	for (struct kernel_request *at = child->waiting; at != NULL;
	     previous = at, at = kernel_request_user(at)) {
		if (at != request)
			continue;
		if (previous == NULL)
			child->waiting = kernel_request_user(at);
		else
			kernel_request_set_user(previous, kernel_request_user(at));
		return true;
	}
	return false;
}

void children_cancel(struct process *starter, struct kernel_request *request)
{
	for (struct id_entry *entry = id_table_next(&starter->children, NULL); entry != NULL;
	     entry = id_table_next(&starter->children, entry))
		if (take_out(list_record(entry, struct child, of_starter), request))
			return;
}

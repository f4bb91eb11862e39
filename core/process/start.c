#include "start.h"

#include "fetch.h"
#include "launch.h"
#include "lock.h"
#include "program.h"
#include "text.h"

enum status start_encoded(struct kernel *kernel, const struct cid *program,
			  struct grant_set *grants, struct startup *startup, struct process **out)
{
	if (kernel->is_closing)
		return STATUS_DENIED;
	return process_create(kernel, program, grants, startup, out);
}

enum status start_with_grants(struct kernel *kernel, const struct kernel_start *start,
			      struct grant_set *grants, struct process **out)
{
	struct startup startup = {0};
	enum status status =
	    startup_encode(start->arguments, start->argument_count, &startup.arguments);
	if (status == STATUS_OK)
		status = startup_encode(start->environment, start->environment_count,
					&startup.environment);
	if (status == STATUS_OK)
		status = start_encoded(kernel, &start->program, grants, &startup, out);
	if (status != STATUS_OK)
		startup_release(&startup);
	return status;
}

/* With the grants that the start names. */
static enum status start_granted(struct kernel *kernel, const struct kernel_start *start,
				 struct process **out)
{
	struct grant_set *grants;
	enum status status =
	    grant_set_create(&start->grants, &kernel->exchange.next_grant, &grants);
	if (status != STATUS_OK)
		return status;
	status = start_with_grants(kernel, start, grants, out);
	grant_set_release(grants);
	return status;
}

static enum status start(struct kernel *kernel, const struct kernel_start *start, uint64_t *process)
{
	struct launch *launch = NULL;
	struct process *started;
	enum status status = STATUS_OK;
	if (start->handler_count > 0)
		status = launch_create(kernel, start, &launch);
	if (status == STATUS_OK)
		status = start_granted(kernel, start, &started);
	if (status != STATUS_OK) {
		if (launch != NULL)
			launch_destroy(launch);
		return status;
	}
	if (launch != NULL)
		launch_join(launch, started, true);
	started->end.ended = start->ended;
	started->end.context = start->context;
	*process = started->party.serial;
	return STATUS_OK;
}

enum status kernel_start(struct kernel *kernel, const struct kernel_start *wanted,
			 uint64_t *process)
{
	bool has_entered = kernel_enter(kernel);
	enum status status = start(kernel, wanted, process);
	kernel_leave(kernel, has_entered);
	return status;
}

static enum status launch(struct process *process, struct fault *fault)
{
	enum status status = process->kernel->engine->start(process, process->program->code, fault);
	if (status == STATUS_OK)
		process->state = PROCESS_RUNNING;
	return status;
}

/* Gets the code, as far as that goes at once: the process has it, or waits for blocks. A fetch that
 * has begun goes to its end, though others may have loaded the program meanwhile: what it has asked
 * for is still under way. */
static enum status get_program(struct process *process, struct fault *fault)
{
	struct kernel *kernel = process->kernel;
	enum status status = STATUS_OK;
	if (process->fetch == NULL)
		process->program = program_share(kernel, &process->cid);
	if (process->program == NULL)
		status = fetch_step(process, fault);
	if (process->program != NULL || status != STATUS_OK || !fetch_is_complete(process))
		return status;
	process->program = program_share(kernel, &process->cid);
	if (process->program != NULL)
		return STATUS_OK;
	struct wasm_name bytes = fetch_file(process);
	return program_load(kernel, &process->cid, &bytes, &process->program, fault);
}

void start_step(struct process *process)
{
	struct fault fault = {0};
	list_remove(&process->of_queue);
	/* Another CPU loads its program, and goes on with it then. */
	if (process->running_count > 0)
		return;
	process->running_count++;
	enum status status = get_program(process, &fault);
	process->running_count--;
	if (process->state == PROCESS_ENDING) {
		process_has_paused(process);
		return;
	}
	if (status == STATUS_OK && process->program != NULL) {
		fetch_destroy(process);
		status = launch(process, &fault);
	}
	if (status != STATUS_OK)
		process_fail_start(process, status, &fault);
}

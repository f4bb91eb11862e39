#include "start.h"

#include "fetch.h"
#include "launch.h"
#include "lock.h"
#include "program.h"
#include "question.h"
#include "text.h"

enum status start_encoded(struct kernel *kernel, const struct cid *program, struct rights *rights,
			  struct startup *startup, struct process **out)
{
	if (kernel->is_closing)
		return STATUS_DENIED;
	return process_create(kernel, program, rights, startup, out);
}

enum status start_with_rights(struct kernel *kernel, const struct kernel_start *start,
			      struct rights *rights, struct process **out)
{
	struct startup startup = {.terminal = start->terminal, .memory_bytes = start->memory_bytes};
	enum status status =
	    startup_encode(start->arguments, start->argument_count, &startup.arguments);
	if (status == STATUS_OK)
		status = startup_encode(start->environment, start->environment_count,
					&startup.environment);
	if (status == STATUS_OK)
		status = start_encoded(kernel, &start->program, rights, &startup, out);
	if (status != STATUS_OK)
		startup_release(&startup);
	return status;
}

/* With the grants that the start names. */
static enum status start_granted(struct kernel *kernel, const struct kernel_start *start,
				 struct process **out)
{
	struct rights_terms terms = {.asks = start->asks};
	enum status status =
	    grant_set_create(&start->grants, &kernel->exchange.next_grant, &terms.options);
	if (status != STATUS_OK)
		return status;
	struct rights *rights;
	status = permit_create(kernel, &start->program, &terms, &rights);
	grant_set_release(terms.options);
	if (status != STATUS_OK)
		return status;
	status = start_with_rights(kernel, start, rights, out);
	rights_release(rights);
	return status;
}

static bool is_memory_possible(uint64_t bytes)
{
	return bytes == 0 || (bytes >= PORT_PAGE_BYTES && bytes <= KERNEL_MEMORY_BYTES_MAX);
}

static enum status start(struct kernel *kernel, const struct kernel_start *start, uint64_t *process)
{
	struct launch *launch = NULL;
	struct process *started;
	enum status status = is_memory_possible(start->memory_bytes) ? STATUS_OK : STATUS_INVALID;
	if (status == STATUS_OK && start->handler_count > 0)
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
	if (process->program == NULL && process->fetch == NULL)
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

/* Memory was refused: what is kept of programs that nobody runs makes room, and the start begins
 * again. False where nothing was kept, or it has threads already. */
static bool start_over(struct process *process)
{
	struct kernel *kernel = process->kernel;
	if (!list_is_empty(&process->threads) || !programs_drop_kept(kernel))
		return false;
	fetch_start_over(process);
	if (process->program != NULL)
		kernel->engine->stop(process);
	list_append(&kernel->starting, &process->of_queue);
	return true;
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
		if (question_ask_before_start(process))
			return;
		status = launch(process, &fault);
	}
	if (status == STATUS_NO_MEMORY && start_over(process))
		return;
	if (status != STATUS_OK)
		process_fail_start(process, status, &fault);
}

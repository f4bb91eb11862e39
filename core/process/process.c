#include "process.h"

#include "call_group.h"
#include "children.h"
#include "fetch.h"
#include "kernel_state.h"
#include "kernel_limits.h"
#include "launch.h"
#include "program.h"
#include "question.h"
#include "text.h"
#include "threads.h"

enum { BACKTRACE_BYTES = 4096, DESCRIPTION_BYTES = 128 };

/* `end` is NULL unless that is what is told. */
static void tell_watcher(const struct process *process, enum kernel_trace_kind kind,
			 const struct kernel_end *end)
{
	const struct kernel_trace *trace = process->kernel->settings.trace;
	if (trace == NULL)
		return;
	struct kernel_trace_event event = {
	    .kind = kind, .process = process->party.serial, .program = &process->cid, .end = end};
	trace->tell(trace->self, &event);
}

enum status process_create(struct kernel *kernel, const struct cid *cid, struct rights *rights,
			   struct startup *startup, struct process **out)
{
	const struct kernel_limits *limits = &kernel->settings.limits;
	uint64_t bytes = rights_bytes(rights);
	uint64_t own_bytes = sizeof(struct process) + bytes + startup_bytes(startup);
	if (own_bytes > limits->record_bytes)
		return STATUS_LIMIT;
	struct process *process = port_allocate(sizeof *process);
	if (process == NULL)
		return STATUS_NO_MEMORY;
	*process = (struct process){
	    .kernel = kernel, .cid = *cid, .started_ns = port_monotonic_ns(), .startup = *startup};
	kernel->started_count++;
	kernel->exchange.changes++;
	process->memory_bytes_max =
	    startup->memory_bytes != 0 ? startup->memory_bytes : limits->memory_bytes;
	party_init(&process->party, &kernel->exchange, limits, rights);
	process->party.program = &process->cid;
	process->party.records.used = own_bytes;
	process->rights_bytes = bytes;
	list_init(&process->questions);
	list_init(&process->threads);
	list_init(&process->call_groups);
	list_init(&process->futex_waits);
	id_table_init(&process->children, &process->party.records);
	id_table_add(&kernel->processes, &process->by_pid, process->party.serial);
	list_append(&kernel->starting, &process->of_queue);
	tell_watcher(process, KERNEL_TRACE_STARTED, NULL);
	*out = process;
	return STATUS_OK;
}

void process_describe(const struct process *process, struct text *out)
{
	char cid[CID_TEXT_BYTES];
	cid_to_text(&process->cid, cid);
	text_string(out, "process ");
	text_decimal(out, process->party.serial);
	text_string(out, " (");
	text_bytes(out, cid, 16);
	text_string(out, "...)");
}

void process_log(const struct process *process, enum port_log_level level, const char *text,
		 size_t size)
{
	const struct kernel_log *log = process->kernel->settings.log;
	if (log != NULL)
		log->write(log->self, process->party.serial, level, text, size);
	else
		port_log(level, text, size);
}

/* ---- Ways to end ---- */

/* Those of its threads that are on other CPUs leave them soon. */
static void stop_threads(struct process *process)
{
	list_for_each(link, &process->threads)
	{
		struct thread *thread = list_record(link, struct thread, of_process);
		if (thread->state == THREAD_RUNNING && thread->cpu != process->kernel->cpu)
			cpu_call(thread->cpu);
	}
}

void process_has_paused(struct process *process)
{
	if (process->running_count == 0)
		cpu_call_first(process->kernel);
}

static bool begin_end(struct process *process, enum kernel_end_cause cause)
{
	if (process->state == PROCESS_ENDING)
		return false;
	if (list_is_linked(&process->of_queue))
		list_remove(&process->of_queue);
	process->state = PROCESS_ENDING;
	process->end.cause = cause;
	list_append(&process->kernel->ending, &process->of_queue);
	if (process->running_count > 0)
		stop_threads(process);
	else
		cpu_call_first(process->kernel);
	return true;
}

void process_exit(struct process *process, uint32_t code)
{
	if (begin_end(process, KERNEL_END_EXIT))
		process->end.code = code;
}

void process_kill(struct process *process)
{
	begin_end(process, KERNEL_END_KILLED);
}

/* One line, or several, for the operator. */
static void log_end(const struct process *process, const char *how)
{
	char line[DESCRIPTION_BYTES + FAULT_TEXT_BYTES];
	struct text text = text_over(line, sizeof line);
	process_describe(process, &text);
	text_string(&text, how);
	text_string(&text, process->end.fault.text);
	process_log(process, PORT_LOG_ERROR, line, text.used);
}

static void log_lines(const struct process *process, const char *lines)
{
	while (*lines != '\0') {
		size_t size = 0;
		while (lines[size] != '\0' && lines[size] != '\n')
			size++;
		process_log(process, PORT_LOG_ERROR, lines, size);
		lines += lines[size] == '\n' ? size + 1 : size;
	}
}

void process_fail_start(struct process *process, enum status status, const struct fault *fault)
{
	if (!begin_end(process, KERNEL_END_NOT_STARTED))
		return;
	process->end.status = status;
	process->end.fault = *fault;
	if (process->end.ended == NULL)
		log_end(process, " cannot be started: ");
}

void process_overrun(struct party *party)
{
	struct process *process = process_of_party(party);
	if (!begin_end(process, KERNEL_END_TRAP))
		return;
	fault_set(&process->end.fault, 0, "too many notifications were left untaken");
	if (process->end.ended == NULL)
		log_end(process, " was ended: ");
}

static void log_trap(const struct process *process)
{
	log_end(process, " trapped: ");
	if (process->end.backtrace != NULL)
		log_lines(process, process->end.backtrace);
}

void process_trap(struct process *process, struct thread *thread)
{
	if (!begin_end(process, KERNEL_END_TRAP))
		return;
	process->end.backtrace = port_allocate(BACKTRACE_BYTES);
	if (process->end.backtrace != NULL)
		process->end.backtrace[0] = '\0';
	thread->execution->kind->explain(thread->execution, &process->end.fault,
					 process->end.backtrace,
					 process->end.backtrace == NULL ? 0 : BACKTRACE_BYTES);
	/* Where somebody is told, it is for him to say it. */
	if (process->end.ended == NULL)
		log_trap(process);
}

void process_fault(struct process *process, const char *text)
{
	if (!begin_end(process, KERNEL_END_TRAP))
		return;
	fault_set(&process->end.fault, 0, text);
	if (process->end.ended == NULL)
		log_trap(process);
}

/* ---- The end itself ---- */

static struct kernel_end end_of(const struct process *process)
{
	const struct process_outcome *end = &process->end;
	return (struct kernel_end){.process = process->party.serial,
				   .cause = end->cause,
				   .status = end->status,
				   .code = end->code,
				   .fault = end->fault,
				   .backtrace = end->backtrace,
				   .memory_bytes = end->memory_bytes};
}

void process_reap(struct process *process)
{
	struct kernel *kernel = process->kernel;
	core_assert(process->state == PROCESS_ENDING && process->running_count == 0);
	list_remove(&process->of_queue);
	struct kernel_end end = end_of(process);
	tell_watcher(process, KERNEL_TRACE_ENDED, &end);
	list_for_each(link, &process->threads)
	    waiter_reset(&list_record(link, struct thread, of_process)->waiter);
	exchange_end(&kernel->exchange, &process->party);
	while (!list_is_empty(&process->threads))
		thread_destroy(
		    list_record(list_first(&process->threads), struct thread, of_process));
	call_group_drop_all(process);
	threads_reset(process);
	fetch_destroy(process);
	questions_drop(process);
	process->party.rights->is_over = true;
	if (process->program != NULL) {
		kernel->engine->stop(process);
		program_release(process->program);
	}
	children_orphan(process);
	children_tell_end(process);
	launch_leave(process);
	if (process->end.ended != NULL)
		process->end.ended(process->end.context, &end);
	id_table_remove(&kernel->processes, &process->by_pid);
	kernel->past_cpu_ns += cpu_time_ns(&process->cpu_time);
	kernel->exchange.changes++;
	budget_release(&process->party.records, process->translator_record,
		       process->translator_bytes);
	id_table_reset(&process->children);
	startup_release(&process->startup);
	party_reset(&process->party);
	port_release(process->end.backtrace, BACKTRACE_BYTES);
	port_release(process, sizeof *process);
}

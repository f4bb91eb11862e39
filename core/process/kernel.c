#include "kernel_state.h"

#include "mem.h"
#include "question.h"
#include "serve.h"
#include "start.h"

static const struct exchange_hooks hooks = {
    .woken = thread_woken,
    .start = handlers_start,
    .can_ask = question_can_ask,
    .ask = question_ask,
    .refused = permit_refused,
    .used = permit_used,
    .overrun = process_overrun,
};

struct kernel_limits kernel_limits_default(void)
{
	return (struct kernel_limits){
	    .memory_bytes = LIMIT_MEMORY_BYTES,
	    .record_bytes = LIMIT_RECORD_BYTES,
	    .message_bytes = LIMIT_MESSAGE_BYTES,
	    .messages = LIMIT_MESSAGES,
	    .messages_per_handler = LIMIT_MESSAGES_PER_HANDLER,
	    .bytes_per_handler = LIMIT_BYTES_PER_HANDLER,
	    .body_bytes = LIMIT_BODY_BYTES,
	    .stack_bytes = LIMIT_STACK_BYTES,
	    .threads = LIMIT_THREADS,
	};
}

/* ---- Services ---- */

/* The stop of the kernel in a route of its own. */
static enum status make_stop(struct kernel *kernel, const struct digest *interface,
			     struct stop **out)
{
	struct route *route;
	if (router_find(&kernel->exchange.router, interface) != NULL)
		return STATUS_INVALID;
	enum status status = stop_create(NULL, NULL, out);
	if (status != STATUS_OK)
		return status;
	status = router_add(&kernel->exchange.router, interface, &route);
	if (status != STATUS_OK) {
		stop_destroy(*out);
		return status;
	}
	(*out)->route = route;
	list_append(&route->stops, &(*out)->of_route);
	route->kernel = *out;
	route->first = *out;
	return STATUS_OK;
}

enum status kernel_serve(struct kernel *kernel, const struct digest *interface,
			 const struct kernel_service *service, void *self)
{
	struct service *record = port_allocate(sizeof *record);
	if (record == NULL)
		return STATUS_NO_MEMORY;
	struct stop *stop;
	enum status status = make_stop(kernel, interface, &stop);
	if (status != STATUS_OK) {
		port_release(record, sizeof *record);
		return status;
	}
	*record = (struct service){0};
	party_init(&record->party, &kernel->exchange, &kernel->settings.limits, kernel->no_rights);
	record->party.service = service;
	record->party.service_self = self;
	list_append(&kernel->services, &record->of_kernel);
	status = stop_register(&kernel->exchange, stop, &record->party, (struct stop_options){0});
	core_assert(status == STATUS_OK);
	kernel->exchange.epoch++;
	return STATUS_OK;
}

static void end_services(struct kernel *kernel)
{
	while (!list_is_empty(&kernel->services)) {
		struct service *record =
		    list_record(list_first(&kernel->services), struct service, of_kernel);
		exchange_end(&kernel->exchange, &record->party);
		party_reset(&record->party);
		list_remove(&record->of_kernel);
		port_release(record, sizeof *record);
	}
}

/* ---- Creating and destroying ---- */

static enum status serve_all(struct kernel *kernel)
{
	static const struct kernel_service nobody = {0};
	static const struct rights_terms none = {0};
	enum status status = rights_create(&none, 0, &kernel->no_rights);
	if (status != STATUS_OK)
		return status;
	party_init(&kernel->undecided, &kernel->exchange, &kernel->settings.limits,
		   kernel->no_rights);
	kernel->undecided.service = &nobody;
	kernel->exchange.undecided = &kernel->undecided;
	for (size_t i = 0; i < serve_count && status == STATUS_OK; i++)
		status =
		    kernel_serve(kernel, &serve_table[i].interface, serve_table[i].service, kernel);
	list_for_each(link, &kernel->services) list_record(link, struct service, of_kernel)
	    ->party.is_core = true;
	return status;
}

enum status kernel_create_with(const struct kernel_settings *settings, const struct engine *engine,
			       struct kernel **out)
{
	struct kernel *kernel = port_allocate(sizeof *kernel);
	if (kernel == NULL)
		return STATUS_NO_MEMORY;
	memset(kernel, 0, sizeof *kernel);
	kernel->settings = *settings;
	kernel->engine = engine;
	id_table_init(&kernel->processes, NULL);
	list_init(&kernel->starting);
	list_init(&kernel->ending);
	list_init(&kernel->programs);
	list_init(&kernel->services);
	list_init(&kernel->questions);
	boot_init(&kernel->boot);
	handlers_init(&kernel->handlers);
	cpu_init(&kernel->cpu);
	kernel->created_ns = port_monotonic_ns();
	enum status status = exchange_init(&kernel->exchange, &hooks);
	kernel->exchange.trace = settings->trace;
	if (status == STATUS_OK)
		status = serve_all(kernel);
	if (status != STATUS_OK) {
		kernel_destroy(kernel);
		return status;
	}
	*out = kernel;
	return STATUS_OK;
}

void kernel_destroy(struct kernel *kernel)
{
	kernel->is_closing = true;
	struct id_entry *entry;
	while ((entry = id_table_any(&kernel->processes)) != NULL) {
		struct process *process = list_record(entry, struct process, by_pid);
		process_kill(process);
		process_reap(process);
	}
	core_assert(cpu_is_idle(&kernel->cpu) && list_is_empty(&kernel->programs));
	end_services(kernel);
	boot_reset(&kernel->boot);
	handlers_reset(&kernel->handlers);
	timers_reset(&kernel->timers);
	id_table_reset(&kernel->processes);
	if (kernel->exchange.undecided != NULL)
		party_reset(&kernel->undecided);
	rights_release(kernel->no_rights);
	exchange_reset(&kernel->exchange);
	port_release(kernel, sizeof *kernel);
}

/* ---- Processes ---- */

struct process *kernel_find(const struct kernel *kernel, uint64_t pid)
{
	struct id_entry *entry = id_table_find(&kernel->processes, pid);
	return entry == NULL ? NULL : list_record(entry, struct process, by_pid);
}

enum status kernel_kill(struct kernel *kernel, uint64_t pid)
{
	struct process *process = kernel_find(kernel, pid);
	if (process == NULL || process->state == PROCESS_ENDING)
		return STATUS_NOT_FOUND;
	process_kill(process);
	return STATUS_OK;
}

bool kernel_kill_terminal(struct kernel *kernel, uint64_t terminal)
{
	bool has_any = false;
	for (struct id_entry *entry = id_table_next(&kernel->processes, NULL); entry != NULL;
	     entry = id_table_next(&kernel->processes, entry)) {
		struct process *process = list_record(entry, struct process, by_pid);
		if (process->startup.terminal != terminal)
			continue;
		has_any = true;
		process_kill(process);
	}
	return has_any;
}

uint64_t kernel_terminal_of(const struct kernel *kernel, uint64_t pid)
{
	const struct process *process = kernel_find(kernel, pid);
	return process == NULL ? 0 : process->startup.terminal;
}

const struct cid *kernel_program_of(const struct kernel *kernel, uint64_t pid)
{
	const struct process *process = kernel_find(kernel, pid);
	return process == NULL ? NULL : &process->cid;
}

uint64_t kernel_handler_of(const struct kernel *kernel, const struct digest *interface)
{
	const struct route *route = router_find(&kernel->exchange.router, interface);
	const struct party *handler =
	    route == NULL || route->first == NULL ? NULL : route->first->handler;
	return handler == NULL || handler->service != NULL ? 0 : handler->serial;
}

void kernel_set_trace(struct kernel *kernel, const struct kernel_trace *trace)
{
	kernel->settings.trace = trace;
	kernel->exchange.trace = trace;
}

/* ---- Running ---- */

/* An end, or the next step of a start. */
static void begin_or_end(struct kernel *kernel)
{
	struct list_link *ending = list_first(&kernel->ending);
	if (ending != NULL)
		process_reap(list_record(ending, struct process, of_queue));
	else
		start_step(list_record(list_first(&kernel->starting), struct process, of_queue));
	kernel->cpu.read_ns = port_monotonic_ns();
}

static bool tell_changes(struct kernel *kernel)
{
	bool is_due = inspect_is_due(kernel);
	inspect_tell(kernel);
	return is_due;
}

/* Ends come first, so that a thread of an ended process never runs. */
static inline bool step(struct kernel *kernel)
{
	if (!list_is_empty(&kernel->ending) || !list_is_empty(&kernel->starting)) {
		begin_or_end(kernel);
		return true;
	}
	struct thread *thread = cpu_take(&kernel->cpu);
	if (thread == NULL)
		return tell_changes(kernel);
	thread_run(thread);
	return true;
}

bool kernel_step(struct kernel *kernel)
{
	return step(kernel);
}

static bool is_idle(const struct kernel *kernel)
{
	return cpu_is_idle(&kernel->cpu) && list_is_empty(&kernel->ending) &&
	       list_is_empty(&kernel->starting) && !inspect_is_due(kernel);
}

bool kernel_run(struct kernel *kernel, uint64_t until_ns)
{
	for (;;) {
		uint64_t now = port_monotonic_ns();
		kernel->exchange.now_ns = now;
		kernel->cpu.read_ns = now;
		timers_fire(&kernel->timers, now);
		inspect_tell(kernel);
		for (int turn = 0; turn < TURNS_PER_CLOCK && step(kernel); turn++)
			if (cpu_take_interrupt(&kernel->cpu))
				break;
		now = port_monotonic_ns();
		if (is_idle(kernel) && timers_next_ns(&kernel->timers) > now)
			return true;
		if (now >= until_ns)
			return false;
	}
}

uint64_t kernel_next_deadline_ns(const struct kernel *kernel)
{
	return is_idle(kernel) ? timers_next_ns(&kernel->timers) : 0;
}

bool kernel_trap(struct kernel *kernel, const char *text)
{
	struct cpu *cpu = &kernel->cpu;
	if (cpu->interruptible == NULL)
		return false;
	thread_fault(cpu->running, text);
	return true;
}

void kernel_interrupt(struct kernel *kernel)
{
	atomic_store(&kernel->cpu.was_interrupted, true);
	struct execution *execution = kernel->cpu.interruptible;
	if (execution != NULL)
		execution->kind->interrupt(execution);
}

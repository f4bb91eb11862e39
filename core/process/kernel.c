#include "lock.h"

#include "mem.h"
#include "question.h"
#include "serve.h"
#include "start.h"

/* The port's services are the first CPU's: it is called when another one has something for them. */
static bool is_elsewhere(struct exchange *exchange)
{
	struct kernel *kernel = list_record(exchange, struct kernel, exchange);
	cpu_call_first(kernel);
	return kernel->cpu->number != 0;
}

static const struct exchange_hooks hooks = {
    .woken = thread_woken,
    .is_elsewhere = is_elsewhere,
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

uint64_t kernel_kept_code_default(void)
{
	return LIMIT_KEPT_CODE_BYTES;
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
	programs_init(&kernel->programs);
	list_init(&kernel->services);
	list_init(&kernel->questions);
	boot_init(&kernel->boot);
	handlers_init(&kernel->handlers);
	kernel->created_ns = port_monotonic_ns();
	enum status status = exchange_init(&kernel->exchange, &hooks);
	if (status == STATUS_OK)
		status = cpu_create_all(kernel);
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

/* The first CPU ends it, whichever was the last to leave: the port's services are told. */
static void close_to_others(struct kernel *kernel)
{
	kernel->is_closing = true;
	if (kernel->cpus == NULL)
		return;
	kernel->cpu = kernel->cpus;
	while (exchange_serve_cancelled(&kernel->exchange))
		;
}

void kernel_destroy(struct kernel *kernel)
{
	close_to_others(kernel);
	struct id_entry *entry;
	while ((entry = id_table_any(&kernel->processes)) != NULL) {
		struct process *process = list_record(entry, struct process, by_pid);
		process_kill(process);
		process_reap(process);
	}
	programs_drop_kept(kernel);
	core_assert(kernel->ready_count == 0 && list_is_empty(&kernel->programs.used));
	end_services(kernel);
	boot_reset(&kernel->boot);
	handlers_reset(&kernel->handlers);
	timers_reset(&kernel->timers);
	id_table_reset(&kernel->processes);
	if (kernel->exchange.undecided != NULL)
		party_reset(&kernel->undecided);
	rights_release(kernel->no_rights);
	exchange_reset(&kernel->exchange);
	cpu_destroy_all(kernel);
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
	bool has_entered = kernel_enter(kernel);
	struct process *process = kernel_find(kernel, pid);
	bool is_found = process != NULL && process->state != PROCESS_ENDING;
	if (is_found)
		process_kill(process);
	kernel_leave(kernel, has_entered);
	return is_found ? STATUS_OK : STATUS_NOT_FOUND;
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

struct kernel_kept kernel_kept(const struct kernel *kernel)
{
	return (struct kernel_kept){.programs = kernel->programs.kept_count,
				    .bytes = kernel->programs.kept_bytes};
}

void kernel_set_trace(struct kernel *kernel, const struct kernel_trace *trace)
{
	kernel->settings.trace = trace;
	kernel->exchange.trace = trace;
}

/* ---- Running ---- */

/* The first process at its end that no CPU is inside, or NULL. */
static struct process *find_ended(const struct kernel *kernel)
{
	list_for_each(link, &kernel->ending)
	{
		struct process *process = list_record(link, struct process, of_queue);
		if (process->running_count == 0)
			return process;
	}
	return NULL;
}

/* What the port serves, and ends, of which it is told, are the first CPU's. */
static bool step_first(struct kernel *kernel)
{
	if (exchange_serve_passed(&kernel->exchange))
		return true;
	struct process *process = find_ended(kernel);
	if (process != NULL)
		process_reap(process);
	return process != NULL;
}

/* Loading its program is on the account of the process. */
static void begin(struct kernel *kernel, struct cpu *cpu, struct process *process)
{
	start_step(process);
	uint64_t now = port_monotonic_ns();
	fair_charge(&kernel->ready, &process->share, now - cpu->charged_ns);
	cpu->charged_ns = now;
}

/* What the port serves, an end, or the next step of a start; false where this CPU has none of them.
 */
static bool begin_or_end(struct kernel *kernel, struct cpu *cpu)
{
	struct list_link *starting = list_first(&kernel->starting);
	bool is_done = cpu->number == 0 && step_first(kernel);
	if (!is_done && starting == NULL)
		return false;
	cpu_charge_last(cpu, port_monotonic_ns());
	if (!is_done)
		begin(kernel, cpu, list_record(starting, struct process, of_queue));
	cpu->read_ns = port_monotonic_ns();
	return true;
}

static bool tell_changes(struct kernel *kernel)
{
	bool is_due = inspect_is_due(kernel);
	inspect_tell(kernel);
	return is_due;
}

static inline bool step(struct kernel *kernel, struct cpu *cpu)
{
	if (cpu->running != NULL) {
		thread_run(cpu, cpu->running);
		return true;
	}
	if (!list_is_empty(&kernel->ending) || !list_is_empty(&kernel->starting) ||
	    exchange_has_passed(&kernel->exchange)) {
		if (begin_or_end(kernel, cpu))
			return true;
	}
	struct thread *thread = cpu_take(cpu);
	if (thread == NULL)
		return tell_changes(kernel);
	thread_run(cpu, thread);
	return true;
}

bool kernel_step(struct kernel *kernel)
{
	return step(kernel, kernel->cpu);
}

static bool is_idle(const struct kernel *kernel, const struct cpu *cpu)
{
	bool is_first = cpu->number == 0;
	return cpu_is_idle(cpu) && list_is_empty(&kernel->starting) && !inspect_is_due(kernel) &&
	       (!is_first ||
		(find_ended(kernel) == NULL && !exchange_has_passed(&kernel->exchange)));
}

/* Tells once that the port wants the CPU. */
static bool is_recalled(struct cpu *cpu)
{
	return atomic_load_explicit(&cpu->is_recalled, memory_order_relaxed) &&
	       atomic_exchange_explicit(&cpu->is_recalled, false, memory_order_relaxed);
}

static bool run(struct kernel *kernel, struct cpu *cpu, uint64_t until_ns)
{
	for (;;) {
		if (kernel->wants_parallel && !kernel->is_parallel)
			cpu_become_parallel(cpu);
		uint64_t now = port_monotonic_ns();
		kernel->exchange.now_ns = now;
		cpu->read_ns = now;
		if (cpu->account == NULL)
			cpu->charged_ns = now;
		timers_fire(&kernel->timers, now);
		inspect_tell(kernel);
		for (int turn = 0;
		     turn < TURNS_PER_CLOCK && !kernel->is_halted && step(kernel, cpu); turn++)
			if (cpu_take_interrupt(cpu))
				break;
		now = port_monotonic_ns();
		cpu_charge(cpu, now);
		if (kernel->is_halted)
			return true;
		if (is_idle(kernel, cpu) && timers_next_ns(&kernel->timers) > now) {
			cpu->account = NULL;
			if (!kernel->is_parallel || !cpu_watch(cpu))
				return true;
		} else if (now >= until_ns || is_recalled(cpu)) {
			return false;
		}
	}
}

bool kernel_run(struct kernel *kernel, uint64_t until_ns)
{
	struct cpu *cpu = kernel_this_cpu(kernel);
	bool has_entered = kernel_enter(kernel);
	cpu->state = CPU_BUSY;
	atomic_store_explicit(&cpu->is_recalled, false, memory_order_relaxed);
	bool has_nothing = run(kernel, cpu, until_ns);
	if (has_nothing)
		cpu->state = CPU_ASLEEP;
	if (cpu->running == NULL)
		cpu->account = NULL;
	kernel_leave(kernel, has_entered);
	return has_nothing;
}

void kernel_hold(struct kernel *kernel)
{
	bool has_entered = kernel_enter(kernel);
	core_assert(has_entered);
}

void kernel_let_go(struct kernel *kernel)
{
	kernel_unlock(kernel, kernel_this_cpu(kernel));
}

void kernel_halt(struct kernel *kernel)
{
	bool has_entered = kernel_enter(kernel);
	for (uint32_t i = 0; i < kernel->cpu_count; i++)
		if (&kernel->cpus[i] != kernel->cpu && kernel->cpus[i].state != CPU_ASLEEP)
			cpu_call(&kernel->cpus[i]);
	kernel->is_halted = true;
	kernel_leave(kernel, has_entered);
}

uint64_t kernel_next_deadline_ns(struct kernel *kernel)
{
	bool has_entered = kernel_enter(kernel);
	uint64_t deadline = is_idle(kernel, kernel->cpu) ? timers_next_ns(&kernel->timers) : 0;
	kernel_leave(kernel, has_entered);
	return deadline;
}

bool kernel_trap(struct kernel *kernel, const char *text)
{
	struct cpu *cpu = kernel_this_cpu(kernel);
	if (cpu->interruptible == NULL)
		return false;
	if (!cpu->has_lock)
		kernel_lock(kernel, cpu);
	thread_fault(cpu->running, text);
	kernel_unlock(kernel, cpu);
	return true;
}

void kernel_interrupt(struct kernel *kernel)
{
	cpu_interrupt(kernel_this_cpu(kernel));
}

void kernel_recall(struct kernel *kernel)
{
	struct cpu *cpu = kernel_this_cpu(kernel);
	atomic_store_explicit(&cpu->is_recalled, true, memory_order_relaxed);
	cpu_interrupt(cpu);
}

bool kernel_is_due(const struct kernel *kernel)
{
	uint64_t first_ns = timers_glance_ns(&kernel->timers);
	return first_ns != 0 && first_ns <= port_monotonic_ns();
}

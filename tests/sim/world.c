#include "world.h"

#include <stdlib.h>

#include <cairn/inspect.h>
#include <cairn/process.h>

#include "cpus.h"
#include "device.h"
#include "invariants.h"
#include "kernel_state.h"
#include "ledger.h"
#include "machine.h"
#include "oracle.h"
#include "sim.h"
#include "store.h"
#include "watch.h"

enum {
	STEPS_MIN = 60,
	STEPS_MAX = 400,
	REST_STEPS_MAX = 60000, /* a node that has not come to rest by then never will */
	PROCESSES_MAX = 12,
	USED_NS_MAX = 10000000
};

struct world {
	struct chance chance;
	struct kernel *kernel;
	uint32_t kill_percent;
	uint32_t reroute_percent;
	uint32_t started; /* by the world itself, and not ended yet */
	uint32_t start_budget;
};

static void on_ended(void *context, const struct kernel_end *end)
{
	struct world *world = context;
	if (world->started == 0)
		sim_fail("a process has ended more often than it was started");
	world->started--;
	sim_trace("  process %llu ended: cause %d, code %u, %s", (unsigned long long)end->process,
		  (int)end->cause, end->code, end->fault.text);
	bool has_reason = end->fault.text[0] != '\0';
	bool needs_reason = end->cause == KERNEL_END_TRAP || end->cause == KERNEL_END_NOT_STARTED;
	if (has_reason != needs_reason)
		sim_fail("a process ended without a reason, or with one too many");
}

/* ---- Making ---- */

/* Tight limits, so that a short run meets all of them. */
static struct kernel_limits choose_limits(struct chance *chance)
{
	return (struct kernel_limits){
	    .memory_bytes = 1 << 20,
	    .record_bytes = 24000 + chance_below(chance, 60000),
	    .message_bytes = 2000 + chance_below(chance, 20000),
	    .messages = 5 + chance_below(chance, 50),
	    .messages_per_handler = 1 + chance_below(chance, 12),
	    .bytes_per_handler = 500 + chance_below(chance, 8000),
	    .body_bytes = 300 + chance_below(chance, 3000),
	    .stack_bytes = 65536,
	    .threads = 1 + chance_below(chance, 8),
	};
}

static void create_kernel(struct world *world)
{
	struct kernel_settings settings = {
	    .limits = choose_limits(&world->chance),
	    .policy = &oracle_policy,
	    .trace = watch_reset(chance_percent(&world->chance, 50)),
	    .kept_code_bytes =
		chance_percent(&world->chance, 50) ? chance_below(&world->chance, 3000) : 0,
	};
	cpus_reset(sim_seed, &settings);
	struct fault fault;
	size_t size;
	const uint8_t *boot = store_boot(&size);
	enum status status = kernel_create_with(&settings, &machine_engine, &world->kernel);
	if (status != STATUS_OK)
		return;
	cpus_use(world->kernel);
	status = device_serve(world->kernel);
	if (status == STATUS_OK)
		status = kernel_boot(world->kernel, boot, size, &fault);
	if (status == STATUS_OK)
		return;
	if (status != STATUS_NO_MEMORY)
		sim_fail("the kernel cannot boot: %s", fault.text);
	kernel_destroy(world->kernel);
	world->kernel = NULL;
}

static void start_process(struct world *world)
{
	struct chance *chance = &world->chance;
	static const struct wasm_name all = {(const uint8_t *)"all", 3};
	struct kernel_grant granted[INTERFACE_COUNT + 2];
	uint32_t count = 0;
	static const struct wasm_name launch = {(const uint8_t *)"launch", 6};
	uint32_t denied = chance_below(chance, 20);
	uint32_t allowed = chance_percent(chance, 50) ? 70 : 20;
	for (uint32_t i = 0; i < INTERFACE_COUNT; i++)
		if (chance_percent(chance, allowed))
			granted[count++] = (struct kernel_grant){
			    .interface = store_interface(i),
			    .verdict =
				chance_percent(chance, denied) ? KERNEL_DENIED : KERNEL_ALLOWED};
	if (chance_percent(chance, 50))
		granted[count++] = (struct kernel_grant){.interface = {INSPECT_DIGEST},
							 .verdict = KERNEL_ALLOWED,
							 .scopes = &all,
							 .scope_count = chance_below(chance, 2)};
	if (chance_percent(chance, 60))
		granted[count++] = (struct kernel_grant){.interface = {PROCESS_DIGEST},
							 .verdict = KERNEL_ALLOWED,
							 .scopes = &launch,
							 .scope_count = chance_below(chance, 2)};
	/* Some have routes of their own: one handler, or a chain of two. */
	struct digest own[2] = {store_interface(INTERFACE_SERVED),
				store_interface(INTERFACE_DEVICE)};
	struct kernel_handler handlers[2];
	uint32_t handler_count = chance_percent(chance, 80) ? 0 : 1 + chance_below(chance, 2);
	uint32_t named = chance_below(chance, STORE_HANDLERS);
	for (uint32_t i = 0; i < handler_count; i++)
		handlers[i] = (struct kernel_handler){*store_handler((named + i) % STORE_HANDLERS),
						      own, 1 + chance_below(chance, 2),
						      .grants = {.allow_all = true}};
	struct wasm_name argument = {(const uint8_t *)"sim", 3};
	struct kernel_start start = {.program =
					 *store_program(chance_below(chance, STORE_PROGRAMS)),
				     .arguments = &argument,
				     .argument_count = chance_below(chance, 2),
				     .grants = {chance_percent(chance, 30), granted, count},
				     .asks = chance_percent(chance, 50),
				     .memory_bytes = PORT_PAGE_BYTES * (world->started % 3),
				     .handlers = handlers,
				     .handler_count = handler_count,
				     .ended = on_ended,
				     .context = world};
	uint64_t pid;
	if (kernel_start(world->kernel, &start, &pid) != STATUS_OK)
		return;
	world->started++;
	sim_trace("  process %llu starts", (unsigned long long)pid);
}

/* ---- Routing ---- */

/* Chains that lead forward only, mostly; what comes of others is told. */
static uint32_t choose_stops(struct world *world, struct kernel_stop *stops, uint32_t interface)
{
	struct chance *chance = &world->chance;
	uint32_t first = chance_below(chance, STORE_HANDLERS);
	uint32_t count = chance_below(chance, 4);
	for (uint32_t i = 0; i < count; i++) {
		stops[i] = (struct kernel_stop){
		    .program = *store_handler((first + i * 3) % STORE_HANDLERS),
		    .next = i + 1 < count && chance_percent(chance, 70) ? i + 1 : KERNEL_STOP_NONE};
		if (chance_percent(chance, 3))
			stops[i].next = chance_below(chance, count);
	}
	if (interface == INTERFACE_DEVICE && chance_percent(chance, 80)) {
		if (count > 0)
			stops[count - 1].next = count;
		stops[count++] = (struct kernel_stop){.is_kernel = true, .next = KERNEL_STOP_NONE};
	}
	return count;
}

static void choose_overrides(struct world *world, struct kernel_routing *routing,
			     struct kernel_override *overrides)
{
	struct chance *chance = &world->chance;
	enum { CLIENTS_AT = 10, CLIENTS = 6 };
	uint32_t count = chance_below(chance, 3);
	for (uint32_t i = 0; i < count; i++)
		overrides[i] = (struct kernel_override){
		    *store_program(CLIENTS_AT + chance_below(chance, CLIENTS)),
		    routing->stop_count > 0 && chance_percent(chance, 90)
			? chance_below(chance, routing->stop_count)
			: KERNEL_STOP_NONE};
	routing->overrides = overrides;
	routing->override_count = count;
}

/* The user changes his mind about who handles what. */
static void reroute(struct world *world)
{
	static const uint32_t changing[] = {INTERFACE_SERVED, INTERFACE_SERVED, INTERFACE_WATCHED,
					    INTERFACE_DEVICE, INTERFACE_HOGGED, INTERFACE_LATE};
	struct kernel_stop stops[4];
	struct kernel_override overrides[3];
	uint32_t interface = changing[chance_below(&world->chance, 6)];
	struct kernel_routing routing = {.interface = store_interface(interface), .stops = stops};
	routing.stop_count = choose_stops(world, stops, interface);
	choose_overrides(world, &routing, overrides);
	routing.first = routing.stop_count == 0 ? KERNEL_STOP_NONE
						: chance_below(&world->chance, routing.stop_count);
	struct fault fault;
	uint64_t epoch = world->kernel->exchange.epoch;
	ledger_rerouted(interface);
	enum status status = kernel_set_routing(world->kernel, &routing, &fault);
	sim_trace("  %u leads to %u stops, %u overrides: %d %s", interface, routing.stop_count,
		  routing.override_count, (int)status, fault.text);
	if ((status == STATUS_OK) == (world->kernel->exchange.epoch == epoch))
		sim_fail("a routing that was refused is in force, or one that was not is none");
	if ((status == STATUS_OK) != (fault.text[0] == '\0'))
		sim_fail("a routing was refused without a reason, or taken with one");
}

/* ---- Schedule and faults ---- */

/* Those that are first have used more than that, so that others are. */
static void shuffle(struct world *world)
{
	struct kernel *kernel = world->kernel;
	uint32_t turns = chance_below(&world->chance, 4);
	for (uint32_t i = 0; i < turns && !fair_is_empty(&kernel->ready); i++) {
		struct fair_entry *first = kernel->ready.first;
		struct process *process = list_record(first, struct process, share);
		fair_charge(&kernel->ready, first, chance_below(&world->chance, USED_NS_MAX));
		fair_charge(&process->ready, process->ready.first,
			    chance_below(&world->chance, USED_NS_MAX));
	}
}

static struct process *choose_process(struct world *world)
{
	uint32_t count = world->kernel->processes.count;
	if (count == 0)
		return NULL;
	uint32_t steps = chance_below(&world->chance, count);
	struct id_entry *entry = id_table_next(&world->kernel->processes, NULL);
	while (steps-- > 0)
		entry = id_table_next(&world->kernel->processes, entry);
	return list_record(entry, struct process, by_pid);
}

static void kill_somebody(struct world *world)
{
	struct process *process = choose_process(world);
	if (process == NULL)
		return;
	sim_trace("  kill %llu", (unsigned long long)process->party.serial);
	if (kernel_kill(world->kernel, process->party.serial) != STATUS_OK &&
	    process->state != PROCESS_ENDING)
		sim_fail("a process cannot be killed");
}

/* What somebody outside wants, who has the first CPU do it; false where nobody does. */
static bool disturb(struct world *world)
{
	struct chance *chance = &world->chance;
	bool starts = world->kernel->processes.count < PROCESSES_MAX && chance_percent(chance, 10);
	bool kills = chance_percent(chance, world->kill_percent);
	bool decides = chance_percent(chance, 4);
	bool reroutes = chance_percent(chance, world->reroute_percent);
	if (starts)
		start_process(world);
	if (kills)
		kill_somebody(world);
	if (decides)
		oracle_change_mind(world->kernel);
	if (reroutes)
		reroute(world);
	return starts || kills || decides || reroutes;
}

/* One thing of all that may happen next. The first CPU sleeps until there is something for it, or
 * wakes for nothing. */
static void advance(struct world *world, bool is_disturbed)
{
	struct chance *chance = &world->chance;
	sim_port_advance(chance_below(chance, 2000));
	if (chance_percent(chance, 1))
		sim_port_advance(HANDLER_WINDOW_NS);
	bool is_due = timers_next_ns(&world->kernel->timers) <= port_monotonic_ns();
	timers_fire(&world->kernel->timers, port_monotonic_ns());
	bool has_completed = chance_percent(chance, 20) && device_complete();
	if (chance_percent(chance, 50))
		shuffle(world);
	if (is_disturbed || is_due || has_completed || chance_percent(chance, 30))
		cpus_wake_first();
	cpus_step();
	cpus_check_sleep();
}

static void note_step(struct world *world)
{
	sim_step++;
	sim_trace("step %llu: %u processes, %u messages", (unsigned long long)sim_step,
		  world->kernel->processes.count,
		  world->kernel->exchange.pool.live_count > 0 ? invariants_live_messages() : 0);
}

static void run(struct world *world)
{
	uint32_t steps = STEPS_MIN + chance_below(&world->chance, STEPS_MAX - STEPS_MIN);
	for (uint32_t i = 0; i < steps; i++) {
		note_step(world);
		advance(world, disturb(world));
		invariants_check(world->kernel);
	}
}

/* ---- Rest ---- */

/* Those that never do what they owe must not be waited for. */
static void kill_idlers(struct world *world)
{
	struct id_table *processes = &world->kernel->processes;
	for (struct id_entry *entry = id_table_next(processes, NULL); entry != NULL;
	     entry = id_table_next(processes, entry)) {
		struct process *process = list_record(entry, struct process, by_pid);
		struct machine_process *machine = process->instance;
		if (machine == NULL || process->state == PROCESS_ENDING ||
		    (machine->kind != KIND_HOG && machine->kind != KIND_CRASHER))
			continue;
		process_kill(process);
		cpus_wake_first();
	}
}

static bool is_alive(void *context, uint64_t process)
{
	return kernel_find(context, process) != NULL;
}

/* Without faults, and with everybody finishing what he has begun, all answers come. */
static void come_to_rest(struct world *world)
{
	sim_port_set_faults(false);
	machine_is_draining = true;
	cpus_wake_first();
	sim_trace("coming to rest");
	for (uint32_t i = 0; i < REST_STEPS_MAX; i++) {
		note_step(world);
		kill_idlers(world);
		bool is_done = !cpus_step();
		cpus_check_sleep();
		if (is_done && device_complete()) {
			is_done = false;
			cpus_wake_first();
		}
		if (i % 16 == 0)
			invariants_check(world->kernel);
		uint64_t deadline = kernel_next_deadline_ns(world->kernel);
		if (i + 1 == REST_STEPS_MAX || (is_done && deadline == UINT64_MAX))
			invariants_trace(world->kernel);
		if (is_done && deadline == UINT64_MAX) {
			invariants_check_rest(world->kernel);
			ledger_check_rest(is_alive, world->kernel);
			return;
		}
		if (is_done && deadline > port_monotonic_ns())
			sim_port_advance(deadline - port_monotonic_ns());
		if (timers_next_ns(&world->kernel->timers) <= port_monotonic_ns())
			cpus_wake_first();
		timers_fire(&world->kernel->timers, port_monotonic_ns());
	}
	sim_fail("the node does not come to rest");
}

void world_run(uint64_t seed)
{
	struct world world = {.chance = {seed}};
	uint32_t refused = chance_percent(&world.chance, 50) ? 0 : chance_below(&world.chance, 8);
	world.kill_percent = chance_percent(&world.chance, 50) ? 0 : chance_below(&world.chance, 8);
	world.reroute_percent =
	    chance_percent(&world.chance, 30) ? 0 : chance_below(&world.chance, 15);
	sim_seed = seed;
	sim_step = 0;
	machine_is_draining = false;
	machine_seed(seed);
	ledger_reset();
	oracle_reset(seed, refused == 0);
	device_reset(seed);
	sim_port_reset(seed, refused);
	sim_port_set_faults(chance_percent(&world.chance, 20));
	create_kernel(&world);
	if (world.kernel == NULL) {
		if (sim_port_live_bytes() != 0)
			sim_fail("a kernel that could not be made leaves memory behind");
		return;
	}
	sim_port_set_faults(true);
	run(&world);
	if (chance_percent(&world.chance, 70))
		come_to_rest(&world);
	sim_trace("the end");
	cpus_halt();
	kernel_destroy(world.kernel);
	watch_check_end();
	if (world.started != 0)
		sim_fail("%u ends were never told", world.started);
	if (sim_port_live_bytes() != 0)
		sim_fail("%llu bytes are still held after the end",
			 (unsigned long long)sim_port_live_bytes());
}

#include "machine.h"

#include <stdlib.h>
#include <string.h>

#include "act.h"
#include "lock.h"
#include "oracle.h"
#include "text.h"
#include "threads.h"

bool machine_is_draining;

static struct chance seeds;

void machine_seed(uint64_t seed)
{
	seeds.state = seed;
}

/* ---- Running ---- */

static struct machine *of(struct execution *self)
{
	return list_record(self, struct machine, execution);
}

/* What each kind likes to do, in percent; the rest of the time it waits. */
struct taste {
	uint32_t send;
	uint32_t answer;
	uint32_t cancel;
	uint32_t kernel;  /* asks one of the kernel's interfaces */
	uint32_t start;   /* starts, kills or waits for children */
	uint32_t misuse;  /* nonsense, exits and traps */
	uint32_t threads; /* begins and ends them, and waits with them */
};

static const struct taste tastes[KIND_COUNT] = {
    [KIND_CLIENT] = {50, 0, 8, 12, 0, 1, 6},    [KIND_SERVER] = {2, 55, 1, 6, 0, 0, 4},
    [KIND_FORWARDER] = {5, 45, 2, 4, 0, 0, 6},  [KIND_HOG] = {5, 0, 0, 1, 0, 0, 0},
    [KIND_SELF] = {35, 35, 8, 2, 0, 0, 6},      [KIND_CRASHER] = {10, 0, 0, 5, 0, 5, 0},
    [KIND_LATE] = {5, 50, 2, 5, 0, 1, 8},       [KIND_LOADER] = {0, 70, 0, 0, 0, 0, 0},
    [KIND_STARTER] = {15, 0, 2, 5, 40, 1, 8},   [KIND_FILTER] = {2, 55, 2, 4, 0, 0, 6},
    [KIND_AUTHORIZER] = {5, 40, 0, 0, 0, 1, 0},
};

static enum act_result choose(struct machine *machine)
{
	struct chance *chance = &machine->shared->chance;
	const struct taste *taste = &tastes[machine->shared->kind];
	uint32_t roll = chance_below(chance, 100);
	if (roll < taste->send)
		return act_send(machine);
	roll -= taste->send;
	if (roll < taste->answer)
		return act_answer(machine);
	roll -= taste->answer;
	if (roll < taste->cancel)
		return act_cancel(machine);
	roll -= taste->cancel;
	if (roll < taste->kernel)
		return act_ask_kernel(machine);
	roll -= taste->kernel;
	if (roll < taste->start)
		return act_children(machine);
	roll -= taste->start;
	if (roll < taste->misuse)
		return act_misuse(machine);
	roll -= taste->misuse;
	if (roll < taste->threads)
		return act_threads(machine);
	return act_wait(machine);
}

/* A hog lies down for ever; nobody else may wait for what never comes. */
static enum act_result act(struct machine *machine)
{
	struct machine_process *shared = machine->shared;
	bool tries = machine_is_draining || chance_percent(&shared->chance, 70);
	if (shared->is_leaving && shared->owed_count == 0) {
		act_notify_all(machine);
		return ACT_FINISHED;
	}
	if (!shared->is_registering && tries && act_register(machine) == ACT_SUSPENDED)
		return ACT_SUSPENDED;
	if (!machine_is_draining)
		return choose(machine);
	if (shared->owed_count > 0 && shared->kind != KIND_HOG && shared->kind != KIND_CRASHER) {
		enum act_result result = act_answer(machine);
		if (result != ACT_NOTHING)
			return result;
	}
	return act_wait(machine);
}

static enum execution_outcome take_turns(struct machine *machine)
{
	if (machine->shared->process->state == PROCESS_ENDING)
		return EXECUTION_SUSPENDED;
	act_resumed(machine);
	uint32_t turns = 1 + chance_below(&machine->shared->chance, 5);
	for (uint32_t i = 0; i < turns; i++) {
		machine->shared->actions++;
		switch (act(machine)) {
		case ACT_DONE:
		case ACT_NOTHING:
			break;
		case ACT_SUSPENDED:
			return EXECUTION_SUSPENDED;
		case ACT_TRAPPED:
			return EXECUTION_TRAPPED;
		case ACT_FINISHED:
			return EXECUTION_FINISHED;
		}
	}
	/* It may stay on its CPU, while others have their turns. */
	const struct cpu *cpu = machine->thread->cpu;
	bool stays = !cpu_is_interrupted(cpu) && !cpu->kernel->is_halted &&
		     chance_percent(&machine->shared->chance, 40);
	return stays ? EXECUTION_RUNNING : EXECUTION_INTERRUPTED;
}

/* All that it does is a part of the kernel, or looks at its records: with the lock, then. */
static enum execution_outcome resume(struct execution *self)
{
	struct machine *machine = of(self);
	struct thread *thread = machine->thread;
	if (thread->state != THREAD_RUNNING || thread->cpu->running != thread ||
	    thread->cpu->number != sim_cpu)
		sim_fail("a thread runs that is not the running one");
	if (machine->is_inside)
		sim_fail("two CPUs are inside one thread");
	machine->is_inside = true;
	kernel_take_back(thread->process->kernel, thread->cpu);
	enum execution_outcome outcome =
	    thread->process->kernel->is_halted ? EXECUTION_INTERRUPTED : take_turns(machine);
	machine->is_inside = false;
	return outcome;
}

static struct execution_memory memory(const struct execution *self)
{
	const struct machine *machine = list_record(self, const struct machine, execution);
	return (struct execution_memory){.base = machine->shared->memory, .size = MEMORY_BYTES};
}

static void fail(struct execution *self, const char *text)
{
	of(self)->fault = text;
}

static void interrupt(struct execution *self)
{
}

static void explain(struct execution *self, struct fault *fault, char *backtrace, size_t size)
{
	fault_set(fault, 0, of(self)->fault == NULL ? "unreachable" : of(self)->fault);
	if (size > 0)
		memcpy(backtrace, "    at nowhere", sizeof "    at nowhere");
}

static void destroy(struct execution *self)
{
	struct machine *machine = of(self);
	const struct kernel *kernel = machine->shared->process->kernel;
	for (uint32_t i = 0; i < kernel->cpu_count; i++)
		if (kernel->cpus[i].running == machine->thread)
			sim_fail("a thread is destroyed that CPU %u runs", i);
	if (machine->is_inside)
		sim_fail("a thread is destroyed while it runs");
	if (machine->thread->end_requests != NULL &&
	    machine->shared->process->state != PROCESS_ENDING)
		sim_fail("who waits for a thread's end is not told");
	if (machine->thread->number == 0)
		machine->shared->has_left_first = true;
	machine->shared->machines[machine->index] = NULL;
	free(machine);
}

static const struct execution_kind kind = {resume, memory, fail, interrupt, explain, destroy};

/* ---- The engine ---- */

static enum status load(const uint8_t *bytes, uint64_t size, void **code, struct fault *fault)
{
	struct machine_program *program = port_allocate(sizeof *program);
	if (program == NULL) {
		fault_set(fault, 0, "out of memory");
		return STATUS_NO_MEMORY;
	}
	memset(program, 0, sizeof *program);
	if (size >= sizeof *program)
		memcpy(program, bytes, sizeof *program);
	if (memcmp(program->magic, "SIM1", 4) != 0 || program->kind >= KIND_COUNT) {
		fault_set(fault, 0, "no state machine");
		port_release(program, sizeof *program);
		return STATUS_MALFORMED;
	}
	*code = program;
	return STATUS_OK;
}

static void unload(void *code)
{
	port_release(code, sizeof(struct machine_program));
}

static uint64_t code_bytes(const void *code)
{
	return sizeof(struct machine_program);
}

static enum status add_thread(struct machine_process *shared, struct thread **out)
{
	uint32_t index = 0;
	while (index < THREADS_MAX && shared->machines[index] != NULL)
		index++;
	if (index == THREADS_MAX)
		return STATUS_LIMIT;
	struct machine *machine = calloc(1, sizeof *machine);
	if (machine == NULL)
		abort();
	*machine = (struct machine){.execution = {&kind}, .shared = shared, .index = index};
	enum status status = thread_create(shared->process, &machine->execution, &machine->thread);
	if (status != STATUS_OK) {
		free(machine);
		return status;
	}
	shared->machines[index] = machine;
	shared->thread_count++;
	*out = machine->thread;
	return STATUS_OK;
}

static enum status start(struct process *process, void *code, struct fault *fault)
{
	const struct machine_program *program = code;
	struct machine_process *shared = calloc(1, sizeof *shared);
	if (shared == NULL)
		abort();
	*shared = (struct machine_process){
	    .process = process, .kind = program->kind, .chance = {chance_next(&seeds)}};
	shared->is_honest = chance_percent(&shared->chance, 50);
	shared->spawns = program->threads > 1 || program->kind == KIND_STARTER;
	shared->memory = calloc(1, MEMORY_BYTES);
	process->instance = shared;
	oracle_started(process);
	struct thread *thread;
	uint32_t number;
	enum status status = add_thread(shared, &thread);
	for (uint32_t i = 1; i < program->threads && status == STATUS_OK; i++)
		status = threads_spawn(process, i, &number);
	if (status != STATUS_OK)
		fault_set(fault, 0, status_text(status));
	return status;
}

static enum status spawn(struct process *process, uint32_t number, uint64_t argument,
			 struct thread **out)
{
	struct machine_process *shared = process->instance;
	for (uint32_t i = 0; i < THREADS_MAX; i++)
		if (shared->machines[i] != NULL && shared->machines[i]->thread->number == number)
			sim_fail("the number of a thread that lives is given again");
	enum status status = add_thread(shared, out);
	if (status == STATUS_OK && number > shared->last_thread)
		shared->last_thread = number;
	return status;
}

static void stop(struct process *process)
{
	struct machine_process *shared = process->instance;
	if (shared == NULL)
		return;
	for (uint32_t i = 0; i < process->kernel->cpu_count; i++) {
		const struct thread *running = process->kernel->cpus[i].running;
		if (running != NULL && running->process == process)
			sim_fail("a process is reaped that CPU %u runs", i);
	}
	free(shared->memory);
	free(shared);
	process->instance = NULL;
}

const struct engine machine_engine = {.load = load,
				      .unload = unload,
				      .code_bytes = code_bytes,
				      .start = start,
				      .spawn = spawn,
				      .stop = stop};

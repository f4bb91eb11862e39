/* The round trip between two state machines: what the kernel alone costs. */
#include <string.h>

#include <cairn/abi.h>

#include "bench_messages.h"
#include "kernel_state.h"
#include "programs.h"
#include "syscall.h"

enum { MEMORY_BYTES = 4096, AT_PART = 32, AT_ID = 48, AT_BODY = 64, AT_OUT = 256 };

struct machine {
	struct execution execution;
	struct thread *thread;
	uint32_t rounds; /* left */
	bool is_server;
	uint64_t slots[5];
	uint8_t memory[MEMORY_BYTES];
};

static struct machine machines[2];

static struct execution_memory memory(const struct execution *self)
{
	struct machine *machine = (struct machine *)self;
	return (struct execution_memory){machine->memory, MEMORY_BYTES, false};
}

static enum wasm_host_result wait_for(struct machine *machine, uint64_t id)
{
	memcpy(machine->memory + AT_ID, &id, sizeof id);
	machine->slots[0] = AT_ID;
	machine->slots[1] = 1;
	machine->slots[2] = AT_OUT;
	machine->slots[3] = MEMORY_BYTES - AT_OUT;
	machine->slots[4] = CAIRN_WAIT_BLOCK;
	return syscall_wait(machine->thread, machine->slots);
}

static enum execution_outcome serve(struct machine *machine)
{
	for (;;) {
		struct cairn_notification head;
		memcpy(&head, machine->memory + AT_OUT, sizeof head);
		if (head.kind == CAIRN_KIND_MESSAGE) {
			memcpy(machine->memory + AT_BODY, machine->memory + AT_OUT + sizeof head,
			       MESSAGES_BODY_BYTES);
			machine->slots[0] = head.message;
			machine->slots[1] = AT_PART;
			machine->slots[2] = 1;
			machine->slots[3] = 0;
			syscall_answer(machine->thread, machine->slots);
		}
		if (wait_for(machine, CAIRN_ID_INCOMING) == WASM_HOST_SUSPEND)
			return EXECUTION_SUSPENDED;
	}
}

static enum execution_outcome ask(struct machine *machine)
{
	while (machine->rounds-- > 0) {
		machine->slots[0] = 0;
		machine->slots[1] = AT_PART;
		machine->slots[2] = 1;
		machine->slots[3] = CAIRN_SEND_ANSWER;
		syscall_send(machine->thread, machine->slots);
		if (wait_for(machine, machine->slots[0]) == WASM_HOST_SUSPEND)
			return EXECUTION_SUSPENDED;
	}
	return EXECUTION_FINISHED;
}

static enum execution_outcome resume(struct execution *self)
{
	struct machine *machine = (struct machine *)self;
	return machine->is_server ? serve(machine) : ask(machine);
}

static void ignore(struct execution *self)
{
}

static const struct execution_kind kind = {
    .resume = resume, .memory = memory, .interrupt = ignore, .destroy = ignore};

static void stop(struct process *process)
{
}

static const struct engine engine = {.stop = stop};

static struct machine *create(struct kernel *kernel, bool is_server)
{
	struct machine *machine = &machines[is_server];
	struct startup startup = {0};
	struct cid cid = {.codec = CID_RAW};
	struct kernel_grants all = {.allow_all = true};
	struct grant_set *grants;
	struct rights *rights;
	struct process *process;
	*machine = (struct machine){
	    .execution = {&kind}, .rounds = MESSAGES_ROUNDS, .is_server = is_server};
	const uint8_t interface[] = MESSAGES_DIGEST;
	const uint32_t part[2] = {AT_BODY, MESSAGES_BODY_BYTES};
	memcpy(machine->memory, interface, sizeof interface);
	memcpy(machine->memory + AT_PART, part, sizeof part);
	if (grant_set_create(&all, &kernel->exchange.next_grant, &grants) != STATUS_OK ||
	    permit_launch(kernel, &cid, grants, &rights) != STATUS_OK ||
	    process_create(kernel, &cid, rights, &startup, &process) != STATUS_OK ||
	    thread_create(process, &machine->execution, &machine->thread) != STATUS_OK)
		bench_fail("out of memory");
	rights_release(rights);
	grant_set_release(grants);
	list_remove(&process->of_queue);
	process->state = PROCESS_RUNNING;
	return machine;
}

double native_ns(void)
{
	struct kernel_settings settings = {.limits = kernel_limits_default()};
	struct digest interface = {MESSAGES_DIGEST};
	struct kernel *kernel;
	struct route *route;
	if (kernel_create_with(&settings, &engine, &kernel) != STATUS_OK ||
	    router_add(&kernel->exchange.router, &interface, &route) != STATUS_OK ||
	    stop_create(route, NULL, &route->first) != STATUS_OK)
		bench_fail("out of memory");
	list_append(&route->stops, &route->first->of_route);
	struct machine *server = create(kernel, true);
	if (stop_register(&kernel->exchange, route->first, &server->thread->process->party,
			  (struct stop_options){0}) != STATUS_OK)
		bench_fail("the server cannot register");
	create(kernel, false);
	uint64_t begin = port_monotonic_ns();
	kernel_run(kernel, UINT64_MAX);
	uint64_t taken = port_monotonic_ns() - begin;
	kernel_destroy(kernel);
	return (double)taken / MESSAGES_ROUNDS;
}

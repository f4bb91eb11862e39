/*
 * What decisions cost, in one run: a start among 10 programs with 10 decisions together, and among
 * 1,000 with 10,000; and a round trip of messages, alone and beside a program that asks a million
 * times for what it was denied. The processes are state machines, as in bench/messages.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cairn/abi.h>

#include "kernel_state.h"
#include "support/port.h"
#include "syscall.h"

enum {
	MEMORY_BYTES = 4096,
	AT_PART = 32,
	AT_ID = 48,
	AT_BODY = 64,
	AT_OUT = 256,
	BODY_BYTES = 64,
	PAIRS = 15,
	ROUNDS = 50000,
	REQUESTS = 1000000,
	STARTS = 4000,
	PROGRAMS = 1000,
	DECISIONS_EACH = 10
};

enum role { CLIENT, SERVER, NAGGER, IDLER };

struct machine {
	struct execution execution;
	struct thread *thread;
	enum role role;
	uint32_t left; /* rounds, or requests */
	bool is_interrupted;
	uint64_t slots[5];
	uint8_t memory[MEMORY_BYTES];
};

_Noreturn static void fail(const char *what)
{
	fprintf(stderr, "bench-rights: %s\n", what);
	exit(1);
}

static const struct digest served = {{1}};
static const struct digest denied = {{2}};

/* Of this thread: others may use the machine. */
static uint64_t cpu_ns(void)
{
	struct timespec time;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* ---- State machines ---- */

static struct execution_memory memory(const struct execution *self)
{
	struct machine *machine = (struct machine *)self;
	return (struct execution_memory){machine->memory, MEMORY_BYTES, false};
}

static enum wasm_host_result wait_for(struct machine *machine, uint64_t id)
{
	memcpy(machine->memory + AT_ID, &id, sizeof id);
	memcpy(machine->slots,
	       (uint64_t[]){AT_ID, 1, AT_OUT, MEMORY_BYTES - AT_OUT, CAIRN_WAIT_BLOCK},
	       sizeof machine->slots);
	return syscall_wait(machine->thread, machine->slots);
}

static int64_t send(struct machine *machine)
{
	memcpy(machine->slots, (uint64_t[]){0, AT_PART, 1, CAIRN_SEND_ANSWER, 0},
	       sizeof machine->slots);
	if (syscall_send(machine->thread, machine->slots) != WASM_HOST_CONTINUE)
		fail("send did not return");
	return (int64_t)machine->slots[0];
}

static enum execution_outcome serve(struct machine *machine)
{
	for (;;) {
		struct cairn_notification head;
		memcpy(&head, machine->memory + AT_OUT, sizeof head);
		if (head.kind == CAIRN_KIND_MESSAGE) {
			memcpy(machine->slots, (uint64_t[]){head.message, AT_PART, 1, 0, 0},
			       sizeof machine->slots);
			syscall_answer(machine->thread, machine->slots);
		}
		if (wait_for(machine, CAIRN_ID_INCOMING) == WASM_HOST_SUSPEND)
			return EXECUTION_SUSPENDED;
	}
}

static enum execution_outcome ask(struct machine *machine)
{
	while (machine->left-- > 0)
		if (wait_for(machine, (uint64_t)send(machine)) == WASM_HOST_SUSPEND)
			return EXECUTION_SUSPENDED;
	return EXECUTION_FINISHED;
}

static enum execution_outcome nag(struct machine *machine)
{
	while (machine->left > 0) {
		machine->left--;
		if (send(machine) != CAIRN_DENIED)
			fail("what is denied was sent");
		if (machine->is_interrupted) {
			machine->is_interrupted = false;
			return EXECUTION_INTERRUPTED;
		}
	}
	return EXECUTION_FINISHED;
}

static enum execution_outcome resume(struct execution *self)
{
	struct machine *machine = (struct machine *)self;
	if (machine->role == SERVER)
		return serve(machine);
	return machine->role == CLIENT ? ask(machine) : nag(machine);
}

static void interrupt(struct execution *self)
{
	((struct machine *)self)->is_interrupted = true;
}

static void destroy(struct execution *self)
{
	free(self);
}

static const struct execution_kind kind = {
    .resume = resume, .memory = memory, .interrupt = interrupt, .destroy = destroy};

static void stop(struct process *process)
{
}

static const struct engine engine = {.stop = stop};

static struct cid program_of(uint32_t number)
{
	struct cid cid = {.codec = CID_RAW};
	uint64_t words[2] = {(number + 1) * 0x9e3779b97f4a7c15u, number};
	memcpy(cid.hash, words, sizeof words);
	return cid;
}

static struct machine *create(struct kernel *kernel, uint32_t program, enum role role)
{
	struct machine *machine = calloc(1, sizeof *machine);
	struct startup startup = {0};
	struct cid cid = program_of(program);
	struct rights *rights;
	struct process *process;
	if (machine == NULL || permit_launch(kernel, &cid, NULL, &rights) != STATUS_OK ||
	    process_create(kernel, &cid, rights, &startup, &process) != STATUS_OK)
		fail("out of memory");
	rights_release(rights);
	list_remove(&process->of_queue);
	process->state = PROCESS_RUNNING;
	const uint32_t part[2] = {AT_BODY, BODY_BYTES};
	machine->execution.kind = &kind;
	machine->role = role;
	memcpy(machine->memory, role == NAGGER ? &denied : &served, sizeof served);
	memcpy(machine->memory + AT_PART, part, sizeof part);
	if (thread_create(process, &machine->execution, &machine->thread) != STATUS_OK)
		fail("out of memory");
	return machine;
}

static void add_route(struct kernel *kernel, const struct digest *interface, struct party *party)
{
	struct route *route;
	struct stop *made;
	if (router_add(&kernel->exchange.router, interface, &route) != STATUS_OK ||
	    stop_create(route, party->program, &made) != STATUS_OK)
		fail("out of memory");
	list_append(&route->stops, &made->of_route);
	route->first = made;
	if (stop_register(&kernel->exchange, made, party, (struct stop_options){0}) != STATUS_OK)
		fail("the server cannot register");
}

/* ---- Decisions, as a port keeps them: those of a program are found at once ---- */

static void decisions(void *self, const struct cid *program,
		      void (*add)(void *to, const struct kernel_grant *decision), void *to)
{
	uint32_t each = *(const uint32_t *)self;
	for (uint32_t i = 0; i < each; i++) {
		struct kernel_grant grant = {.interface = served, .verdict = KERNEL_ALLOWED};
		grant.interface.bytes[1] = (uint8_t)i;
		add(to, &grant);
	}
}

static struct kernel *make_kernel(const struct kernel_policy *policy)
{
	struct kernel_settings settings = {.limits = kernel_limits_default(), .policy = policy};
	struct kernel *kernel;
	if (kernel_create_with(&settings, &engine, &kernel) != STATUS_OK)
		fail("out of memory");
	return kernel;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

static double median(double *values)
{
	qsort(values, PAIRS, sizeof *values, compare);
	return values[PAIRS / 2];
}

/* ---- Starts ---- */

/* Nanoseconds from the start of a program to the end of its process, where so many others run that
 * each have as many decisions. */
static double start_ns(struct kernel *kernel)
{
	uint64_t begin = cpu_ns();
	for (uint32_t i = 0; i < STARTS; i++) {
		struct machine *machine = create(kernel, PROGRAMS + i, IDLER);
		process_kill(machine->thread->process);
		while (kernel_step(kernel)) {
		}
	}
	return (double)(cpu_ns() - begin) / STARTS;
}

static struct kernel *make_crowd(const struct kernel_policy *policy, uint32_t programs)
{
	struct kernel *kernel = make_kernel(policy);
	for (uint32_t i = 0; i < programs; i++)
		cpu_forget(kernel->cpu, create(kernel, i, IDLER)->thread);
	for (struct id_entry *entry = id_table_next(&kernel->processes, NULL); entry != NULL;
	     entry = id_table_next(&kernel->processes, entry)) {
		struct process *process = list_record(entry, struct process, by_pid);
		list_record(list_first(&process->threads), struct thread, of_process)->state =
		    THREAD_CALLING;
	}
	return kernel;
}

static void compare_starts(void)
{
	static uint32_t each = DECISIONS_EACH;
	static const struct kernel_policy policy = {.decisions = decisions, .self = &each};
	double few[PAIRS], many[PAIRS];
	struct kernel *small = make_crowd(&policy, 1);
	struct kernel *large = make_crowd(&policy, PROGRAMS);
	for (int i = 0; i < PAIRS; i++) {
		few[i] = start_ns(small);
		many[i] = start_ns(large);
	}
	kernel_destroy(small);
	kernel_destroy(large);
	double alone = median(few), among = median(many);
	printf("the kernel's part of a start among 1 program, 10 decisions %.0f ns, among 1,000 "
	       "and 10,000 %.0f ns, "
	       "ratio %.3f\n",
	       alone, among, among / alone);
}

/* ---- Round trips ---- */

struct trip {
	double ns; /* a round */
	uint32_t requests;
};

static uint32_t one = 1;
static const struct kernel_policy allows_served = {.decisions = decisions, .self = &one};

static struct trip round_trip(bool is_nagged)
{
	struct kernel *kernel = make_kernel(&allows_served);
	struct machine *server = create(kernel, 0, SERVER);
	struct party *party = &server->thread->process->party;
	add_route(kernel, &served, party);
	add_route(kernel, &denied, party);
	struct machine *client = create(kernel, 1, CLIENT);
	client->left = ROUNDS;
	struct machine *nagger = is_nagged ? create(kernel, 2, NAGGER) : NULL;
	if (is_nagged)
		nagger->left = UINT32_MAX;
	uint64_t pid = client->thread->process->party.serial;
	uint64_t begin = cpu_ns();
	while (kernel_find(kernel, pid) != NULL)
		(void)kernel_run(kernel, 0);
	struct trip trip = {.ns = (double)(cpu_ns() - begin) / ROUNDS};
	if (is_nagged)
		trip.requests = UINT32_MAX - nagger->left;
	kernel_destroy(kernel);
	return trip;
}

static void compare_trips(void)
{
	double quiet[PAIRS], nagged[PAIRS];
	uint32_t requests = 0;
	for (int i = 0; i < PAIRS; i++) {
		quiet[i] = round_trip(false).ns;
		struct trip trip = round_trip(true);
		nagged[i] = trip.ns;
		requests = trip.requests;
	}
	double alone = median(quiet), beside = median(nagged);
	printf("a round trip %.1f ns, beside a program that is denied all the while (%u times) "
	       "%.1f ns, ratio %.3f\n",
	       alone, requests, beside, beside / alone);
}

static void nag_alone(void)
{
	struct kernel *kernel = make_kernel(&allows_served);
	struct machine *server = create(kernel, 0, SERVER);
	add_route(kernel, &denied, &server->thread->process->party);
	struct machine *nagger = create(kernel, 2, NAGGER);
	nagger->left = REQUESTS;
	uint64_t pid = nagger->thread->process->party.serial;
	uint32_t lines = test_port_log_lines;
	uint64_t begin = port_monotonic_ns();
	while (kernel_find(kernel, pid) != NULL)
		(void)kernel_run(kernel, 0);
	double taken = (double)(port_monotonic_ns() - begin);
	printf("a million denied messages: %.0f ns each, %u lines of the log in %.2f s\n",
	       taken / REQUESTS, test_port_log_lines - lines, taken / 1e9);
	kernel_destroy(kernel);
}

int main(void)
{
	cpu_set_t first;
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_setaffinity(0, sizeof first, &first);
	test_port_keep_log = true;
	compare_starts();
	compare_trips();
	nag_alone();
	return 0;
}

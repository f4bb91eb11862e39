#include "oracle.h"

#include <string.h>

#include "kernel_state.h"
#include "store.h"

enum { PIDS_MAX = 4096, DENIALS_MAX = 3, DENIALS_OF_STARTED_MAX = 9 };

struct decided {
	enum kernel_verdict verdict;
	uint64_t sequence;
};

struct known {
	bool is_known;
	uint64_t starter; /* 0: the user */
	uint32_t program;
	bool is_launch;
	bool has_passed;
	bool passed[INTERFACE_COUNT];
	enum kernel_verdict options[INTERFACE_COUNT];
	bool has_all;
	uint64_t sequence;
	enum kernel_verdict answers[INTERFACE_COUNT];
	uint32_t denials[INTERFACE_COUNT];
	uint32_t all_denials[INTERFACE_COUNT]; /* those of what it has started as well */
	bool has_once[INTERFACE_COUNT];        /* the next message is allowed */
};

static struct known processes[PIDS_MAX];
static struct decided stored[STORE_PROGRAMS][INTERFACE_COUNT];
static struct kernel *node;
static bool exact;
static struct chance chance;

static uint32_t program_index(const struct cid *cid)
{
	for (uint32_t i = 0; i < STORE_PROGRAMS; i++)
		if (cid_is_equal(store_program(i), cid))
			return i;
	return STORE_PROGRAMS;
}

static enum kernel_verdict any_verdict(void)
{
	return (enum kernel_verdict)chance_below(&chance, 3);
}

void oracle_reset(uint64_t seed, bool is_exact)
{
	chance = (struct chance){seed ^ 0x6f7261636c65};
	memset(processes, 0, sizeof processes);
	memset(stored, 0, sizeof stored);
	exact = is_exact;
	bool is_decided = chance_percent(&chance, 50);
	for (uint32_t i = 0; i < STORE_PROGRAMS; i++)
		for (uint32_t k = 0; k < INTERFACE_COUNT; k++)
			if (is_decided && program_index(store_program(i)) == i)
				stored[i][k].verdict = any_verdict();
}

/* ---- Judging ---- */

static enum kernel_verdict judge(uint64_t pid, uint32_t interface);

static enum kernel_verdict judge_launched(const struct known *process, uint32_t interface)
{
	const struct decided *decided = &stored[process->program][interface];
	bool is_later = decided->sequence > process->sequence;
	if (process->options[interface] == KERNEL_DENIED)
		return KERNEL_DENIED;
	if (is_later && decided->verdict != KERNEL_UNDECIDED)
		return decided->verdict;
	if (!is_later && process->options[interface] == KERNEL_ALLOWED)
		return KERNEL_ALLOWED;
	if (decided->verdict != KERNEL_UNDECIDED)
		return decided->verdict;
	if (process->answers[interface] != KERNEL_UNDECIDED)
		return process->answers[interface];
	bool is_passed = process->passed[interface] && process->starter != 0 &&
			 judge(process->starter, interface) == KERNEL_ALLOWED;
	return process->has_all || is_passed ? KERNEL_ALLOWED : KERNEL_UNDECIDED;
}

static enum kernel_verdict judge_started(const struct known *process, uint32_t interface)
{
	if (stored[process->program][interface].verdict == KERNEL_DENIED ||
	    process->answers[interface] == KERNEL_DENIED ||
	    (process->has_passed && !process->passed[interface]))
		return KERNEL_DENIED;
	enum kernel_verdict of_starter = judge(process->starter, interface);
	return of_starter == KERNEL_UNDECIDED ? process->answers[interface] : of_starter;
}

static enum kernel_verdict judge(uint64_t pid, uint32_t interface)
{
	const struct known *process = &processes[pid];
	if (process->starter == 0 || process->is_launch)
		return judge_launched(process, interface);
	return judge_started(process, interface);
}

/* What is known of the process and its starters. */
static void trace_chain(uint64_t pid, uint32_t interface)
{
	for (const struct known *process = &processes[pid];;
	     process = &processes[process->starter]) {
		const struct decided *decided = &stored[process->program][interface];
		sim_trace(
		    "  process %llu of program %u%s: decided %d at %llu (started at %llu), option "
		    "%d, answer %d, %s, all: %d",
		    (unsigned long long)(process - processes), process->program,
		    process->is_launch ? ", launched" : "", (int)decided->verdict,
		    (unsigned long long)decided->sequence, (unsigned long long)process->sequence,
		    (int)process->options[interface], (int)process->answers[interface],
		    !process->has_passed         ? "all passed"
		    : process->passed[interface] ? "passed"
						 : "not passed",
		    process->has_all);
		if (process->starter == 0)
			return;
	}
}

void oracle_check_sent(uint64_t pid, uint32_t interface)
{
	if (interface >= INTERFACE_COUNT || pid >= PIDS_MAX ||
	    judge(pid, interface) == KERNEL_ALLOWED)
		return;
	trace_chain(pid, interface);
	sim_fail("process %llu sends to %u, which nobody has allowed", (unsigned long long)pid,
		 interface);
}

void oracle_check_denied(uint64_t pid, uint32_t interface)
{
	if (!exact || interface >= INTERFACE_COUNT || pid >= PIDS_MAX ||
	    judge(pid, interface) != KERNEL_ALLOWED)
		return;
	trace_chain(pid, interface);
	sim_fail("process %llu was denied %u, which it is allowed", (unsigned long long)pid,
		 interface);
}

/* ---- What happens ---- */

void oracle_started(const struct process *process)
{
	const struct rights *rights = process->party.rights;
	const struct rights_terms *terms = &rights->terms;
	uint64_t pid = process->party.serial;
	node = process->kernel;
	if (pid >= PIDS_MAX)
		return;
	struct known *known = &processes[pid];
	known->is_known = true;
	known->starter = terms->starter == NULL ? 0 : terms->starter->process;
	known->program = program_index(&process->cid);
	known->is_launch = terms->is_launch;
	known->has_passed = terms->passed != NULL;
	known->has_all = terms->options != NULL && terms->options->all != NULL;
	known->sequence = rights->sequence;
	for (uint32_t i = 0; i < INTERFACE_COUNT; i++) {
		struct digest interface = store_interface(i);
		const struct decision *option =
		    terms->options == NULL ? NULL
					   : decisions_find(&terms->options->decisions, &interface);
		known->options[i] = option == NULL ? KERNEL_UNDECIDED : option->verdict;
		known->passed[i] = terms->passed != NULL &&
				   decisions_find(&terms->passed->decisions, &interface) != NULL;
	}
}

static void forget_answers(uint32_t program, uint32_t interface)
{
	for (uint32_t i = 0; i < PIDS_MAX; i++) {
		if (!processes[i].is_known || processes[i].program != program)
			continue;
		processes[i].answers[interface] = KERNEL_UNDECIDED;
		processes[i].denials[interface] = 0;
		processes[i].all_denials[interface] = 0;
	}
}

/* What is decided while nobody runs the program is older than whatever runs it. */
static void put(uint32_t program, uint32_t interface, enum kernel_verdict verdict)
{
	bool runs = stored_find(&node->exchange.stored, store_program(program)) != NULL;
	stored[program][interface] =
	    (struct decided){verdict, runs ? node->exchange.stored.sequence + 1 : 0};
	forget_answers(program, interface);
}

void oracle_change_mind(struct kernel *kernel)
{
	uint32_t program = program_index(store_program(chance_below(&chance, STORE_PROGRAMS)));
	uint32_t interface = chance_below(&chance, INTERFACE_COUNT);
	node = kernel;
	static const struct wasm_name scope = {(const uint8_t *)"a", 1};
	struct kernel_grant grant = {.interface = store_interface(interface),
				     .verdict = any_verdict(),
				     .scopes = &scope,
				     .scope_count = chance_below(&chance, 2)};
	sim_trace("  the user decides: program %u, interface %u: %d", program, interface,
		  (int)grant.verdict);
	static struct known saved[PIDS_MAX];
	struct decided before = stored[program][interface];
	memcpy(saved, processes, sizeof saved);
	put(program, interface, grant.verdict);
	enum status status = kernel_decide(kernel, store_program(program), &grant);
	if (status != STATUS_OK && status != STATUS_NO_MEMORY)
		sim_fail("a decision fails: %s", status_text(status));
	if (status != STATUS_OK && grant.verdict == KERNEL_ALLOWED) {
		stored[program][interface] = before;
		memcpy(processes, saved, sizeof saved);
	}
}

/* ---- The policy ---- */

static void decisions(void *self, const struct cid *program,
		      void (*add)(void *to, const struct kernel_grant *decision), void *to)
{
	uint32_t index = program_index(program);
	for (uint32_t i = 0; i < INTERFACE_COUNT && index < STORE_PROGRAMS; i++) {
		struct kernel_grant grant = {.interface = store_interface(i),
					     .verdict = stored[index][i].verdict};
		if (grant.verdict != KERNEL_UNDECIDED)
			add(to, &grant);
	}
}

static enum status decided(void *self, const struct kernel_decision *decision)
{
	uint32_t interface = store_interface_index(decision->grant->interface.bytes);
	uint32_t program = program_index(decision->program);
	struct known *process = &processes[decision->process];
	enum kernel_verdict verdict = decision->grant->verdict;
	if (interface == INTERFACE_COUNT || program == STORE_PROGRAMS ||
	    decision->process >= PIDS_MAX)
		return STATUS_OK;
	bool is_kept = chance_percent(&chance, 80);
	sim_trace("  process %llu of program %u, interface %u: %d for ever%s",
		  (unsigned long long)decision->process, program, interface, (int)verdict,
		  is_kept ? "" : ", which is not kept");
	if (is_kept)
		put(program, interface, verdict);
	if (!is_kept || verdict == KERNEL_ALLOWED)
		process->answers[interface] = verdict;
	return is_kept ? STATUS_OK : STATUS_IO;
}

static void count_denial(struct known *process, uint32_t interface, bool is_own)
{
	if (process->answers[interface] != KERNEL_UNDECIDED)
		return;
	process->denials[interface] += is_own;
	process->all_denials[interface]++;
	if (process->denials[interface] >= DENIALS_MAX ||
	    process->all_denials[interface] >= DENIALS_OF_STARTED_MAX)
		process->answers[interface] = KERNEL_DENIED;
}

/* For those that it was started by: which those are, the kernel tells. */
static void count_for_starters(uint64_t pid, uint32_t interface)
{
	const struct process *process = kernel_find(node, pid);
	const struct rights *rights = process == NULL ? NULL : process->party.rights;
	for (; rights != NULL && rights->terms.starter != NULL && !rights->terms.is_launch;
	     rights = rights->terms.starter)
		if (rights->terms.starter->process < PIDS_MAX)
			count_denial(&processes[rights->terms.starter->process], interface, false);
}

/* Before a start, for once is for the run, and a denial for once is nothing to the process. */
static void take_answer(struct known *process, uint32_t interface,
			const struct kernel_observation *observation)
{
	enum kernel_verdict verdict = observation->grant.verdict;
	bool is_once = observation->is_once;
	if (is_once && !process->is_known) {
		if (verdict == KERNEL_ALLOWED)
			process->answers[interface] = verdict;
		else
			count_for_starters(observation->process, interface);
	} else if (is_once && verdict == KERNEL_ALLOWED) {
		process->has_once[interface] = true;
	} else if (is_once) {
		count_denial(process, interface, true);
		count_for_starters(observation->process, interface);
	} else {
		process->answers[interface] = verdict;
	}
}

static void observed(void *self, const struct kernel_observation *observation)
{
	uint32_t interface = store_interface_index(observation->grant.interface.bytes);
	if (interface == INTERFACE_COUNT || observation->process >= PIDS_MAX)
		return;
	struct known *process = &processes[observation->process];
	if (observation->what == KERNEL_OBSERVED_ANSWERED)
		sim_trace("  process %llu, interface %u: %d%s",
			  (unsigned long long)observation->process, interface,
			  (int)observation->grant.verdict, observation->is_once ? " once" : "");
	if (observation->what == KERNEL_OBSERVED_ANSWERED)
		take_answer(process, interface, observation);
	if (observation->what != KERNEL_OBSERVED_USED)
		return;
	if (!process->has_once[interface])
		oracle_check_sent(observation->process, interface);
	process->has_once[interface] = false;
}

const struct kernel_policy oracle_policy = {
    .decisions = decisions, .decided = decided, .observed = observed};

/* What a machine asks of the kernel's own interfaces, and the nonsense that it does. */
#include <string.h>

#include <cairn/abi.h>
#include <cairn/authorizer.h>
#include <cairn/inspect.h>
#include <cairn/interface.h>
#include <cairn/loader.h>
#include <cairn/log.h>
#include <cairn/process.h>
#include <cairn/random.h>
#include <cairn/time.h>

#include "act.h"
#include "core/cid.h"
#include "kernel_state.h"
#include "syscall.h"

struct wire_out act_request(struct machine *machine)
{
	return wire_out_over(act_memory(machine, AT_BODY), BODY_ROOM);
}

enum act_result act_send_request(struct machine *machine, const struct wire_out *request,
				 const struct digest *interface, uint32_t kind)
{
	struct machine_process *shared = machine->shared;
	uint32_t size = (uint32_t)request->size;
	if (shared->sent_count >= SENT_MAX - 2)
		return ACT_NOTHING;
	bool wants_answer = kind == REQUEST_WAIT_END || kind == REQUEST_THREAD_END ||
			    chance_percent(&shared->chance, 90);
	if (kind != REQUEST_REGISTER && chance_percent(&shared->chance, 3)) {
		size = chance_percent(&shared->chance, 50) ? size + 1 : size - 1;
		kind = REQUEST_NONSENSE;
	}
	int64_t result;
	enum act_result done = act_send_body(machine, interface, size, wants_answer, &result);
	sim_trace("  %llu.%u asks the kernel (%u): %lld",
		  (unsigned long long)shared->process->party.serial, machine->index, kind,
		  done == ACT_DONE ? (long long)result : 0);
	if (done != ACT_DONE)
		return done;
	if (result >= CAIRN_ID_FIRST_MESSAGE)
		act_remember(machine, (uint64_t)result, 0, kind);
	return result < 0 ? ACT_NOTHING : ACT_DONE;
}

static const struct digest of_interface = {INTERFACE_DIGEST};
static const struct digest of_process = {PROCESS_DIGEST};
static const struct digest of_time = {TIME_DIGEST};
static const struct digest of_random = {RANDOM_DIGEST};
static const struct digest of_log = {LOG_DIGEST};
static const struct digest of_loader = {LOADER_DIGEST};
static const struct digest of_inspect = {INSPECT_DIGEST};
static const struct digest of_authorizer = {AUTHORIZER_DIGEST};

/* ---- interface ---- */

static enum act_result ask_register(struct machine *machine, const struct digest *interface,
				    bool watches)
{
	struct wire_out out = act_request(machine);
	const struct interface_register_call call = {
	    .digest = {interface->bytes, sizeof interface->bytes},
	    .options = watches ? INTERFACE_OPTIONS_WATCH_SENDERS : 0,
	};
	interface_register_encode(&out, &call);
	return act_send_request(machine, &out, &of_interface, REQUEST_REGISTER);
}

static enum act_result ask_unregister(struct machine *machine, const struct digest *interface)
{
	struct wire_out out = act_request(machine);
	const struct interface_unregister_call call = {
	    .digest = {interface->bytes, sizeof interface->bytes}};
	interface_unregister_encode(&out, &call);
	return act_send_request(machine, &out, &of_interface, REQUEST_UNREGISTER);
}

/* What each kind asks for, whether or not anybody has named it. */
static bool handles_by_kind(enum machine_kind kind, uint32_t interface)
{
	switch (kind) {
	case KIND_SERVER:
		return interface == INTERFACE_SERVED || interface == INTERFACE_WATCHED;
	case KIND_FORWARDER:
		return interface == INTERFACE_FORWARDED;
	case KIND_HOG:
		return interface == INTERFACE_HOGGED;
	case KIND_SELF:
		return interface == INTERFACE_OWN;
	case KIND_LATE:
		return interface == INTERFACE_LATE;
	default:
		return false;
	}
}

/* Its process was started for the interface: whoever does not ask for that keeps others waiting. */
static bool was_started_for(const struct machine *machine, uint32_t interface)
{
	struct process *process = machine->shared->process;
	struct digest digest = store_interface(interface);
	const struct route *route = router_find(&process->kernel->exchange.router, &digest);
	return machine->shared->kind != KIND_CRASHER && route != NULL &&
	       stop_of_party(&process->party, route) != NULL;
}

/* Asks for all that it handles; again later, where one could not be sent. */
enum act_result act_register(struct machine *machine)
{
	enum machine_kind kind = machine->shared->kind;
	enum act_result done = ACT_DONE;
	if (kind == KIND_LOADER)
		done = ask_register(machine, &of_loader, false);
	if (kind == KIND_AUTHORIZER)
		done = ask_register(machine, &of_authorizer, false);
	for (uint32_t i = 0; i < INTERFACE_COUNT && done == ACT_DONE; i++) {
		struct digest interface = store_interface(i);
		if (handles_by_kind(kind, i) || was_started_for(machine, i))
			done = ask_register(machine, &interface, i == INTERFACE_WATCHED);
	}
	machine->shared->is_registering = done == ACT_DONE;
	return done;
}

/* A random one: its own again, somebody else's, or nobody's. */
static enum act_result change_registration(struct machine *machine)
{
	struct chance *chance = &machine->shared->chance;
	struct digest interface = store_interface(chance_below(chance, INTERFACE_COUNT));
	if (chance_percent(chance, 30))
		return ask_unregister(machine, &interface);
	machine->shared->is_registering = false;
	return ACT_DONE;
}

enum act_result act_cancel(struct machine *machine)
{
	struct machine_process *shared = machine->shared;
	struct chance *chance = &shared->chance;
	uint64_t id = chance_below(chance, 60);
	if (shared->sent_count > 0 && chance_percent(chance, 90))
		id = shared->sent[chance_below(chance, shared->sent_count)].id;
	struct wire_out out = act_request(machine);
	interface_cancel_encode(&out, &(struct interface_cancel_call){id});
	return act_send_request(machine, &out, &of_interface, REQUEST_CANCEL);
}

/* ---- The other interfaces ---- */

static enum act_result ask_log(struct machine *machine)
{
	static const char text[] = "one line, \033[31m with \"colour\" and a \xe2\x80\xae mark";
	struct wire_out out = act_request(machine);
	/* One level too many: it must be refused. */
	uint32_t level = chance_below(&machine->shared->chance, LOG_LEVEL_ERROR + 2);
	log_write_encode(&out, &(struct log_write_call){(enum log_level)level, wire_text(text)});
	return act_send_request(machine, &out, &of_log,
				level <= LOG_LEVEL_ERROR ? REQUEST_NOW : REQUEST_NONSENSE);
}

static enum act_result ask_sleep(struct machine *machine)
{
	struct wire_out out = act_request(machine);
	uint64_t deadline = port_monotonic_ns() + chance_below(&machine->shared->chance, 100000);
	time_sleep_until_encode(&out, &(struct time_sleep_until_call){deadline});
	return act_send_request(machine, &out, &of_time, REQUEST_SLEEP);
}

static enum act_result ask_now(struct machine *machine)
{
	struct wire_out out = act_request(machine);
	time_now_encode(&out);
	return act_send_request(machine, &out, &of_time, REQUEST_NOW);
}

static enum act_result ask_arguments(struct machine *machine)
{
	struct wire_out out = act_request(machine);
	process_arguments_encode(&out);
	return act_send_request(machine, &out, &of_process, REQUEST_ARGUMENTS);
}

static enum act_result ask_scopes(struct machine *machine)
{
	struct wire_out out = act_request(machine);
	uint32_t grant = chance_below(&machine->shared->chance, 20);
	interface_scopes_encode(&out, &(struct interface_scopes_call){grant});
	return act_send_request(machine, &out, &of_interface, REQUEST_SCOPES);
}

static enum act_result ask_random(struct machine *machine)
{
	struct wire_out out = act_request(machine);
	uint32_t count = chance_below(&machine->shared->chance, 3000);
	random_bytes_encode(&out, &(struct random_bytes_call){count});
	return act_send_request(machine, &out, &of_random, REQUEST_RANDOM);
}

/* Some see everything, some see themselves, and some nothing. */
static enum act_result ask_inspect(struct machine *machine)
{
	struct chance *chance = &machine->shared->chance;
	struct wire_out out = act_request(machine);
	struct kernel *kernel = machine->shared->process->kernel;
	uint64_t present = kernel_change(kernel);
	uint64_t last = kernel->exchange.next_serial - 1; /* more may have no room at AT_OUT */
	switch (chance_below(chance, 4)) {
	case 0:
		inspect_handlers_encode(&out);
		break;
	case 1:
		inspect_processes_encode(&out, &(struct inspect_processes_call){last});
		break;
	case 2:
		inspect_summary_encode(&out);
		break;
	default:
		inspect_wait_change_encode(
		    &out, &(struct inspect_wait_change_call){present - chance_below(chance, 2)});
		break;
	}
	return act_send_request(machine, &out, &of_inspect, REQUEST_NOW);
}

enum act_result act_ask_kernel(struct machine *machine)
{
	switch (chance_below(&machine->shared->chance, 10)) {
	case 9:
		return ask_inspect(machine);
	case 0:
		return ask_log(machine);
	case 1:
	case 2:
	case 3:
		return ask_sleep(machine);
	case 4:
		return ask_now(machine);
	case 5:
		return ask_arguments(machine);
	case 6:
		return ask_scopes(machine);
	case 7:
		return ask_random(machine);
	default:
		return change_registration(machine);
	}
}

/* ---- process ---- */

static enum act_result start_child(struct machine *machine)
{
	struct chance *chance = &machine->shared->chance;
	uint8_t cid[CID_BINARY_BYTES];
	cid_to_binary(store_program(chance_below(chance, STORE_PROGRAMS)), cid);
	if (chance_percent(chance, 5))
		cid[0] ^= 1;
	static const struct wire_bytes words[2] = {{(const uint8_t *)"word", 4},
						   {(const uint8_t *)"word", 4}};
	struct wire_out out = act_request(machine);
	uint32_t first = chance_below(chance, INTERFACE_COUNT);
	struct process_start_call call = {
	    .program = {cid, sizeof cid},
	    .arguments = {.items = words, .count = chance_below(chance, 3)},
	};
	/* What is passed on: everything, or some of it. */
	struct digest interfaces[3];
	struct process_right rights[3];
	for (uint32_t i = 0; i < 3; i++) {
		interfaces[i] = store_interface((first + i) % INTERFACE_COUNT);
		rights[i] = (struct process_right){.interface = {interfaces[i].bytes, 32}};
	}
	call.passes.has_value = chance_percent(chance, 40);
	call.passes.value =
	    (struct process_right_list){.items = rights, .count = chance_below(chance, 4)};
	process_start_encode(&out, &call);
	return act_send_request(machine, &out, &of_process, REQUEST_START);
}

enum act_result act_children(struct machine *machine)
{
	struct machine_process *shared = machine->shared;
	struct chance *chance = &shared->chance;
	uint32_t roll = chance_below(chance, 10);
	if (roll < 4 || shared->child_count == 0)
		return start_child(machine);
	uint64_t pid = shared->children[chance_below(chance, shared->child_count)];
	if (chance_percent(chance, 10))
		pid = chance_below(chance, 30);
	struct wire_out out = act_request(machine);
	if (roll < 8)
		process_wait_end_encode(&out, &(struct process_wait_end_call){pid});
	else
		process_kill_encode(&out, &(struct process_kill_call){pid});
	return act_send_request(machine, &out, &of_process,
				roll < 8 ? REQUEST_WAIT_END : REQUEST_KILL);
}

/* ---- Nonsense ---- */

static enum act_result leave(struct machine *machine)
{
	struct wire_out out = act_request(machine);
	process_exit_encode(&out, &(struct process_exit_call){7});
	int64_t result;
	enum act_result done =
	    act_send_body(machine, &of_process, (uint32_t)out.size, false, &result);
	if (done != ACT_SUSPENDED)
		sim_fail("a program that says that it ends goes on");
	return done;
}

/* A pointer that leads outside, in one of the system calls. */
static enum act_result point_outside(struct machine *machine)
{
	uint64_t *slots = machine->slots;
	uint64_t end = MEMORY_BYTES;
	memset(slots, 0, sizeof machine->slots);
	enum wasm_host_result host;
	switch (chance_below(&machine->shared->chance, 4)) {
	case 0:
		slots[0] = end - 31;
		host = syscall_send(machine->thread, slots);
		break;
	case 1:
		slots[1] = UINT32_MAX - 7;
		slots[2] = 1;
		host = syscall_answer(machine->thread, slots);
		break;
	case 2:
		slots[1] = 1;
		slots[0] = end - 7;
		host = syscall_wait(machine->thread, slots);
		break;
	default:
		slots[2] = end;
		slots[3] = 1;
		host = syscall_wait(machine->thread, slots);
		break;
	}
	if (host != WASM_HOST_TRAP)
		sim_fail("a pointer outside the memory was followed");
	return ACT_TRAPPED;
}

enum act_result act_misuse(struct machine *machine)
{
	switch (chance_below(&machine->shared->chance, 3)) {
	case 0:
		return leave(machine);
	case 1:
		return point_outside(machine);
	default:
		return ACT_FINISHED;
	}
}

/* What a machine sends to others, and answers them. */
#include <string.h>

#include <cairn/authorizer.h>
#include <cairn/abi.h>
#include <cairn/loader.h>

#include "act.h"
#include "kernel_state.h"
#include "ledger.h"
#include "oracle.h"
#include "syscall.h"

uint8_t *act_memory(const struct machine *machine, uint32_t offset)
{
	return machine->shared->memory + act_address(machine, offset);
}

uint32_t act_address(const struct machine *machine, uint32_t offset)
{
	return machine->index * REGION_BYTES + offset;
}

bool act_is_alive(const struct machine *machine, uint64_t pid)
{
	return kernel_find(machine->shared->process->kernel, pid) != NULL;
}

/* Describes the bytes at AT_BODY as one part, or as several. */
static uint32_t write_parts(struct machine *machine, uint32_t size)
{
	uint32_t count = 1 + chance_below(&machine->shared->chance, 4);
	uint32_t at = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t left = size - at;
		uint32_t part_size =
		    i + 1 == count ? left : chance_below(&machine->shared->chance, left + 1);
		uint32_t part[2] = {act_address(machine, AT_BODY) + at, part_size};
		memcpy(act_memory(machine, AT_PARTS + i * 8), part, sizeof part);
		at += part_size;
	}
	return count;
}

/* Some message of the process to the interface waits until somebody has decided. */
static bool is_asked_about(const struct machine *machine, const struct digest *interface)
{
	const struct party *party = &machine->shared->process->party;
	const struct route *route = router_find(&party->exchange->router, interface);
	const struct access *access = route == NULL ? NULL : access_find(party, route);
	return access != NULL && !list_is_empty(&access->asked);
}

/* By what the oracle knows of the user's mind. */
static void check_right(const struct machine *machine, const struct digest *interface,
			int64_t result)
{
	uint64_t pid = machine->shared->process->party.serial;
	uint32_t index = store_interface_index(interface->bytes);
	if (result == CAIRN_DENIED)
		oracle_check_denied(pid, index);
	else if (result >= 0 && !is_asked_about(machine, interface))
		oracle_check_sent(pid, index);
}

static bool is_expected_error(struct machine *machine, const struct digest *interface,
			      uint32_t size, int64_t error)
{
	const struct kernel_limits *limits = machine->shared->process->party.limits;
	switch (error) {
	case CAIRN_TOO_LARGE:
		return size > limits->body_bytes || size > limits->bytes_per_handler;
	case CAIRN_DENIED:
	case CAIRN_NO_HANDLER:
	case CAIRN_BUSY:
	case CAIRN_LIMIT:
		return true;
	default:
		return false;
	}
}

enum act_result act_send_body(struct machine *machine, const struct digest *interface,
			      uint32_t size, bool wants_answer, int64_t *result)
{
	memcpy(act_memory(machine, AT_DIGEST), interface->bytes, sizeof interface->bytes);
	uint64_t *slots = machine->slots;
	slots[0] = act_address(machine, AT_DIGEST);
	slots[1] = act_address(machine, AT_PARTS);
	slots[2] = write_parts(machine, size);
	slots[3] = wants_answer ? CAIRN_SEND_ANSWER : 0;
	enum wasm_host_result host = syscall_send(machine->thread, slots);
	if (host == WASM_HOST_TRAP)
		sim_fail("send trapped with pointers inside the memory");
	if (host == WASM_HOST_SUSPEND) {
		if (machine->shared->process->state != PROCESS_ENDING &&
		    !machine->thread->is_leaving)
			sim_fail("send blocks");
		return ACT_SUSPENDED;
	}
	*result = (int64_t)slots[0];
	if (*result < 0 && !is_expected_error(machine, interface, size, *result))
		sim_fail("send returned %lld", (long long)*result);
	check_right(machine, interface, *result);
	if (*result >= 0 && (*result >= CAIRN_ID_FIRST_MESSAGE) != wants_answer)
		sim_fail("send returned an id where none is due, or none where one is");
	return ACT_DONE;
}

void act_remember(struct machine *machine, uint64_t id, uint64_t token, uint32_t request)
{
	struct machine_process *shared = machine->shared;
	if (shared->sent_count == SENT_MAX)
		sim_fail("more messages are under way than the limit allows");
	shared->sent[shared->sent_count++] = (struct sent_message){
	    .id = id, .token = token, .request = request, .sender = machine->thread->number};
}

static uint32_t choose_interface(struct machine *machine)
{
	struct chance *chance = &machine->shared->chance;
	if (machine->shared->kind == KIND_SELF && chance_percent(chance, 80))
		return INTERFACE_OWN;
	if (chance_percent(chance, 40))
		return INTERFACE_SERVED;
	return chance_below(chance, INTERFACE_COUNT);
}

/* The size of a body: mostly small, now and then more than anybody takes. */
static uint32_t choose_size(struct machine *machine)
{
	struct chance *chance = &machine->shared->chance;
	uint32_t room = chance_percent(chance, 80) ? 150 : 5000;
	return LEDGER_BODY_MIN + chance_below(chance, room);
}

static enum act_result send_to(struct machine *machine, uint32_t interface, bool wants_answer,
			       uint64_t *id)
{
	struct machine_process *shared = machine->shared;
	struct digest digest = store_interface(interface);
	uint32_t size = choose_size(machine);
	uint64_t token = ledger_new(act_memory(machine, AT_BODY), size);
	int64_t result;
	enum act_result done = act_send_body(machine, &digest, size, wants_answer, &result);
	sim_trace("  %llu.%u sends %llu to %u (%u bytes): %lld",
		  (unsigned long long)shared->process->party.serial, machine->index,
		  (unsigned long long)token, interface, size,
		  done == ACT_DONE ? (long long)result : 0);
	if (done != ACT_DONE || result < 0)
		return done;
	ledger_sent(token, shared->process->party.serial, interface, wants_answer);
	if (wants_answer)
		act_remember(machine, (uint64_t)result, token, 0);
	*id = (uint64_t)result;
	return ACT_DONE;
}

enum act_result act_send(struct machine *machine)
{
	if (machine->shared->sent_count >= SENT_MAX - 4)
		return act_wait(machine);
	uint64_t id;
	bool wants_answer = chance_percent(&machine->shared->chance, 70);
	return send_to(machine, choose_interface(machine), wants_answer, &id);
}

/* ---- Answering ---- */

static void forget_owed(struct machine_process *shared, uint32_t index)
{
	shared->owed[index] = shared->owed[--shared->owed_count];
}

/* A block that the kernel asks for. Sometimes the loader lies. */
static uint32_t write_block(struct machine *machine, const struct cid *cid)
{
	struct chance *chance = &machine->shared->chance;
	uint8_t *body = act_memory(machine, AT_BODY);
	uint64_t body_bytes = machine->shared->process->party.limits->body_bytes;
	struct wire_out out = wire_out_over(body, BODY_ROOM);
	struct loader_bytes_or_error block = {.is_error = false};
	uint32_t lies = machine->shared->is_honest || machine_is_draining ? 0 : 5;
	const uint8_t *data;
	size_t size;
	/* Its case, its count and its bytes. */
	bool is_there = store_block(cid, &data, &size) && size + 5 <= body_bytes;
	if (!is_there || chance_percent(chance, lies)) {
		/* Some cases are none. */
		block.is_error = true;
		block.error = (enum loader_error)chance_below(chance, LOADER_ERROR_FAILED + 3);
		loader_get_answer_encode(&out, &block);
		return (uint32_t)out.size;
	}
	block.value = (struct wire_bytes){data, (uint32_t)size};
	loader_get_answer_encode(&out, &block);
	if (chance_percent(chance, lies))
		body[0] = 2;
	if (chance_percent(chance, lies))
		body[out.size - 1 - chance_below(chance, (uint32_t)size)] ^= 1;
	return (uint32_t)(chance_percent(chance, lies) ? chance_below(chance, (uint32_t)size)
						       : out.size);
}

/* What the authorizer makes of a question: all kinds of answers, too few of them, rubbish. */
static uint32_t write_verdict(struct machine *machine, uint32_t uses)
{
	static const struct wire_string scope = {"a", 1};
	struct chance *chance = &machine->shared->chance;
	struct authorizer_decision decisions[INTERFACE_COUNT];
	struct authorizer_answer answer = {.decisions.items = decisions,
					   .reason = wire_text("the simulation says so")};
	answer.decisions.count =
	    chance_percent(chance, 90) ? uses : chance_below(chance, INTERFACE_COUNT);
	for (uint32_t i = 0; i < answer.decisions.count; i++)
		decisions[i] = (struct authorizer_decision){
		    .verdict = (enum authorizer_verdict)chance_below(chance, 6),
		    .scopes = {.items = &scope, .count = chance_below(chance, 2)}};
	struct wire_out out = wire_out_over(act_memory(machine, AT_BODY), BODY_ROOM);
	authorizer_ask_answer_encode(&out, &answer);
	if (!machine->shared->is_honest && chance_percent(chance, 5))
		*act_memory(machine, AT_BODY) ^= 0x55;
	return (uint32_t)out.size;
}

static int32_t answer(struct machine *machine, uint64_t id, uint32_t size, bool is_refused)
{
	uint64_t *slots = machine->slots;
	slots[0] = id;
	slots[1] = act_address(machine, AT_PARTS);
	slots[2] = write_parts(machine, size);
	slots[3] = is_refused ? CAIRN_ANSWER_REFUSED : 0;
	if (syscall_answer(machine->thread, slots) != WASM_HOST_CONTINUE)
		sim_fail("answer did not return");
	return (int32_t)slots[0];
}

static void answer_owed(struct machine *machine, uint32_t index)
{
	struct machine_process *shared = machine->shared;
	struct owed_message owed = shared->owed[index];
	bool is_refused = !shared->is_honest && chance_percent(&shared->chance, 10);
	uint32_t size = choose_size(machine);
	if (owed.question > 0)
		size = write_verdict(machine, owed.question);
	else if (owed.token == 0)
		size = write_block(machine, &owed.cid);
	else
		ledger_answering(owed.token, act_memory(machine, AT_BODY), size, is_refused);
	int32_t result = answer(machine, owed.id, size, is_refused);
	sim_trace("  %llu.%u answers %llu (%u bytes): %d",
		  (unsigned long long)shared->process->party.serial, machine->index,
		  (unsigned long long)owed.token, size, result);
	bool is_too_large = size > shared->process->party.limits->body_bytes;
	/* What a dead sender has left may have been given up. */
	bool is_given_up = result == CAIRN_INVALID && !act_is_alive(machine, owed.sender);
	if (!is_given_up && result != (is_too_large ? CAIRN_TOO_LARGE : 0))
		sim_fail("an answer of %u bytes returned %d", size, result);
	if (result != 0 && owed.token != 0)
		ledger_not_answered(owed.token);
	if (result != CAIRN_TOO_LARGE)
		forget_owed(shared, index);
}

/* One that waits for somebody else's answer is passed over. */
static bool find_owed(struct machine_process *shared, uint32_t *index)
{
	for (uint32_t i = 0; i < shared->owed_count; i++) {
		uint32_t at = (i + shared->actions) % shared->owed_count;
		if (shared->owed[at].forwarded != 0)
			continue;
		*index = at;
		return true;
	}
	return false;
}

enum act_result act_answer(struct machine *machine)
{
	struct machine_process *shared = machine->shared;
	uint32_t index;
	if (chance_percent(&shared->chance, 2)) {
		uint64_t id = chance_below(&shared->chance, 40);
		bool is_owed = false;
		for (uint32_t i = 0; i < shared->owed_count; i++)
			is_owed = is_owed || shared->owed[i].id == id;
		if (!is_owed && shared->thread_count == 1 &&
		    answer(machine, id, 20, false) != CAIRN_INVALID)
			sim_fail("an answer to nothing was taken");
	}
	if (!find_owed(shared, &index))
		return ACT_NOTHING;
	/* People take their time. */
	if (shared->kind == KIND_AUTHORIZER && !machine_is_draining &&
	    chance_percent(&shared->chance, 60))
		return ACT_NOTHING;
	struct owed_message *owed = &shared->owed[index];
	bool may_forward = shared->kind == KIND_FORWARDER || shared->kind == KIND_FILTER;
	bool forwards = may_forward && !machine_is_draining && !shared->is_leaving &&
			shared->sent_count < SENT_MAX - 4 && chance_percent(&shared->chance, 60);
	if (!forwards) {
		answer_owed(machine, index);
		return ACT_DONE;
	}
	uint32_t to = shared->kind == KIND_FILTER ? owed->interface : INTERFACE_SERVED;
	return send_to(machine, to, true, &owed->forwarded);
}

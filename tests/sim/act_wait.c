/* How a machine waits, and what it makes of a notification. */
#include <string.h>

#include <cairn/abi.h>
#include <cairn/authorizer.h>
#include <cairn/loader.h>
#include <cairn/process.h>

#include "act.h"
#include "core/cid.h"
#include "kernel_state.h"
#include "ledger.h"
#include "syscall.h"

enum { CANARY = 0xc7, IDS_MAX = 8 };

/* ---- Notifications ---- */

static struct sent_message take_sent(struct machine *machine, uint64_t id)
{
	struct machine_process *shared = machine->shared;
	for (uint32_t i = 0; i < shared->sent_count; i++) {
		if (shared->sent[i].id != id)
			continue;
		struct sent_message sent = shared->sent[i];
		shared->sent[i] = shared->sent[--shared->sent_count];
		return sent;
	}
	sim_fail("an answer to message %llu, which was not sent, or answered before",
		 (unsigned long long)id);
}

static void take_child(struct machine_process *shared, const uint8_t *body, uint32_t size)
{
	struct process_u64_or_start_error result;
	if (process_start_answer_decode(body, size, &result) != WIRE_OK)
		sim_fail("a malformed answer of the kernel's");
	if (!result.is_error && shared->child_count < CHILDREN_KNOWN_MAX)
		shared->children[shared->child_count++] = result.value;
}

static void told_answer(struct machine *machine, const struct cairn_notification *header,
			const uint8_t *body)
{
	struct machine_process *shared = machine->shared;
	struct sent_message sent = take_sent(machine, header->message);
	if (sent.token != 0)
		ledger_answered(sent.token, shared->process->party.serial, header->status, body,
				header->length);
	if (sent.request == REQUEST_START && header->status == CAIRN_STATUS_OK)
		take_child(shared, body, header->length);
	if (sent.request >= REQUEST_THREAD_NUMBER && sent.request <= REQUEST_THREAD_END &&
	    header->status == CAIRN_STATUS_OK)
		act_told_of_thread(machine, &sent, body, header->length);
	/* An error that has to do with memory may come before the malformed part is seen. */
	bool is_error = header->length == 2 && body[0] == 1;
	if (sent.request == REQUEST_NONSENSE && header->status == CAIRN_STATUS_OK && !is_error)
		sim_fail("the kernel took a malformed request");
	for (uint32_t i = 0; i < shared->owed_count; i++)
		if (shared->owed[i].forwarded == header->message)
			shared->owed[i].forwarded = 0;
}

static void told_message(struct machine *machine, const struct cairn_notification *header,
			 const uint8_t *body)
{
	struct machine_process *shared = machine->shared;
	struct owed_message owed = {.id = header->message, .sender = header->process};
	if (memcmp(header->interface, loader_interface, sizeof loader_interface) == 0) {
		struct loader_get_call get;
		struct fault fault;
		if (header->process != 0 ||
		    loader_get_decode(body, header->length, &get) != WIRE_OK ||
		    cid_from_binary(get.cid.data, get.cid.size, &owed.cid, &fault) != STATUS_OK)
			sim_fail("a malformed request of the kernel's");
	} else if (memcmp(header->interface, authorizer_interface, sizeof authorizer_interface) ==
		   0) {
		struct authorizer_ask_call ask;
		if (header->process != 0 ||
		    authorizer_ask_decode(body, header->length, &ask) != WIRE_OK)
			sim_fail("a malformed question of the kernel's");
		owed.question = ask.question.uses.count;
	} else {
		struct ledger_delivery delivery = {.sender = header->process,
						   .handler = shared->process->party.serial,
						   .interface =
						       store_interface_index(header->interface),
						   .wants_answer = header->message != 0,
						   .is_ordered = shared->thread_count == 1};
		owed.interface = delivery.interface;
		owed.token = ledger_taken(body, header->length, &delivery);
	}
	if (header->message == 0)
		return;
	if (shared->owed_count == OWED_MAX)
		sim_fail("more messages are owed than the machine can remember");
	shared->owed[shared->owed_count++] = owed;
}

static void told_cancelled(struct machine *machine, uint64_t id)
{
	struct machine_process *shared = machine->shared;
	for (uint32_t i = 0; i < shared->owed_count; i++) {
		if (shared->owed[i].id != id)
			continue;
		if (shared->owed[i].is_cancelled)
			sim_fail("message %llu was cancelled twice", (unsigned long long)id);
		shared->owed[i].is_cancelled = true;
		return;
	}
	/* Another thread may have it in its buffer still. */
	if (shared->thread_count == 1)
		sim_fail("message %llu was cancelled that is not owed", (unsigned long long)id);
}

static void told_sender_ended(struct machine *machine, const struct cairn_notification *header)
{
	if (store_interface_index(header->interface) != INTERFACE_WATCHED)
		sim_fail("the end of a sender that nobody watches");
	struct process *process = kernel_find(machine->shared->process->kernel, header->process);
	if (process != NULL)
		sim_fail("process %llu is said to have ended", (unsigned long long)header->process);
}

/* Most do what they should: they end when they owe nothing. */
static void told_retired(struct machine *machine, const struct cairn_notification *header)
{
	struct machine_process *shared = machine->shared;
	uint32_t interface = store_interface_index(header->interface);
	if (interface == INTERFACE_COUNT || header->message != 0 || header->length != 0)
		sim_fail("a malformed word of a successor");
	if (chance_percent(&shared->chance, 70))
		shared->is_leaving = true;
}

void act_told(struct machine *machine, const uint8_t *notification, uint32_t size)
{
	struct cairn_notification header;
	memcpy(&header, notification, sizeof header);
	const uint8_t *body = notification + sizeof header;
	sim_trace("  %llu.%u is told kind %u of message %llu, status %u, %u bytes",
		  (unsigned long long)machine->shared->process->party.serial, machine->index,
		  header.kind, (unsigned long long)header.message, header.status, header.length);
	if (size != sizeof header + header.length || header.index >= machine->id_count)
		sim_fail("a notification with a wrong length or index");
	uint64_t id = machine->ids[header.index];
	uint64_t class = header.kind == CAIRN_KIND_ANSWER ? CAIRN_ID_ANY_ANSWER
			 : header.kind == CAIRN_KIND_ROOM ? CAIRN_ID_ROOM
							  : CAIRN_ID_INCOMING;
	bool is_by_id = header.kind == CAIRN_KIND_ANSWER && id == header.message;
	if (id != class && !is_by_id)
		sim_fail("a notification of kind %u for id %llu", header.kind,
			 (unsigned long long)id);
	if (header.kind == CAIRN_KIND_ANSWER)
		told_answer(machine, &header, body);
	else if (header.kind == CAIRN_KIND_MESSAGE)
		told_message(machine, &header, body);
	else if (header.kind == CAIRN_KIND_CANCELLED)
		told_cancelled(machine, header.message);
	else if (header.kind == CAIRN_KIND_SENDER_ENDED)
		told_sender_ended(machine, &header);
	else if (header.kind == CAIRN_KIND_RETIRED)
		told_retired(machine, &header);
	else if (header.kind != CAIRN_KIND_ROOM)
		sim_fail("a notification of kind %u", header.kind);
}

/* ---- Waiting ---- */

/* Whether the process knows all the ids that the wait named; others may be INVALID. */
static bool are_all_known(const struct machine *machine)
{
	const struct machine_process *shared = machine->shared;
	for (uint32_t i = 0; i < machine->id_count; i++) {
		uint64_t id = machine->ids[i];
		bool is_known = id <= CAIRN_ID_ANY_ANSWER;
		for (uint32_t k = 0; k < shared->sent_count; k++)
			is_known = is_known || shared->sent[k].id == id;
		if (!is_known)
			return false;
	}
	return true;
}

static bool has_anything(const struct machine *machine)
{
	for (uint32_t i = 0; i < machine->id_count; i++)
		if (machine->ids[i] != CAIRN_ID_SKIP)
			return true;
	return false;
}

static void check_result(struct machine *machine, int32_t result, bool has_blocked)
{
	const uint8_t *out = act_memory(machine, AT_OUT);
	bool may_be_invalid =
	    !are_all_known(machine) || !has_anything(machine) || machine->shared->thread_count > 1;
	if (result == CAIRN_INVALID && may_be_invalid)
		return;
	if (result == CAIRN_LIMIT && !has_blocked)
		return;
	if (result < 0 || (result == 0 && has_blocked))
		sim_fail("wait returned %d", result);
	uint32_t size = (uint32_t)result;
	if (size > 0 && size <= machine->out_size) {
		act_told(machine, out, size);
		return;
	}
	for (uint32_t i = 0; i < OUT_BYTES; i++)
		if (out[i] != CANARY)
			sim_fail("wait wrote to a buffer that was too small");
}

void act_resumed(struct machine *machine)
{
	if (machine->is_parked)
		act_unparked(machine);
	if (!machine->is_waiting)
		return;
	machine->is_waiting = false;
	check_result(machine, (int32_t)machine->slots[0], true);
}

static void add_id(struct machine *machine, uint64_t id)
{
	if (machine->id_count < IDS_MAX)
		machine->ids[machine->id_count++] = id;
}

/* One that handles something waits for incoming messages too, so that it never keeps others
 * waiting; and while the node comes to rest everybody takes everything. */
static void choose_ids(struct machine *machine, bool blocks)
{
	struct machine_process *shared = machine->shared;
	struct chance *chance = &shared->chance;
	machine->id_count = 0;
	if (machine_is_draining) {
		add_id(machine, CAIRN_ID_INCOMING);
		add_id(machine, CAIRN_ID_ANY_ANSWER);
		add_id(machine, CAIRN_ID_ROOM);
		return;
	}
	uint32_t count = chance_below(chance, 4);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t roll = chance_below(chance, 10);
		if (roll < 6 && shared->sent_count > 0)
			add_id(machine, shared->sent[chance_below(chance, shared->sent_count)].id);
		else if (roll < 9)
			add_id(machine, chance_below(chance, 4));
		else
			add_id(machine, chance_below(chance, 30));
	}
	if (blocks || chance_percent(chance, 50))
		add_id(machine, CAIRN_ID_ANY_ANSWER);
	if (shared->kind != KIND_HOG && (blocks || chance_percent(chance, 50)))
		add_id(machine, CAIRN_ID_INCOMING);
	if (shared->kind == KIND_HOG && chance_percent(chance, 80))
		for (uint32_t i = 0; i < machine->id_count; i++)
			if (machine->ids[i] == CAIRN_ID_INCOMING)
				machine->ids[i] = CAIRN_ID_ANY_ANSWER;
}

static bool has_room_to_remember(const struct machine_process *shared)
{
	return shared->owed_count < OWED_MAX - THREADS_MAX;
}

/* Whoever lay down with an answer in its hands would keep its sender waiting. */
bool act_owes_at_once(const struct machine_process *shared)
{
	for (uint32_t i = 0; i < shared->owed_count; i++)
		if (shared->owed[i].forwarded == 0 && shared->kind != KIND_HOG)
			return true;
	return false;
}

/* ---- What wait() has to find ---- */

/* The oldest notification that the kernel has queued for these ids, found the slow way; its size,
 * or 0 where there is none. */
struct expected {
	uint64_t size;
	uint64_t sequence;
	uint32_t kind;
};

static bool is_named(const struct machine *machine, uint64_t id)
{
	for (uint32_t i = 0; i < machine->id_count; i++)
		if (machine->ids[i] == id)
			return true;
	return false;
}

static void consider(const struct machine *machine, struct notification *notification,
		     uint64_t class, struct expected *expected)
{
	struct message *message = list_record(notification, struct message, notification);
	bool is_answer = notification->kind == CAIRN_KIND_ANSWER;
	if (!is_named(machine, class) && !(is_answer && is_named(machine, message->sent.id)))
		return;
	if (expected->size != 0 && expected->sequence < notification->sequence)
		return;
	bool has_body = is_answer || notification->kind == CAIRN_KIND_MESSAGE;
	*expected = (struct expected){.size = CAIRN_NOTIFICATION_HEADER_SIZE +
					      (has_body ? message->size : 0),
				      .sequence = notification->sequence,
				      .kind = notification->kind};
}

static struct expected find_expected(const struct machine *machine)
{
	struct expected expected = {0};
	struct inbox *inbox = &machine->shared->process->party.inbox;
	for (uint64_t class = CAIRN_ID_INCOMING; class <= CAIRN_ID_ANY_ANSWER; class ++) {
		list_for_each(link, &inbox->queued[class - CAIRN_ID_INCOMING]) consider(
		    machine, list_record(link, struct notification, link), class, &expected);
	}
	return expected;
}

static void check_expected(const struct machine *machine, struct expected expected, int32_t result)
{
	if (result == CAIRN_INVALID || result == CAIRN_LIMIT)
		return;
	if ((uint64_t)result != expected.size)
		sim_fail("wait returned %d, and %llu is the size of the oldest", result,
			 (unsigned long long)expected.size);
	uint32_t kind;
	memcpy(&kind, act_memory(machine, AT_OUT), sizeof kind);
	if (result > 0 && (uint32_t)result <= machine->out_size && kind != expected.kind)
		sim_fail("wait has not found the oldest notification");
}

enum act_result act_wait(struct machine *machine)
{
	struct machine_process *shared = machine->shared;
	struct chance *chance = &shared->chance;
	bool blocks = shared->is_registering && (machine_is_draining || chance_percent(chance, 70));
	if (!has_room_to_remember(shared) || (blocks && act_owes_at_once(shared)))
		return act_answer(machine);
	choose_ids(machine, blocks);
	machine->out_size = OUT_BYTES;
	if (!machine_is_draining && chance_percent(chance, 15))
		machine->out_size = chance_below(chance, 300);
	memset(act_memory(machine, AT_OUT), CANARY, OUT_BYTES);
	memcpy(act_memory(machine, AT_IDS), machine->ids, sizeof machine->ids);
	uint64_t *slots = machine->slots;
	slots[0] = act_address(machine, AT_IDS);
	slots[1] = machine->id_count;
	slots[2] = act_address(machine, AT_OUT);
	slots[3] = machine->out_size;
	slots[4] = blocks ? CAIRN_WAIT_BLOCK : 0;
	struct expected expected = find_expected(machine);
	enum wasm_host_result host = syscall_wait(machine->thread, slots);
	if (host == WASM_HOST_TRAP)
		sim_fail("wait trapped with pointers inside the memory");
	if (host == WASM_HOST_SUSPEND) {
		if (!blocks || expected.size != 0)
			sim_fail("wait blocks although it was told not to, or need not");
		machine->is_waiting = true;
		return ACT_SUSPENDED;
	}
	int32_t result = (int32_t)slots[0];
	if (blocks && result == 0)
		sim_fail("a blocking wait returned nothing");
	sim_trace("  wait returned %d", result);
	check_expected(machine, expected, result);
	check_result(machine, result, false);
	return ACT_DONE;
}

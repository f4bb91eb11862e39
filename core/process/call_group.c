#include "call_group.h"

#include <cairn/abi.h>

#include "call_state.h"
#include "exchange.h"
#include "kernel_state.h"
#include "process.h"
#include "thread.h"

struct call_group_entry {
	struct call_group *group;
	struct message *message; /* with the answer; NULL where there was an error */
	uint32_t error;          /* CAIRN_STATUS_* */
	bool is_answered;
};

struct call_group {
	struct list_link of_process;
	struct process *process;
	struct thread *thread; /* NULL once it is closed */
	bool is_waiting;
	uint32_t capacity;
	uint32_t count;
	uint32_t owed; /* answers that have not come */
	struct call_group_entry entries[];
};

static size_t group_bytes(uint32_t capacity)
{
	return sizeof(struct call_group) + capacity * sizeof(struct call_group_entry);
}

static void destroy(struct call_group *group)
{
	list_remove(&group->of_process);
	budget_release(&group->process->party.records, group, group_bytes(group->capacity));
}

bool call_any_open(struct thread *thread, uint32_t count_max)
{
	struct process *process = thread->process;
	core_assert(thread->call.group == NULL);
	struct call_group *group = budget_allocate(&process->party.records, group_bytes(count_max));
	if (group == NULL)
		return false;
	*group = (struct call_group){.process = process, .thread = thread, .capacity = count_max};
	list_append(&process->call_groups, &group->of_process);
	thread->call.group = group;
	return true;
}

static void answered(struct message *message)
{
	struct call_group_entry *entry = message->owner;
	struct call_group *group = entry->group;
	struct thread *thread = group->thread;
	group->owed--;
	if (thread == NULL) {
		exchange_discard(&group->process->kernel->exchange, message);
		if (group->owed == 0)
			destroy(group);
		return;
	}
	entry->message = message;
	entry->is_answered = true;
	if (!group->is_waiting || thread->call.is_answered)
		return;
	thread->call.is_answered = true;
	if (thread->state == THREAD_CALLING)
		cpu_ready_next(group->process->kernel->cpu, thread);
}

void call_any_add(struct thread *thread, const struct digest *interface,
		  const struct wire_part *parts, uint32_t part_count)
{
	struct call_group *group = thread->call.group;
	core_assert(group != NULL && group->count < group->capacity);
	struct call_group_entry *entry = &group->entries[group->count++];
	*entry = (struct call_group_entry){.group = group};
	group->owed++;
	const struct call_sending sending = {interface, parts, part_count, answered, entry};
	int64_t error = call_send_owned(thread, &sending);
	if (error == 0)
		return;
	group->owed--;
	entry->error = call_status_of(error);
	entry->is_answered = true;
}

enum wasm_host_result call_any_wait(struct thread *thread, bool is_over, call_continuation then)
{
	struct call_state *call = &thread->call;
	struct call_group *group = call->group;
	core_assert(group != NULL && !call->is_answered && call->message == NULL);
	call->then = then;
	call->error = 0;
	group->is_waiting = true;
	for (uint32_t i = 0; i < group->count; i++)
		is_over |= group->entries[i].is_answered;
	call->is_answered = is_over;
	return call->is_advancing ? WASM_HOST_SUSPEND : call_advance(thread);
}

bool call_any_answer(struct thread *thread, uint32_t index, struct call_answer *out)
{
	const struct call_group *group = thread->call.group;
	if (group == NULL || index >= group->count || !group->entries[index].is_answered)
		return false;
	const struct message *message = group->entries[index].message;
	*out = (struct call_answer){.status = group->entries[index].error};
	if (message != NULL)
		*out =
		    (struct call_answer){message->status, message->body, (uint32_t)message->size};
	return true;
}

void call_group_close(struct call_group *group)
{
	struct exchange *exchange = &group->process->kernel->exchange;
	group->thread = NULL;
	group->owed++; /* it stays while answers come in here */
	for (uint32_t i = 0; i < group->count; i++) {
		struct call_group_entry *entry = &group->entries[i];
		if (entry->message != NULL)
			exchange_discard(exchange, entry->message);
		else if (!entry->is_answered)
			exchange_give_up(exchange, &group->process->party, entry);
		entry->message = NULL;
	}
	if (--group->owed == 0)
		destroy(group);
}

void call_group_drop_all(struct process *process)
{
	while (!list_is_empty(&process->call_groups))
		destroy(
		    list_record(list_first(&process->call_groups), struct call_group, of_process));
}

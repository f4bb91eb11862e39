#include "call_state.h"

#include <stdalign.h>

#include <cairn/abi.h>

#include "call_group.h"
#include "exchange.h"
#include "kernel_state.h"
#include "mem.h"
#include "process.h"
#include "thread.h"

struct call_scratch_block {
	struct call_scratch_block *older;
	size_t size;
	alignas(16) uint8_t data[];
};

uint64_t *call_state(struct thread *thread)
{
	return thread->call.words;
}

struct call_memory call_memory(struct thread *thread)
{
	struct execution_memory memory = thread_memory(thread);
	return (struct call_memory){memory.base, memory.size};
}

void call_exit(struct thread *thread, uint32_t code)
{
	process_exit(thread->process, code);
}

/* ---- Memory on the process's account ---- */

void *call_process_record(struct thread *thread, size_t size)
{
	struct process *process = thread->process;
	if (size <= process->translator_bytes)
		return process->translator_record;
	uint8_t *record = budget_allocate(&process->party.records, size);
	if (record == NULL)
		return NULL;
	memset(record + process->translator_bytes, 0, size - process->translator_bytes);
	if (process->translator_record != NULL)
		memcpy(record, process->translator_record, process->translator_bytes);
	budget_release(&process->party.records, process->translator_record,
		       process->translator_bytes);
	process->translator_record = record;
	process->translator_bytes = size;
	return record;
}

void *call_scratch(struct thread *thread, uint64_t size)
{
	if (size > SIZE_MAX / 2)
		return NULL;
	size_t block_size = sizeof(struct call_scratch_block) + (size_t)size;
	struct call_scratch_block *block =
	    budget_allocate(&thread->process->party.records, block_size);
	if (block == NULL)
		return NULL;
	block->older = thread->call.scratch;
	block->size = block_size;
	thread->call.scratch = block;
	return block->data;
}

void call_finish(struct thread *thread)
{
	while (thread->call.scratch != NULL) {
		struct call_scratch_block *block = thread->call.scratch;
		thread->call.scratch = block->older;
		budget_release(&thread->process->party.records, block, block->size);
	}
}

/* ---- Calls ---- */

static void call_answered(struct message *message)
{
	struct thread *thread = message->owner;
	thread->call.message = message;
	thread->call.is_answered = true;
	if (thread->state == THREAD_CALLING)
		cpu_ready_next(thread->process->kernel->cpu, thread);
}

int64_t call_send_owned(struct thread *thread, const struct call_sending *sending)
{
	struct process *process = thread->process;
	struct outgoing out = {.sender = &process->party,
			       .interface = sending->interface,
			       .body = {sending->parts, sending->part_count, 0},
			       .wants_answer = sending->answered != NULL,
			       .answered = sending->answered,
			       .owner = sending->owner};
	if (!body_size(sending->parts, sending->part_count, &out.body.size))
		return CAIRN_TOO_LARGE;
	return exchange_send(&process->kernel->exchange, &out);
}

bool call_is_granted(struct thread *thread, const struct digest *interface)
{
	struct process *process = thread->process;
	const struct route *route = router_find(&process->kernel->exchange.router, interface);
	return route != NULL &&
	       access_judge(&process->party, interface, false).verdict == KERNEL_ALLOWED;
}

uint32_t call_status_of(int64_t error)
{
	switch (error) {
	case CAIRN_NO_HANDLER:
		return CAIRN_STATUS_NO_HANDLER;
	case CAIRN_DENIED:
		return CAIRN_STATUS_DENIED;
	default:
		return CAIRN_STATUS_LIMIT;
	}
}

enum wasm_host_result call_begin(struct thread *thread, const struct digest *interface,
				 const struct wire_part *parts, uint32_t part_count,
				 call_continuation then)
{
	struct call_state *call = &thread->call;
	core_assert(!call->is_answered && call->message == NULL);
	call->then = then;
	call->error = 0;
	const struct call_sending sending = {interface, parts, part_count, call_answered, thread};
	int64_t error = call_send_owned(thread, &sending);
	if (error != 0) {
		call->error = call_status_of(error);
		call->is_answered = true;
	}
	/* A continuation that begins the next call returns to the loop below first, so that a long
	 * row of calls needs no deep stack. */
	return call->is_advancing ? WASM_HOST_SUSPEND : call_advance(thread);
}

int64_t call_send(struct thread *thread, const struct digest *interface,
		  const struct wire_part *parts, uint32_t part_count)
{
	const struct call_sending sending = {interface, parts, part_count, NULL, NULL};
	return call_send_owned(thread, &sending);
}

enum wasm_host_result call_advance(struct thread *thread)
{
	struct call_state *call = &thread->call;
	struct process *process = thread->process;
	enum wasm_host_result result = WASM_HOST_SUSPEND;
	call->is_advancing = true;
	while (call->is_answered && result == WASM_HOST_SUSPEND &&
	       process->state != PROCESS_ENDING) {
		struct message *message = call->message;
		struct call_answer answer = {.status = call->error};
		if (message != NULL)
			answer = (struct call_answer){message->status, message->body,
						      (uint32_t)message->size};
		struct call_group *group = call->group;
		call->message = NULL;
		call->is_answered = false;
		result = call->then(thread, thread->slots, &answer);
		if (message != NULL)
			exchange_discard(&process->kernel->exchange, message);
		if (group != NULL) {
			call->group = NULL;
			call_group_close(group);
		}
		/* Answers that come at once could go on for ever: others have their turn. */
		if (result == WASM_HOST_SUSPEND && call->is_answered &&
		    process->state != PROCESS_ENDING && cpu_is_interrupted(process->kernel->cpu)) {
			cpu_ready_again(process->kernel->cpu, thread);
			break;
		}
	}
	call->is_advancing = false;
	if (result == WASM_HOST_SUSPEND && thread->state == THREAD_RUNNING)
		thread->state = THREAD_CALLING;
	return result;
}

void call_abandon(struct thread *thread)
{
	if (thread->call.message != NULL)
		exchange_discard(&thread->process->kernel->exchange, thread->call.message);
	thread->call.message = NULL;
	if (thread->call.group != NULL)
		call_group_close(thread->call.group);
	thread->call.group = NULL;
	call_finish(thread);
}

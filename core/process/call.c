#include "call_state.h"

#include <stdalign.h>

#include <cairn/abi.h>

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
	if (process->translator_record == NULL) {
		process->translator_record = budget_allocate(&process->party.records, size);
		if (process->translator_record == NULL)
			return NULL;
		memset(process->translator_record, 0, size);
		process->translator_bytes = size;
	}
	core_assert(process->translator_bytes == size);
	return process->translator_record;
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

static int64_t send(struct thread *thread, const struct digest *interface,
		    const struct wire_part *parts, uint32_t part_count, bool wants_answer)
{
	struct process *process = thread->process;
	struct outgoing out = {.sender = &process->party,
			       .interface = interface,
			       .body = {parts, part_count, 0},
			       .wants_answer = wants_answer,
			       .answered = wants_answer ? call_answered : NULL,
			       .owner = thread};
	if (!body_size(parts, part_count, &out.body.size))
		return CAIRN_TOO_LARGE;
	return exchange_send(&process->kernel->exchange, &out);
}

/* What send() would have returned at once, as the status of an answer. */
static uint32_t status_of_error(int64_t error)
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
	int64_t error = send(thread, interface, parts, part_count, true);
	if (error != 0) {
		call->error = status_of_error(error);
		call->is_answered = true;
	}
	/* A continuation that begins the next call returns to the loop below first, so that a long
	 * row of calls needs no deep stack. */
	return call->is_advancing ? WASM_HOST_SUSPEND : call_advance(thread);
}

int64_t call_send(struct thread *thread, const struct digest *interface,
		  const struct wire_part *parts, uint32_t part_count)
{
	return send(thread, interface, parts, part_count, false);
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
		call->message = NULL;
		call->is_answered = false;
		result = call->then(thread, thread->slots, &answer);
		if (message != NULL)
			exchange_discard(&process->kernel->exchange, message);
		/* Answers that come at once could go on for ever: others have their turn. */
		if (result == WASM_HOST_SUSPEND && call->is_answered &&
		    process->state != PROCESS_ENDING && cpu_is_interrupted(process->kernel->cpu)) {
			cpu_ready(process->kernel->cpu, thread);
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
	call_finish(thread);
}

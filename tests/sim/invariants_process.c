#include "children.h"
#include "fetch.h"
#include "invariants_walk.h"
#include "program.h"
#include "question.h"
#include "threads.h"

/* ---- Threads: 3, 4 ---- */

static void check_thread(const struct thread *thread)
{
	const struct waiter *waiter = &thread->waiter;
	int queued = thread->share.is_queued;
	int running = 0;
	for (uint32_t i = 0; i < walk_kernel->cpu_count; i++) {
		queued += walk_kernel->cpus[i].next == thread;
		running += walk_kernel->cpus[i].running == thread;
	}
	check(3, queued == (thread->state == THREAD_READY));
	check(3, running == (thread->state == THREAD_RUNNING));
	check(3, running == 0 || thread->cpu->running == thread);
	check(3, (thread->state == THREAD_WAITING) == (waiter->entry_count > 0));
	check(3, (thread->state == THREAD_PARKED) ==
		     walk_list_holds(&thread->process->futex_waits, &thread->futex.of_process));
	check(24, running == 0 || thread->process->state != PROCESS_ENDING ||
		      thread->cpu->number == 0 || cpu_is_interrupted(thread->cpu));
	for (struct kernel_request *request = thread->end_requests; request != NULL;
	     request = kernel_request_user(request)) {
		const struct message *message = (const struct message *)request;
		check(24, message->state == MESSAGE_SERVED &&
			      message->sender == &thread->process->party);
	}
	for (uint32_t i = 0; i < waiter->entry_count; i++)
		check(4, list_is_linked(&waiter->entries[i].link) &&
			     waiter->entries[i].waiter == waiter);
}

static uint64_t thread_records(const struct thread *thread)
{
	const struct waiter *waiter = &thread->waiter;
	uint64_t entries = waiter->entries == waiter->small ? 0 : waiter->entry_capacity;
	return sizeof *thread + entries * sizeof(struct wait_entry);
}

/* ---- Processes: 2, 10, 17 ---- */

static void check_children(struct process *process)
{
	for (struct id_entry *entry = id_table_next(&process->children, NULL); entry != NULL;
	     entry = id_table_next(&process->children, entry)) {
		struct child *child = list_record(entry, struct child, of_starter);
		if (child->process != NULL)
			check(17,
			      child->process->as_child == child &&
				  child->process->party.serial == entry->id &&
				  child->process->memory_bytes_max == process->memory_bytes_max);
		else
			check(17, child->waiting == NULL);
		for (struct kernel_request *request = child->waiting; request != NULL;
		     request = kernel_request_user(request)) {
			struct message *message = (struct message *)request;
			check(17, message->state == MESSAGE_SERVED &&
				      message->sender == &process->party);
		}
	}
}

uint64_t invariants_process_records(struct process *process)
{
	uint64_t bytes = sizeof *process + process->rights_bytes +
			 startup_bytes(&process->startup) + walk_table_bytes(&process->children) +
			 (uint64_t)process->children.count * sizeof(struct child);
	list_for_each(link, &process->threads) bytes +=
	    thread_records(list_record(link, struct thread, of_process));
	bytes += process->ends == NULL ? 0 : sizeof *process->ends;
	bytes += process->translator_bytes + questions_bytes(process);
	if (process->fetch == NULL)
		return bytes;
	uint32_t asked = walk_list_length(&process->fetch->asked) +
			 walk_list_length(&process->fetch->answered) +
			 walk_list_length(&process->fetch->refused);
	return bytes + sizeof(struct fetch) + asked * sizeof(struct asked_block);
}

void invariants_process(struct process *process)
{
	check(2, kernel_find(walk_kernel, process->party.serial) == process);
	check(2, walk_list_holds(&walk_kernel->ending, &process->of_queue) ==
		     (process->state == PROCESS_ENDING));
	if (walk_list_holds(&walk_kernel->starting, &process->of_queue))
		check(2, process->state == PROCESS_STARTING);
	check(3, walk_list_length(&process->threads) == process->thread_count);
	uint32_t running = 0;
	for (uint32_t i = 0; i < walk_kernel->cpu_count; i++)
		running += walk_kernel->cpus[i].running != NULL &&
			   walk_kernel->cpus[i].running->process == process;
	check(3, running == process->running_count);
	walk_list_length(&process->futex_waits);
	list_for_each(link, &process->threads)
	    check_thread(list_record(link, struct thread, of_process));
	check_children(process);
	if (process->fetch == NULL)
		return;
	list_for_each(link, &process->fetch->answered)
	    walk_see(list_record(link, struct asked_block, of_fetch)->answer)
		->with_kernel++;
}

/* ---- Queues of those that are ready: 3 ---- */

/* Each of a row and those behind it: none is before its parent; how many they are. */
static uint32_t check_fair_row(const struct fair_entry *row, const struct fair_entry *parent)
{
	uint32_t count = 0;
	const struct fair_entry *previous = parent;
	for (const struct fair_entry *entry = row; entry != NULL; entry = entry->next) {
		check(3, entry->is_queued && entry->previous == previous);
		check(3, parent == NULL || entry->used_ns > parent->used_ns ||
			     (entry->used_ns == parent->used_ns && entry->order > parent->order));
		count += 1 + check_fair_row(entry->child, entry);
		previous = entry;
	}
	return count;
}

static uint32_t check_fair(const struct fair_queue *queue)
{
	check(3, queue->first == NULL || queue->first->next == NULL);
	return check_fair_row(queue->first, NULL);
}

/* The threads that are queued, of the processes that are. */
uint32_t invariants_queues(void)
{
	uint32_t count = 0;
	uint32_t processes = 0;
	for (struct id_entry *entry = id_table_next(&walk_kernel->processes, NULL); entry != NULL;
	     entry = id_table_next(&walk_kernel->processes, entry)) {
		struct process *process = list_record(entry, struct process, by_pid);
		uint32_t threads = check_fair(&process->ready);
		check(3, process->share.is_queued == (threads > 0));
		processes += threads > 0;
		count += threads;
	}
	check(3, check_fair(&walk_kernel->ready) == processes);
	return count;
}

/* ---- Programs: 18 ---- */

static uint32_t count_users(const struct program *program)
{
	uint32_t users = 0;
	for (struct id_entry *entry = id_table_next(&walk_kernel->processes, NULL); entry != NULL;
	     entry = id_table_next(&walk_kernel->processes, entry))
		users += list_record(entry, struct process, by_pid)->program == program;
	return users;
}

static uint32_t count_named(const struct list *list, const struct cid *cid)
{
	uint32_t count = 0;
	list_for_each(link, list) count +=
	    cid_is_equal(&list_record(link, struct program, of_kernel)->cid, cid);
	return count;
}

/* Of each program there is one copy of code at most. */
static bool is_only_one(const struct program *program)
{
	const struct programs *programs = &walk_kernel->programs;
	return count_named(&programs->used, &program->cid) +
		   count_named(&programs->kept, &program->cid) ==
	       1;
}

void invariants_programs(void)
{
	const struct programs *programs = &walk_kernel->programs;
	list_for_each(link, &programs->used)
	{
		struct program *program = list_record(link, struct program, of_kernel);
		check(18, count_users(program) == program->references && program->references > 0);
		check(18, is_only_one(program));
	}
	uint64_t bytes = 0;
	list_for_each(link, &programs->kept)
	{
		struct program *program = list_record(link, struct program, of_kernel);
		check(18, program->references == 0 && count_users(program) == 0);
		check(18, is_only_one(program));
		bytes += program->bytes;
	}
	check(18, walk_list_length(&programs->kept) == programs->kept_count);
	check(18, bytes == programs->kept_bytes);
	check(18, bytes <= walk_kernel->settings.kept_code_bytes);
}

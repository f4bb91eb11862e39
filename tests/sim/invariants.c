/*
 * The invariants of the kernel. They hold between any two steps, whatever programs do, whoever
 * ends, and whichever allocation is refused.
 *
 *  1. Every list is whole: each link's neighbours point back at it.
 *  2. A process is on `starting` only while STARTING, and on `ending` exactly while ENDING. Each is
 *     found by its pid, and pids only grow.
 *  3. A thread is where its state says, and nowhere else: READY is in its process's queue, which is
 *     in the kernel's, or next, once; RUNNING on one CPU; WAITING has wait entries; PARKED waits at
 *     an address. A process counts the CPUs that run its threads. The queues are heaps.
 *  4. A wait entry stands in a list of its own party: of its inbox, or of a message that it sent.
 *  5. No queued notification matches a waiting thread.
 *  6. Every live message is in exactly one place, the one that its state names.
 *  7. A message under way is in exactly one channel, that of its sender and its handler, or, after
 *     its sender's end, in its handler's estate. An answered one is in neither.
 *  8. A channel's count and bytes are those of its messages, and within what the sender may have
 *     under way to one handler; so is an estate.
 *  9. A party's account of bodies is the sum of its messages' charges, its count of messages is
 *     theirs, and both are within its limits.
 * 10. A party's account of records is the sum of all that the kernel holds for it.
 * 11. Nobody waits for the dead: sender, handler and both ends of each channel are alive.
 * 12. Ids lie between the first and the party's next, stand under their own number, and no number
 *     is given twice, ever.
 * 13. Queued notifications are in the order of their sequence, below the next.
 * 14. A stop has a handler, or one that is being started, or neither; it stands in that party's
 *     list; the party is of its program; messages are held only for one that is being started.
 * 15. Who was told BUSY is told of room, at the latest when nothing is under way any more.
 * 16. The heap of timers is one; each timer's request is with the kernel, and knows its place.
 * 17. A child and its starter's record of it point at each other; who waits for it is its starter.
 *     It may have as much linear memory as that one.
 * 18. Code is held as often as processes run it.
 * 19. Whatever a route leads to is a stop of it, and so is the next of each; no chain leads back to
 *     itself; a program is at one stop at most. A stop that has gone is nothing but news.
 * 20. What a sender finds at once is what it would find anew in the same epoch. Each handler that
 *     it was led away from is remembered once.
 * 21. A launch knows its members and how many of them keep it; without any, all are at their end.
 *     Its stops are handled by members.
 * 22. What waits for a decision is asked about, and nobody has decided.
 * 23. Whoever waits for a change is with the kernel, and is told of none before it has been.
 * 24. Who waits for a thread's end is of its process, and with the kernel; the thread has not
 *     ended. A CPU that runs a thread of a process at its end is told to leave it.
 *
 * And when everything has ended, no memory is held (world.c).
 *
 *     invariants_walk.c      what a walk through the kernel collects
 *     invariants_party.c     inboxes, channels, tables of messages; each message by itself
 *     invariants_process.c   threads, processes, queues, code
 *     invariants_route.c     routes, stops, launches
 */
#include "invariants.h"

#include "invariants_walk.h"
#include "machine.h"

uint32_t invariants_live_messages(void)
{
	return walk_seen_count;
}

/* ---- Watchers: 23 ---- */

static void check_watch(const struct inspect_watch *watch)
{
	uint32_t count = 0;
	check(23, watch->told <= walk_kernel->exchange.changes);
	for (struct kernel_request *request = watch->waiting; request != NULL;
	     request = kernel_request_user(request)) {
		check(23, ((struct message *)request)->state == MESSAGE_SERVED);
		check(23, count++ < MESSAGES_MAX);
	}
}

/* ---- Timers: 16 ---- */

static void check_timers(const struct timers *timers)
{
	for (uint32_t i = 0; i < timers->count; i++) {
		const struct timer *timer = &timers->heap[i];
		if (i > 0)
			check(16, timers->heap[(i - 1) / 2].deadline_ns <= timer->deadline_ns);
		if (timer->thread != NULL) {
			check(16, timer->thread->state == THREAD_PARKED &&
				      timer->thread->futex.has_timer &&
				      timer->thread->futex.timer_place == i);
			continue;
		}
		check(16, kernel_request_user(timer->request) == (void *)(uintptr_t)i);
		check(16, ((struct message *)timer->request)->state == MESSAGE_SERVED);
	}
}

/* ---- What waits for the first CPU: 6 ---- */

static void check_passed(void)
{
	const struct exchange *exchange = &walk_kernel->exchange;
	walk_list_length(&exchange->passed);
	walk_list_length(&exchange->cancelled);
	list_for_each(link, &exchange->passed)
	{
		struct message *message = list_record(list_record(link, struct notification, link),
						      struct message, notification);
		walk_see(message)->queued++;
		check(6, message->handler->service != NULL);
	}
	list_for_each(link, &exchange->cancelled) walk_see(
	    list_record(list_record(link, struct notification, link), struct message, notification))
	    ->given_up++;
}

/* ---- All of it ---- */

static void for_each_process(void (*visit)(struct process *process))
{
	for (struct id_entry *entry = id_table_next(&walk_kernel->processes, NULL); entry != NULL;
	     entry = id_table_next(&walk_kernel->processes, entry))
		visit(list_record(entry, struct process, by_pid));
}

static void visit_party(struct process *process)
{
	invariants_party(&process->party);
}

static void visit_accounts(struct process *process)
{
	invariants_accounts(&process->party, invariants_process_records(process));
}

void invariants_check(struct kernel *checked)
{
	walk_begin(checked);
	walk_list_length(&walk_kernel->starting);
	walk_list_length(&walk_kernel->ending);
	check(3, invariants_queues() == walk_kernel->ready_count);
	walk_check_table(&walk_kernel->processes, walk_kernel->exchange.next_serial);
	for_each_process(invariants_process);
	for_each_process(visit_party);
	for_each_process(invariants_launch);
	list_for_each(link, &walk_kernel->services) invariants_party(walk_service_party(link));
	const struct router *router = &walk_kernel->exchange.router;
	for (uint32_t i = 0; i <= router->mask; i++)
		if (router->slots[i] != NULL)
			invariants_route(router->slots[i]);
	check_passed();
	check(6, walk_seen_count == walk_kernel->exchange.pool.live_count);
	for (uint32_t i = 0; i < walk_seen_count; i++)
		invariants_message(&walk_seen[i]);
	for_each_process(visit_accounts);
	list_for_each(link, &walk_kernel->services)
	    invariants_accounts(walk_service_party(link), 0);
	check_timers(&walk_kernel->timers);
	check_watch(&walk_kernel->inspect);
	invariants_programs();
}

void invariants_trace(struct kernel *traced)
{
	static const char *const states[] = {"ready",   "running", "waiting",
					     "calling", "parked",  "stopped"};
	walk_kernel = traced;
	for (struct id_entry *entry = id_table_next(&walk_kernel->processes, NULL); entry != NULL;
	     entry = id_table_next(&walk_kernel->processes, entry)) {
		const struct process *process = list_record(entry, struct process, by_pid);
		const struct machine_process *machine = process->instance;
		sim_trace(
		    "  process %llu: %s, state %d, %u sent, %u owed", (unsigned long long)entry->id,
		    machine == NULL ? "nothing yet" : store_kind_names[machine->kind],
		    (int)process->state, process->party.sent.count, process->party.received.count);
		list_for_each(link, &process->threads)
		    sim_trace("    a thread is %s",
			      states[list_record(link, struct thread, of_process)->state]);
	}
}

void invariants_check_rest(struct kernel *checked)
{
	invariants_check(checked);
	for (uint32_t i = 0; i < walk_seen_count; i++) {
		const struct message *message = walk_seen[i].message;
		/* One that waits for a child's end may do so for ever. */
		if (message->state == MESSAGE_ANSWERED || message->state == MESSAGE_SERVED ||
		    message->sender == NULL)
			continue;
		sim_fail("at rest, message %llu of process %llu still waits for %llu (state %d)",
			 (unsigned long long)message->sent.id,
			 (unsigned long long)message->sender->serial,
			 (unsigned long long)message->handler->serial, (int)message->state);
	}
}

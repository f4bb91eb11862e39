#include "watch.h"

#include "sim.h"

/* More than all processes of a run can have under way. */
enum { MESSAGES_MAX = 4096 };

static struct watched {
	const void *message; /* NULL: a free row */
	bool wants_answer;
	bool is_received;
	bool is_answered;
} watched[MESSAGES_MAX];

static int process_count;

static struct watched *find(const void *message)
{
	for (int i = 0; i < MESSAGES_MAX; i++)
		if (watched[i].message == message)
			return &watched[i];
	return NULL;
}

static struct watched *known(const struct kernel_trace_event *event)
{
	struct watched *row = event->message == NULL ? NULL : find(event->message);
	if (row == NULL)
		sim_fail("event %d tells of a message that was not sent", (int)event->kind);
	return row;
}

static void on_sent(const struct kernel_trace_event *event)
{
	if (find(event->message) != NULL)
		sim_fail("a message is sent that is under way already");
	struct watched *row = find(NULL);
	if (row == NULL)
		sim_fail("more messages are under way than can be");
	*row = (struct watched){.message = event->message, .wants_answer = event->wants_answer};
}

static void on_received(struct watched *row)
{
	if (row->is_received || row->is_answered)
		sim_fail("a message is received twice, or after its answer");
	row->is_received = true;
}

static void on_answered(struct watched *row)
{
	if (row->is_answered || !row->wants_answer)
		sim_fail("a message is answered twice, or expects no answer");
	row->is_answered = true;
}

static void check_body(const struct kernel_trace_event *event)
{
	uint64_t size = 0;
	for (uint32_t i = 0; i < event->part_count; i++)
		size += event->parts[i].size;
	if (size != event->size)
		sim_fail("a body of event %d has another size than its parts", (int)event->kind);
}

static void tell(void *self, const struct kernel_trace_event *event)
{
	check_body(event);
	switch (event->kind) {
	case KERNEL_TRACE_STARTED:
		process_count++;
		break;
	case KERNEL_TRACE_ENDED:
		process_count--;
		break;
	case KERNEL_TRACE_SENT:
		on_sent(event);
		break;
	case KERNEL_TRACE_REFUSED:
		if (event->error >= 0)
			sim_fail("a message was refused without an error");
		break;
	case KERNEL_TRACE_RECEIVED:
		on_received(known(event));
		break;
	case KERNEL_TRACE_CANCELLED:
		if (known(event)->is_answered)
			sim_fail("a message is cancelled after its answer");
		break;
	case KERNEL_TRACE_ANSWERED:
		on_answered(known(event));
		break;
	case KERNEL_TRACE_OVER:
		*known(event) = (struct watched){0};
		break;
	}
}

const struct kernel_trace *watch_reset(bool is_wanted)
{
	static const struct kernel_trace trace = {.tell = tell};
	for (int i = 0; i < MESSAGES_MAX; i++)
		watched[i] = (struct watched){0};
	process_count = 0;
	return is_wanted ? &trace : NULL;
}

void watch_check_end(void)
{
	for (int i = 0; i < MESSAGES_MAX; i++)
		if (watched[i].message != NULL)
			sim_fail("a message was never over");
	if (process_count != 0)
		sim_fail("%d processes were told of that did not end", process_count);
}

#include "launch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hosted_state.h"

struct launch *launch_find(const struct launches *launches, uint64_t number)
{
	struct launch *launch = launches->first;
	while (launch != NULL && launch->number != number)
		launch = launch->next;
	return launch;
}

void launch_close_streams(struct launch *launch)
{
	if (launch->session != NULL)
		terminal_close(launch->hosted->terminal, launch->session);
	launch->session = NULL;
	if (launch->tap != NULL)
		tracing_close(&launch->hosted->tracing, launch->tap);
	launch->tap = NULL;
}

/* Out of the list, and gone. */
static void destroy(struct launch *launch)
{
	struct launches *launches = &launch->hosted->launches;
	struct launch **link = &launches->first;
	while (*link != launch)
		link = &(*link)->next;
	*link = launch->next;
	if (!launch->is_settled)
		launches->count--;
	free(launch->end.backtrace);
	free(launch);
}

/* ---- Starting ---- */

static void on_program_ended(void *context, const struct kernel_end *end)
{
	struct launch *launch = context;
	launch->has_ended = true;
	launch->end = (struct launch_end){
	    .cause = end->cause,
	    .status = end->status,
	    .code = end->code,
	    .fault = end->fault,
	    .backtrace = end->backtrace == NULL ? NULL : strdup(end->backtrace),
	    .memory_bytes = end->memory_bytes,
	};
}

static void on_input_wanted(void *self)
{
	struct launch *launch = self;
	if (launch->watcher.input_wanted != NULL)
		launch->watcher.input_wanted(launch->watcher.self);
}

static enum status start_program(struct launch *launch, const struct launch_order *order,
				 struct fault *fault)
{
	struct kernel_start start = order->start;
	for (uint32_t i = 0; i < order->handler_count; i++)
		order->handlers[i].terminal = launch->number;
	start.handlers = order->handlers;
	start.handler_count = order->handler_count;
	start.terminal = launch->number;
	start.ended = on_program_ended;
	start.context = launch;
	enum status status = kernel_start(launch->hosted->kernel, &start, &launch->process);
	if (status == STATUS_LIMIT)
		snprintf(fault->text, sizeof fault->text,
			 "the program cannot be started: its arguments or variables are too many "
			 "or too long");
	if (status == STATUS_INVALID)
		snprintf(fault->text, sizeof fault->text,
			 "--handle names an interface that cannot be given away, or one program "
			 "twice");
	return status;
}

static enum status open_streams(struct launch *launch, const struct launch_order *order)
{
	struct hosted *hosted = launch->hosted;
	const struct session_watcher watcher = {.input_wanted = on_input_wanted, .self = launch};
	launch->session = terminal_open(hosted->terminal, launch->number, order->streams, &watcher);
	if (order->trace >= 0)
		launch->tap = tracing_open(&hosted->tracing, launch->number, order->trace);
	if (launch->session == NULL || (order->trace >= 0 && launch->tap == NULL))
		return STATUS_NO_MEMORY;
	launch->session->is_in_background = order->is_in_background;
	return STATUS_OK;
}

static void close_descriptors(const struct launch_order *order)
{
	for (int i = 0; i < SESSION_STREAMS; i++)
		if (order->streams[i] >= 0)
			close(order->streams[i]);
	if (order->trace >= 0)
		close(order->trace);
}

enum status launch_start(struct hosted *hosted, const struct launch_order *order,
			 const struct launch_watcher *watcher, struct launch **out,
			 struct fault *fault)
{
	struct launch *launch = calloc(1, sizeof *launch);
	if (launch == NULL) {
		close_descriptors(order);
		return STATUS_NO_MEMORY;
	}
	struct launches *launches = &hosted->launches;
	*launch = (struct launch){.next = launches->first,
				  .hosted = hosted,
				  .number = ++launches->next_number,
				  .is_quiet = order->is_quiet,
				  .watcher = *watcher};
	launches->first = launch;
	launches->count++;
	enum status status = open_streams(launch, order);
	if (status == STATUS_OK)
		status = start_program(launch, order, fault);
	if (status != STATUS_OK) {
		launch_close_streams(launch);
		destroy(launch);
		return status;
	}
	*out = launch;
	return STATUS_OK;
}

/* ---- Ending ---- */

void launch_kill(struct launch *launch)
{
	/* One that is ending already is not found, and that is as good. */
	enum status status = kernel_kill(launch->hosted->kernel, launch->process);
	core_assert(status == STATUS_OK || status == STATUS_NOT_FOUND);
}

void launch_drop(struct launch *launch)
{
	launch->watcher = (struct launch_watcher){0};
	launch->is_dropped = true;
	launch_close_streams(launch);
	kernel_kill_terminal(launch->hosted->kernel, launch->number);
	if (launch->has_ended)
		destroy(launch);
}

static void settle(struct launch *launch)
{
	launch->is_settled = true;
	launch->hosted->launches.count--;
	kernel_kill_terminal(launch->hosted->kernel, launch->number);
	launch_close_streams(launch);
	if (launch->watcher.ended != NULL)
		launch->watcher.ended(launch->watcher.self);
	else if (launch->is_dropped)
		destroy(launch);
}

void launches_settle(struct hosted *hosted)
{
	struct launch *launch = hosted->launches.first;
	while (launch != NULL) {
		struct launch *next = launch->next;
		if (launch->has_ended && !launch->is_settled)
			settle(launch);
		launch = next;
	}
}

void launches_reset(struct launches *launches)
{
	while (launches->first != NULL)
		destroy(launches->first);
}

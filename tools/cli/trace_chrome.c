/*
 * Chrome's trace event format, as Perfetto reads it: a JSON object an event, a line each. A
 * message is a slice of its sender's, from sending to the answer, and a slice of its handler's,
 * from taking it to the answer, with a flow from one to the other. Slices of one thread must lie
 * inside each other, and messages under way need not: so a process has as many rows ("threads") as
 * it has messages under way at once, and each slice gets the first row that is free.
 */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "trace_writer.h"

enum {
	/* Processes and parts of the kernel are numbered together, and a part is the first. */
	KERNEL_PID = 1,
	NAME_BYTES = 16, /* of a program's CID */
	NO_LANE = UINT32_MAX
};

enum side { SENT, HANDLED };

/* Which rows of a process are in use: one for what it sent, one for what it handles. */
struct lanes {
	bool *is_used;
	uint32_t count;
};

struct viewed {
	struct viewed *next;
	uint64_t process;
	struct lanes lanes[2];
};

struct state {
	struct json json;
	struct viewed *processes; /* the newest first */
};

/* ---- Events ---- */

static uint64_t pid_of(uint64_t process)
{
	return process == 0 ? KERNEL_PID : process;
}

static struct json *open_event(struct trace_output *output, const char *phase, const char *name)
{
	struct state *state = output->state;
	struct json *json = &state->json;
	bool is_first = !json->needs_comma;
	fputs(is_first ? "" : ",\n", output->file);
	json->needs_comma = false;
	json_open_object(json, NULL);
	json_string(json, "ph", phase);
	if (name != NULL)
		json_string(json, "name", name);
	return json;
}

/* `lane` counts from 0; what is sent and what is handled alternate. */
static void put_place(struct json *json, const struct trace_output *output, uint64_t process,
		      uint64_t thread)
{
	json_number(json, "pid", pid_of(process));
	json_number(json, "tid", thread);
	json_thousandths(json, "ts", output->now_ns);
}

static uint64_t thread_of(uint32_t lane, enum side side)
{
	return 2 * (uint64_t)lane + (side == SENT ? 1 : 2);
}

/* Says what a process or one of its rows is called. */
static void put_name(struct trace_output *output, uint64_t process, uint64_t thread,
		     const char *name)
{
	struct json *json = open_event(output, "M", thread == 0 ? "process_name" : "thread_name");
	json_number(json, "pid", pid_of(process));
	json_number(json, "tid", thread);
	json_open_object(json, "args");
	json_string(json, "name", name);
	json_close_object(json);
	json_close_object(json);
}

/* ---- Rows ---- */

static struct viewed *find(struct state *state, uint64_t process)
{
	struct viewed *viewed = state->processes;
	while (viewed != NULL && viewed->process != process)
		viewed = viewed->next;
	return viewed;
}

static void name_lane(struct trace_output *output, uint64_t process, uint32_t lane, enum side side)
{
	char name[32];
	snprintf(name, sizeof name, "%s %u", side == SENT ? "sent" : "handled", lane + 1);
	put_name(output, process, thread_of(lane, side), name);
}

/* NO_LANE where there is no memory, and then there is no slice. */
static uint32_t take_lane(struct trace_output *output, uint64_t process, enum side side)
{
	struct viewed *viewed = find(output->state, process);
	if (viewed == NULL)
		return NO_LANE;
	struct lanes *lanes = &viewed->lanes[side];
	uint32_t lane = 0;
	while (lane < lanes->count && lanes->is_used[lane])
		lane++;
	if (lane == lanes->count) {
		bool *larger = realloc(lanes->is_used, lanes->count + 1);
		if (larger == NULL)
			return NO_LANE;
		lanes->is_used = larger;
		lanes->count++;
		name_lane(output, process, lane, side);
	}
	lanes->is_used[lane] = true;
	return lane;
}

static void add_process(struct trace_output *output, uint64_t process, const char *name)
{
	struct state *state = output->state;
	struct viewed *viewed = calloc(1, sizeof *viewed);
	if (viewed == NULL)
		return;
	viewed->process = process;
	viewed->next = state->processes;
	state->processes = viewed;
	put_name(output, process, 0, name);
}

/* ---- Slices ---- */

static struct json *begin_slice(struct trace_output *output, struct trace_message *message,
				enum side side)
{
	uint64_t process = side == SENT ? message->sender : message->handler;
	uint32_t lane = take_lane(output, process, side);
	message->lanes[side] = lane;
	if (lane == NO_LANE)
		return NULL;
	struct json *json = open_event(output, "B", message->name);
	json_string(json, "cat", side == SENT ? "sent" : "handled");
	put_place(json, output, process, thread_of(lane, side));
	json_open_object(json, "args");
	json_number(json, "message", message->number);
	return json;
}

static void close_slice(struct json *json)
{
	json_close_object(json);
	json_close_object(json);
}

static void end_slice(struct trace_output *output, const struct trace_message *message,
		      enum side side, const char *result)
{
	uint64_t process = side == SENT ? message->sender : message->handler;
	uint32_t lane = message->lanes[side];
	if (lane == NO_LANE)
		return;
	struct json *json = open_event(output, "E", message->name);
	put_place(json, output, process, thread_of(lane, side));
	json_open_object(json, "args");
	json_string(json, "result", result);
	close_slice(json);
	find(output->state, process)->lanes[side].is_used[lane] = false;
}

static void put_flow(struct trace_output *output, const struct trace_message *message,
		     enum side side)
{
	if (message->lanes[SENT] == NO_LANE || message->lanes[side] == NO_LANE)
		return;
	struct json *json = open_event(output, side == SENT ? "s" : "f", "message");
	json_string(json, "cat", "message");
	json_number(json, "id", message->number);
	if (side == HANDLED)
		json_string(json, "bp", "e"); /* It ends at the slice that encloses it. */
	put_place(json, output, side == SENT ? message->sender : message->handler,
		  thread_of(message->lanes[side], side));
	json_close_object(json);
}

static void put_instant(struct trace_output *output, uint64_t process, const char *name,
			const char *key, const char *value)
{
	struct json *json = open_event(output, "i", name);
	json_string(json, "s", "p");
	put_place(json, output, process, 0);
	json_open_object(json, "args");
	json_string(json, key, value);
	close_slice(json);
}

/* ---- What a writer does ---- */

static bool create(struct trace_output *output)
{
	struct state *state = calloc(1, sizeof *state);
	if (state == NULL)
		return false;
	state->json.file = output->file;
	output->state = state;
	fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n", output->file);
	add_process(output, 0, "kernel");
	return true;
}

static void started(struct trace_output *output, uint64_t process, const char *program)
{
	char name[NAME_BYTES + sizeof "..."];
	snprintf(name, sizeof name, "%.*s...", NAME_BYTES, program);
	add_process(output, process, name);
	put_instant(output, process, "starts", "program", program);
}

static void ended(struct trace_output *output, uint64_t process, const char *how)
{
	put_instant(output, process, "ends", "how", how);
}

static void note(struct trace_output *output, const char *text)
{
	put_instant(output, 0, "note", "text", text);
}

static void sent(struct trace_output *output, struct trace_message *message, const char *call)
{
	message->lanes[HANDLED] = NO_LANE;
	struct json *json = begin_slice(output, message, SENT);
	if (json == NULL)
		return;
	json_string(json, "arguments", call + strlen(message->name));
	close_slice(json);
	put_flow(output, message, SENT);
}

static void refused(struct trace_output *output, const struct trace_message *message,
		    const char *call, const char *why)
{
	struct json *json = open_event(output, "i", message->name);
	json_string(json, "s", "p");
	put_place(json, output, message->sender, 0);
	json_open_object(json, "args");
	json_string(json, "not sent", why);
	json_string(json, "arguments", call + strlen(message->name));
	close_slice(json);
}

static void received(struct trace_output *output, struct trace_message *message)
{
	struct json *json = begin_slice(output, message, HANDLED);
	if (json == NULL)
		return;
	json_number(json, "sender", pid_of(message->sender));
	close_slice(json);
	put_flow(output, message, HANDLED);
}

static void cancelled(struct trace_output *output, const struct trace_message *message)
{
	put_instant(output, message->sender, "cancelled", "call", message->name);
}

static void answered(struct trace_output *output, const struct trace_message *message,
		     const char *result)
{
	end_slice(output, message, HANDLED, result);
	end_slice(output, message, SENT, result);
}

static void over(struct trace_output *output, const struct trace_message *message)
{
	answered(output, message, message->wants_answer ? "no answer" : "taken");
}

static void destroy(struct trace_output *output)
{
	struct state *state = output->state;
	fputs("\n]}\n", output->file);
	while (state->processes != NULL) {
		struct viewed *viewed = state->processes;
		state->processes = viewed->next;
		free(viewed->lanes[SENT].is_used);
		free(viewed->lanes[HANDLED].is_used);
		free(viewed);
	}
	free(state);
}

const struct trace_writer trace_chrome = {
    .create = create,
    .started = started,
    .ended = ended,
    .note = note,
    .sent = sent,
    .refused = refused,
    .received = received,
    .cancelled = cancelled,
    .answered = answered,
    .over = over,
    .destroy = destroy,
};

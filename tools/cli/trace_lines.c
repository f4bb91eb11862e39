/*
 * A line an event: milliseconds since the start, who sends to whom, the message's number, and what
 * it says. An answer's line ends with the time since the message was sent.
 */
#include <inttypes.h>

#include "trace_writer.h"

struct shown_pid {
	char text[24];
};

static struct shown_pid pid(uint64_t process)
{
	struct shown_pid shown = {"kernel"};
	if (process != 0)
		snprintf(shown.text, sizeof shown.text, "%" PRIu64, process);
	return shown;
}

static void begin(const struct trace_output *output)
{
	fprintf(output->file, "%6" PRIu64 ".%03u ms  ", output->now_ns / 1000000,
		(unsigned)(output->now_ns / 1000 % 1000));
}

static void write_latency(const struct trace_output *output, const struct trace_message *message)
{
	uint64_t latency_ns = output->now_ns - message->sent_ns;
	fprintf(output->file, "  after %" PRIu64 ".%03u ms\n", latency_ns / 1000000,
		(unsigned)(latency_ns / 1000 % 1000));
}

/* `19 -> kernel #3`: arrows point to whom something is for. */
static void write_path(const struct trace_output *output, const struct trace_message *message,
		       const char *arrow)
{
	begin(output);
	fprintf(output->file, "%s %s %s #%" PRIu64 "  ", pid(message->sender).text, arrow,
		pid(message->handler).text, message->number);
}

static bool create(struct trace_output *output)
{
	return true;
}

static void started(struct trace_output *output, uint64_t process, const char *program)
{
	begin(output);
	fprintf(output->file, "%s starts: %s\n", pid(process).text, program);
}

static void ended(struct trace_output *output, uint64_t process, const char *how)
{
	begin(output);
	fprintf(output->file, "%s %s\n", pid(process).text, how);
}

static void note(struct trace_output *output, const char *text)
{
	begin(output);
	fprintf(output->file, "%s\n", text);
}

static void sent(struct trace_output *output, struct trace_message *message, const char *call)
{
	write_path(output, message, "->");
	fprintf(output->file, "%s\n", call);
}

static void refused(struct trace_output *output, const struct trace_message *message,
		    const char *call, const char *why)
{
	begin(output);
	fprintf(output->file, "%s -> nobody  %s  not sent: %s\n", pid(message->sender).text, call,
		why);
}

static void received(struct trace_output *output, struct trace_message *message)
{
}

static void cancelled(struct trace_output *output, const struct trace_message *message)
{
	write_path(output, message, "->");
	fprintf(output->file, "%s is cancelled", message->name);
	write_latency(output, message);
}

static void answered(struct trace_output *output, const struct trace_message *message,
		     const char *result)
{
	write_path(output, message, "<-");
	fprintf(output->file, "%s", result);
	write_latency(output, message);
}

static void over(struct trace_output *output, const struct trace_message *message)
{
	if (!message->wants_answer)
		return;
	write_path(output, message, "<-");
	fputs("nobody waits for the answer any more", output->file);
	write_latency(output, message);
}

static void destroy(struct trace_output *output)
{
}

const struct trace_writer trace_lines = {
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

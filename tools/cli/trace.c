#include "trace.h"

#include <stdlib.h>
#include <string.h>

#include <cairn/abi.h>

#include "core/kernel.h"
#include "core/text.h"
#include "definitions.h"
#include "lookup.h"
#include "trace_writer.h"
#include "value.h"

enum {
	BUCKETS = 4096,    /* of messages under way: as many as one handler holds for one sender */
	LINE_BYTES = 1536, /* of one message in words */
	HASH_BYTES = 16,   /* of a CID that stands for what it names */
	NOTED = 256
};

struct trace {
	const struct trace_writer *writer;
	struct trace_output output;
	struct lookup *lookup;
	uint64_t count;
	struct trace_message *buckets[BUCKETS]; /* by address */
	struct digest noted[NOTED]; /* unknown interfaces that were named, by their first byte */
	uint8_t *body;              /* where a body in parts is put together */
	size_t body_capacity;
};

/* ---- Messages under way ---- */

static struct trace_message **bucket_of(struct trace *trace, const void *key)
{
	return &trace->buckets[((uintptr_t)key >> 4) * 0x9e3779b97f4a7c15u >> 52];
}

/* Where the message is linked; a place that holds NULL where it is not known. */
static struct trace_message **find(struct trace *trace, const void *key)
{
	struct trace_message **link = bucket_of(trace, key);
	while (*link != NULL && (*link)->key != key)
		link = &(*link)->next;
	return link;
}

/* ---- Words ---- */

static bool gather(struct trace *trace, const struct kernel_trace_event *event,
		   struct value_body *out)
{
	if (event->part_count <= 1) {
		*out = (struct value_body){event->part_count == 0 ? NULL : event->parts->data,
					   (size_t)event->size};
		return true;
	}
	if (event->size > trace->body_capacity) {
		uint8_t *larger = realloc(trace->body, (size_t)event->size);
		if (larger == NULL)
			return false;
		trace->body = larger;
		trace->body_capacity = (size_t)event->size;
	}
	size_t used = 0;
	for (uint32_t i = 0; i < event->part_count; i++) {
		if (event->parts[i].size > 0)
			memcpy(trace->body + used, event->parts[i].data, event->parts[i].size);
		used += event->parts[i].size;
	}
	*out = (struct value_body){trace->body, used};
	return true;
}

static void write_hash(const struct digest *interface, struct text *out)
{
	char name[CID_TEXT_BYTES];
	struct cid cid = definitions_cid(interface);
	cid_to_text(&cid, name);
	text_bytes(out, name, HASH_BYTES);
	text_string(out, "...");
}

/* Says once how an unknown interface can be made known. */
static void note_unknown(struct trace *trace, const struct digest *interface)
{
	char line[LINE_BYTES];
	char name[CID_TEXT_BYTES];
	struct text text = text_over(line, sizeof line);
	struct digest *noted = &trace->noted[interface->bytes[0] % NOTED];
	if (memcmp(noted, interface, sizeof *noted) == 0)
		return;
	*noted = *interface;
	struct cid cid = definitions_cid(interface);
	cid_to_text(&cid, name);
	text_string(&text, "the definition of ");
	text_string(&text, name);
	text_string(&text, " is not here; cairn interface publish FILE.wit adds it");
	trace->writer->note(&trace->output, line);
}

/* The call in words, and its name in `message`. */
static void describe_call(struct trace *trace, const struct kernel_trace_event *event,
			  struct trace_message *message, struct text *out)
{
	const struct outline *outline = lookup_find(trace->lookup, event->interface);
	struct value_body body;
	message->interface = *event->interface;
	message->function = UINT32_MAX;
	bool is_whole = gather(trace, event, &body);
	if (is_whole && body.size >= sizeof message->function)
		memcpy(&message->function, body.data, sizeof message->function);
	if (outline == NULL)
		note_unknown(trace, event->interface);
	if (outline != NULL && is_whole) {
		text_string(out, outline->interface->name.text);
		text_string(out, ".");
		value_call(outline, body, out);
	} else {
		write_hash(event->interface, out);
		text_string(out, "(");
		if (is_whole)
			value_bytes(body, out);
		text_string(out, ")");
	}
	struct text name = text_over(message->name, sizeof message->name);
	text_bytes(&name, out->data, strcspn(out->data, "("));
}

static const char *status_words(uint32_t status)
{
	static const char *const words[] = {
	    [CAIRN_STATUS_OK] = "ok",
	    [CAIRN_STATUS_REFUSED] = "refused",
	    [CAIRN_STATUS_DENIED] = "denied",
	    [CAIRN_STATUS_NO_HANDLER] = "no handler",
	    [CAIRN_STATUS_HANDLER_ENDED] = "the handler ended",
	    [CAIRN_STATUS_HANDLER_CHANGED] = "the handler changed",
	    [CAIRN_STATUS_LIMIT] = "the answer is more than the sender may have",
	};
	return status < sizeof words / sizeof words[0] ? words[status] : "an unknown status";
}

static const char *error_words(int32_t error)
{
	switch (error) {
	case CAIRN_NO_HANDLER:
		return "no handler";
	case CAIRN_BUSY:
		return "the handler is busy";
	case CAIRN_TOO_LARGE:
		return "too large";
	case CAIRN_DENIED:
		return "denied";
	case CAIRN_LIMIT:
		return "a limit is reached";
	default:
		return "invalid";
	}
}

static void describe_answer(struct trace *trace, const struct kernel_trace_event *event,
			    const struct trace_message *message, struct text *out)
{
	struct value_body body;
	bool is_whole = gather(trace, event, &body);
	const struct outline *outline = lookup_find(trace->lookup, &message->interface);
	if (event->status != CAIRN_STATUS_OK)
		text_string(out, status_words(event->status));
	else if (outline != NULL && is_whole)
		value_answer(outline, message->function, body, out);
	else if (is_whole)
		value_bytes(body, out);
}

/* ---- Events ---- */

static void on_sent(struct trace *trace, const struct kernel_trace_event *event)
{
	char line[LINE_BYTES];
	struct text text = text_over(line, sizeof line);
	struct trace_message *message = calloc(1, sizeof *message);
	if (message == NULL)
		return;
	struct trace_message **bucket = bucket_of(trace, event->message);
	*message = (struct trace_message){.next = *bucket,
					  .key = event->message,
					  .number = ++trace->count,
					  .sender = event->process,
					  .handler = event->handler,
					  .sent_ns = trace->output.now_ns,
					  .wants_answer = event->wants_answer};
	*bucket = message;
	describe_call(trace, event, message, &text);
	trace->writer->sent(&trace->output, message, line);
}

static void on_refused(struct trace *trace, const struct kernel_trace_event *event)
{
	char line[LINE_BYTES];
	struct text text = text_over(line, sizeof line);
	struct trace_message message = {.sender = event->process};
	describe_call(trace, event, &message, &text);
	trace->writer->refused(&trace->output, &message, line, error_words(event->error));
}

static void on_answered(struct trace *trace, const struct kernel_trace_event *event,
			struct trace_message *message)
{
	char line[LINE_BYTES];
	struct text text = text_over(line, sizeof line);
	describe_answer(trace, event, message, &text);
	message->is_answered = true;
	trace->writer->answered(&trace->output, message, line);
}

static void on_over(struct trace *trace, struct trace_message **link)
{
	struct trace_message *message = *link;
	if (!message->is_answered)
		trace->writer->over(&trace->output, message);
	*link = message->next;
	free(message);
}

static void on_started(struct trace *trace, const struct kernel_trace_event *event)
{
	char name[CID_TEXT_BYTES];
	cid_to_text(event->program, name);
	trace->writer->started(&trace->output, event->process, name);
}

/* A fault's text is escaped where it was made. */
static void on_ended(struct trace *trace, const struct kernel_trace_event *event)
{
	static const char *const causes[] = {
	    [KERNEL_END_EXIT] = "left with exit code ",
	    [KERNEL_END_TRAP] = "trapped: ",
	    [KERNEL_END_KILLED] = "was killed",
	    [KERNEL_END_NOT_STARTED] = "cannot be started: ",
	};
	char line[LINE_BYTES];
	struct text text = text_over(line, sizeof line);
	const struct kernel_end *end = event->end;
	text_string(&text, causes[end->cause]);
	if (end->cause == KERNEL_END_EXIT)
		text_decimal(&text, end->code);
	else
		text_string(&text, end->fault.text);
	trace->writer->ended(&trace->output, event->process, line);
}

static void on_message(struct trace *trace, const struct kernel_trace_event *event)
{
	struct trace_message **link = find(trace, event->message);
	struct trace_message *message = *link;
	if (message == NULL)
		return; /* There was no memory when it was sent. */
	if (event->kind == KERNEL_TRACE_RECEIVED) {
		message->is_received = true;
		trace->writer->received(&trace->output, message);
	} else if (event->kind == KERNEL_TRACE_CANCELLED) {
		trace->writer->cancelled(&trace->output, message);
	} else if (event->kind == KERNEL_TRACE_ANSWERED) {
		on_answered(trace, event, message);
	} else {
		on_over(trace, link);
	}
}

void trace_tell(struct trace *trace, const struct kernel_trace_event *event, uint64_t at_ns)
{
	trace->output.now_ns = at_ns;
	trace->output.event = event;
	switch (event->kind) {
	case KERNEL_TRACE_STARTED:
		on_started(trace, event);
		break;
	case KERNEL_TRACE_ENDED:
		on_ended(trace, event);
		break;
	case KERNEL_TRACE_SENT:
		on_sent(trace, event);
		break;
	case KERNEL_TRACE_REFUSED:
		on_refused(trace, event);
		break;
	default:
		on_message(trace, event);
		break;
	}
}

void trace_tell_lost(struct trace *trace, uint64_t count, uint64_t at_ns)
{
	char line[LINE_BYTES];
	struct text text = text_over(line, sizeof line);
	trace->output.now_ns = at_ns;
	text_decimal(&text, count);
	text_string(&text, " events are missing here: they came faster than they were written");
	trace->writer->note(&trace->output, line);
}

/* ---- Creating and destroying ---- */

struct trace *trace_create(FILE *file, const struct trace_writer *writer, struct store *store)
{
	struct trace *trace = calloc(1, sizeof *trace);
	if (trace == NULL)
		return NULL;
	trace->writer = writer;
	trace->output.file = file;
	trace->lookup = lookup_create(store);
	if (trace->lookup == NULL || !writer->create(&trace->output)) {
		lookup_destroy(trace->lookup);
		free(trace);
		return NULL;
	}
	return trace;
}

void trace_destroy(struct trace *trace)
{
	if (trace == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while (trace->buckets[i] != NULL)
			on_over(trace, &trace->buckets[i]);
	trace->writer->destroy(&trace->output);
	lookup_destroy(trace->lookup);
	free(trace->body);
	free(trace);
}

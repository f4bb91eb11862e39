/*
 * What a kernel in another machine tells of its messages, as it comes through a serial line: in
 * pieces, and perhaps cut or broken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <cairn/transcript.h>

#include "core/kernel.h"
#include "transcript.h"

/* ---- What was told: trace.c's part, played here ---- */

static char told[2048];

static void note(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	size_t used = strlen(told);
	vsnprintf(told + used, sizeof told - used, format, arguments);
	va_end(arguments);
}

void trace_tell(struct trace *trace, const struct kernel_trace_event *event, uint64_t now_ns)
{
	assert_ptr_equal(trace, told);
	note("%u at %u", event->kind, (unsigned)now_ns);
	if (event->kind == KERNEL_TRACE_SENT)
		note(" %u->%u%s", (unsigned)event->process, (unsigned)event->handler,
		     event->wants_answer ? "?" : "");
	if (event->kind == KERNEL_TRACE_REFUSED)
		note(" %d", event->error);
	if (event->kind == KERNEL_TRACE_ANSWERED)
		note(" %u", event->status);
	if (event->kind == KERNEL_TRACE_ENDED)
		note(" %d %u %s", event->end->cause, event->end->code, event->end->fault.text);
	if (event->interface != NULL)
		note(" for %02x", event->interface->bytes[31]);
	if (event->program != NULL)
		note(" %x", event->program->codec);
	for (uint32_t i = 0; i < event->part_count; i++)
		note(" \"%.*s\"", (int)event->parts[i].size, (const char *)event->parts[i].data);
	note("\n");
}

/* ---- A transcript ---- */

static uint8_t bytes[4096];
static size_t size;

/* Puts the size in front of the call that was encoded behind it. */
static void close_call(const struct wire_out *out)
{
	assert_true(wire_is_whole(out));
	struct wire_out head = wire_out_over(bytes + size, sizeof(uint32_t));
	wire_put_u32(&head, (uint32_t)out->size);
	size += sizeof(uint32_t) + (size_t)out->size;
}

static struct wire_out open_call(void)
{
	size_t start = size + sizeof(uint32_t);
	return wire_out_over(bytes + start, sizeof bytes - start);
}

static void write_whole(void)
{
	static const uint8_t digest[32] = {[31] = 0xab};
	uint8_t cid_bytes[CID_BINARY_BYTES];
	struct cid cid = {.codec = CID_RAW};
	cid_to_binary(&cid, cid_bytes);
	struct wire_bytes of = {digest, sizeof digest};
	struct wire_bytes hello = {(const uint8_t *)"hello", 5};
	struct wire_out out;
	size = 0;
	out = open_call();
	transcript_started_encode(
	    &out, &(struct transcript_started_call){1, 8, {cid_bytes, sizeof cid_bytes}});
	close_call(&out);
	out = open_call();
	transcript_sent_encode(&out, &(struct transcript_sent_call){2, 77, 8, 9, true, of, hello});
	close_call(&out);
	out = open_call();
	transcript_received_encode(&out, &(struct transcript_received_call){3, 77});
	close_call(&out);
	out = open_call();
	transcript_cancelled_encode(&out, &(struct transcript_cancelled_call){4, 77});
	close_call(&out);
	out = open_call();
	transcript_answered_encode(&out, &(struct transcript_answered_call){5, 77, 1, {0}});
	close_call(&out);
	out = open_call();
	transcript_over_encode(&out, &(struct transcript_over_call){6, 77});
	close_call(&out);
	out = open_call();
	transcript_refused_encode(&out, &(struct transcript_refused_call){7, 8, -5, of, hello});
	close_call(&out);
	out = open_call();
	transcript_ended_encode(&out,
				&(struct transcript_ended_call){8, 8, TRANSCRIPT_CAUSE_TRAPPED, 3,
								wire_text("unreachable")});
	close_call(&out);
}

static const char whole[] = "0 at 1 55\n"
			    "2 at 2 8->9? for ab \"hello\"\n"
			    "4 at 3\n"
			    "5 at 4\n"
			    "6 at 5 1 \"\"\n"
			    "7 at 6\n"
			    "3 at 7 -5 for ab \"hello\"\n"
			    "1 at 8 1 3 unreachable\n";

/* What is reported, which goes to the standard error stream. */
static char reported[1024];

/* Takes the bytes in pieces of that size. */
static void take(size_t piece)
{
	told[0] = '\0';
	int saved = dup(STDERR_FILENO);
	FILE *file = tmpfile();
	assert_non_null(file);
	dup2(fileno(file), STDERR_FILENO);
	struct transcript *transcript = transcript_create((struct trace *)(void *)told);
	for (size_t at = 0; at < size; at += piece)
		transcript_take(transcript, bytes + at, size - at < piece ? size - at : piece);
	transcript_destroy(transcript);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	reported[fread(reported, 1, sizeof reported - 1, file)] = '\0';
	fclose(file);
}

static void expect_report(const char *why)
{
	char line[128];
	snprintf(line, sizeof line,
		 "cairn: the kernel's transcript cannot be read any further: %s\n", why);
	assert_string_equal(reported, line);
}

static void each_call_is_told_wherever_the_pieces_end(void **state)
{
	write_whole();
	for (size_t piece = 1; piece <= size; piece++) {
		take(piece);
		assert_string_equal(told, whole);
		assert_string_equal(reported, "");
	}
}

static void one_that_is_cut_is_told_as_far_as_it_goes(void **state)
{
	write_whole();
	size--;
	take(size);
	assert_true(strlen(told) > 0 && strncmp(told, whole, strlen(told)) == 0);
	expect_report("it ends too early");
	size = 2;
	take(size);
	assert_string_equal(told, "");
	expect_report("it ends too early");
}

static void what_is_broken_is_said_once_and_nothing_is_told_behind_it(void **state)
{
	static const uint8_t empty[] = {0, 0, 0, 0};
	static const uint8_t huge[] = {0xff, 0xff, 0xff, 0xff, 1};
	static const uint8_t unknown[] = {4, 0, 0, 0, 99, 0, 0, 0};
	static const struct {
		const uint8_t *data;
		size_t size;
		const char *why;
	} rows[] = {{empty, sizeof empty, "an empty call"},
		    {huge, sizeof huge, "a call is too large"},
		    {unknown, sizeof unknown, "no such function"}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		write_whole();
		memmove(bytes + rows[i].size, bytes, size);
		memcpy(bytes, rows[i].data, rows[i].size);
		size += rows[i].size;
		for (size_t piece = 1; piece < 9; piece++) {
			take(piece);
			assert_string_equal(told, "");
			expect_report(rows[i].why);
		}
	}
}

static void names_have_their_size(void **state)
{
	struct wire_bytes three = {(const uint8_t *)"abc", 3};
	size = 0;
	struct wire_out out = open_call();
	transcript_started_encode(&out, &(struct transcript_started_call){1, 8, three});
	close_call(&out);
	take(size);
	expect_report("no CID");
	size = 0;
	out = open_call();
	transcript_refused_encode(&out, &(struct transcript_refused_call){1, 8, -5, three, {0}});
	close_call(&out);
	take(size);
	expect_report("no digest");
	assert_string_equal(told, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_call_is_told_wherever_the_pieces_end),
	    cmocka_unit_test(one_that_is_cut_is_told_as_far_as_it_goes),
	    cmocka_unit_test(what_is_broken_is_said_once_and_nothing_is_told_behind_it),
	    cmocka_unit_test(names_have_their_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

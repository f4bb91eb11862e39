/*
 * trace_writer: the forms in which trace.c writes. All strings are escaped already.
 */
#ifndef CLI_TRACE_WRITER_H
#define CLI_TRACE_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/cid.h"

enum { TRACE_NAME_BYTES = 144 }; /* two names of 64 bytes and a dot */

/* One message under way. A pid of 0 is the kernel. */
struct trace_message {
	struct trace_message *next; /* trace.c's */
	const void *key;
	uint64_t number; /* from 1, in the order of sending; 0 where it was refused */
	uint64_t sender;
	uint64_t handler;
	struct digest interface;
	uint32_t function;
	char name[TRACE_NAME_BYTES]; /* "terminal.write", or the start of the interface's hash */
	uint64_t sent_ns;            /* since the start, here and below */
	bool wants_answer;
	bool is_received;
	bool is_answered;
	uint32_t lanes[2]; /* a writer's */
};

struct kernel_trace_event;

/* What a writer is given with everything. */
struct trace_output {
	FILE *file;
	uint64_t now_ns;
	const struct kernel_trace_event *event; /* that is told about just now */
	void *state;                            /* of the writer, from create */
};

/* Any of these may do nothing; all are there. */
struct trace_writer {
	/* False where there is no memory. */
	bool (*create)(struct trace_output *output);
	void (*started)(struct trace_output *output, uint64_t process, const char *program);
	void (*ended)(struct trace_output *output, uint64_t process, const char *how);
	/* A line of its own. */
	void (*note)(struct trace_output *output, const char *text);
	/* `call` is the name, and the arguments in parentheses. */
	void (*sent)(struct trace_output *output, struct trace_message *message, const char *call);
	void (*refused)(struct trace_output *output, const struct trace_message *message,
			const char *call, const char *why);
	void (*received)(struct trace_output *output, struct trace_message *message);
	void (*cancelled)(struct trace_output *output, const struct trace_message *message);
	void (*answered)(struct trace_output *output, const struct trace_message *message,
			 const char *result);
	/* Of one that was not answered. */
	void (*over)(struct trace_output *output, const struct trace_message *message);
	void (*destroy)(struct trace_output *output);
};

/* For a person, and for Perfetto and its like: Chrome's trace event format, which is JSON. */
extern const struct trace_writer trace_lines;
extern const struct trace_writer trace_chrome;

#endif

/*
 * run: one program, run by a node for this command: its streams are this process's, its end is
 * told.
 *
 *     run_program: everything, from the request to the end
 *
 * Meanwhile the signals that a user sends mean the program: the first SIGINT, SIGTERM or SIGHUP
 * ends it, a second one this command at once; Ctrl-Z stops it with the command. Whatever becomes of
 * the node, the terminal is left as it was.
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include <stdbool.h>

#include "core/kernel.h"
#include "handlers.h"

struct node;
struct trace;

struct run_order {
	const struct handlers *handlers;   /* the program, who handles what, and who may use it */
	const struct wasm_name *arguments; /* the program's name first */
	uint32_t argument_count;
	const struct wasm_name *environment;
	uint32_t environment_count;
	bool allow_all;
	bool asks; /* what nobody has decided is put to the user, if he has a terminal here */
	bool is_quiet;
	uint64_t memory_bytes; /* that the program may have; 0: as much as the node gives */
	struct trace *trace;   /* NULL: not traced */
};

struct run_end {
	enum kernel_end_cause cause;
	enum status status; /* of a start that failed */
	uint32_t code;
	int signal;            /* that the user ended it with, or 0 */
	char *reason;          /* a line, or empty; on the heap, and so below */
	char *backtrace;       /* lines of text, or empty */
	uint64_t memory_bytes; /* as in struct kernel_end */
};

/* False after an error that was reported. */
bool run_program(struct node *node, const struct run_order *order, struct run_end *end);
void run_end_release(struct run_end *end);

#endif

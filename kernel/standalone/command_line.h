/*
 * command_line: what the kernel was told to do. Words are separated by spaces:
 *
 *     [allow-all] [quiet] [terminal] [trace] [env=NAME=VALUE]... [name=NAME] [GRANT]...
 *     [handler=CID [handles=INTERFACE]... [GRANT]...]... run=CID [ARGUMENT]...
 *     where a GRANT is grants=INTERFACE [scope=SCOPE]...
 *
 * All words after `run=` are the program's arguments, behind its name (without `name=`: the CID).
 * A GRANT behind `handler=` is that handler's, before it the program's: what it may send to beside
 * `terminal`, which all of them may use. An INTERFACE is written as the CID of its canonical
 * text. In a word, %HH is the byte of those hexadecimal digits; a word of one % is empty.
 *
 * `allow-all`, `quiet` and `env=` mean what the options of `cairn run` mean; `terminal` says that a
 * person sits at the other end of the serial line; `trace` that every message is told of (trace.h).
 */
#ifndef STANDALONE_COMMAND_LINE_H
#define STANDALONE_COMMAND_LINE_H

#include "core/kernel.h"

enum {
	COMMAND_LINE_WORDS_MAX = 512,
	COMMAND_LINE_HANDLERS_MAX = 60,
	COMMAND_LINE_INTERFACES_MAX = 256 /* that are handled, granted, and scopes: of each */
};

struct command_line {
	bool is_quiet;
	bool is_terminal;
	bool is_traced;
	struct cid program;
	struct wasm_name arguments[COMMAND_LINE_WORDS_MAX];
	uint32_t argument_count; /* the program's name first */
	struct wasm_name environment[COMMAND_LINE_WORDS_MAX];
	uint32_t environment_count;
	struct kernel_grants grants; /* of the program */
	struct kernel_handler handlers[COMMAND_LINE_HANDLERS_MAX];
	uint32_t handler_count;

	/* What the arrays of grants and handlers are parts of. */
	struct digest handled[COMMAND_LINE_INTERFACES_MAX];
	uint32_t handled_count;
	struct kernel_grant granted[COMMAND_LINE_INTERFACES_MAX];
	uint32_t granted_count;
	struct wasm_name scopes[COMMAND_LINE_INTERFACES_MAX];
	uint32_t scope_count;
};

/* Decodes `line` where it lies; `out` points into it, and into itself. */
must_check enum status command_line_parse(char *line, struct command_line *out,
					  struct fault *fault);

#endif

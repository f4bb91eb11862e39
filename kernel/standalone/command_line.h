/*
 * command_line: what the kernel was told to do. Words are separated by spaces:
 *
 *     [allow-all] [quiet] [terminal] [env=NAME=VALUE]... [name=NAME] run=CID [ARGUMENT]...
 *
 * All words after `run=` are the program's arguments, behind its name (without `name=`: the CID).
 * In a word, %HH is the byte of those hexadecimal digits; a word of one % is empty. The words
 * `allow-all`, `quiet` and `env=` mean what the options of `cairn run` mean; `terminal` says that a
 * person sits at the other end of the serial line.
 */
#ifndef STANDALONE_COMMAND_LINE_H
#define STANDALONE_COMMAND_LINE_H

#include "core/kernel.h"

enum { COMMAND_LINE_WORDS_MAX = 512 };

struct command_line {
	bool allow_all;
	bool is_quiet;
	bool is_terminal;
	struct wasm_name program; /* as it was written */
	struct wasm_name arguments[COMMAND_LINE_WORDS_MAX];
	uint32_t argument_count; /* the program's name first */
	struct wasm_name environment[COMMAND_LINE_WORDS_MAX];
	uint32_t environment_count;
};

/* Decodes `line` where it lies; the words point into it. */
must_check enum status command_line_parse(char *line, struct command_line *out,
					  struct fault *fault);

#endif

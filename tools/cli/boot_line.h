/*
 * boot_line: the command line of the kernel for bare metal (kernel/standalone/command_line.h).
 *
 *     boot_line_begin -> boot_line_word for each setting -> boot_line_run -> boot_line_word for
 *     each argument -> boot_line_end -> boot_line_release
 */
#ifndef CLI_BOOT_LINE_H
#define CLI_BOOT_LINE_H

#include <stdbool.h>
#include <stdio.h>

#include "handlers.h"

struct boot_line {
	FILE *out;
	char *text; /* after boot_line_end */
	size_t size;
	bool has_words;
};

/* False after an error that was reported, here and below. */
bool boot_line_begin(struct boot_line *line);

/* Any bytes may be in `word`; `prefix`, such as "env=", stands before it as it is. */
void boot_line_word(struct boot_line *line, const char *prefix, const char *word);

/* Who handles what and may send to what, and the program. */
void boot_line_run(struct boot_line *line, const struct handlers *handlers);

/* The kernel reads no line that is too long. */
bool boot_line_end(struct boot_line *line);

/* Does nothing to a line that was never begun: zeroed. */
void boot_line_release(struct boot_line *line);

#endif

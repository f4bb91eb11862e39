/*
 * command: what each command of idlc does. A command returns the exit code.
 */
#ifndef IDLC_COMMAND_H
#define IDLC_COMMAND_H

#include "outline.h"

struct command_line {
	const char **files;
	unsigned file_count;
	const char **folders; /* of -I */
	unsigned folder_count;
	const char *output; /* of -o, or NULL */
};

int command_hash(const struct command_line *line);
int command_canonical(const struct command_line *line);
int command_c(const struct command_line *line);
int command_doc(const struct command_line *line);
/* 0 where all interfaces are the same, 3 where one is not. */
int command_diff(const struct command_line *line);

/* Reads and resolves files, and makes an outline of each interface in them; `count` of them. False
 * with the errors in the library's report. */
bool command_load(struct library *library, const char *const *files, unsigned file_count,
		  struct outline **outlines, unsigned *count);

/* Prints the report; the exit code that it means. */
int command_report(const struct report *report);

#endif

/*
 * options: the arguments of one command, one after the other. `--name value`, `--name=value` and
 * `-n value` are the same; `--` ends the options; `--help` and `-h` are understood everywhere.
 *
 *     struct options options = options_over(self, rows, count, arguments);
 *     for (;;) {
 *             switch (options_next(&options)) {
 *             case OPTIONS_END: ...       no more arguments
 *             case OPTIONS_STOP:          an error was reported, or help was printed
 *                     return options.exit_code;
 *             case OPTIONS_OPERAND: ...   options.value is no option
 *             case 'j': ...               the letter of a row
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "command.h"

struct option_row {
	const char *name;    /* without the dashes; NULL ends a table */
	int letter;          /* what options_next returns; `-l` works too where it is a letter */
	uint8_t takes_value; /* false, true, or OPTION_MAY */
};

/* `--name` or `--name=value`; the value is NULL where there is none. */
enum { OPTION_MAY = 2 };

enum { OPTIONS_END = -1, OPTIONS_STOP = -2, OPTIONS_OPERAND = -3 };

struct options {
	const struct command *command;
	const struct option_row *rows;
	int count;
	char **arguments;
	int next;      /* index of the argument that comes next */
	bool is_over;  /* after `--` */
	char *value;   /* of an option that takes one; an operand */
	int exit_code; /* after OPTIONS_STOP */
};

struct options options_over(const struct command *command, const struct option_row *rows, int count,
			    char **arguments);
int options_next(struct options *options);

/* Reports a wrong use of the command; returns the exit code for it. */
int options_misused(const struct command *command, const char *what);

#endif

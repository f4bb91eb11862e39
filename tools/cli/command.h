/*
 * command: what `cairn` can be told to do. Each command is one file, command_NAME.c, which defines
 * its row; main.c has the table of them.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stddef.h>

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct command {
	const char *name;
	const char *synopsis; /* what follows the name: "[--json] FILE..." */
	const char *summary;  /* a few words for the list of commands */
	const char *help;     /* what it does, its options, an example; lines of 80 columns */

	/* `arguments[0]` is the command's name. Returns the exit code of the process. */
	int (*run)(const struct command *self, int count, char **arguments);
};

extern const struct command command_add;
extern const struct command command_allow;
extern const struct command command_audit;
extern const struct command command_boot;
extern const struct command command_cat;
extern const struct command command_deny;
extern const struct command command_down;
extern const struct command command_grants;
extern const struct command command_handle;
extern const struct command command_handlers;
extern const struct command command_image;
extern const struct command command_inspect;
extern const struct command command_interface;
extern const struct command command_kill;
extern const struct command command_learn;
extern const struct command command_logs;
extern const struct command command_name;
extern const struct command command_names;
extern const struct command command_new;
extern const struct command command_ps;
extern const struct command command_reload;
extern const struct command command_revoke;
extern const struct command command_run;
extern const struct command command_sdk;
extern const struct command command_stats;
extern const struct command command_up;

/* All of them, in the order in which they are listed, and a NULL. */
extern const struct command *const commands[];

/* The synopsis, the summary and the help of one command, on the standard output. */
void command_print_help(const struct command *command);

#endif

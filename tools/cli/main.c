/*
 * cairn: the command line. It finds the command and hands the rest of the arguments over; nothing
 * is opened or initialised before a command asks for it.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "hosted.h"
#include "nearest.h"
#include "options.h"
#include "report.h"

const struct command *const commands[] = {
    &command_add,       &command_allow,    &command_audit, &command_boot,
    &command_cat,       &command_deny,     &command_down,  &command_grants,
    &command_handle,    &command_handlers, &command_image, &command_inspect,
    &command_interface, &command_kill,     &command_learn, &command_logs,
    &command_name,      &command_names,    &command_new,   &command_ps,
    &command_reload,    &command_revoke,   &command_run,   &command_sdk,
    &command_stats,     &command_up,       NULL,
};

static void print_usage(void)
{
	puts("Usage: cairn COMMAND [OPTION...] [ARGUMENT...]\n"
	     "\n"
	     "Cairn runs programs that are named by the hash of their bytes.\n"
	     "\n"
	     "Commands:");
	for (const struct command *const *command = commands; *command != NULL; command++)
		printf("  %-9s %s\n", (*command)->name, (*command)->summary);
	puts("  help      print this page, or what a command does\n"
	     "\n"
	     "Options:\n"
	     "  --help     print this page; after a command: what it does\n"
	     "  --version  print the version\n"
	     "\n"
	     "Blocks are kept in $CAIRN_HOME, which is ~/.local/share/cairn where it is not set.\n"
	     "Exit codes: 0 done, 1 failed, 2 used wrongly; `cairn run` passes the program's on.");
}

void command_print_help(const struct command *command)
{
	printf("Usage: cairn %s%s%s\n\n%s", command->name, command->synopsis[0] != '\0' ? " " : "",
	       command->synopsis, command->help);
}

static const struct command *find(const char *name)
{
	for (const struct command *const *command = commands; *command != NULL; command++)
		if (strcmp((*command)->name, name) == 0)
			return *command;
	return NULL;
}

static int unknown(const char *name)
{
	struct nearest nearest = nearest_to(name);
	for (const struct command *const *command = commands; *command != NULL; command++)
		nearest_consider(&nearest, (*command)->name);
	nearest_consider(&nearest, "help");
	if (nearest.word != NULL)
		report_error("unknown command, perhaps `%s` is meant: %s", nearest.word,
			     show(name).text);
	else
		report_error("unknown command, see cairn --help: %s", show(name).text);
	return EXIT_USAGE;
}

static bool is_help(const char *word)
{
	return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* `cairn help`, `cairn help COMMAND`. */
static int help(int count, char **arguments)
{
	if (count > 2) {
		report_error("one command at a time: cairn help %s", show(arguments[1]).text);
		return EXIT_USAGE;
	}
	if (count < 2 || is_help(arguments[1])) {
		print_usage();
		return EXIT_OK;
	}
	const struct command *command = find(arguments[1]);
	if (command == NULL)
		return unknown(arguments[1]);
	command_print_help(command);
	return EXIT_OK;
}

static int run(int count, char **arguments)
{
	const char *name = arguments[0];
	if (is_help(name))
		return help(count, arguments);
	if (strcmp(name, "--version") == 0) {
		puts("cairn " CAIRN_VERSION);
		return EXIT_OK;
	}
	const struct command *command = find(name);
	return command == NULL ? unknown(name) : command->run(command, count, arguments);
}

int main(int count, char **arguments)
{
	hosted_guard_streams();
	if (count < 2) {
		report_error("no command, see cairn --help");
		return EXIT_USAGE;
	}
	int exit_code = run(count - 1, arguments + 1);
	if (!report_flush() && exit_code == EXIT_OK)
		exit_code = EXIT_FAILED;
	return exit_code;
}

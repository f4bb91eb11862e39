#include "options.h"

#include <stdio.h>
#include <string.h>

#include "nearest.h"
#include "report.h"

struct options options_over(const struct command *command, const struct option_row *rows, int count,
			    char **arguments)
{
	return (struct options){
	    .command = command, .rows = rows, .count = count, .arguments = arguments, .next = 1};
}

static int stop(struct options *options, int exit_code)
{
	options->exit_code = exit_code;
	return OPTIONS_STOP;
}

int options_misused(const struct command *command, const char *what)
{
	report_error("%s; the command is: cairn %s %s", what, command->name, command->synopsis);
	return EXIT_USAGE;
}

static int unknown(struct options *options, const char *argument, size_t size)
{
	char name[64];
	snprintf(name, sizeof name, "%.*s", (int)(size < sizeof name ? size : sizeof name - 1),
		 argument);
	struct nearest nearest = nearest_to(name + strspn(name, "-"));
	for (const struct option_row *row = options->rows; row->name != NULL; row++)
		nearest_consider(&nearest, row->name);
	nearest_consider(&nearest, "help");
	if (nearest.word != NULL)
		report_error("unknown option, perhaps --%s is meant: %s", nearest.word,
			     show(name).text);
	else
		report_error("unknown option, see cairn %s --help: %s", options->command->name,
			     show(name).text);
	return stop(options, EXIT_USAGE);
}

/* Whether `argument`, whose name part ends before `size`, is that option. */
static bool is_named(const struct option_row *row, const char *argument, size_t size)
{
	if (argument[1] != '-')
		return size == 2 && argument[1] == row->letter;
	return strlen(row->name) == size - 2 && memcmp(row->name, argument + 2, size - 2) == 0;
}

static int take_option(struct options *options, char *argument)
{
	char *equals = argument[1] == '-' ? strchr(argument, '=') : NULL;
	size_t size = equals != NULL ? (size_t)(equals - argument) : strlen(argument);
	static const struct option_row help = {"help", 'h', false};
	if (equals == NULL && is_named(&help, argument, size)) {
		command_print_help(options->command);
		return stop(options, report_flush() ? EXIT_OK : EXIT_FAILED);
	}
	const struct option_row *row = options->rows;
	while (row->name != NULL && !is_named(row, argument, size))
		row++;
	if (row->name == NULL)
		return unknown(options, argument, size);
	if (row->takes_value == true && equals == NULL && options->next < options->count) {
		options->value = options->arguments[options->next++];
		return row->letter;
	}
	if (row->takes_value != OPTION_MAY && row->takes_value != (equals != NULL)) {
		report_error(row->takes_value ? "an option without its value: --%s"
					      : "an option that takes no value: --%s",
			     row->name);
		return stop(options, EXIT_USAGE);
	}
	options->value = equals != NULL ? equals + 1 : NULL;
	return row->letter;
}

int options_next(struct options *options)
{
	if (options->next >= options->count)
		return OPTIONS_END;
	char *argument = options->arguments[options->next++];
	if (!options->is_over && strcmp(argument, "--") == 0) {
		options->is_over = true;
		return options_next(options);
	}
	if (!options->is_over && argument[0] == '-' && argument[1] != '\0')
		return take_option(options, argument);
	options->value = argument;
	return OPTIONS_OPERAND;
}

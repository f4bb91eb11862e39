/*
 * sdk: tells a Makefile where the SDK is.
 */
#include <stdio.h>

#include "command.h"
#include "options.h"
#include "report.h"
#include "sdk.h"

static int run(const struct command *self, int count, char **arguments)
{
	static const struct option_row rows[] = {{0}};
	struct options options = options_over(self, rows, count, arguments);
	int what = options_next(&options);
	if (what == OPTIONS_STOP)
		return options.exit_code;
	if (what != OPTIONS_END)
		return options_misused(self, "it takes no argument");
	char place[PATH_MAX];
	if (!sdk_find(place))
		return EXIT_FAILED;
	puts(place);
	return EXIT_OK;
}

const struct command command_sdk = {
    .name = "sdk",
    .synopsis = "",
    .summary = "print where the SDK for programs in C is",
    .help = "Prints the folder of the headers, sources and rules of building that belong to this\n"
	    "command. A Makefile uses them so:\n"
	    "\n"
	    "  include $(shell cairn sdk)/program.mk\n",
    .run = run,
};

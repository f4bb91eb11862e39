/*
 * reload: the node that runs reads its configuration again.
 */
#include <stdio.h>

#include "command.h"
#include "ground.h"
#include "node.h"
#include "options.h"
#include "report.h"

static int run(const struct command *self, int count, char **arguments)
{
	static const struct option_row rows[] = {{NULL, 0, false}};
	struct options options = options_over(self, rows, count, arguments);
	switch (options_next(&options)) {
	case OPTIONS_STOP:
		return options.exit_code;
	case OPTIONS_END:
		break;
	default:
		return options_misused(self, "too many arguments");
	}
	bool failed;
	struct node *node = node_connect(&failed);
	if (node == NULL && !failed)
		report_error("no node runs");
	if (node == NULL)
		return EXIT_FAILED;
	node_close(node);
	struct ground ground;
	if (!ground_open(&ground))
		return EXIT_FAILED;
	bool is_done = ground_changed(&ground, "configuration");
	ground_close(&ground);
	return is_done ? EXIT_OK : EXIT_FAILED;
}

const struct command command_reload = {
    .name = "reload",
    .synopsis = "",
    .summary = "have the node read its configuration again",
    .help =
	"The node that runs reads cairn.conf and handlers.conf again, and they are in force when\n"
	"this returns. Where something is wrong with them, that is told with file and line, and\n"
	"the node goes on with what it had.\n"
	"\n"
	"Example:\n"
	"  $EDITOR ~/.local/share/cairn/cairn.conf && cairn reload\n",
    .run = run,
};

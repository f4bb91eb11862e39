/*
 * up: a node in the foreground that stays.
 */
#include "command.h"
#include "node.h"
#include "options.h"

static int up(const struct command *self, int count, char **arguments)
{
	static const struct option_row rows[] = {{0}};
	struct options options = options_over(self, rows, count, arguments);
	switch (options_next(&options)) {
	case OPTIONS_END:
		return node_serve();
	case OPTIONS_STOP:
		return options.exit_code;
	default:
		return options_misused(self, "it takes no arguments");
	}
}

const struct command command_up = {
    .name = "up",
    .synopsis = "",
    .summary = "run the node in the foreground",
    .help =
	"Runs the node of this user until it is told to end. All other commands use it; without\n"
	"it `cairn run` brings a node of its own, which ends with the last program. A home has\n"
	"one node at a time: where another has it, the error says which.\n"
	"\n"
	"SIGINT (Ctrl-C) and SIGTERM end it in order: commands are told, programs end, the store\n"
	"is closed. A second one ends it at once; nothing that was acknowledged is lost by that,\n"
	"nor by a kill. SIGHUP ends it at a terminal; without one it is a `cairn reload`.\n"
	"\n"
	"As a service of systemd: systemctl --user enable --now cairn, after `make install`.\n"
	"\n"
	"Exit codes: 0 it was told to end, 125 it could not begin.\n"
	"\n"
	"Example:\n"
	"  cairn up &\n",
    .run = up,
};

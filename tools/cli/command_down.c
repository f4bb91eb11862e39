/*
 * down: the end of the node that runs.
 */
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cairn/control.h>

#include "command.h"
#include "node.h"
#include "options.h"
#include "report.h"

/* Programs are not asked, so it takes no longer than the store needs. */
enum { PATIENCE_MS = 30000 };

/* A descriptor that is readable when the node's process has ended, or -1. */
static int attend(const struct node *node)
{
	struct ucred peer;
	socklen_t size = sizeof peer;
	if (getsockopt(node_socket(node), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return -1;
	return (int)syscall(SYS_pidfd_open, peer.pid, 0);
}

static bool ask(struct node *node)
{
	uint8_t body[64];
	struct wire_out out = wire_out_over(body, sizeof body);
	struct wire_bytes answer;
	struct control_nothing_or_failure result;
	control_shutdown_encode(&out);
	if (!node_request(node, body, &out, &answer))
		return false;
	if (control_shutdown_answer_decode(answer.data, answer.size, &result) != WIRE_OK) {
		node_report_malformed();
		return false;
	}
	if (result.is_error)
		report_error("%.*s", (int)result.error.text.size, result.error.text.data);
	return !result.is_error;
}

/* Its home is free when its process is gone. */
static bool end(struct node *node)
{
	int process = attend(node);
	bool is_done = ask(node);
	struct pollfd ended = {.fd = process, .events = POLLIN};
	if (is_done && process >= 0 && poll(&ended, 1, PATIENCE_MS) == 0) {
		report_error("the node has not ended yet, though it was told to");
		is_done = false;
	}
	if (process >= 0)
		close(process);
	return is_done;
}

static int run(const struct command *self, int count, char **arguments)
{
	static const struct option_row rows[] = {{0}};
	struct options options = options_over(self, rows, count, arguments);
	switch (options_next(&options)) {
	case OPTIONS_STOP:
		return options.exit_code;
	case OPTIONS_END:
		break;
	default:
		return options_misused(self, "it takes no arguments");
	}
	bool failed;
	struct node *node = node_connect(&failed);
	if (node == NULL && !failed)
		report_error("no node runs");
	if (node == NULL)
		return EXIT_FAILED;
	bool is_done = end(node);
	node_close(node);
	return is_done ? EXIT_OK : EXIT_FAILED;
}

const struct command command_down = {
    .name = "down",
    .synopsis = "",
    .summary = "end the node that runs",
    .help =
	"Ends the node of this home in order, as Ctrl-C does where it was started: programs end,\n"
	"commands are told, the store is closed. When this returns, the node is gone. A node "
	"that\n"
	"a `cairn run` brought ends as well, and its programs with it.\n"
	"\n"
	"Exit codes: 0 it has ended, 1 none runs, or it could not be told.\n"
	"\n"
	"Example:\n"
	"  cairn up &\n"
	"  cairn down\n",
    .run = run,
};

/*
 * kill: ends a process of the node.
 */
#include <errno.h>
#include <stdlib.h>

#include <cairn/control.h>

#include "command.h"
#include "node.h"
#include "options.h"
#include "report.h"

static bool parse_pid(const char *word, uint64_t *out)
{
	char *end;
	errno = 0;
	*out = strtoull(word, &end, 10);
	if (word[0] >= '1' && word[0] <= '9' && *end == '\0' && errno == 0)
		return true;
	report_error("no process has such a number: %s", show(word).text);
	return false;
}

static bool kill_one(struct node *node, uint64_t pid)
{
	uint8_t body[64];
	struct wire_out out = wire_out_over(body, sizeof body);
	struct wire_bytes answer;
	struct control_nothing_or_failure result;
	control_kill_encode(&out, &(struct control_kill_call){.pid = pid});
	if (!node_request(node, body, &out, &answer))
		return false;
	if (control_kill_answer_decode(answer.data, answer.size, &result) != WIRE_OK) {
		node_report_malformed();
		return false;
	}
	if (result.is_error)
		report_error("%.*s: %llu", (int)result.error.text.size, result.error.text.data,
			     (unsigned long long)pid);
	return !result.is_error;
}

static int kill_words(struct node *node, int count, char **words)
{
	int exit_code = EXIT_OK;
	for (int i = 0; i < count; i++) {
		uint64_t pid;
		if (!parse_pid(words[i], &pid) || !kill_one(node, pid))
			exit_code = EXIT_FAILED;
	}
	return exit_code;
}

static int run(const struct command *self, int count, char **arguments)
{
	static const struct option_row rows[] = {{0}};
	struct options options = options_over(self, rows, count, arguments);
	switch (options_next(&options)) {
	case OPTIONS_END:
		return options_misused(self, "no process is named");
	case OPTIONS_STOP:
		return options.exit_code;
	default:
		break;
	}
	bool failed;
	struct node *node = node_connect(&failed);
	if (node == NULL) {
		if (!failed)
			report_error("no node runs");
		return EXIT_FAILED;
	}
	int first = options.next - 1;
	int exit_code = kill_words(node, count - first, arguments + first);
	node_close(node);
	return exit_code;
}

const struct command command_kill = {
    .name = "kill",
    .synopsis = "PID...",
    .summary = "end processes of the node",
    .help = "Ends the processes of those numbers, as `cairn ps` shows them. Who waits for them is\n"
	    "told that they were killed; messages that they owed an answer fail.\n"
	    "\n"
	    "Example:\n"
	    "  cairn kill 12\n",
    .run = run,
};

/*
 * kill: ends processes of the node: one by its number, or all of a program.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cairn/control.h>

#include "command.h"
#include "ground.h"
#include "inspected.h"
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

/* ---- By program ---- */

struct search {
	struct cid program;
	uint64_t *pids;
	size_t count;
	size_t capacity;
	bool is_cut;
};

static void visit(void *context, const struct inspect_process *process)
{
	struct search *search = context;
	struct cid program;
	struct fault fault;
	if (cid_from_binary(process->program.data, process->program.size, &program, &fault) !=
		STATUS_OK ||
	    !cid_is_equal(&program, &search->program))
		return;
	if (search->count == search->capacity) {
		size_t capacity = search->capacity * 2 + 64;
		uint64_t *larger = realloc(search->pids, capacity * sizeof *larger);
		search->is_cut |= larger == NULL;
		if (larger == NULL)
			return;
		search->pids = larger;
		search->capacity = capacity;
	}
	search->pids[search->count++] = process->pid;
}

/* Each that runs it now. */
static bool kill_program(struct node *node, const char *word)
{
	struct search search = {.count = 0};
	struct ground ground;
	if (!ground_open(&ground))
		return false;
	bool is_found = ground_program(&ground, word, &search.program);
	ground_close(&ground);
	if (!is_found || !inspected_processes(node, visit, &search))
		return false;
	bool is_done = search.count > 0 && !search.is_cut;
	if (search.count == 0)
		report_error("no process runs this program: %s", show(word).text);
	else if (search.is_cut)
		report_error("%s", status_text(STATUS_NO_MEMORY));
	for (size_t i = 0; i < search.count; i++)
		is_done &= kill_one(node, search.pids[i]);
	free(search.pids);
	return is_done;
}

/* What digits alone are is a number: no name is. */
static bool is_number(const char *word)
{
	return word[strspn(word, "0123456789")] == '\0';
}

static int kill_words(struct node *node, int count, char **words)
{
	int exit_code = EXIT_OK;
	for (int i = 0; i < count; i++) {
		uint64_t pid;
		bool is_done = is_number(words[i])
				   ? parse_pid(words[i], &pid) && kill_one(node, pid)
				   : kill_program(node, words[i]);
		if (!is_done)
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
    .synopsis = "PID|PROGRAM...",
    .summary = "end processes of the node",
    .help = "Ends the processes of those numbers, as `cairn ps` shows them, or all that run a\n"
	    "program: a CID, a name, or a file. Who waits for them is told that they were killed;\n"
	    "messages that they owed an answer fail.\n"
	    "\n"
	    "Example:\n"
	    "  cairn kill 12\n"
	    "  cairn kill sudoku\n",
    .run = run,
};

/*
 * stats: the node as a whole.
 */
#include <stdio.h>

#include "command.h"
#include "inspected.h"
#include "json.h"
#include "node.h"
#include "options.h"
#include "report.h"

static void print_text(const struct control_node *node, const struct inspect_totals *totals)
{
	printf("node:      process %u, cairn %.*s, %s\n", node->pid, (int)node->version.size,
	       node->version.data,
	       node->stays ? "which stays" : "which ends with its last command");
	printf("age:       %.1f s\n", (double)totals->age / 1e9);
	printf("commands:  %u\n", node->clients);
	printf("processes: %u, %llu since it began\n", totals->processes,
	       (unsigned long long)totals->processes_started);
	printf("messages:  %llu\n", (unsigned long long)totals->messages);
	printf("memory:    %llu bytes\n", (unsigned long long)totals->memory);
	printf("kept code: %llu bytes, of programs that may run again: %u\n",
	       (unsigned long long)node->kept_code, node->kept_programs);
	printf("CPU time:  %.2f s of programs, CPUs: %u\n", (double)totals->cpu / 1e9,
	       totals->cpus);
}

static void print_json(const struct control_node *node, const struct inspect_totals *totals)
{
	struct json json = {0};
	json_open_object(&json, NULL);
	json_number(&json, "node_pid", node->pid);
	json_bytes(&json, "version", node->version.data, node->version.size);
	json_number(&json, "stays", node->stays);
	json_number(&json, "age_ns", totals->age);
	json_number(&json, "commands", node->clients);
	json_number(&json, "processes", totals->processes);
	json_number(&json, "processes_started", totals->processes_started);
	json_number(&json, "messages", totals->messages);
	json_number(&json, "memory_bytes", totals->memory);
	json_number(&json, "kept_programs", node->kept_programs);
	json_number(&json, "kept_code_bytes", node->kept_code);
	json_number(&json, "cpu_ns", totals->cpu);
	json_number(&json, "cpus", totals->cpus);
	json_close_object(&json);
	json_end_line(&json);
}

static int show_stats(bool is_json)
{
	struct control_node described;
	struct inspect_totals totals;
	bool failed;
	struct node *node = node_connect(&failed);
	if (node == NULL) {
		if (!failed)
			report_error("no node runs");
		return EXIT_FAILED;
	}
	bool is_done = inspected_totals(node, &totals) && inspected_node(node, &described);
	if (is_done && is_json)
		print_json(&described, &totals);
	else if (is_done)
		print_text(&described, &totals);
	node_close(node);
	return is_done ? EXIT_OK : EXIT_FAILED;
}

static int run(const struct command *self, int count, char **arguments)
{
	static const struct option_row rows[] = {{"json", 'j', false}, {0}};
	struct options options = options_over(self, rows, count, arguments);
	bool is_json = false;
	for (;;) {
		switch (options_next(&options)) {
		case OPTIONS_END:
			return show_stats(is_json);
		case OPTIONS_STOP:
			return options.exit_code;
		case 'j':
			is_json = true;
			break;
		default:
			return options_misused(self, "it takes no arguments");
		}
	}
}

const struct command command_stats = {
    .name = "stats",
    .synopsis = "[--json]",
    .summary = "what the node as a whole does",
    .help = "Prints how long the node has run, how many commands are connected, and how many\n"
	    "processes, messages, bytes of memory and seconds of CPU time its programs use;\n"
	    "and how much code of programs that have ended it keeps for their next start.\n"
	    "\n"
	    "  -j, --json  the same as an object of JSON\n"
	    "\n"
	    "Example:\n"
	    "  cairn stats\n",
    .run = run,
};

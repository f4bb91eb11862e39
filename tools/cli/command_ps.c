/*
 * ps: what runs on the node, and who waits for whom.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "boot_names.h"
#include "command.h"
#include "ground.h"
#include "inspected.h"
#include "json.h"
#include "node.h"
#include "options.h"
#include "report.h"

enum { WORDS_BYTES = 512 };

struct ps {
	struct ground ground;
	bool is_json;
	bool watches;
	struct json json;
};

/* ---- Words ---- */

static const char *const states[] = {
    [INSPECT_STATE_STARTING] = "starting",
    [INSPECT_STATE_RUNNING] = "running",
    [INSPECT_STATE_WAITING] = "waiting",
    [INSPECT_STATE_ENDED] = "ended",
};

static bool cid_of(struct wire_bytes bytes, struct cid *out)
{
	struct fault fault;
	return cid_from_binary(bytes.data, bytes.size, out, &fault) == STATUS_OK;
}

static bool digest_of(struct wire_bytes bytes, struct digest *out)
{
	if (bytes.size != sizeof out->bytes)
		return false;
	memcpy(out->bytes, bytes.data, bytes.size);
	return true;
}

/* "1.5 MB" and its like, in four to six characters. */
static struct shown show_size(uint64_t bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
	struct shown shown;
	size_t unit = 0;
	double value = (double)bytes;
	while (value >= 1000 && unit < 4) {
		value /= 1024;
		unit++;
	}
	snprintf(shown.text, sizeof shown.text, unit == 0 ? "%.0f %s" : "%.1f %s", value,
		 units[unit]);
	return shown;
}

static void add_word(char *words, const char *word)
{
	size_t used = strlen(words);
	snprintf(words + used, WORDS_BYTES - used, "%s%s", used == 0 ? "" : ", ", word);
}

/* "tcp of 7 for 1.2 s" for the one that it has waited for longest, and how many more there are. */
static void describe_waits(struct ps *ps, const struct inspect_process *process, char *words)
{
	struct inspect_pending_list rest = process->waits_for;
	struct inspect_pending pending;
	struct digest interface;
	if (!inspect_pending_list_next(&rest, &pending) ||
	    !digest_of(pending.interface, &interface))
		return;
	char handler[32] = "the kernel";
	if (pending.handler != 0)
		snprintf(handler, sizeof handler, "%llu", (unsigned long long)pending.handler);
	size_t used = (size_t)snprintf(words, WORDS_BYTES, "%s of %s for %.1f s",
				       ground_word_of_interface(&ps->ground, &interface).text,
				       handler, (double)pending.age / 1e9);
	if (process->waits_for.count > 1 && used < WORDS_BYTES)
		snprintf(words + used, WORDS_BYTES - used, " and %u more",
			 process->waits_for.count - 1);
}

static void describe_handles(struct ps *ps, const struct inspect_process *process, char *words)
{
	struct wire_bytes_list rest = process->handles;
	struct wire_bytes item;
	struct digest interface;
	while (wire_bytes_list_next(&rest, &item))
		if (digest_of(item, &interface))
			add_word(words, ground_word_of_interface(&ps->ground, &interface).text);
}

/* ---- Lines ---- */

static void print_line(struct ps *ps, const struct inspect_process *process)
{
	char waits[WORDS_BYTES] = "";
	char handles[WORDS_BYTES] = "";
	struct cid program;
	if (!cid_of(process->program, &program))
		return;
	describe_waits(ps, process, waits);
	describe_handles(ps, process, handles);
	printf("%6llu %6llu %-8s %8.2f s %9s %9llu  %s%s%s%s%s\n", (unsigned long long)process->pid,
	       (unsigned long long)process->starter, states[process->state],
	       (double)process->cpu / 1e9, show_size(process->memory).text,
	       (unsigned long long)(process->messages_sent + process->messages_received),
	       ground_show_program(&ps->ground, &program).text,
	       handles[0] == '\0' ? "" : "; handles ", handles,
	       waits[0] == '\0' ? "" : "; waits for ", waits);
}

static void write_pending(struct ps *ps, const struct inspect_process *process)
{
	struct inspect_pending_list rest = process->waits_for;
	struct inspect_pending pending;
	struct digest interface;
	json_open_array(&ps->json, "waits_for");
	while (inspect_pending_list_next(&rest, &pending)) {
		if (!digest_of(pending.interface, &interface))
			continue;
		json_open_object(&ps->json, NULL);
		ground_json_interface(&ps->ground, &ps->json, &interface);
		json_number(&ps->json, "handler", pending.handler);
		json_number(&ps->json, "age_ns", pending.age);
		json_close_object(&ps->json);
	}
	json_close_array(&ps->json);
}

static void write_handles(struct ps *ps, const struct inspect_process *process)
{
	struct wire_bytes_list rest = process->handles;
	struct wire_bytes item;
	struct digest interface;
	json_open_array(&ps->json, "handles");
	while (wire_bytes_list_next(&rest, &item)) {
		if (!digest_of(item, &interface))
			continue;
		json_open_object(&ps->json, NULL);
		ground_json_interface(&ps->ground, &ps->json, &interface);
		json_close_object(&ps->json);
	}
	json_close_array(&ps->json);
}

/* What the kernel calls a program that came with it, apart from the user's name for it. */
static void json_boot(struct json *json, const struct cid *program)
{
	char name[BOOT_NAMES_BYTES];
	if (boot_name_of(program, name))
		json_string(json, "boot_name", name);
	else
		json_null(json, "boot_name");
}

static void write_json(struct ps *ps, const struct inspect_process *process)
{
	struct cid program;
	struct json *json = &ps->json;
	if (!cid_of(process->program, &program))
		return;
	json_open_object(json, NULL);
	json_number(json, "pid", process->pid);
	json_number(json, "starter", process->starter);
	ground_json_program(&ps->ground, json, &program);
	json_boot(json, &program);
	json_string(json, "state", states[process->state]);
	json_number(json, "threads", process->threads);
	json_number(json, "age_ns", process->age);
	json_number(json, "cpu_ns", process->cpu);
	json_number(json, "memory_bytes", process->memory);
	json_number(json, "memory_max_bytes", process->memory_max);
	json_number(json, "record_bytes", process->records);
	json_number(json, "message_bytes", process->message_bytes);
	json_number(json, "messages_sent", process->messages_sent);
	json_number(json, "messages_received", process->messages_received);
	write_handles(ps, process);
	write_pending(ps, process);
	json_close_object(json);
	json_end_line(json);
}

static void visit(void *context, const struct inspect_process *process)
{
	struct ps *ps = context;
	if (ps->is_json)
		write_json(ps, process);
	else
		print_line(ps, process);
}

/* ---- The command ---- */

/* Where nothing runs there is nothing to show, and that is no mistake. */
static bool show_once(struct ps *ps)
{
	bool failed;
	struct node *node = node_connect(&failed);
	if (!ps->is_json)
		puts("   PID     BY STATE          CPU    MEMORY  MESSAGES  PROGRAM");
	if (node == NULL)
		return !failed;
	bool is_done = inspected_processes(node, visit, ps);
	node_close(node);
	return is_done;
}

static int show_all(struct ps *ps)
{
	const struct timespec second = {.tv_sec = 1};
	bool clears = ps->watches && !ps->is_json && isatty(STDOUT_FILENO) == 1;
	do {
		if (clears)
			fputs("\x1b[H\x1b[2J", stdout);
		if (!show_once(ps) || !report_flush())
			return EXIT_FAILED;
		if (ps->watches)
			nanosleep(&second, NULL);
	} while (ps->watches);
	return EXIT_OK;
}

static bool parse(const struct command *self, int count, char **arguments, struct ps *ps,
		  int *exit_code)
{
	static const struct option_row rows[] = {{"json", 'j', false}, {"watch", 'w', false}, {0}};
	struct options options = options_over(self, rows, count, arguments);
	for (;;) {
		switch (options_next(&options)) {
		case OPTIONS_END:
			return true;
		case OPTIONS_STOP:
			*exit_code = options.exit_code;
			return false;
		case 'j':
			ps->is_json = true;
			break;
		case 'w':
			ps->watches = true;
			break;
		default:
			*exit_code = options_misused(self, "it takes no arguments");
			return false;
		}
	}
}

static int run(const struct command *self, int count, char **arguments)
{
	struct ps ps = {.json = {0}};
	int exit_code;
	if (!parse(self, count, arguments, &ps, &exit_code))
		return exit_code;
	if (!ground_open(&ps.ground))
		return EXIT_FAILED;
	exit_code = show_all(&ps);
	ground_close(&ps.ground);
	return exit_code;
}

const struct command command_ps = {
    .name = "ps",
    .synopsis = "[--watch] [--json]",
    .summary = "list what runs on the node",
    .help =
	"Lists the processes of the node: number, who started it (0: a command, or the node), "
	"state,\n"
	"CPU time, memory, messages sent and received, the program by your name for it (boot:NAME\n"
	"for one that comes with the kernel) and its hash; then which interfaces it handles, and\n"
	"whom it waits for.\n"
	"\n"
	"  -w, --watch  once a second, until it is interrupted\n"
	"  -j, --json   everything that is known, one object a line\n"
	"\n"
	"Where no node runs, nothing does, and the list is empty.\n"
	"\n"
	"Example:\n"
	"  cairn ps --watch\n",
    .run = run,
};

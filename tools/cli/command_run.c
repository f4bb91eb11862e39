/*
 * run: has a node run one program and passes its streams and its exit code on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cairn/files.h>

#include "command.h"
#include "core/cid.h"
#include "directories.h"
#include "ground.h"
#include "handlers.h"
#include "listeners.h"
#include "node.h"
#include "options.h"
#include "program.h"
#include "report.h"
#include "run.h"
#include "size.h"
#include "trace_file.h"
#include "variables.h"

/* Beside the program's own, as shells and env, nice or timeout use them. */
enum {
	EXIT_NODE_FAILED = 125,
	EXIT_NOT_STARTED = 126,
	EXIT_NOT_FOUND = 127,
	EXIT_SIGNAL = 128, /* and the signal's number */
	EXIT_TRAPPED = EXIT_SIGNAL + 6,
	EXIT_KILLED = EXIT_SIGNAL + 9,
	EXIT_CODE_MAX = 255
};

/* Options without a letter, beside those of handlers.h. */
enum { OPTION_DIR = OPTION_OTHERS, OPTION_MEMORY, OPTION_NO_PROMPT, OPTION_TCPLISTEN };

struct request {
	const char *program; /* as typed */
	bool allow_all;
	bool is_quiet;
	bool is_traced;
	const char *trace_file; /* NULL: lines on the standard error stream */
	struct handlers_words words;
	bool is_prompt_off;
	uint64_t memory_bytes; /* 0: as much as the node gives */
	struct directories directories;
	struct listeners listeners;
	struct wasm_name *environment;
	uint32_t environment_count;
	struct wasm_name *arguments; /* the program's name first */
	uint32_t argument_count;
};

static struct wasm_name name_of(const char *string)
{
	return (struct wasm_name){.data = (const uint8_t *)string, .size = strlen(string)};
}

/* ---- What was asked for ---- */

static bool add_variable(struct request *request, const char *word)
{
	const char *variable = variables_given(word);
	if (variable == NULL)
		return false;
	request->environment[request->environment_count++] = name_of(variable);
	return true;
}

static bool take_memory(struct request *request, const char *word)
{
	const char *wrong = size_read_memory(word, &request->memory_bytes);
	if (wrong != NULL)
		report_error("%s: --memory %s", wrong, show(word).text);
	return wrong == NULL;
}

/* The program and all that follows it, which is the program's own. */
static void take_program(struct request *request, const struct options *options)
{
	request->program = options->value;
	for (int i = options->next - 1; i < options->count; i++)
		request->arguments[request->argument_count++] = name_of(options->arguments[i]);
}

/* True when `request` has a program; else `exit_code` says how it ended. */
static bool parse(const struct command *self, int count, char **arguments, struct request *request,
		  int *exit_code)
{
	static const struct option_row rows[] = {{"allow", OPTION_ALLOW, true},
						 {"allow-all", 'a', false},
						 {"allow-for", OPTION_ALLOW_FOR, true},
						 {"deny", OPTION_DENY, true},
						 {"dir", OPTION_DIR, true},
						 {"env", 'e', true},
						 {"handle", OPTION_HANDLE, true},
						 {"memory", OPTION_MEMORY, true},
						 {"no-prompt", OPTION_NO_PROMPT, false},
						 {"quiet", 'q', false},
						 {"tcplisten", OPTION_TCPLISTEN, true},
						 {"trace", 't', OPTION_MAY},
						 {0}};
	struct options options = options_over(self, rows, count, arguments);
	*exit_code = EXIT_USAGE;
	for (;;) {
		int option = options_next(&options);
		switch (option) {
		case OPTIONS_END:
			options_misused(self, "no program is named");
			return false;
		case OPTIONS_STOP:
			*exit_code = options.exit_code;
			return false;
		case OPTIONS_OPERAND:
			take_program(request, &options);
			return true;
		case OPTION_ALLOW:
		case OPTION_ALLOW_FOR:
		case OPTION_DENY:
		case OPTION_HANDLE:
			if (!handlers_add_option(&request->words, option, &options))
				return false;
			break;
		case OPTION_NO_PROMPT:
			request->is_prompt_off = true;
			break;
		case OPTION_DIR:
			if (!directories_add(&request->directories, options.value))
				return false;
			break;
		case OPTION_MEMORY:
			if (!take_memory(request, options.value))
				return false;
			break;
		case OPTION_TCPLISTEN:
			if (!listeners_add(&request->listeners, options.value))
				return false;
			break;
		case 'a':
			request->allow_all = true;
			break;
		case 'e':
			if (!add_variable(request, options.value))
				return false;
			break;
		case 'q':
			request->is_quiet = true;
			break;
		case 't':
			request->is_traced = true;
			request->trace_file = options.value;
			break;
		}
	}
}

/* ---- How it ended ---- */

/* A program is called by the user's name for it, or its hash: what it calls itself is not to be
 * believed. */
static void report_end(const struct cid *program, const char *how, const struct run_end *end)
{
	char name[NAMES_SHOWN_BYTES];
	struct ground ground;
	if (ground_open(&ground)) {
		names_show_program(ground.records, program, name);
		ground_close(&ground);
	} else {
		cid_to_text(program, name);
	}
	const char *why = end->reason[0] != '\0'            ? end->reason
			  : end->cause == KERNEL_END_KILLED ? "killed"
							    : status_text(end->status);
	char size[SIZE_WORD_BYTES];
	size_write(end->memory_bytes, size);
	if (end->memory_bytes != 0)
		report_error("%s %s: %s; to give it more: cairn run --memory %s", name, how, why,
			     size);
	else
		report_error("%s %s: %s", name, how, why);
	fputs(end->backtrace, stderr);
}

static int exit_code_of(const struct cid *program, const struct run_end *end)
{
	switch (end->cause) {
	case KERNEL_END_EXIT:
		return end->code < EXIT_CODE_MAX ? (int)end->code : EXIT_CODE_MAX;
	case KERNEL_END_TRAP:
		report_end(program, "trapped", end);
		return EXIT_TRAPPED;
	case KERNEL_END_KILLED:
		if (end->signal != 0)
			return EXIT_SIGNAL + end->signal;
		report_end(program, "ended", end);
		return EXIT_KILLED;
	case KERNEL_END_NOT_STARTED:
		report_end(program, "cannot be started", end);
		return end->status == STATUS_NOT_FOUND ? EXIT_NOT_FOUND : EXIT_NOT_STARTED;
	}
	return EXIT_NODE_FAILED;
}

/* ---- Running ---- */

static int run_in_node(const struct handlers *handlers, const struct request *request,
		       struct trace *trace)
{
	const struct run_order order = {
	    .handlers = handlers,
	    .arguments = request->arguments,
	    .argument_count = request->argument_count,
	    .environment = request->environment,
	    .environment_count = request->environment_count,
	    .allow_all = request->allow_all,
	    .asks = !request->is_prompt_off,
	    .is_quiet = request->is_quiet,
	    .memory_bytes = request->memory_bytes,
	    .trace = trace,
	};
	struct run_end end;
	struct node *node = node_connect_or_start();
	int exit_code = EXIT_NODE_FAILED;
	if (node != NULL && run_program(node, &order, &end)) {
		exit_code = exit_code_of(&handlers->program, &end);
		run_end_release(&end);
	}
	node_close(node);
	return exit_code;
}

/* What the options say about who may do what. */
static bool take_words(struct handlers *handlers, struct store *store,
		       const struct request *request)
{
	if (!handlers_take(handlers, store, &request->words))
		return false;
	for (uint32_t i = 0; i < request->directories.count; i++)
		handlers_allow_scope(handlers, files_interface, request->directories.scopes[i]);
	listeners_allow(&request->listeners, handlers);
	handlers_finish(handlers);
	return true;
}

static int run_request(struct store *store, struct handlers *handlers,
		       const struct request *request, struct trace *trace)
{
	if (!take_words(handlers, store, request))
		return EXIT_USAGE;
	return run_in_node(handlers, request, trace);
}

static int run_from_store(struct store *store, const struct request *request, struct trace *trace)
{
	struct cid program;
	if (!program_resolve(store, request->program, &program))
		return access(request->program, F_OK) == 0 ? EXIT_NOT_STARTED : EXIT_NOT_FOUND;
	struct handlers *handlers = handlers_create(&program);
	if (handlers == NULL)
		return EXIT_NODE_FAILED;
	int exit_code = run_request(store, handlers, request, trace);
	handlers_destroy(handlers);
	return exit_code;
}

static int run_as_asked(struct store *store, const struct request *request)
{
	if (!request->is_traced)
		return run_from_store(store, request, NULL);
	struct trace_file file;
	if (!trace_file_open(&file, request->trace_file, store))
		return EXIT_NODE_FAILED;
	int exit_code = run_from_store(store, request, file.trace);
	return trace_file_close(&file) ? exit_code : EXIT_NODE_FAILED;
}

static int run_with_store(const struct request *request)
{
	struct store *store = program_open_store();
	if (store == NULL)
		return EXIT_NODE_FAILED;
	int exit_code = run_as_asked(store, request);
	store_close(store);
	return exit_code;
}

static int run(const struct command *self, int count, char **arguments)
{
	/* There are no more variables and arguments than words on the command line, and what stands
	 * for --tcplisten. */
	struct wasm_name *names = calloc((size_t)count * 2 + LISTENERS_VARIABLES, sizeof *names);
	if (names == NULL) {
		report_error("%s", status_text(STATUS_NO_MEMORY));
		return EXIT_NODE_FAILED;
	}
	struct request request = {.environment = names,
				  .arguments = names + count + LISTENERS_VARIABLES};
	int exit_code = EXIT_USAGE;
	if (parse(self, count, arguments, &request, &exit_code)) {
		request.environment_count += listeners_environment(
		    &request.listeners, request.environment + request.environment_count);
		exit_code = run_with_store(&request);
	}
	directories_reset(&request.directories);
	free(names);
	return exit_code;
}

const struct command command_run = {
    .name = "run",
    .synopsis = "[OPTION...] PROGRAM [ARGUMENT...]",
    .summary = "run a program",
    .help =
	"Runs a program: a CID, a name (cairn name), or a file, which is added to the store\n"
	"first. All arguments after the program are its own; it reads, writes and ends as any\n"
	"other command does. Beside that it may do what every program may: look at clocks, get\n"
	"random bytes, write to the log. All else is as you decided with `cairn allow` and\n"
	"`cairn deny`; about what is not decided you are asked, where this is a terminal.\n"
	"\n"
	"  -e, --env NAME[=VALUE]\n"
	"                        set a variable for the program, or pass yours of that name on;\n"
	"                        any number of times; without it the program has none\n"
	"      --dir HOST[::GUEST][:ro]\n"
	"                        let the program use the folder HOST, which it sees as GUEST (or\n"
	"                        as HOST); with :ro it changes nothing there\n"
	"      --tcplisten ADDRESS:PORT\n"
	"                        the program listens there when it begins; a WASI program finds\n"
	"                        the socket as descriptor 3, further ones behind it\n"
	"      --allow INTERFACE[=SCOPE]\n"
	"                        let the program use the interface, within the scope if one is\n"
	"                        given; what a scope means is its handler's business\n"
	"      --allow-for PROGRAM INTERFACE[=SCOPE]\n"
	"                        the same for a program that --handle names\n"
	"      --deny INTERFACE  the program may not use the interface, and is not asked about\n"
	"  -a, --allow-all       let the program use every interface that you have not denied it\n"
	"      --no-prompt       do not ask: what nobody has decided is denied\n"
	"      --handle INTERFACE=PROGRAM\n"
	"                        PROGRAM handles the interface during this run; it is started by\n"
	"                        the first message for it, and may use the standard streams too\n"
	"      --memory SIZE     the program may have so much memory: 64K to 4G, such as 512M; 1G\n"
	"                        without this option. What it starts may each have as much\n"
	"  -q, --quiet           log nothing but errors\n"
	"  -t, --trace           print each message and its answer, in words, to standard error\n"
	"      --trace=FILE      write them to a file that https://ui.perfetto.dev and Chrome's\n"
	"                        about:tracing open\n"
	"\n"
	"--allow, --deny, --dir and --handle can be given any number of times. An INTERFACE is "
	"the\n"
	"name of one of the system's (see cairn interface list) or one that you gave, its hash,\n"
	"or a file that defines it: FILE.wit, or FILE.wit#NAME where it defines several.\n"
	"\n"
	"A line of the trace: milliseconds since the start, sender -> handler, the message's\n"
	"number, and the call. Its answer follows as sender <- handler, with the time since it\n"
	"was sent. Processes are numbers; the time that tracing takes is not counted. An\n"
	"interface whose definition is not here is shown by its hash, and its messages as\n"
	"bytes; `cairn interface publish` makes it known.\n"
	"\n"
	"Exit codes: the program's own (above 255: 255), or\n"
	"  2    the command was used wrongly\n"
	"  125  Cairn itself failed\n"
	"  126  the program cannot be started\n"
	"  127  the program, or a part of it, was not found\n"
	"  134  the program trapped; the error tells why and where\n"
	"  137  the program was killed\n"
	"  128 and the number of the signal that ended it, 130 for Ctrl-C\n"
	"\n"
	"Example:\n"
	"  cairn run bafkreid... --its-own-option < input > output\n",
    .run = run,
};

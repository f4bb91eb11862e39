/*
 * run: starts a node for one program and passes its streams and its exit code on.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "core/cid.h"
#include "handlers.h"
#include "hosted.h"
#include "options.h"
#include "program.h"
#include "report.h"
#include "trace.h"
#include "trace_writer.h"

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

/* Options without a letter. */
enum { OPTION_ALLOW = 256, OPTION_ALLOW_FOR, OPTION_HANDLE };

struct request {
	const char *program; /* as typed */
	bool allow_all;
	bool is_quiet;
	uint32_t cpu_count; /* 0: as many as the host has */
	bool is_traced;
	const char *trace_file;                 /* NULL: lines on the standard error stream */
	const char *handle[HANDLERS_WORDS_MAX]; /* words, as typed */
	uint32_t handle_count;
	const char *allow[HANDLERS_WORDS_MAX];
	uint32_t allow_count;
	const char *allow_for[2 * HANDLERS_WORDS_MAX]; /* a program and an interface each */
	uint32_t allow_for_count;
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

static bool add_variable(struct request *request, const char *variable)
{
	const char *equals = strchr(variable, '=');
	if (equals == NULL || equals == variable) {
		report_error("--env expects NAME=VALUE: %s", show(variable).text);
		return false;
	}
	request->environment[request->environment_count++] = name_of(variable);
	return true;
}

static bool add_word(const char **words, uint32_t *count, const char *word)
{
	if (*count == HANDLERS_WORDS_MAX) {
		report_error("--handle and --allow can be given %d times each", HANDLERS_WORDS_MAX);
		return false;
	}
	words[(*count)++] = word;
	return true;
}

static bool take_cpus(struct request *request, const char *text)
{
	enum { CPUS_MOST = 64 };
	char *end;
	unsigned long count = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || count == 0 || count > CPUS_MOST) {
		report_error("--cpus expects a number from 1 to %d: %s", CPUS_MOST,
			     show(text).text);
		return false;
	}
	request->cpu_count = (uint32_t)count;
	return true;
}

/* The option's value, and the word that follows it. */
static bool add_two_words(struct request *request, struct options *options)
{
	if (options->next == options->count) {
		report_error("--allow-for expects a program and an interface");
		return false;
	}
	if (request->allow_for_count == 2 * HANDLERS_WORDS_MAX) {
		report_error("--allow-for can be given %d times", HANDLERS_WORDS_MAX);
		return false;
	}
	request->allow_for[request->allow_for_count++] = options->value;
	request->allow_for[request->allow_for_count++] = options->arguments[options->next++];
	return true;
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
						 {"cpus", 'c', true},
						 {"env", 'e', true},
						 {"handle", OPTION_HANDLE, true},
						 {"quiet", 'q', false},
						 {"trace", 't', OPTION_MAY},
						 {0}};
	struct options options = options_over(self, rows, count, arguments);
	*exit_code = EXIT_USAGE;
	for (;;) {
		switch (options_next(&options)) {
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
			if (!add_word(request->allow, &request->allow_count, options.value))
				return false;
			break;
		case OPTION_ALLOW_FOR:
			if (!add_two_words(request, &options))
				return false;
			break;
		case OPTION_HANDLE:
			if (!add_word(request->handle, &request->handle_count, options.value))
				return false;
			break;
		case 'a':
			request->allow_all = true;
			break;
		case 'c':
			if (!take_cpus(request, options.value))
				return false;
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

/* A program is called by its hash: what it calls itself is not to be believed. */
static void report_end(const struct cid *program, const char *how, const struct hosted_end *end)
{
	char name[CID_TEXT_BYTES];
	cid_to_text(program, name);
	const char *why = end->fault.text[0] != '\0'        ? end->fault.text
			  : end->cause == KERNEL_END_KILLED ? "killed"
							    : status_text(end->status);
	report_error("%s %s: %s", name, how, why);
	if (end->backtrace != NULL)
		fputs(end->backtrace, stderr);
}

static int exit_code_of(const struct cid *program, const struct hosted_end *end)
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

static int run_program(struct hosted *hosted, const struct handlers *handlers,
		       const struct request *request)
{
	struct kernel_start start = {
	    .program = handlers->program,
	    .arguments = request->arguments,
	    .argument_count = request->argument_count,
	    .environment = request->environment,
	    .environment_count = request->environment_count,
	    .grants = {.allow_all = request->allow_all,
		       .items = handlers->granted.items,
		       .count = handlers->granted.count},
	};
	struct hosted_end end = {0};
	enum status status = hosted_run(hosted, &start, &end);
	if (status != STATUS_OK) {
		report_error("the program cannot be started: %s",
			     status == STATUS_LIMIT
				 ? "its arguments or variables are too many or too long"
				 : status_text(status));
		return EXIT_NODE_FAILED;
	}
	int exit_code = exit_code_of(&start.program, &end);
	hosted_end_release(&end);
	return exit_code;
}

static int run_in_node(struct store *store, const struct handlers *handlers,
		       const struct request *request, const struct kernel_trace *trace)
{
	struct hosted_settings settings = {.store = store,
					   .is_quiet = request->is_quiet,
					   .cpu_count = request->cpu_count,
					   .trace = trace,
					   .handlers = handlers->kernel,
					   .handler_count = handlers->count};
	struct hosted *hosted = NULL;
	struct fault fault = {0};
	enum status status = hosted_create(&settings, &hosted, &fault);
	if (status != STATUS_OK) {
		report_fault(status, &fault);
		return EXIT_NODE_FAILED;
	}
	int exit_code = run_program(hosted, handlers, request);
	hosted_destroy(hosted);
	return exit_code;
}

/* What --handle, --allow and --allow-for say. */
static bool take_words(struct handlers *handlers, struct store *store,
		       const struct request *request)
{
	for (uint32_t i = 0; i < request->handle_count; i++)
		if (!handlers_handle(handlers, store, request->handle[i]))
			return false;
	for (uint32_t i = 0; i < request->allow_count; i++)
		if (!handlers_allow(handlers, request->allow[i]))
			return false;
	for (uint32_t i = 0; i < request->allow_for_count; i += 2)
		if (!handlers_allow_for(handlers, store, request->allow_for[i],
					request->allow_for[i + 1]))
			return false;
	handlers_finish(handlers);
	return true;
}

static int run_from_store(struct store *store, const struct request *request,
			  const struct kernel_trace *trace)
{
	struct cid program;
	if (!program_resolve(store, request->program, &program))
		return access(request->program, F_OK) == 0 ? EXIT_NOT_STARTED : EXIT_NOT_FOUND;
	struct handlers *handlers = handlers_create(&program);
	if (handlers == NULL)
		return EXIT_NODE_FAILED;
	int exit_code = EXIT_USAGE;
	if (take_words(handlers, store, request))
		exit_code = run_in_node(store, handlers, request, trace);
	handlers_destroy(handlers);
	return exit_code;
}

/* ---- Tracing ---- */

static int run_traced(struct store *store, const struct request *request, FILE *file)
{
	struct trace *trace =
	    trace_create(file, request->trace_file == NULL ? &trace_lines : &trace_chrome, store);
	if (trace == NULL) {
		report_error("%s", status_text(STATUS_NO_MEMORY));
		return EXIT_NODE_FAILED;
	}
	int exit_code = run_from_store(store, request, trace_watcher(trace));
	trace_destroy(trace);
	return exit_code;
}

static int report_trace_file(const struct request *request)
{
	report_error("cannot write the trace (%s): %s", strerror(errno),
		     show(request->trace_file).text);
	return EXIT_NODE_FAILED;
}

static int run_traced_to_file(struct store *store, const struct request *request)
{
	FILE *file = fopen(request->trace_file, "we");
	if (file == NULL)
		return report_trace_file(request);
	int exit_code = run_traced(store, request, file);
	bool is_written = !ferror(file);
	if (fclose(file) == 0 && is_written)
		return exit_code;
	return report_trace_file(request);
}

static int run_as_asked(struct store *store, const struct request *request)
{
	if (!request->is_traced)
		return run_from_store(store, request, NULL);
	return request->trace_file == NULL ? run_traced(store, request, stderr)
					   : run_traced_to_file(store, request);
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
	/* There are no more variables and arguments than words on the command line. */
	struct wasm_name *names = calloc((size_t)count * 2, sizeof *names);
	if (names == NULL) {
		report_error("%s", status_text(STATUS_NO_MEMORY));
		return EXIT_NODE_FAILED;
	}
	struct request request = {.environment = names, .arguments = names + count};
	int exit_code = EXIT_USAGE;
	if (parse(self, count, arguments, &request, &exit_code))
		exit_code = run_with_store(&request);
	free(names);
	return exit_code;
}

const struct command command_run = {
    .name = "run",
    .synopsis = "[OPTION...] CID|FILE [ARGUMENT...]",
    .summary = "run a program",
    .help =
	"Runs the program of that CID. A file is added to the store first. All arguments after\n"
	"the program's name are the program's own; it reads, writes and ends as any other\n"
	"command does. Beside that it may do what every program may: look at clocks, get\n"
	"random bytes, write to the log.\n"
	"\n"
	"  -e, --env NAME=VALUE  set a variable for the program, any number of times; without it\n"
	"                        the program's environment is empty: yours is not passed on\n"
	"      --allow INTERFACE[=SCOPE]\n"
	"                        let the program use the interface, within the scope if one is\n"
	"                        given; what a scope means is its handler's business\n"
	"      --allow-for PROGRAM INTERFACE[=SCOPE]\n"
	"                        the same for a program that --handle names\n"
	"  -a, --allow-all       let the program use every interface\n"
	"      --handle INTERFACE=PROGRAM\n"
	"                        PROGRAM handles the interface during this run; it is started by\n"
	"                        the first message for it, and may use the standard streams too\n"
	"  -c, --cpus N          run programs on at most N CPUs; without it on all of the host's\n"
	"  -q, --quiet           log nothing but errors\n"
	"  -t, --trace           print each message and its answer, in words, to standard error\n"
	"      --trace=FILE      write them to a file that https://ui.perfetto.dev and Chrome's\n"
	"                        about:tracing open\n"
	"\n"
	"--allow and --handle can be given any number of times. An INTERFACE is the name of one\n"
	"of the system's (see cairn interface list), its hash, or a file that defines it:\n"
	"FILE.wit, or FILE.wit#NAME where it defines several.\n"
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

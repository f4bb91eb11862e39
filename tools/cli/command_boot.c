/*
 * boot: runs a program as `run` does, on the kernel for bare metal, in a virtual PC.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "archive.h"
#include "boot_line.h"
#include "command.h"
#include "handlers.h"
#include "options.h"
#include "program.h"
#include "qemu.h"
#include "report.h"
#include "trace_file.h"
#include "transcript.h"
#include "variables.h"

enum {
	EXIT_NODE_FAILED = 125,
	EXIT_NOT_FOUND = 127,
	MEMORY_MIB_MIN = 32,
	MEMORY_MIB_MAX = 1 << 20,
	MEMORY_MIB = 256
};

struct request {
	const char *program;
	char **arguments;
	int argument_count;
	unsigned memory_mib;
	bool is_traced;
	const char *trace_file; /* NULL: lines on the standard error stream */
	struct handlers_words words;
	struct boot_line line;
};

/* ---- Running ---- */

/* A file without a name, which QEMU opens by its descriptor. */
static FILE *open_unnamed(const char *what)
{
	int file = memfd_create(what, 0);
	FILE *stream = file < 0 ? NULL : fdopen(file, "wb");
	if (stream == NULL)
		report_error("cannot make a file (%s): %s", strerror(errno), what);
	return stream;
}

static bool write_kernel(FILE *kernel)
{
	if (fwrite(archive_kernel, 1, archive_kernel_size, kernel) == archive_kernel_size &&
	    fflush(kernel) == 0)
		return true;
	report_error("cannot write (%s): the kernel", strerror(errno));
	return false;
}

static int boot(const struct request *request, struct store *store, const struct handlers *handlers,
		struct transcript *transcript)
{
	FILE *kernel = open_unnamed("kernel");
	FILE *archive = open_unnamed("archive");
	int exit_code = -1;
	bool has_files = kernel != NULL && archive != NULL && write_kernel(kernel);
	if (has_files && !archive_write_run(archive, store, handlers)) {
		exit_code = EXIT_NOT_FOUND;
	} else if (has_files) {
		const struct qemu_machine machine = {.kernel = fileno(kernel),
						     .archive = fileno(archive),
						     .command_line = request->line.text,
						     .memory_mib = request->memory_mib,
						     .transcript = transcript};
		exit_code = qemu_run(&machine);
	}
	if (kernel != NULL)
		fclose(kernel);
	if (archive != NULL)
		fclose(archive);
	return exit_code < 0 ? EXIT_NODE_FAILED : exit_code;
}

static int boot_as_asked(const struct request *request, struct store *store,
			 const struct handlers *handlers)
{
	if (!request->is_traced)
		return boot(request, store, handlers, NULL);
	struct trace_file file;
	if (!trace_file_open(&file, request->trace_file, store))
		return EXIT_NODE_FAILED;
	struct transcript *transcript = transcript_create(file.trace);
	int exit_code = EXIT_NODE_FAILED;
	if (transcript != NULL)
		exit_code = boot(request, store, handlers, transcript);
	transcript_destroy(transcript);
	return trace_file_close(&file) ? exit_code : EXIT_NODE_FAILED;
}

/* The rest of the kernel's command line, behind the settings. */
static bool finish_line(struct request *request, const struct handlers *handlers)
{
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		boot_line_word(&request->line, "", "terminal");
	boot_line_word(&request->line, "name=", request->program);
	boot_line_run(&request->line, handlers);
	for (int i = 0; i < request->argument_count; i++)
		boot_line_word(&request->line, "", request->arguments[i]);
	return boot_line_end(&request->line);
}

static int boot_with_handlers(struct request *request, struct store *store,
			      struct handlers *handlers)
{
	if (!handlers_take(handlers, store, &request->words))
		return EXIT_USAGE;
	handlers_finish(handlers);
	return finish_line(request, handlers) ? boot_as_asked(request, store, handlers)
					      : EXIT_NODE_FAILED;
}

static int boot_from_store(struct request *request)
{
	struct store *store = program_open_store();
	if (store == NULL)
		return EXIT_NODE_FAILED;
	struct cid program;
	int exit_code = EXIT_NOT_FOUND;
	if (program_resolve(store, request->program, &program)) {
		struct handlers *handlers = handlers_create(&program);
		exit_code = handlers == NULL ? EXIT_NODE_FAILED
					     : boot_with_handlers(request, store, handlers);
		handlers_destroy(handlers);
	}
	store_close(store);
	return exit_code;
}

/* ---- The command ---- */

static bool take_memory(const char *text, unsigned *out)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || value < MEMORY_MIB_MIN ||
	    value > MEMORY_MIB_MAX) {
		report_error("--memory expects a number of MiB from %d to %d: %s", MEMORY_MIB_MIN,
			     MEMORY_MIB_MAX, show(text).text);
		return false;
	}
	*out = (unsigned)value;
	return true;
}

static bool take_variable(const char *word, struct boot_line *line)
{
	const char *variable = variables_given(word);
	if (variable == NULL)
		return false;
	boot_line_word(line, "env=", variable);
	return true;
}

/* True when a program was named; else `exit_code` says how it ended. */
static bool parse(const struct command *self, int count, char **arguments, struct request *request,
		  int *exit_code)
{
	static const struct option_row rows[] = {{"allow", OPTION_ALLOW, true},
						 {"allow-for", OPTION_ALLOW_FOR, true},
						 {"allow-all", 'a', false},
						 {"env", 'e', true},
						 {"handle", OPTION_HANDLE, true},
						 {"memory", 'm', true},
						 {"quiet", 'q', false},
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
			request->program = options.value;
			request->arguments = arguments + options.next;
			request->argument_count = count - options.next;
			return true;
		case OPTION_ALLOW:
		case OPTION_ALLOW_FOR:
		case OPTION_HANDLE:
			if (!handlers_add_option(&request->words, option, &options))
				return false;
			break;
		case 'a':
			boot_line_word(&request->line, "", "allow-all");
			break;
		case 'e':
			if (!take_variable(options.value, &request->line))
				return false;
			break;
		case 'm':
			if (!take_memory(options.value, &request->memory_mib))
				return false;
			break;
		case 'q':
			boot_line_word(&request->line, "", "quiet");
			break;
		case 't':
			if (!request->is_traced)
				boot_line_word(&request->line, "", "trace");
			request->is_traced = true;
			request->trace_file = options.value;
			break;
		}
	}
}

static int run(const struct command *self, int count, char **arguments)
{
	struct request request = {.memory_mib = MEMORY_MIB};
	int exit_code = EXIT_NODE_FAILED;
	if (boot_line_begin(&request.line) && parse(self, count, arguments, &request, &exit_code))
		exit_code = boot_from_store(&request);
	boot_line_release(&request.line);
	return exit_code;
}

const struct command command_boot = {
    .name = "boot",
    .synopsis = "[OPTION...] CID|FILE [ARGUMENT...]",
    .summary = "run a program on a virtual PC without an operating system",
    .help =
	"Runs the program as `cairn run` does, but on the kernel for bare x86-64, in QEMU. The\n"
	"program's input and output are the machine's first serial line, errors and the log\n"
	"the second; its blocks come from an archive beside the kernel. Nothing can be stored.\n"
	"Unlike `run`, it reads the input ahead.\n"
	"\n"
	"  -m, --memory MIB      memory of the machine; without it 256\n"
	"  -e, --env NAME[=VALUE]\n"
	"                        set a variable for the program, or pass yours of that name on;\n"
	"                        any number of times\n"
	"      --allow INTERFACE[=SCOPE], --allow-for PROGRAM INTERFACE[=SCOPE]\n"
	"                        let the program, or one of the handlers, use the interface\n"
	"  -a, --allow-all       let the program use every interface\n"
	"      --handle INTERFACE=PROGRAM\n"
	"                        PROGRAM handles the interface (`cairn help run` says more)\n"
	"  -q, --quiet           log nothing but errors\n"
	"  -t, --trace           print each message and its answer, in words, to standard error,\n"
	"      --trace=FILE      or write them to a file for a viewer, as `cairn run` does; the\n"
	"                        kernel tells of them on a third serial line\n"
	"\n"
	"Exit codes: the program's own, or those of `cairn run`; 125 also where QEMU is not\n"
	"installed (Debian's package qemu-system-x86).\n"
	"\n"
	"Example:\n"
	"  cairn boot hello.wasm\n",
    .run = run,
};

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
#include "command.h"
#include "options.h"
#include "program.h"
#include "qemu.h"
#include "report.h"

enum {
	EXIT_NODE_FAILED = 125,
	EXIT_NOT_FOUND = 127,
	MEMORY_MIB_MIN = 32,
	MEMORY_MIB_MAX = 1 << 20,
	MEMORY_MIB = 256,
	COMMAND_LINE_BYTES = 16384 /* kernel/standalone/boot/boot_info.h */
};

struct request {
	const char *program;
	char **arguments;
	int argument_count;
	unsigned memory_mib;
	FILE *settings; /* words of the kernel's command line, before `run=` */
};

/* ---- The kernel's command line (kernel/standalone/command_line.h) ---- */

static bool is_plain(char character)
{
	return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') ||
	       (character >= 'a' && character <= 'z') || strchr("-_./:,+=@", character) != NULL;
}

static void write_word(FILE *out, const char *word)
{
	if (*word == '\0')
		fputc('%', out);
	for (; *word != '\0'; word++) {
		if (is_plain(*word))
			fputc(*word, out);
		else
			fprintf(out, "%%%02x", (unsigned char)*word);
	}
}

static char *command_line_of(const struct request *request, const char *settings,
			     const struct cid *program)
{
	char name[CID_TEXT_BYTES];
	char *line = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&line, &size);
	if (out == NULL)
		return NULL;
	cid_to_text(program, name);
	fprintf(out, "%s%sname=", settings,
		isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ? "terminal " : "");
	write_word(out, request->program);
	fprintf(out, " run=%s", name);
	for (int i = 0; i < request->argument_count; i++) {
		fputc(' ', out);
		write_word(out, request->arguments[i]);
	}
	fclose(out);
	if (size < COMMAND_LINE_BYTES)
		return line;
	report_error("the arguments are too long: %zu bytes, and at most %d fit", size,
		     COMMAND_LINE_BYTES - 1);
	free(line);
	return NULL;
}

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

static int boot(const struct request *request, const char *settings, struct store *store,
		const struct cid *program)
{
	FILE *kernel = open_unnamed("kernel");
	FILE *archive = open_unnamed("archive");
	char *line = command_line_of(request, settings, program);
	int exit_code = -1;
	if (kernel != NULL && archive != NULL && line != NULL &&
	    fwrite(archive_kernel, 1, archive_kernel_size, kernel) == archive_kernel_size &&
	    fflush(kernel) == 0 && archive_write(archive, store, program, 1)) {
		const struct qemu_machine machine = {.kernel = fileno(kernel),
						     .archive = fileno(archive),
						     .command_line = line,
						     .memory_mib = request->memory_mib};
		exit_code = qemu_run(&machine);
	}
	free(line);
	if (kernel != NULL)
		fclose(kernel);
	if (archive != NULL)
		fclose(archive);
	return exit_code < 0 ? EXIT_NODE_FAILED : exit_code;
}

static int boot_from_store(const struct request *request, const char *settings)
{
	struct store *store = program_open_store();
	if (store == NULL)
		return EXIT_NODE_FAILED;
	struct cid program;
	int exit_code = EXIT_NOT_FOUND;
	if (program_resolve(store, request->program, &program))
		exit_code = boot(request, settings, store, &program);
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

static bool take_variable(const char *variable, FILE *settings)
{
	const char *equals = strchr(variable, '=');
	if (equals == NULL || equals == variable) {
		report_error("--env expects NAME=VALUE: %s", show(variable).text);
		return false;
	}
	fputs("env=", settings);
	write_word(settings, variable);
	fputc(' ', settings);
	return true;
}

/* True when a program was named; else `exit_code` says how it ended. */
static bool parse(const struct command *self, int count, char **arguments, struct request *request,
		  int *exit_code)
{
	static const struct option_row rows[] = {{"allow-all", 'a', false},
						 {"env", 'e', true},
						 {"memory", 'm', true},
						 {"quiet", 'q', false},
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
			request->program = options.value;
			request->arguments = arguments + options.next;
			request->argument_count = count - options.next;
			return true;
		case 'a':
			fputs("allow-all ", request->settings);
			break;
		case 'e':
			if (!take_variable(options.value, request->settings))
				return false;
			break;
		case 'm':
			if (!take_memory(options.value, &request->memory_mib))
				return false;
			break;
		case 'q':
			fputs("quiet ", request->settings);
			break;
		}
	}
}

static int run(const struct command *self, int count, char **arguments)
{
	char *settings = NULL;
	size_t settings_size = 0;
	struct request request = {.memory_mib = MEMORY_MIB,
				  .settings = open_memstream(&settings, &settings_size)};
	if (request.settings == NULL)
		return EXIT_NODE_FAILED;
	int exit_code;
	bool is_parsed = parse(self, count, arguments, &request, &exit_code);
	fclose(request.settings);
	if (is_parsed)
		exit_code = boot_from_store(&request, settings);
	free(settings);
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
	"  -e, --env NAME=VALUE  set a variable for the program, any number of times\n"
	"  -a, --allow-all       let the program use every interface\n"
	"  -q, --quiet           log nothing but errors\n"
	"\n"
	"Exit codes: the program's own, or those of `cairn run`; 125 also where QEMU is not\n"
	"installed (Debian's package qemu-system-x86).\n"
	"\n"
	"Example:\n"
	"  cairn boot hello.wasm\n",
    .run = run,
};

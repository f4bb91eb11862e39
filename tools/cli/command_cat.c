#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "options.h"
#include "program.h"
#include "report.h"

static const struct option_row rows[] = {{"output", 'o', true}, {NULL, 0, false}};

/* Where the file goes. One that is a file gets its name when it is whole. */
struct output {
	const char *name; /* NULL for the standard output */
	int file;
	char partial[PATH_MAX]; /* its name until then; empty where it has no other */
};

static bool write_piece(void *context, const uint8_t *data, size_t size)
{
	const struct output *output = context;
	while (size > 0) {
		ssize_t written = write(output->file, data, size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		data += written;
		size -= (size_t)written;
	}
	return true;
}

static bool report_output(const struct output *output)
{
	report_error("cannot write (%s): %s", strerror(errno),
		     output->name == NULL ? "standard output" : show(output->name).text);
	return false;
}

/* What is there and is no file (a terminal, /dev/null) is written to directly. */
static bool open_output(const char *name, struct output *output)
{
	*output = (struct output){.name = name, .file = STDOUT_FILENO};
	if (name == NULL)
		return true;
	struct stat about;
	if (stat(name, &about) == 0 && !S_ISREG(about.st_mode)) {
		output->file = open(name, O_WRONLY | O_CLOEXEC);
		return output->file >= 0 || report_output(output);
	}
	int size = snprintf(output->partial, sizeof output->partial, "%s.%ld.partial", name,
			    (long)getpid());
	if (size < 0 || (size_t)size >= sizeof output->partial) {
		errno = ENAMETOOLONG;
		return report_output(output);
	}
	output->file = open(output->partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	return output->file >= 0 || report_output(output);
}

static bool close_output(struct output *output, bool is_whole)
{
	if (output->name == NULL)
		return true;
	bool is_closed = close(output->file) == 0 || !is_whole || report_output(output);
	if (output->partial[0] == '\0')
		return is_closed;
	if (is_whole && is_closed && rename(output->partial, output->name) == 0)
		return true;
	if (is_whole && is_closed)
		report_output(output);
	unlink(output->partial);
	return false;
}

static int cat(const char *argument, const char *output_name)
{
	struct cid cid;
	struct fault fault = {0};
	enum status status = cid_from_text(argument, strlen(argument), &cid, &fault);
	if (status != STATUS_OK) {
		report_fault(status, &fault);
		return EXIT_FAILED;
	}
	struct store *store = program_open_store();
	struct output output;
	if (store == NULL || !open_output(output_name, &output)) {
		store_close(store);
		return EXIT_FAILED;
	}
	status = store_read_file(store, &cid, write_piece, &output, &fault);
	if (status == STATUS_IO && fault.text[0] == '\0')
		report_output(&output);
	else if (status != STATUS_OK)
		report_fault(status, &fault);
	bool is_closed = close_output(&output, status == STATUS_OK);
	store_close(store);
	return status == STATUS_OK && is_closed ? EXIT_OK : EXIT_FAILED;
}

static int run(const struct command *self, int count, char **arguments)
{
	struct options options = options_over(self, rows, count, arguments);
	const char *output_name = NULL;
	const char *cid = NULL;
	for (;;) {
		switch (options_next(&options)) {
		case OPTIONS_STOP:
			return options.exit_code;
		case 'o':
			output_name = options.value;
			break;
		case OPTIONS_OPERAND:
			if (cid != NULL)
				return options_misused(self, "more than one CID");
			cid = options.value;
			break;
		case OPTIONS_END:
			if (cid == NULL)
				return options_misused(self, "no CID");
			return cat(cid, output_name);
		}
	}
}

const struct command command_cat = {
    .name = "cat",
    .synopsis = "[--output FILE] CID",
    .summary = "print the file of a CID",
    .help = "Writes the file with that CID to the standard output. Every block is checked against\n"
	    "its name on the way: what comes out is what was added, or an error and exit code 1.\n"
	    "\n"
	    "  -o, --output FILE  write to FILE, which appears once it is whole\n"
	    "  -h, --help         print this page\n"
	    "\n"
	    "Example:\n"
	    "  $ cairn cat bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq\n"
	    "  hello\n",
    .run = run,
};

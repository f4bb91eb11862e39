/*
 * new: writes the first files of a project with an interface of its own. They are copies of the
 * SDK's template, with the project's name in place of `@NAME@`.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "options.h"
#include "outline.h"
#include "report.h"
#include "sdk.h"

enum { FILE_BYTES_MAX = 65536, NAME_BYTES_MAX = 64 };

struct project {
	char name[NAME_BYTES_MAX + 1];   /* "two-words" */
	char prefix[NAME_BYTES_MAX + 1]; /* "two_words", as idlc makes it of the name */
	char sdk[PATH_MAX];
};

/* What becomes of each file of the template. NULL: the project's name and .wit. */
static const struct {
	const char *from;
	const char *to;
} files[] = {
    {"Makefile", "Makefile"},    {"NAME.wit", NULL},         {"handler.c.in", "handler.c"},
    {"caller.c.in", "caller.c"}, {"README.md", "README.md"}, {"gitignore", ".gitignore"},
};

/* ---- Filling in ---- */

static void substitute(const struct project *project, const char *text, FILE *out)
{
	const char *const words[][2] = {{"@NAME@", project->name}, {"@PREFIX@", project->prefix}};
	const size_t count = sizeof words / sizeof words[0];
	while (*text != '\0') {
		size_t i = 0;
		while (i < count && strncmp(text, words[i][0], strlen(words[i][0])) != 0)
			i++;
		fputs(i < count ? words[i][1] : (char[]){*text, '\0'}, out);
		text += i < count ? strlen(words[i][0]) : 1;
	}
}

/* A file of the template with its words replaced, to be freed; NULL after an error. */
static char *fill_in(const struct project *project, const char *from)
{
	char path[PATH_MAX + 64];
	static char text[FILE_BYTES_MAX];
	snprintf(path, sizeof path, "%s/template/%s", project->sdk, from);
	FILE *file = fopen(path, "rb");
	if (file == NULL) {
		report_error("cannot open (%s): %s", strerror(errno), show(path).text);
		return NULL;
	}
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	char *filled = NULL;
	size_t size;
	FILE *out = open_memstream(&filled, &size);
	if (out == NULL) {
		report_error("%s", status_text(STATUS_NO_MEMORY));
		return NULL;
	}
	substitute(project, text, out);
	if (fclose(out) == 0)
		return filled;
	report_error("%s", status_text(STATUS_NO_MEMORY));
	free(filled);
	return NULL;
}

/* ---- The name ---- */

/* Whatever idlc says against the interface that would have that name, is said against the name. */
static bool is_accepted(const struct project *project)
{
	char *text = fill_in(project, "NAME.wit");
	if (text == NULL)
		return false;
	struct library library = {0};
	library_parse(&library, project->name, text, strlen(text));
	library_resolve(&library);
	bool is_good = library.report.count == 0;
	if (!is_good)
		report_error("an interface cannot have that name, use words like-these: %s",
			     show(project->name).text);
	library_drop(&library);
	free(text);
	return is_good;
}

static bool take_name(struct project *project, const char *name)
{
	if (strlen(name) > NAME_BYTES_MAX || strpbrk(name, "/ \n{}") != NULL) {
		report_error("a name of words like-these is expected: %s", show(name).text);
		return false;
	}
	strcpy(project->name, name);
	strcpy(project->prefix, name);
	for (char *c = project->prefix; *c != '\0'; c++)
		if (*c == '-')
			*c = '_';
	return is_accepted(project);
}

/* ---- Writing ---- */

static bool write_file(const struct project *project, const char *from, const char *to)
{
	char path[2 * NAME_BYTES_MAX + 32];
	snprintf(path, sizeof path, "%s/%s%s", project->name, to != NULL ? to : project->name,
		 to != NULL ? "" : ".wit");
	char *text = fill_in(project, from);
	if (text == NULL)
		return false;
	FILE *file = fopen(path, "wx");
	bool is_written = file != NULL && fputs(text, file) >= 0;
	if (file != NULL && fclose(file) != 0)
		is_written = false;
	if (!is_written)
		report_error("cannot write (%s): %s", strerror(errno), show(path).text);
	free(text);
	return is_written;
}

static bool write_project(const struct project *project)
{
	if (mkdir(project->name, 0777) != 0) {
		report_error("cannot make the folder (%s): %s", strerror(errno),
			     show(project->name).text);
		return false;
	}
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		if (!write_file(project, files[i].from, files[i].to))
			return false;
	return true;
}

static int run(const struct command *self, int count, char **arguments)
{
	static const struct option_row rows[] = {{0}};
	struct options options = options_over(self, rows, count, arguments);
	int what = options_next(&options);
	if (what == OPTIONS_STOP)
		return options.exit_code;
	if (what != OPTIONS_OPERAND)
		return options_misused(self, "no name is given");
	const char *name = options.value;
	if (options_next(&options) != OPTIONS_END)
		return options_misused(self, "one name at a time");
	struct project project = {0};
	if (!sdk_find(project.sdk))
		return EXIT_FAILED;
	if (!take_name(&project, name))
		return EXIT_USAGE;
	return write_project(&project) ? EXIT_OK : EXIT_FAILED;
}

const struct command command_new = {
    .name = "new",
    .synopsis = "NAME",
    .summary = "write the first files of a project",
    .help =
	"Makes the folder NAME with an interface of that name, a program that handles it and one\n"
	"that calls it, in C, and a Makefile. `make` builds them with the SDK that belongs to\n"
	"this command, `make run` runs them.\n"
	"\n"
	"Example:\n"
	"  cairn new greeting && cd greeting && make run\n",
    .run = run,
};

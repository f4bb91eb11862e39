/*
 * logs: what programs and the node have logged, from the files that the node keeps (kernel/hosted/
 * journal.h). No node needs to run.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "ground.h"
#include "options.h"
#include "report.h"

enum {
	FILES_MAX = 1100,                 /* as many as the node keeps, and some more */
	FILE_BYTES_MAX = 4 * 1024 * 1024, /* more than it lets them become */
	NAME_BYTES = 96,
	NAP_NS = 200 * 1000 * 1000
};

/* A file, and how much of it has been shown. */
struct source {
	char name[NAME_BYTES];
	ino_t inode;
	off_t shown;
};

/* Lines of several files, to be put in order: each begins with its time. */
struct lines {
	char **items;
	size_t count;
	size_t capacity;
};

struct logs {
	int folder;
	char wanted[NAME_BYTES]; /* the start of the names of files; empty for all */
	struct source sources[FILES_MAX];
	uint32_t source_count;
	bool follows;
};

/* ---- Lines ---- */

static bool add_line(struct lines *lines, const char *text, size_t size)
{
	if (lines->count == lines->capacity) {
		size_t capacity = lines->capacity * 2 + 64;
		char **larger = realloc(lines->items, capacity * sizeof *larger);
		if (larger == NULL)
			return false;
		lines->items = larger;
		lines->capacity = capacity;
	}
	char *line = strndup(text, size);
	if (line != NULL)
		lines->items[lines->count++] = line;
	return line != NULL;
}

static int compare(const void *a, const void *b)
{
	return strncmp(*(char *const *)a, *(char *const *)b, sizeof "2026-01-31T12:00:00.000Z" - 1);
}

/* The order of lines of one time stays (merge sort, as glibc's qsort does it). */
static void print_lines(struct lines *lines)
{
	if (lines->count == 0)
		return;
	qsort(lines->items, lines->count, sizeof *lines->items, compare);
	for (size_t i = 0; i < lines->count; i++) {
		/* The files are anybody's who may write here: nothing in them reaches the terminal.
		 */
		for (const char *at = lines->items[i]; *at != '\0';) {
			struct shown shown = show_bytes(at, strnlen(at, 100));
			fputs(shown.text, stdout);
			at += strnlen(at, 100);
		}
		putchar('\n');
		free(lines->items[i]);
	}
	free(lines->items);
	*lines = (struct lines){0};
}

/* ---- Files ---- */

static struct source *source_of(struct logs *logs, const char *name)
{
	for (uint32_t i = 0; i < logs->source_count; i++)
		if (strcmp(logs->sources[i].name, name) == 0)
			return &logs->sources[i];
	if (logs->source_count == FILES_MAX)
		return NULL;
	struct source *source = &logs->sources[logs->source_count++];
	snprintf(source->name, sizeof source->name, "%s", name);
	return source;
}

/* Whole lines only; what is cut off is there the next time. */
static bool take_text(struct source *source, const char *text, size_t size, struct lines *lines)
{
	size_t at = 0;
	while (at < size) {
		const char *end = memchr(text + at, '\n', size - at);
		if (end == NULL)
			break;
		if (!add_line(lines, text + at, (size_t)(end - text) - at))
			return false;
		at = (size_t)(end - text) + 1;
	}
	source->shown += (off_t)at;
	return true;
}

static bool read_file(struct logs *logs, const char *name, struct lines *lines)
{
	struct source *source = source_of(logs, name);
	int file = openat(logs->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat about;
	if (source == NULL || file < 0 || fstat(file, &about) != 0) {
		if (file >= 0)
			close(file);
		return true; /* It has gone meanwhile. */
	}
	if (about.st_ino != source->inode) { /* Another one has that name now. */
		source->inode = about.st_ino;
		source->shown = 0;
	}
	off_t left = about.st_size - source->shown;
	size_t size = left < 0 ? 0 : left < FILE_BYTES_MAX ? (size_t)left : FILE_BYTES_MAX;
	char *text = malloc(size + 1);
	ssize_t read = text == NULL ? -1 : pread(file, text, size, source->shown);
	bool is_done = read >= 0 && take_text(source, text, (size_t)read, lines);
	free(text);
	close(file);
	if (!is_done)
		report_error("cannot read the log (%s): %s",
			     strerror(text == NULL ? ENOMEM : errno), show(name).text);
	return is_done;
}

/* `NAME.log`, and `NAME.log.1` only the first time. */
static bool is_wanted(const struct logs *logs, const char *name, bool is_first)
{
	const char *end = strstr(name, ".log");
	if (name[0] == '.' || end == NULL || strlen(name) >= NAME_BYTES)
		return false;
	if (strcmp(end, ".log") != 0 && (!is_first || strcmp(end, ".log.1") != 0))
		return false;
	return logs->wanted[0] == '\0' || ((size_t)(end - name) == strlen(logs->wanted) &&
					   memcmp(name, logs->wanted, (size_t)(end - name)) == 0);
}

static bool show_new(struct logs *logs, bool is_first)
{
	struct lines lines = {0};
	int copy = openat(logs->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	bool is_done = entries != NULL;
	for (struct dirent *entry; is_done && (entry = readdir(entries)) != NULL;)
		if (is_wanted(logs, entry->d_name, is_first))
			is_done = read_file(logs, entry->d_name, &lines);
	if (entries != NULL)
		closedir(entries);
	print_lines(&lines);
	return is_done && report_flush();
}

static int show_all(struct logs *logs, const char *home)
{
	char path[STORE_HOME_BYTES + 8];
	const struct timespec nap = {.tv_nsec = NAP_NS};
	snprintf(path, sizeof path, "%s/logs", home);
	for (bool is_first = true;; is_first = false) {
		if (logs->folder < 0)
			logs->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (logs->folder >= 0 && !show_new(logs, is_first))
			return EXIT_FAILED;
		if (!logs->follows)
			return EXIT_OK;
		nanosleep(&nap, NULL);
	}
}

static bool parse(const struct command *self, int count, char **arguments, const char **word,
		  struct logs *logs, int *exit_code)
{
	static const struct option_row rows[] = {{"follow", 'f', false}, {0}};
	struct options options = options_over(self, rows, count, arguments);
	for (;;) {
		switch (options_next(&options)) {
		case OPTIONS_END:
			return true;
		case OPTIONS_STOP:
			*exit_code = options.exit_code;
			return false;
		case OPTIONS_OPERAND:
			if (*word != NULL) {
				*exit_code = options_misused(self, "one program at a time");
				return false;
			}
			*word = options.value;
			break;
		case 'f':
			logs->follows = true;
			break;
		}
	}
}

static int run_with(struct logs *logs, const char *word)
{
	struct ground ground;
	struct cid program;
	if (!ground_open(&ground))
		return EXIT_FAILED;
	int exit_code = EXIT_FAILED;
	bool is_node = word != NULL && strcmp(word, "node") == 0;
	if (is_node)
		strcpy(logs->wanted, "node");
	if (word == NULL || is_node || ground_program(&ground, word, &program)) {
		if (word != NULL && !is_node)
			cid_to_text(&program, logs->wanted);
		exit_code = show_all(logs, ground.home);
	}
	ground_close(&ground);
	return exit_code;
}

static int run(const struct command *self, int count, char **arguments)
{
	const char *word = NULL;
	int exit_code = EXIT_FAILED;
	struct logs *logs = calloc(1, sizeof *logs);
	if (logs == NULL) {
		report_error("%s", status_text(STATUS_NO_MEMORY));
		return EXIT_FAILED;
	}
	logs->folder = -1;
	if (parse(self, count, arguments, &word, logs, &exit_code))
		exit_code = run_with(logs, word);
	if (logs->folder >= 0)
		close(logs->folder);
	free(logs);
	return exit_code;
}

const struct command command_logs = {
    .name = "logs",
    .synopsis = "[--follow] [PROGRAM|node]",
    .summary = "what programs and the node have logged",
    .help =
	"Prints the log of a program, a CID, a name or a file; of the node itself; or all of\n"
	"them, in the order of time. It is kept when the node has ended: about two megabytes of\n"
	"each program. A line is its time (UTC), its level, which process, and the text.\n"
	"\n"
	"  -f, --follow  goes on with what comes, until it is interrupted\n"
	"\n"
	"Example:\n"
	"  cairn logs --follow sudoku\n",
    .run = run,
};

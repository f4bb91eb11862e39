/*
 * spec-run: runs the official test suite of WebAssembly, converted to JSON and modules.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "script.h"

enum { SKIPS_MAX = 16 };

struct options {
	const char *folder;
	const char *skips[SKIPS_MAX];
	int skip_count;
};

static const char help[] =
    "spec-run [--engine NAME] [--skip NAME]... FOLDER\n"
    "\n"
    "Runs every .json file of FOLDER and the folders in it: scripts of the WebAssembly test "
    "suite.\n"
    "Prints a line for each failure (file:line what), then \"N passed, N failed, N skipped\", and\n"
    "ends with 1 if anything failed. Assertions about the text format are skipped.\n"
    "\n"
    "  --engine NAME  what runs the code: interpreter (the only one, and the default)\n"
    "  --skip NAME    leaves out folders of that name, such as simd; may be given again\n";

static bool is_skipped(const struct options *options, const char *name)
{
	for (int i = 0; i < options->skip_count; i++)
		if (strcmp(options->skips[i], name) == 0)
			return true;
	return false;
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t size = strlen(name), suffix_size = strlen(suffix);
	return size >= suffix_size && strcmp(name + size - suffix_size, suffix) == 0;
}

static bool is_folder(const char *path)
{
	struct stat about;
	return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* Lines of a script are those of its .wast source. */
static void run_script(const struct options *options, const char *path,
		       struct script_totals *totals)
{
	char *shown = NULL;
	const char *relative = path + strlen(options->folder) + 1;
	if (asprintf(&shown, "%.*s.wast", (int)(strlen(relative) - strlen(".json")), relative) < 0)
		abort();
	script_run(path, shown, totals);
	free(shown);
}

static bool run_folder(const struct options *options, const char *folder,
		       struct script_totals *totals)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);
	if (count < 0) {
		perror(folder);
		return false;
	}
	bool is_readable = true;
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		char *path = NULL;
		if (asprintf(&path, "%s/%s", folder, name) < 0)
			abort();
		if (name[0] != '.' && is_folder(path) && !is_skipped(options, name))
			is_readable = run_folder(options, path, totals) && is_readable;
		else if (has_suffix(name, ".json"))
			run_script(options, path, totals);
		free(path);
		free(entries[i]);
	}
	free(entries);
	return is_readable;
}

static bool parse(int argc, char **argv, struct options *out)
{
	for (int i = 1; i < argc; i++) {
		bool has_value = i + 1 < argc;
		if (strcmp(argv[i], "--engine") == 0 && has_value) {
			if (strcmp(argv[++i], "interpreter") != 0) {
				fprintf(stderr, "spec-run: no engine is called %s\n", argv[i]);
				return false;
			}
		} else if (strcmp(argv[i], "--skip") == 0 && has_value &&
			   out->skip_count < SKIPS_MAX) {
			out->skips[out->skip_count++] = argv[++i];
		} else if (argv[i][0] != '-' && out->folder == NULL) {
			out->folder = argv[i];
		} else {
			fputs(help, stderr);
			return false;
		}
	}
	if (out->folder == NULL)
		fputs(help, stderr);
	return out->folder != NULL;
}

int main(int argc, char **argv)
{
	struct options options = {0};
	struct script_totals totals = {0};
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(help, stdout);
		return 0;
	}
	if (!parse(argc, argv, &options))
		return 2;
	if (!run_folder(&options, options.folder, &totals))
		return 2;
	printf("%u passed, %u failed, %u skipped\n", totals.passed, totals.failed, totals.skipped);
	return totals.failed == 0 && totals.passed > 0 ? 0 : 1;
}

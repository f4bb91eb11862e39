#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "json.h"
#include "options.h"
#include "program.h"
#include "report.h"

static const struct option_row rows[] = {{"json", 'j', false}, {NULL, 0, false}};

static void print_file(const struct store_record *record, bool is_json)
{
	char name[CID_TEXT_BYTES];
	cid_to_text(&record->cid, name);
	if (!is_json) {
		puts(name);
		return;
	}
	struct json json = {0};
	json_open_object(&json, NULL);
	json_string(&json, "cid", name);
	json_bytes(&json, "name", record->name, record->name_size);
	json_number(&json, "size", record->size);
	json_close_object(&json);
	json_end_line(&json);
}

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The name is printed as soon as the blocks are stored; that the file is not in the list of added
 * files as well is an error of its own. */
static bool add_file(struct store *store, const char *name, bool is_json)
{
	int file = program_open_file(name);
	if (file < 0)
		return false;
	struct store_record record = {
	    .name = (const uint8_t *)name, .name_size = strlen(name), .added_ns = now_ns()};
	struct fault fault = {0};
	enum status status = store_add_file(store, file, &record.cid, &record.size, &fault);
	close(file);
	if (status != STATUS_OK) {
		report_error("%s: %s", fault.text[0] != '\0' ? fault.text : status_text(status),
			     show(name).text);
		return false;
	}
	print_file(&record, is_json);
	status = store_record_add(store, &record, &fault);
	if (status != STATUS_OK)
		report_fault(status, &fault);
	return status == STATUS_OK;
}

static int add_files(char **names, int count, bool is_json)
{
	struct store *store = program_open_store();
	if (store == NULL)
		return EXIT_FAILED;
	int exit_code = EXIT_OK;
	for (int i = 0; i < count; i++)
		if (!add_file(store, names[i], is_json))
			exit_code = EXIT_FAILED;
	store_close(store);
	return exit_code;
}

static int run(const struct command *self, int count, char **arguments)
{
	struct options options = options_over(self, rows, count, arguments);
	bool is_json = false;
	int name_count = 0; /* operands are gathered at the front of the arguments */
	for (;;) {
		switch (options_next(&options)) {
		case OPTIONS_STOP:
			return options.exit_code;
		case 'j':
			is_json = true;
			break;
		case OPTIONS_OPERAND:
			arguments[name_count++] = options.value;
			break;
		case OPTIONS_END:
			if (name_count == 0)
				return options_misused(self, "no file to add");
			return add_files(arguments, name_count, is_json);
		}
	}
}

const struct command command_add = {
    .name = "add",
    .synopsis = "[--json] FILE...",
    .summary = "put files into the store, and print their CIDs",
    .help = "Puts each file into the store and prints its CID, one a line, in the order of the\n"
	    "arguments. The CID is the hash of the file's bytes: the one that `ipfs add\n"
	    "--cid-version 1` of kubo prints. A file that is in the store already is fine.\n"
	    "\n"
	    "  -            in place of a file: the standard input\n"
	    "  -j, --json   print an object a line: {\"cid\":...,\"name\":...,\"size\":...}\n"
	    "  -h, --help   print this page\n"
	    "\n"
	    "Example:\n"
	    "  $ printf hello | cairn add -\n"
	    "  bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq\n",
    .run = run,
};

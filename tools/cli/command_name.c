/*
 * name, names: what the user calls programs and interfaces.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "definitions.h"
#include "ground.h"
#include "interface.h"
#include "json.h"
#include "options.h"
#include "report.h"
#include "words.h"

/* ---- name ---- */

struct request {
	const char *words[2];
	int word_count;
	bool is_interface;
	bool is_removal;
};

static enum records_kind kind_of(const struct request *request)
{
	return request->is_interface ? RECORDS_INTERFACE : RECORDS_PROGRAM;
}

static int remove_name(struct ground *ground, const struct request *request)
{
	struct fault fault = {0};
	const char *name = request->words[0];
	enum status status =
	    records_set_name(ground->records, kind_of(request), name, NULL, &fault);
	if (status == STATUS_NOT_FOUND)
		report_error("nothing has that name: %s", show(name).text);
	else if (status != STATUS_OK)
		report_fault(status, &fault);
	return status == STATUS_OK && ground_changed(ground, "names") ? EXIT_OK : EXIT_FAILED;
}

static bool resolve(struct ground *ground, const struct request *request, struct cid *out)
{
	struct digest digest;
	if (!request->is_interface)
		return ground_program(ground, request->words[1], out);
	if (!interface_resolve(request->words[1], &digest))
		return false;
	*out = definitions_cid(&digest);
	return true;
}

/* What had the name before keeps what was decided about it, and nothing of it goes over: this is
 * said, as a name may have been all that a person looked at. */
static void print_before(struct ground *ground, const struct request *request,
			 const struct cid *target)
{
	struct cid before;
	struct fault fault = {0};
	char cid[CID_TEXT_BYTES];
	enum status status = records_find_name(ground->records, kind_of(request), request->words[0],
					       &before, &fault);
	if (status != STATUS_OK || cid_is_equal(&before, target))
		return;
	cid_to_text(&before, cid);
	printf("%s was %s; what was decided about that one does not go over\n", request->words[0],
	       cid);
}

static int set_name(struct ground *ground, const struct request *request)
{
	struct cid target;
	struct words words;
	struct fault fault = {0};
	const char *name = request->words[0];
	if (request->is_interface && words_named(name, &words)) {
		report_error("an interface of the system has that name: %s", show(name).text);
		return EXIT_FAILED;
	}
	enum status status = records_check_name(name, &fault);
	if (status != STATUS_OK) {
		report_fault(status, &fault);
		return EXIT_FAILED;
	}
	if (!resolve(ground, request, &target))
		return EXIT_FAILED;
	print_before(ground, request, &target);
	status = records_set_name(ground->records, kind_of(request), name, &target, &fault);
	if (status != STATUS_OK) {
		report_fault(status, &fault);
		return EXIT_FAILED;
	}
	char cid[CID_TEXT_BYTES];
	cid_to_text(&target, cid);
	printf("%s is %s\n", name, cid);
	return ground_changed(ground, "names") ? EXIT_OK : EXIT_FAILED;
}

static int run_name(const struct command *self, int count, char **arguments)
{
	static const struct option_row rows[] = {
	    {"interface", 'i', false}, {"remove", 'r', false}, {NULL, 0, false}};
	struct options options = options_over(self, rows, count, arguments);
	struct request request = {.word_count = 0};
	for (int option; (option = options_next(&options)) != OPTIONS_END;) {
		if (option == OPTIONS_STOP)
			return options.exit_code;
		if (option == 'i')
			request.is_interface = true;
		else if (option == 'r')
			request.is_removal = true;
		else if (request.word_count == 2)
			return options_misused(self, "too many arguments");
		else
			request.words[request.word_count++] = options.value;
	}
	if (request.word_count != (request.is_removal ? 1 : 2))
		return options_misused(self, request.is_removal ? "a name is needed"
								: "a name and what it is for are "
								  "needed");
	/* A file of definitions cannot be a program. */
	request.is_interface |= request.word_count == 2 && strstr(request.words[1], ".wit") != NULL;
	struct ground ground;
	if (!ground_open(&ground))
		return EXIT_FAILED;
	int exit_code =
	    request.is_removal ? remove_name(&ground, &request) : set_name(&ground, &request);
	ground_close(&ground);
	return exit_code;
}

const struct command command_name = {
    .name = "name",
    .synopsis = "[--interface] NAME PROGRAM | [--interface] --remove NAME",
    .summary = "give a program or an interface a name",
    .help =
	"From now on NAME can stand for the program wherever a command takes one, and is what\n"
	"the program is called in questions, lists and errors. Names are yours alone: a program\n"
	"cannot name itself. A name that is in use goes over; decisions belong to the program,\n"
	"not to the name, and do not.\n"
	"\n"
	"PROGRAM is a CID, another name, or a file. With a file of definitions, FILE.wit or\n"
	"FILE.wit#NAME, the name is the interface's.\n"
	"\n"
	"  -i, --interface   the name is for an interface, also where its hash is given\n"
	"  -r, --remove      the name is free again\n"
	"  -h, --help        print this page\n"
	"\n"
	"Example:\n"
	"  cairn name sudoku build/sudoku.wasm\n",
    .run = run_name,
};

/* ---- names ---- */

static void print_name(void *context, const struct records_name *name)
{
	const bool *is_json = context;
	bool is_interface = name->kind == RECORDS_INTERFACE;
	char cid[CID_TEXT_BYTES];
	cid_to_text(&name->target, cid);
	if (!*is_json) {
		printf("%-16s %s%s\n", name->name, cid, is_interface ? "  interface" : "");
		return;
	}
	struct json json = {0};
	json_open_object(&json, NULL);
	json_string(&json, "name", name->name);
	json_string(&json, "kind", is_interface ? "interface" : "program");
	json_string(&json, "cid", cid);
	json_number(&json, "time_ns", name->time_ns);
	json_close_object(&json);
	json_end_line(&json);
}

static int run_names(const struct command *self, int count, char **arguments)
{
	static const struct option_row rows[] = {{"json", 'j', false}, {NULL, 0, false}};
	struct options options = options_over(self, rows, count, arguments);
	bool is_json = false;
	for (int option; (option = options_next(&options)) != OPTIONS_END;) {
		if (option == OPTIONS_STOP)
			return options.exit_code;
		if (option != 'j')
			return options_misused(self, "too many arguments");
		is_json = true;
	}
	struct ground ground;
	if (!ground_open(&ground))
		return EXIT_FAILED;
	struct fault fault = {0};
	enum status status = records_names(ground.records, print_name, &is_json, &fault);
	if (status != STATUS_OK)
		report_fault(status, &fault);
	ground_close(&ground);
	return status == STATUS_OK ? EXIT_OK : EXIT_FAILED;
}

const struct command command_names = {
    .name = "names",
    .synopsis = "[--json]",
    .summary = "list the names that you gave",
    .help = "Lists the names of programs, then those of interfaces, with their CIDs.\n"
	    "\n"
	    "  -j, --json   print an object a line\n"
	    "  -h, --help   print this page\n"
	    "\n"
	    "Example:\n"
	    "  $ cairn names\n"
	    "  sudoku           bafkreid3k7m2xq...\n",
    .run = run_names,
};

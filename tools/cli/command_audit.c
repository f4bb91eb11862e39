/*
 * audit: what was decided, asked and denied.
 */
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "ground.h"
#include "json.h"
#include "options.h"
#include "report.h"

enum { LINES = 100 };

struct listing {
	struct ground *ground;
	bool is_json;
};

static void print_json(struct ground *ground, const struct records_entry *entry)
{
	struct json json = {0};
	json_open_object(&json, NULL);
	json_number(&json, "number", entry->number);
	json_number(&json, "time_ns", entry->time_ns);
	json_string(&json, "event", records_event_text(entry->event));
	json_number(&json, "times", entry->times);
	ground_json_program(ground, &json, &entry->program);
	ground_json_interface(ground, &json, &entry->interface);
	ground_json_scopes(&json, entry->scopes, entry->scope_count);
	json_string(&json, "person", entry->person);
	json_string(&json, "reason", entry->reason);
	json_close_object(&json);
	json_end_line(&json);
}

static void print_line(struct ground *ground, const struct records_entry *entry)
{
	printf("%s  %-17s  %s  %s%s", ground_time(entry->time_ns).text,
	       records_event_text(entry->event), ground_show_program(ground, &entry->program).text,
	       ground_show_interface(ground, &entry->interface).text,
	       ground_show_scopes(entry->scopes, entry->scope_count).text);
	if (entry->times > 1)
		printf("  (%llu times)", (unsigned long long)entry->times);
	if (entry->person[0] != '\0' || entry->reason[0] != '\0')
		printf("  (%s%s%s)", show(entry->person).text,
		       entry->person[0] != '\0' && entry->reason[0] != '\0' ? ": " : "",
		       show(entry->reason).text);
	putchar('\n');
}

static void visit(void *context, const struct records_entry *entry)
{
	const struct listing *listing = context;
	if (listing->is_json)
		print_json(listing->ground, entry);
	else
		print_line(listing->ground, entry);
}

static int list(struct ground *ground, const char *word, uint64_t limit, bool is_json)
{
	struct cid program;
	struct fault fault = {0};
	struct listing listing = {.ground = ground, .is_json = is_json};
	if (word != NULL && !ground_program(ground, word, &program))
		return EXIT_FAILED;
	/* What a node has not written yet belongs to it. */
	if (!ground_changed(ground, "audit"))
		return EXIT_FAILED;
	enum status status = records_audit(ground->records, word == NULL ? NULL : &program, limit,
					   visit, &listing, &fault);
	if (status != STATUS_OK)
		report_fault(status, &fault);
	return status == STATUS_OK ? EXIT_OK : EXIT_FAILED;
}

static int run(const struct command *self, int count, char **arguments)
{
	static const struct option_row rows[] = {
	    {"json", 'j', false}, {"last", 'n', true}, {"all", 'a', false}, {NULL, 0, false}};
	struct options options = options_over(self, rows, count, arguments);
	bool is_json = false;
	uint64_t limit = LINES;
	const char *program = NULL;
	for (int option; (option = options_next(&options)) != OPTIONS_END;) {
		char *end;
		switch (option) {
		case OPTIONS_STOP:
			return options.exit_code;
		case 'j':
			is_json = true;
			break;
		case 'a':
			limit = UINT64_MAX;
			break;
		case 'n':
			limit = strtoull(options.value, &end, 10);
			if (*options.value < '0' || *options.value > '9' || *end != '\0')
				return options_misused(self, "--last expects a number");
			break;
		default:
			if (program != NULL)
				return options_misused(self, "one program at a time");
			program = options.value;
		}
	}
	struct ground ground;
	if (!ground_open(&ground))
		return EXIT_FAILED;
	int exit_code = list(&ground, program, limit, is_json);
	ground_close(&ground);
	return exit_code;
}

const struct command command_audit = {
    .name = "audit",
    .synopsis = "[--json] [--last NUMBER] [--all] [PROGRAM]",
    .summary = "show what was decided, asked and denied",
    .help =
	"Shows the last 100 lines of the audit, or those about one program, the latest last: what\n"
	"was allowed, denied and revoked, by whom and why, what was allowed or denied for once,\n"
	"and what was refused because nobody had decided.\n"
	"\n"
	"  -n, --last NUMBER   so many lines\n"
	"  -a, --all           all of them\n"
	"  -j, --json          print an object a line\n"
	"  -h, --help          print this page\n"
	"\n"
	"Example:\n"
	"  cairn audit --last 10 sudoku\n",
    .run = run,
};

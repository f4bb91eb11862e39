/*
 * grants, revoke: what was decided, and taking it back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "ground.h"
#include "interface.h"
#include "json.h"
#include "options.h"
#include "report.h"

/* ---- grants ---- */

struct listing {
	struct ground *ground;
	bool is_json;
	struct cid last; /* the program of the line above */
	bool has_last;
};

static void print_json(struct listing *listing, const struct records_decision *decision)
{
	struct json json = {0};
	json_open_object(&json, NULL);
	ground_json_program(listing->ground, &json, &decision->program);
	ground_json_interface(listing->ground, &json, &decision->grant.interface);
	json_string(&json, "verdict",
		    decision->grant.verdict == KERNEL_ALLOWED ? "allowed" : "denied");
	ground_json_scopes(&json, decision->grant.scopes, decision->grant.scope_count);
	json_number(&json, "time_ns", decision->time_ns);
	json_string(&json, "person", decision->person);
	json_string(&json, "reason", decision->reason);
	json_close_object(&json);
	json_end_line(&json);
}

/* Below its program's line: `  may use tcp within ...   (ada, 2026-...: why)`. */
static void print_line(struct listing *listing, const struct records_decision *decision)
{
	const struct kernel_grant *grant = &decision->grant;
	if (!listing->has_last || !cid_is_equal(&listing->last, &decision->program))
		puts(ground_show_program(listing->ground, &decision->program).text);
	listing->has_last = true;
	listing->last = decision->program;
	printf("  %s %s%s  (%s, %s%s%s)\n",
	       grant->verdict == KERNEL_ALLOWED ? "may use" : "may not use",
	       ground_show_interface(listing->ground, &grant->interface).text,
	       ground_show_scopes(grant->scopes, grant->scope_count).text,
	       show(decision->person).text, ground_time(decision->time_ns).text,
	       decision->reason[0] == '\0' ? "" : ": ", show(decision->reason).text);
}

static void visit(void *context, const struct records_decision *decision)
{
	struct listing *listing = context;
	if (listing->is_json)
		print_json(listing, decision);
	else
		print_line(listing, decision);
}

static int list(struct ground *ground, const char *word, bool is_json)
{
	struct cid program;
	struct fault fault = {0};
	struct listing listing = {.ground = ground, .is_json = is_json};
	if (word != NULL && !ground_program(ground, word, &program))
		return EXIT_FAILED;
	enum status status = records_decisions(ground->records, word == NULL ? NULL : &program,
					       visit, &listing, &fault);
	if (status != STATUS_OK)
		report_fault(status, &fault);
	return status == STATUS_OK ? EXIT_OK : EXIT_FAILED;
}

static int run_grants(const struct command *self, int count, char **arguments)
{
	static const struct option_row rows[] = {{"json", 'j', false}, {NULL, 0, false}};
	struct options options = options_over(self, rows, count, arguments);
	bool is_json = false;
	const char *program = NULL;
	for (int option; (option = options_next(&options)) != OPTIONS_END;) {
		if (option == OPTIONS_STOP)
			return options.exit_code;
		if (option == 'j')
			is_json = true;
		else if (program != NULL)
			return options_misused(self, "one program at a time");
		else
			program = options.value;
	}
	struct ground ground;
	if (!ground_open(&ground))
		return EXIT_FAILED;
	int exit_code = list(&ground, program, is_json);
	ground_close(&ground);
	return exit_code;
}

const struct command command_grants = {
    .name = "grants",
    .synopsis = "[--json] [PROGRAM]",
    .summary = "list what was decided about programs",
    .help =
	"Lists the decisions: what each program, or the one that is named, may use and may not\n"
	"use, who decided so, when, and why. What is not in the list nobody has decided.\n"
	"\n"
	"  -j, --json   print an object a line\n"
	"  -h, --help   print this page\n"
	"\n"
	"Example:\n"
	"  $ cairn grants sudoku\n"
	"  sudoku (bafkreid3k7m2xq...)\n"
	"    may use tcp within scores.example.com:4000  (ada, 2026-11-28 10:12:13)\n",
    .run = run_grants,
};

/* ---- revoke ---- */

struct gathered {
	struct digest *interfaces;
	uint32_t count;
	bool is_refused;
};

static void gather(void *context, const struct records_decision *decision)
{
	struct gathered *gathered = context;
	void *grown =
	    realloc(gathered->interfaces, (gathered->count + 1) * sizeof *gathered->interfaces);
	gathered->is_refused |= grown == NULL;
	if (grown == NULL)
		return;
	gathered->interfaces = grown;
	gathered->interfaces[gathered->count++] = decision->grant.interface;
}

static bool forget(struct ground *ground, const struct cid *program, const struct digest *interface,
		   const char *reason)
{
	struct fault fault = {0};
	const struct records_decision decision = {
	    .program = *program,
	    .grant = {.interface = *interface, .verdict = KERNEL_UNDECIDED},
	    .time_ns = ground_now_ns(),
	    .person = ground_person(),
	    .reason = reason,
	};
	enum status status = records_decide(ground->records, &decision, &fault);
	if (status == STATUS_OK) {
		printf("%s: nothing is decided about %s any more\n",
		       ground_show_program(ground, program).text,
		       ground_show_interface(ground, interface).text);
		return true;
	}
	if (status == STATUS_NOT_FOUND)
		report_error("nothing was decided about %s: %s",
			     ground_show_interface(ground, interface).text,
			     ground_show_program(ground, program).text);
	else
		report_fault(status, &fault);
	return false;
}

static bool forget_all(struct ground *ground, const struct cid *program, const char *reason)
{
	struct fault fault = {0};
	struct gathered gathered = {0};
	enum status status = records_decisions(ground->records, program, gather, &gathered, &fault);
	if (status == STATUS_OK && gathered.is_refused)
		status = STATUS_NO_MEMORY;
	if (status != STATUS_OK)
		report_fault(status, &fault);
	else if (gathered.count == 0)
		report_error("nothing was decided: %s", ground_show_program(ground, program).text);
	bool is_done = status == STATUS_OK && gathered.count > 0;
	for (uint32_t i = 0; i < gathered.count && is_done; i++)
		is_done = forget(ground, program, &gathered.interfaces[i], reason);
	free(gathered.interfaces);
	return is_done;
}

static int revoke(struct ground *ground, const char *const words[2], const char *reason)
{
	struct cid program;
	struct digest interface;
	if (!ground_program(ground, words[0], &program) ||
	    (words[1] != NULL && !interface_resolve(words[1], &interface)))
		return EXIT_FAILED;
	bool is_done = words[1] != NULL ? forget(ground, &program, &interface, reason)
					: forget_all(ground, &program, reason);
	return is_done && ground_changed(ground, "decisions") ? EXIT_OK : EXIT_FAILED;
}

static int run_revoke(const struct command *self, int count, char **arguments)
{
	static const struct option_row rows[] = {{"reason", 'r', true}, {NULL, 0, false}};
	struct options options = options_over(self, rows, count, arguments);
	const char *words[2] = {NULL, NULL};
	int word_count = 0;
	const char *reason = "";
	for (int option; (option = options_next(&options)) != OPTIONS_END;) {
		if (option == OPTIONS_STOP)
			return options.exit_code;
		if (option == 'r')
			reason = options.value;
		else if (word_count == 2)
			return options_misused(self, "too many arguments");
		else
			words[word_count++] = options.value;
	}
	if (word_count == 0)
		return options_misused(self, "no program is named");
	struct ground ground;
	if (!ground_open(&ground))
		return EXIT_FAILED;
	int exit_code = revoke(&ground, words, reason);
	ground_close(&ground);
	return exit_code;
}

const struct command command_revoke = {
    .name = "revoke",
    .synopsis = "[--reason TEXT] PROGRAM [INTERFACE]",
    .summary = "take decisions about a program back",
    .help =
	"Forgets what was decided about the program and the interface, or all about the program.\n"
	"What it was allowed it may not use any more, also where it runs: its next message is\n"
	"denied, or asked about. To forbid it without a question, use `cairn deny`.\n"
	"\n"
	"  -r, --reason TEXT   why, for the audit\n"
	"  -h, --help          print this page\n"
	"\n"
	"Example:\n"
	"  cairn revoke sudoku tcp\n",
    .run = run_revoke,
};

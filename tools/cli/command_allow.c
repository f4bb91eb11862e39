/*
 * allow, deny: the user decides what a program may send to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "ground.h"
#include "interface.h"
#include "options.h"
#include "report.h"
#include "words.h"

struct request {
	enum kernel_verdict verdict;
	const char *program;
	const char *interface;
	struct wasm_name scopes[RECORDS_SCOPES_MAX];
	uint32_t scope_count;
	const char *reason;
};

static void print_decision(struct ground *ground, const struct records_decision *decision)
{
	struct words words;
	const struct kernel_grant *grant = &decision->grant;
	bool is_allowed = grant->verdict == KERNEL_ALLOWED;
	bool is_known = words_of(&grant->interface, &words) && words.words != NULL;
	printf("%s %s %s%s%s%s\n", ground_show_program(ground, &decision->program).text,
	       is_allowed ? "may use" : "may not use",
	       ground_show_interface(ground, &grant->interface).text,
	       ground_show_scopes(grant->scopes, grant->scope_count).text, is_known ? ": " : "",
	       is_known ? words.words : "");
	if (is_allowed && is_known && words.scopes != NULL && grant->scope_count == 0)
		printf("no scope was given; scopes of %s are: %s\n", words.name, words.scopes);
}

static int decide(struct ground *ground, const struct request *request)
{
	struct fault fault = {0};
	struct records_decision decision = {
	    .grant = {.verdict = request->verdict,
		      .scopes = request->scopes,
		      .scope_count = request->scope_count},
	    .time_ns = ground_now_ns(),
	    .person = ground_person(),
	    .reason = request->reason,
	};
	if (!ground_program(ground, request->program, &decision.program) ||
	    !interface_resolve(request->interface, &decision.grant.interface))
		return EXIT_FAILED;
	enum status status = records_decide(ground->records, &decision, &fault);
	if (status != STATUS_OK) {
		report_fault(status, &fault);
		return EXIT_FAILED;
	}
	print_decision(ground, &decision);
	for (uint32_t i = 0; i < request->scope_count; i++)
		interface_check_scope(&decision.grant.interface, request->scopes[i]);
	return ground_changed(ground, "decisions") ? EXIT_OK : EXIT_FAILED;
}

static int take_operand(const struct command *self, struct request *request, const char *word)
{
	if (request->program == NULL) {
		request->program = word;
	} else if (request->interface == NULL) {
		request->interface = word;
	} else if (request->verdict == KERNEL_DENIED) {
		return options_misused(self, "what is denied is denied without scopes");
	} else if (request->scope_count == RECORDS_SCOPES_MAX) {
		return options_misused(self, "more scopes than a decision may have");
	} else {
		request->scopes[request->scope_count++] =
		    (struct wasm_name){.data = (const uint8_t *)word, .size = strlen(word)};
	}
	return EXIT_OK;
}

static int run_with(const struct command *self, int count, char **arguments,
		    enum kernel_verdict verdict)
{
	static const struct option_row rows[] = {{"reason", 'r', true}, {NULL, 0, false}};
	struct request request = {.verdict = verdict, .reason = ""};
	struct options options = options_over(self, rows, count, arguments);
	for (;;) {
		int option = options_next(&options);
		if (option == OPTIONS_STOP)
			return options.exit_code;
		if (option == OPTIONS_END)
			break;
		if (option == 'r')
			request.reason = options.value;
		else if (take_operand(self, &request, options.value) != EXIT_OK)
			return EXIT_USAGE;
	}
	if (request.interface == NULL)
		return options_misused(self, "a program and an interface are needed");
	struct ground ground;
	if (!ground_open(&ground))
		return EXIT_FAILED;
	int exit_code = decide(&ground, &request);
	ground_close(&ground);
	return exit_code;
}

static int run_allow(const struct command *self, int count, char **arguments)
{
	return run_with(self, count, arguments, KERNEL_ALLOWED);
}

static int run_deny(const struct command *self, int count, char **arguments)
{
	return run_with(self, count, arguments, KERNEL_DENIED);
}

const struct command command_allow = {
    .name = "allow",
    .synopsis = "[--reason TEXT] PROGRAM INTERFACE [SCOPE...]",
    .summary = "let a program use an interface",
    .help =
	"Lets the program send to the interface, from now on and for good: also where it runs\n"
	"already. An earlier decision about the two is replaced. The program is a CID, a name\n"
	"(cairn name), or a file; another program of that name or place gains nothing.\n"
	"\n"
	"A SCOPE says how far it goes: what it means is for the interface's handler to say, as\n"
	"example.com:443 for tcp. `cairn interface list` has the interfaces of the system.\n"
	"\n"
	"  -r, --reason TEXT   why, for the audit\n"
	"  -h, --help          print this page\n"
	"\n"
	"Example:\n"
	"  cairn allow sudoku tcp scores.example.com:4000\n",
    .run = run_allow,
};

const struct command command_deny = {
    .name = "deny",
    .synopsis = "[--reason TEXT] PROGRAM INTERFACE",
    .summary = "keep a program from using an interface",
    .help =
	"The program may not send to the interface, from now on and for good, whatever whoever\n"
	"starts it may do, and without a question. Programs that nobody has decided about are\n"
	"denied as well, but may be asked about.\n"
	"\n"
	"  -r, --reason TEXT   why, for the audit\n"
	"  -h, --help          print this page\n"
	"\n"
	"Example:\n"
	"  cairn deny sudoku tcp\n",
    .run = run_deny,
};

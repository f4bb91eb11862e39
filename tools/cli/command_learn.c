/*
 * learn: runs a program with everything allowed and recorded, and proposes what to allow.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "ground.h"
#include "handlers.h"
#include "learned.h"
#include "node.h"
#include "options.h"
#include "report.h"
#include "run.h"
#include "trace.h"
#include "words.h"

struct learning {
	struct ground *ground;
	const struct cid *program;
	uint32_t count; /* of commands */
};

/* ---- What it printed ---- */

struct search {
	const struct kernel_grant *wanted;
	bool is_covered;
	bool is_denied;
};

static bool has_scope(const struct kernel_grant *grant, const struct wasm_name *scope)
{
	for (uint32_t i = 0; i < grant->scope_count; i++)
		if (grant->scopes[i].size == scope->size &&
		    memcmp(grant->scopes[i].data, scope->data, scope->size) == 0)
			return true;
	return false;
}

static void compare(void *context, const struct records_decision *decision)
{
	struct search *search = context;
	const struct kernel_grant *grant = &decision->grant;
	if (memcmp(&grant->interface, &search->wanted->interface, sizeof grant->interface) != 0)
		return;
	search->is_denied = grant->verdict == KERNEL_DENIED;
	search->is_covered = grant->verdict == KERNEL_ALLOWED;
	for (uint32_t i = 0; i < search->wanted->scope_count; i++)
		search->is_covered &= has_scope(grant, &search->wanted->scopes[i]);
}

/* For a shell: as it is where that is plain, else in quotes. */
static void print_word(const char *data, size_t size)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "-_./:,+@%";
	bool is_plain = size > 0 && data[0] != '-';
	for (size_t i = 0; i < size; i++)
		is_plain &= memchr(plain, data[i], sizeof plain - 1) != NULL;
	if (is_plain) {
		printf(" %.*s", (int)size, data);
		return;
	}
	fputs(" '", stdout);
	for (size_t i = 0; i < size; i++)
		fputs(data[i] == '\'' ? "'\\''" : (char[2]){data[i], '\0'}, stdout);
	putchar('\'');
}

/* What a message says can be anything: a scope that a terminal would not show as it is, nobody
 * should type. */
static bool is_harmless(const struct wasm_name *scope)
{
	return strlen(show_bytes(scope->data, scope->size).text) == scope->size;
}

static void print_grant(void *context, const struct kernel_grant *grant)
{
	struct learning *learning = context;
	struct fault fault = {0};
	struct words words;
	struct search search = {.wanted = grant};
	enum status status = records_decisions(learning->ground->records, learning->program,
					       compare, &search, &fault);
	if (status == STATUS_OK && search.is_covered)
		return;
	if (learning->count++ == 0)
		printf("# %s used what no program may use without you. To allow it that much:\n",
		       ground_show_program(learning->ground, learning->program).text);
	if (status == STATUS_OK && search.is_denied) {
		printf("# It asked for %s, which you have denied it.\n",
		       ground_show_interface(learning->ground, &grant->interface).text);
		return;
	}
	const char *program = ground_word_of_program(learning->ground, learning->program).text;
	const char *interface = ground_word_of_interface(learning->ground, &grant->interface).text;
	printf("cairn allow %s", program);
	printf(" %s", interface);
	for (uint32_t i = 0; i < grant->scope_count; i++)
		if (is_harmless(&grant->scopes[i]))
			print_word((const char *)grant->scopes[i].data, grant->scopes[i].size);
	putchar('\n');
	if (grant->scope_count == 0 && words_of(&grant->interface, &words) && words.scopes != NULL)
		printf("#   with scopes of your choice: %s\n", words.scopes);
}

static void print_result(struct learning *learning)
{
	learned_visit(print_grant, learning);
	if (learning->count == 0)
		printf(
		    "# %s used nothing that you have not allowed it already, or that every program "
		    "may use.\n",
		    ground_show_program(learning->ground, learning->program).text);
	if (learned_missed() > 0)
		printf("# and more than could be kept\n");
}

/* ---- Running ---- */

static struct wasm_name name_of(const char *string)
{
	return (struct wasm_name){.data = (const uint8_t *)string, .size = strlen(string)};
}

static bool watch(const struct handlers *handlers, const struct wasm_name *arguments,
		  uint32_t argument_count, struct trace *trace)
{
	const struct run_order order = {.handlers = handlers,
					.arguments = arguments,
					.argument_count = argument_count,
					.allow_all = true,
					.trace = trace};
	struct run_end end;
	struct node *node = node_connect_or_start();
	bool is_run = node != NULL && run_program(node, &order, &end);
	if (is_run) {
		if (end.cause == KERNEL_END_TRAP || end.cause == KERNEL_END_NOT_STARTED)
			report_error("the program %s: %s",
				     end.cause == KERNEL_END_TRAP ? "trapped" : "was not started",
				     end.reason);
		is_run = end.cause != KERNEL_END_NOT_STARTED;
		run_end_release(&end);
	}
	node_close(node);
	return is_run;
}

static int learn_about(struct ground *ground, const struct cid *program,
		       const struct wasm_name *arguments, uint32_t argument_count)
{
	struct learning learning = {.ground = ground, .program = program};
	struct handlers *handlers = handlers_create(program);
	struct trace *trace = trace_create(stderr, &learned_writer, ground->store);
	bool is_watched = false;
	if (handlers != NULL && trace != NULL) {
		handlers_finish(handlers);
		is_watched = watch(handlers, arguments, argument_count, trace);
		if (is_watched)
			print_result(&learning);
	} else if (trace == NULL) {
		report_error("%s", status_text(STATUS_NO_MEMORY));
	}
	if (trace != NULL)
		trace_destroy(trace);
	handlers_destroy(handlers);
	return is_watched ? EXIT_OK : EXIT_FAILED;
}

static int learn(char **words, int count)
{
	struct ground ground;
	struct cid program;
	struct wasm_name *arguments = calloc((size_t)count, sizeof *arguments);
	int exit_code = EXIT_FAILED;
	if (arguments == NULL) {
		report_error("%s", status_text(STATUS_NO_MEMORY));
		return EXIT_FAILED;
	}
	for (int i = 0; i < count; i++)
		arguments[i] = name_of(words[i]);
	if (ground_open(&ground)) {
		if (ground_program(&ground, words[0], &program))
			exit_code = learn_about(&ground, &program, arguments, (uint32_t)count);
		ground_close(&ground);
	}
	free(arguments);
	return exit_code;
}

static int run(const struct command *self, int count, char **arguments)
{
	static const struct option_row rows[] = {{NULL, 0, false}};
	struct options options = options_over(self, rows, count, arguments);
	switch (options_next(&options)) {
	case OPTIONS_STOP:
		return options.exit_code;
	case OPTIONS_END:
		return options_misused(self, "no program is named");
	default:
		return learn(arguments + options.next - 1, count - options.next + 1);
	}
}

const struct command command_learn = {
    .name = "learn",
    .synopsis = "PROGRAM [ARGUMENT...]",
    .summary = "run a program, and propose what to allow it",
    .help =
	"Runs the program with everything allowed but what you have denied it, and watches what\n"
	"it uses, the programs that it starts included. In the end it prints the commands that\n"
	"would allow that much and no more; it changes nothing itself. What the program did not\n"
	"do this time is not among them.\n"
	"\n"
	"Do this with programs that you would also run with --allow-all.\n"
	"\n"
	"Example:\n"
	"  $ cairn learn sudoku\n"
	"  # sudoku (bafkreid3k7m2xq...) used what no program may use without you. ...\n"
	"  cairn allow sudoku tcp scores.example.com:4000\n",
    .run = run,
};

/*
 * handle: who handles an interface, from the command line.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "configuration.h"
#include "ground.h"
#include "interface.h"
#include "options.h"
#include "report.h"

enum { CHAIN_MAX = 32 };

struct request {
	const char *interface;
	const char *chain[CHAIN_MAX];
	uint32_t chain_count;
	const char *whose; /* of --for, or NULL */
	bool is_removal;
};

static bool resolve_chain(struct ground *ground, const struct request *request,
			  struct kernel_stop stops[CHAIN_MAX])
{
	for (uint32_t i = 0; i < request->chain_count; i++) {
		stops[i] = (struct kernel_stop){.program = {.codec = CID_RAW}};
		stops[i].is_kernel = strcmp(request->chain[i], "kernel") == 0;
		if (!stops[i].is_kernel &&
		    !ground_program(ground, request->chain[i], &stops[i].program))
			return false;
	}
	return true;
}

static void print_change(struct ground *ground, const struct configuration_change *change)
{
	printf("%s", ground_show_interface(ground, &change->interface).text);
	if (change->program != NULL)
		printf(", for %s", ground_show_program(ground, change->program).text);
	if (change->chain_count == 0)
		printf(": as cairn.conf says");
	for (uint32_t i = 0; i < change->chain_count; i++)
		printf("%s%s", i == 0 ? ": " : ", then ",
		       change->chain[i].is_kernel
			   ? "the kernel"
			   : ground_show_program(ground, &change->chain[i].program).text);
	putchar('\n');
}

static int handle(struct ground *ground, const struct request *request)
{
	struct cid whose;
	struct kernel_stop stops[CHAIN_MAX];
	struct configuration_change change = {.chain = stops, .chain_count = request->chain_count};
	struct configuration_names_of_node of = {.records = ground->records,
						 .store = ground->store};
	struct fault fault = {0};
	if (!interface_resolve(request->interface, &change.interface))
		return EXIT_FAILED;
	if (configuration_is_kernels_own(&change.interface)) {
		report_error("%s cannot be given to a program: the kernel and its own programs "
			     "answer it",
			     ground_word_of_interface(ground, &change.interface).text);
		return EXIT_FAILED;
	}
	if (!resolve_chain(ground, request, stops))
		return EXIT_FAILED;
	if (request->whose != NULL && !ground_program(ground, request->whose, &whose))
		return EXIT_FAILED;
	change.program = request->whose != NULL ? &whose : NULL;
	enum status status = configuration_change(ground->home, &change, &of, &fault);
	if (status == STATUS_NOT_FOUND)
		report_error("`cairn handle` has said nothing about it: %s",
			     show(request->interface).text);
	else if (status != STATUS_OK)
		report_fault(status, &fault);
	if (status != STATUS_OK)
		return EXIT_FAILED;
	print_change(ground, &change);
	return ground_changed(ground, "configuration") ? EXIT_OK : EXIT_FAILED;
}

static int take_operand(const struct command *self, struct request *request, const char *word)
{
	if (request->interface == NULL) {
		request->interface = word;
		return EXIT_OK;
	}
	if (request->chain_count == CHAIN_MAX)
		return options_misused(self, "more than 32 programs");
	request->chain[request->chain_count++] = word;
	return EXIT_OK;
}

static int run(const struct command *self, int count, char **arguments)
{
	static const struct option_row rows[] = {
	    {"for", 'f', true}, {"remove", 'r', false}, {NULL, 0, false}};
	struct options options = options_over(self, rows, count, arguments);
	struct request request = {.chain_count = 0};
	for (int option; (option = options_next(&options)) != OPTIONS_END;) {
		if (option == OPTIONS_STOP)
			return options.exit_code;
		if (option == 'f')
			request.whose = options.value;
		else if (option == 'r')
			request.is_removal = true;
		else if (take_operand(self, &request, options.value) != EXIT_OK)
			return EXIT_USAGE;
	}
	if (request.interface == NULL || request.is_removal != (request.chain_count == 0))
		return options_misused(self, "an interface is needed, and a program or --remove");
	struct ground ground;
	if (!ground_open(&ground))
		return EXIT_FAILED;
	int exit_code = handle(&ground, &request);
	ground_close(&ground);
	return exit_code;
}

const struct command command_handle = {
    .name = "handle",
    .synopsis = "INTERFACE PROGRAM... [--for PROGRAM] | INTERFACE --remove [--for PROGRAM]",
    .summary = "say which program handles an interface",
    .help =
	"From now on the program handles the interface: it is started by the first message for\n"
	"it. Of several programs each passes on to the next what it lets pass; the word kernel\n"
	"stands for the system's own handler. This lasts, and where a node runs it is in force\n"
	"at once: nothing that was sent is lost.\n"
	"\n"
	"It is written to handlers.conf in the home, which counts where cairn.conf speaks of the\n"
	"same interface. cairn.conf is yours and never written to.\n"
	"\n"
	"  -f, --for PROGRAM   only for that program's messages; what is passed on goes to\n"
	"                      whoever handles the interface for all others\n"
	"  -r, --remove        take back what `cairn handle` said\n"
	"  -h, --help          print this page\n"
	"\n"
	"Example:\n"
	"  cairn handle tcp firewall kernel\n"
	"  cairn handle kv logger --for sudoku\n",
    .run = run,
};

/*
 * handlers: who handles what: as it is configured, as the kernel and its own programs do where
 * nothing is, and on a node that runs the processes that do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_names.h"
#include "command.h"
#include "configuration.h"
#include "ground.h"
#include "inspected.h"
#include "json.h"
#include "node.h"
#include "options.h"
#include "report.h"
#include "words.h"

/* Enough for a name, and the beginning of its hash. */
enum { WIDTH = 32, HANDLER_NONE = 0 };

/* A program (or the kernel) that the node which runs has as a handler. */
struct live {
	struct digest interface;
	struct cid program;
	bool is_kernel;
	uint64_t pid;
	bool is_shown;
};

struct handling {
	struct ground ground;
	struct configuration *configuration;
	bool is_json;
	bool is_live;
	bool is_cut; /* there was no memory for all of them */
	struct live *live;
	size_t live_count;
	size_t live_capacity;
};

/* ---- What a node says ---- */

static void keep(void *context, const struct inspect_handler_ *handler)
{
	struct handling *handling = context;
	struct live live = {.pid = handler->pid, .is_kernel = handler->program.size == 0};
	struct fault ignored;
	if (handler->interface.size != sizeof live.interface.bytes)
		return;
	memcpy(live.interface.bytes, handler->interface.data, sizeof live.interface.bytes);
	if (!live.is_kernel && cid_from_binary(handler->program.data, handler->program.size,
					       &live.program, &ignored) != STATUS_OK)
		return;
	if (handling->live_count == handling->live_capacity) {
		size_t capacity = handling->live_capacity * 2 + 64;
		struct live *larger = realloc(handling->live, capacity * sizeof *larger);
		handling->is_cut |= larger == NULL;
		if (larger == NULL)
			return;
		handling->live = larger;
		handling->live_capacity = capacity;
	}
	handling->live[handling->live_count++] = live;
}

static bool ask_node(struct handling *handling)
{
	bool failed;
	struct node *node = node_connect(&failed);
	if (node == NULL)
		return !failed;
	handling->is_live = true;
	bool is_done = inspected_handlers(node, keep, handling);
	node_close(node);
	if (handling->is_cut)
		report_error("%s", status_text(STATUS_NO_MEMORY));
	return is_done && !handling->is_cut;
}

static bool is_same(const struct digest *one, const struct digest *other)
{
	return memcmp(one, other, sizeof *one) == 0;
}

/* The process that a stop of a chain is, or 0; it is marked as shown. */
static uint64_t pid_of(struct handling *handling, const struct digest *interface,
		       const struct kernel_stop *stop)
{
	uint64_t pid = HANDLER_NONE;
	for (size_t i = 0; i < handling->live_count; i++) {
		struct live *live = &handling->live[i];
		if (live->is_kernel != stop->is_kernel || !is_same(&live->interface, interface) ||
		    (!stop->is_kernel && !cid_is_equal(&live->program, &stop->program)))
			continue;
		live->is_shown = true;
		pid = live->pid;
	}
	return pid;
}

/* ---- What is configured, and what is so without it ---- */

/* Where nobody is configured: a boot program, or the kernel. `stop` is what the routing points to.
 */
static struct kernel_routing unconfigured(const struct digest *interface, struct kernel_stop *stop)
{
	*stop = (struct kernel_stop){.program = {.codec = CID_RAW}, .next = KERNEL_STOP_NONE};
	stop->is_kernel = !boot_handler_of(interface, &stop->program);
	return (struct kernel_routing){.interface = *interface, .stops = stop, .stop_count = 1};
}

static const struct kernel_stop *stop_after(const struct kernel_routing *routing,
					    const struct kernel_stop *stop)
{
	return stop->next == KERNEL_STOP_NONE ? NULL : &routing->stops[stop->next];
}

static const struct kernel_stop *stop_at(const struct kernel_routing *routing, uint32_t index)
{
	return index == KERNEL_STOP_NONE ? NULL : &routing->stops[index];
}

/* ---- For a person ---- */

/* The name, and the beginning of the hash also where the name is the system's. */
static void print_interface(struct handling *handling, const struct digest *interface)
{
	enum { CID_SHOWN = 14 };
	struct ground_shown shown = ground_show_interface(&handling->ground, interface);
	struct cid cid = {.codec = CID_RAW};
	char text[CID_TEXT_BYTES];
	struct words ignored;
	memcpy(cid.hash, interface->bytes, sizeof cid.hash);
	cid_to_text(&cid, text);
	if (words_of(interface, &ignored))
		snprintf(shown.text + strlen(shown.text), sizeof shown.text - strlen(shown.text),
			 " (%.*s...)", CID_SHOWN, text);
	printf("%-*s ", WIDTH, shown.text);
}

static void print_chain(struct handling *handling, const struct kernel_routing *routing,
			uint32_t index)
{
	const struct kernel_stop *first = stop_at(routing, index);
	if (first == NULL)
		printf("nobody");
	for (const struct kernel_stop *stop = first; stop != NULL;
	     stop = stop_after(routing, stop)) {
		uint64_t pid = pid_of(handling, &routing->interface, stop);
		printf("%s%s", stop == first ? "" : " -> ",
		       stop->is_kernel
			   ? "kernel"
			   : ground_show_program(&handling->ground, &stop->program).text);
		if (pid != HANDLER_NONE)
			printf(", pid %llu", (unsigned long long)pid);
	}
	putchar('\n');
}

static void print_routing(struct handling *handling, const struct kernel_routing *routing)
{
	print_interface(handling, &routing->interface);
	print_chain(handling, routing, routing->first);
	for (uint32_t i = 0; i < routing->override_count; i++) {
		const struct kernel_override *override = &routing->overrides[i];
		char whose[NAMES_SHOWN_BYTES + 8];
		snprintf(whose, sizeof whose, "  for %s",
			 ground_show_program(&handling->ground, &override->program).text);
		printf("%-*s ", WIDTH, whose);
		print_chain(handling, routing, override->stop);
	}
}

/* ---- For programs ---- */

static void json_chain(struct handling *handling, struct json *json,
		       const struct kernel_routing *routing, uint32_t index)
{
	json_open_array(json, "chain");
	for (const struct kernel_stop *stop = stop_at(routing, index); stop != NULL;
	     stop = stop_after(routing, stop)) {
		uint64_t pid = pid_of(handling, &routing->interface, stop);
		json_open_object(json, NULL);
		if (stop->is_kernel)
			json_null(json, "program");
		else
			ground_json_program(&handling->ground, json, &stop->program);
		if (pid != HANDLER_NONE)
			json_number(json, "pid", pid);
		else
			json_null(json, "pid");
		json_close_object(json);
	}
	json_close_array(json);
}

static void json_routing(struct handling *handling, const struct kernel_routing *routing)
{
	struct json json = {0};
	json_open_object(&json, NULL);
	ground_json_interface(&handling->ground, &json, &routing->interface);
	json_chain(handling, &json, routing, routing->first);
	json_open_array(&json, "for");
	for (uint32_t i = 0; i < routing->override_count; i++) {
		json_open_object(&json, NULL);
		ground_json_program(&handling->ground, &json, &routing->overrides[i].program);
		json_chain(handling, &json, routing, routing->overrides[i].stop);
		json_close_object(&json);
	}
	json_close_array(&json);
	json_close_object(&json);
	json_end_line(&json);
}

/* ---- The list ---- */

static void show_routing(struct handling *handling, const struct kernel_routing *routing)
{
	if (handling->is_json)
		json_routing(handling, routing);
	else
		print_routing(handling, routing);
}

static const struct kernel_routing *find_routing(const struct handling *handling,
						 const struct digest *interface)
{
	for (uint32_t i = 0; i < handling->configuration->routing_count; i++)
		if (is_same(&handling->configuration->routings[i].interface, interface))
			return &handling->configuration->routings[i];
	return NULL;
}

static bool has_live(const struct handling *handling, const struct digest *interface)
{
	for (size_t i = 0; i < handling->live_count; i++)
		if (is_same(&handling->live[i].interface, interface))
			return true;
	return false;
}

/* Interfaces of the system that nothing on this platform serves: they are for others, or between
 * commands and the node. (A node that runs knows; that both say the same is a test.) */
static bool is_served(const struct handling *handling, const struct words *words)
{
	static const char *const absent[] = {"content", "control", "display", "transcript"};
	if (handling->is_live)
		return has_live(handling, &words->interface);
	for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
		if (strcmp(words->name, absent[i]) == 0)
			return false;
	return true;
}

static void list_system(struct handling *handling)
{
	for (uint32_t i = 0; i < words_count(); i++) {
		struct words words = words_at(i);
		struct kernel_stop stop;
		struct kernel_routing plain = unconfigured(&words.interface, &stop);
		const struct kernel_routing *routing = find_routing(handling, &words.interface);
		if (routing != NULL || is_served(handling, &words))
			show_routing(handling, routing != NULL ? routing : &plain);
	}
}

static void list_others(struct handling *handling)
{
	struct words ignored;
	for (uint32_t i = 0; i < handling->configuration->routing_count; i++) {
		const struct kernel_routing *routing = &handling->configuration->routings[i];
		if (!words_of(&routing->interface, &ignored))
			show_routing(handling, routing);
	}
	/* What is in force in the node and not in the files any more, until `cairn reload`. */
	for (size_t i = 0; i < handling->live_count; i++) {
		const struct live live = handling->live[i];
		struct kernel_stop stop = {
		    .program = live.program, .is_kernel = live.is_kernel, .next = KERNEL_STOP_NONE};
		const struct kernel_routing routing = {
		    .interface = live.interface, .stops = &stop, .stop_count = 1};
		if (!live.is_shown)
			show_routing(handling, &routing);
	}
}

/* ---- The command ---- */

static int list(struct handling *handling)
{
	struct configuration_names_of_node of = {.records = handling->ground.records,
						 .store = handling->ground.store};
	struct configuration_names names = configuration_names(&of);
	struct fault fault = {0};
	enum status status =
	    configuration_load(handling->ground.home, &names, &handling->configuration, &fault);
	if (status != STATUS_OK) {
		report_fault(status, &fault);
		return EXIT_FAILED;
	}
	bool is_done = ask_node(handling);
	if (is_done) {
		list_system(handling);
		list_others(handling);
	}
	configuration_destroy(handling->configuration);
	free(handling->live);
	return is_done ? EXIT_OK : EXIT_FAILED;
}

static int run(const struct command *self, int count, char **arguments)
{
	static const struct option_row rows[] = {{"json", 'j', false}, {NULL, 0, false}};
	struct options options = options_over(self, rows, count, arguments);
	struct handling handling = {.configuration = NULL};
	for (int option; (option = options_next(&options)) != OPTIONS_END;) {
		if (option == OPTIONS_STOP)
			return options.exit_code;
		if (option != 'j')
			return options_misused(self, "too many arguments");
		handling.is_json = true;
	}
	if (!ground_open(&handling.ground))
		return EXIT_FAILED;
	int exit_code = list(&handling);
	ground_close(&handling.ground);
	return exit_code;
}

const struct command command_handlers = {
    .name = "handlers",
    .synopsis = "[--json]",
    .summary = "list who handles what",
    .help =
	"Lists the interfaces of the system, and those that cairn.conf and handlers.conf speak\n"
	"of, with who handles them: the kernel, a program that comes with it (boot:NAME), or\n"
	"programs of yours, of which each passes on to the next what it lets pass; then the\n"
	"exceptions for single programs. Where a node runs, the processes are listed that do it\n"
	"now: a handler starts with the first message. What `cairn run --handle` says is a\n"
	"matter of that run, and not listed. What is wrong with the two files is told with file\n"
	"and line.\n"
	"\n"
	"  -j, --json   print an object a line\n"
	"  -h, --help   print this page\n"
	"\n"
	"Example:\n"
	"  $ cairn handlers\n"
	"  loader (bafkreihdw3hr2...)       boot:loader (bafkreigshllxf...), pid 17\n"
	"  tcp (bafkreid3k7m2xq...)         firewall (bafkreic6wq5yb...) -> kernel\n"
	"    for sudoku (bafkreia2hk...)    logger (bafkreifs3zqpl...) -> firewall -> kernel\n",
    .run = run,
};

/*
 * handlers: who handles what, as it is configured.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "configuration.h"
#include "ground.h"
#include "json.h"
#include "options.h"
#include "report.h"

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

static void print_chain(struct ground *ground, const struct kernel_routing *routing, uint32_t index)
{
	const struct kernel_stop *first = stop_at(routing, index);
	if (first == NULL)
		printf("nobody");
	for (const struct kernel_stop *stop = first; stop != NULL; stop = stop_after(routing, stop))
		printf("%s%s", stop == first ? "" : ", then ",
		       stop->is_kernel ? "the kernel"
				       : ground_show_program(ground, &stop->program).text);
	putchar('\n');
}

static void print_routing(struct ground *ground, const struct kernel_routing *routing)
{
	printf("%s: ", ground_show_interface(ground, &routing->interface).text);
	print_chain(ground, routing, routing->first);
	for (uint32_t i = 0; i < routing->override_count; i++) {
		const struct kernel_override *override = &routing->overrides[i];
		printf("  for %s: ", ground_show_program(ground, &override->program).text);
		print_chain(ground, routing, override->stop);
	}
}

/* ---- For programs ---- */

static void json_chain(struct ground *ground, struct json *json,
		       const struct kernel_routing *routing, uint32_t index)
{
	json_open_array(json, "chain");
	for (const struct kernel_stop *stop = stop_at(routing, index); stop != NULL;
	     stop = stop_after(routing, stop)) {
		json_open_object(json, NULL);
		if (stop->is_kernel)
			json_null(json, "program");
		else
			ground_json_program(ground, json, &stop->program);
		json_close_object(json);
	}
	json_close_array(json);
}

static void json_routing(struct ground *ground, const struct kernel_routing *routing)
{
	struct json json = {0};
	json_open_object(&json, NULL);
	ground_json_interface(ground, &json, &routing->interface);
	json_chain(ground, &json, routing, routing->first);
	json_open_array(&json, "for");
	for (uint32_t i = 0; i < routing->override_count; i++) {
		json_open_object(&json, NULL);
		ground_json_program(ground, &json, &routing->overrides[i].program);
		json_chain(ground, &json, routing, routing->overrides[i].stop);
		json_close_object(&json);
	}
	json_close_array(&json);
	json_close_object(&json);
	json_end_line(&json);
}

/* ---- The command ---- */

static int list(struct ground *ground, bool is_json)
{
	struct configuration_names_of_node of = {.records = ground->records,
						 .store = ground->store};
	struct configuration_names names = configuration_names(&of);
	struct configuration *configuration = NULL;
	struct fault fault = {0};
	enum status status = configuration_load(ground->home, &names, &configuration, &fault);
	if (status != STATUS_OK) {
		report_fault(status, &fault);
		return EXIT_FAILED;
	}
	for (uint32_t i = 0; i < configuration->routing_count; i++)
		if (is_json)
			json_routing(ground, &configuration->routings[i]);
		else
			print_routing(ground, &configuration->routings[i]);
	configuration_destroy(configuration);
	return EXIT_OK;
}

static int run(const struct command *self, int count, char **arguments)
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
	int exit_code = list(&ground, is_json);
	ground_close(&ground);
	return exit_code;
}

const struct command command_handlers = {
    .name = "handlers",
    .synopsis = "[--json]",
    .summary = "list who handles what",
    .help =
	"Lists the interfaces that cairn.conf and handlers.conf speak of: the chain of programs\n"
	"that handles each, and the exceptions for single programs. All other interfaces of the\n"
	"system are handled by the kernel. What is wrong with the two files is told with file\n"
	"and line.\n"
	"\n"
	"  -j, --json   print an object a line\n"
	"  -h, --help   print this page\n"
	"\n"
	"Example:\n"
	"  $ cairn handlers\n"
	"  tcp: firewall (bafkreid3k7m2xq...), then the kernel\n",
    .run = run,
};

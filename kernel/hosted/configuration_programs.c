/*
 * The programs that start with the node: what the files say of them, and when they are started
 * again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configuration_state.h"
#include "size.h"

/* Enough for anybody, and a bound for what is allocated at a start. */
enum { PROGRAMS_MAX = 4096, WORDS_MAX = 256 };

static const char *const keys[] = {"program", "arguments", "environment", "memory", "restart"};

static bool is_known(const char *key)
{
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

static enum status check_keys(const struct configuration_reading *reading,
			      const struct syntax_node *section)
{
	for (const struct syntax_node *node = section->first; node != NULL; node = node->next)
		if (!is_known(node->key))
			return configuration_refuse(reading, node->key_line,
						    "no such key of a program (program, arguments, "
						    "environment, memory, restart)",
						    node->key);
	return STATUS_OK;
}

static struct wasm_name name_of(const char *text)
{
	return (struct wasm_name){.data = (const uint8_t *)text, .size = strlen(text)};
}

static enum status read_arguments(struct configuration_reading *reading,
				  const struct syntax_node *node,
				  struct configuration_program *program)
{
	struct wasm_name *arguments =
	    configuration_allocate(reading->configuration, WORDS_MAX * sizeof *arguments);
	if (arguments == NULL)
		return STATUS_NO_MEMORY;
	program->arguments = arguments;
	arguments[program->argument_count++] = name_of(program->name);
	if (node == NULL)
		return STATUS_OK;
	if (node->kind != SYNTAX_LIST)
		return configuration_refuse(reading, node->line, "arguments are a list: [...]",
					    NULL);
	for (const struct syntax_node *item = node->first; item != NULL; item = item->next) {
		if (item->kind != SYNTAX_WORD)
			return configuration_refuse(reading, item->line,
						    "an argument is a word or a quoted text", NULL);
		if (program->argument_count == WORDS_MAX)
			return configuration_refuse(reading, item->line, "more than 255 arguments",
						    NULL);
		const char *word = configuration_copy(reading->configuration, item->word);
		if (word == NULL)
			return STATUS_NO_MEMORY;
		arguments[program->argument_count++] = name_of(word);
	}
	return STATUS_OK;
}

static enum status add_variable(struct configuration_reading *reading,
				const struct syntax_node *node, struct wasm_name *out)
{
	if (node->kind != SYNTAX_WORD)
		return configuration_refuse(reading, node->line,
					    "a variable is a word or a quoted text", node->key);
	if (node->key[0] == '\0' || strchr(node->key, '=') != NULL)
		return configuration_refuse(reading, node->key_line, "no name of a variable",
					    node->key);
	size_t size = strlen(node->key) + strlen(node->word) + 2;
	char *text = configuration_allocate(reading->configuration, size);
	if (text == NULL)
		return STATUS_NO_MEMORY;
	snprintf(text, size, "%s=%s", node->key, node->word);
	*out = name_of(text);
	return STATUS_OK;
}

static enum status read_environment(struct configuration_reading *reading,
				    const struct syntax_node *node,
				    struct configuration_program *program)
{
	if (node == NULL)
		return STATUS_OK;
	if (node->kind != SYNTAX_SECTION)
		return configuration_refuse(reading, node->line,
					    "the environment is a section: { NAME = value }", NULL);
	struct wasm_name *variables =
	    configuration_allocate(reading->configuration, WORDS_MAX * sizeof *variables);
	if (variables == NULL)
		return STATUS_NO_MEMORY;
	program->environment = variables;
	enum status status = STATUS_OK;
	for (const struct syntax_node *item = node->first; item != NULL && status == STATUS_OK;
	     item = item->next) {
		if (program->environment_count == WORDS_MAX)
			return configuration_refuse(reading, item->line, "more than 256 variables",
						    NULL);
		status = add_variable(reading, item, &variables[program->environment_count++]);
	}
	return status;
}

static enum status read_memory(const struct configuration_reading *reading,
			       const struct syntax_node *node,
			       struct configuration_program *program)
{
	if (node == NULL)
		return STATUS_OK;
	const char *word = node->kind == SYNTAX_WORD ? node->word : "a list or a section";
	const char *wrong = size_read_memory(word, &program->memory_bytes);
	return wrong == NULL ? STATUS_OK : configuration_refuse(reading, node->line, wrong, word);
}

static enum status read_restart(const struct configuration_reading *reading,
				const struct syntax_node *node,
				struct configuration_program *program)
{
	static const char *const words[] = {[CONFIGURATION_NEVER] = "never",
					    [CONFIGURATION_ON_FAILURE] = "on-failure",
					    [CONFIGURATION_ALWAYS] = "always"};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (node != NULL &&
		    (node->kind != SYNTAX_WORD || strcmp(node->word, words[i]) != 0))
			continue;
		program->restart = (enum configuration_restart)i;
		return STATUS_OK;
	}
	return configuration_refuse(reading, node->line,
				    "restart is never, on-failure or always, and not",
				    node->kind == SYNTAX_WORD ? node->word : "a list or a section");
}

static enum status read_program(struct configuration_reading *reading,
				const struct syntax_node *node,
				struct configuration_program *program)
{
	const struct syntax_node *which, *arguments, *environment, *memory, *restart;
	if (node->kind != SYNTAX_SECTION)
		return configuration_refuse(reading, node->line,
					    "a program is a section: NAME { ... }", node->key);
	enum status status = check_keys(reading, node);
	if (status == STATUS_OK)
		status = configuration_find_key(reading, node, "program", &which);
	if (status == STATUS_OK)
		status = configuration_find_key(reading, node, "arguments", &arguments);
	if (status == STATUS_OK)
		status = configuration_find_key(reading, node, "environment", &environment);
	if (status == STATUS_OK)
		status = configuration_find_key(reading, node, "memory", &memory);
	if (status == STATUS_OK)
		status = configuration_find_key(reading, node, "restart", &restart);
	if (status == STATUS_OK && which != NULL && which->kind != SYNTAX_WORD)
		status = configuration_refuse(reading, which->line, "a program is a name or a CID",
					      NULL);
	if (status == STATUS_OK)
		status = which != NULL ? configuration_resolve(reading, which->line, which->word,
							       &program->program)
				       : configuration_resolve(reading, node->key_line, node->key,
							       &program->program);
	if (status != STATUS_OK)
		return status;
	program->line = node->key_line;
	program->name = configuration_copy(reading->configuration, node->key);
	if (program->name == NULL)
		return STATUS_NO_MEMORY;
	status = read_arguments(reading, arguments, program);
	if (status == STATUS_OK)
		status = read_environment(reading, environment, program);
	if (status == STATUS_OK)
		status = read_memory(reading, memory, program);
	return status == STATUS_OK ? read_restart(reading, restart, program) : status;
}

static int compare_names(const void *a, const void *b)
{
	const struct configuration_program *const *one = a, *const *other = b;
	int order = strcmp((*one)->name, (*other)->name);
	return order != 0 ? order : (*one)->line < (*other)->line ? -1 : 1;
}

static enum status refuse_twins(const struct configuration_reading *reading,
				const struct configuration_program *programs, uint32_t count)
{
	const struct configuration_program **sorted = calloc(count + 1, sizeof(void *));
	if (sorted == NULL)
		return STATUS_NO_MEMORY;
	for (uint32_t i = 0; i < count; i++)
		sorted[i] = &programs[i];
	qsort(sorted, count, sizeof(void *), compare_names);
	enum status status = STATUS_OK;
	for (uint32_t i = 1; i < count && status == STATUS_OK; i++)
		if (strcmp(sorted[i]->name, sorted[i - 1]->name) == 0)
			status = configuration_refuse(reading, sorted[i]->line,
						      "two programs of one name", sorted[i]->name);
	free(sorted);
	return status;
}

enum status configuration_read_programs(struct configuration_reading *reading,
					const struct syntax_node *section)
{
	uint32_t count = 0;
	for (const struct syntax_node *node = section->first; node != NULL; node = node->next)
		count++;
	if (count > PROGRAMS_MAX)
		return configuration_refuse(reading, section->line, "more than 4096 programs",
					    NULL);
	struct configuration_program *programs =
	    configuration_allocate(reading->configuration, (count + 1) * sizeof *programs);
	if (programs == NULL)
		return STATUS_NO_MEMORY;
	enum status status = STATUS_OK;
	uint32_t done = 0;
	for (const struct syntax_node *node = section->first; node != NULL && status == STATUS_OK;
	     node = node->next) {
		status = read_program(reading, node, &programs[done]);
		done += status == STATUS_OK;
		if (status == STATUS_NOT_FOUND)
			status = STATUS_OK; /* it is left out */
	}
	if (status == STATUS_OK)
		status = refuse_twins(reading, programs, done);
	reading->configuration->programs = programs;
	reading->configuration->program_count = done;
	return status;
}

/* ---- Restarting ---- */

bool configuration_is_restarted(enum configuration_restart restart, const struct kernel_end *end)
{
	/* What the user killed stays so. What cannot be started may be there later. */
	if (restart == CONFIGURATION_NEVER || end->cause == KERNEL_END_KILLED)
		return false;
	return restart == CONFIGURATION_ALWAYS || end->cause != KERNEL_END_EXIT || end->code != 0;
}

uint64_t configuration_backoff_ms(uint32_t restarts)
{
	enum { FIRST_MS = 100, LONGEST_MS = 30000, DOUBLINGS_MAX = 9 };
	uint64_t pause = (uint64_t)FIRST_MS
			 << (restarts < DOUBLINGS_MAX ? restarts : DOUBLINGS_MAX);
	return pause < LONGEST_MS ? pause : LONGEST_MS;
}

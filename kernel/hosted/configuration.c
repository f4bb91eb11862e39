/*
 * The files and the programs that start with the node. Handlers are in configuration_handlers.c,
 * what becomes of them in configuration_route.c.
 */
#include "configuration.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "configuration_state.h"
#include "core/port.h"
#include "core/text.h"
#include "names.h"
#include "store.h"

/* Enough for anybody, and a bound for what is allocated at a start. */
enum { PROGRAMS_MAX = 4096, WORDS_MAX = 256, PATH_BYTES = STORE_HOME_BYTES + 64 };

/* ---- Memory ---- */

struct configuration_block {
	struct configuration_block *next;
	_Alignas(16) uint8_t bytes[];
};

void *configuration_allocate(struct configuration *configuration, size_t size)
{
	struct configuration_block *block = calloc(1, sizeof *block + size);
	if (block == NULL)
		return NULL;
	block->next = configuration->blocks;
	configuration->blocks = block;
	return block->bytes;
}

const char *configuration_copy(struct configuration *configuration, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = configuration_allocate(configuration, size);
	return copy == NULL ? NULL : memcpy(copy, text, size);
}

void configuration_destroy(struct configuration *configuration)
{
	while (configuration != NULL && configuration->blocks != NULL) {
		struct configuration_block *block = configuration->blocks;
		configuration->blocks = block->next;
		free(block);
	}
	free(configuration);
}

enum status configuration_refuse(const struct configuration_reading *reading, uint32_t line,
				 const char *what, const char *word)
{
	return syntax_fault(reading->fault, reading->file, line, what, word);
}

/* ---- Programs ---- */

static bool is_key(const struct syntax_node *node, const char *key)
{
	return strcmp(node->key, key) == 0;
}

/* NULL where the section has no such key; STATUS_INVALID where it has it twice. */
static enum status find_key(const struct configuration_reading *reading,
			    const struct syntax_node *section, const char *key,
			    const struct syntax_node **out)
{
	*out = NULL;
	for (const struct syntax_node *node = section->first; node != NULL; node = node->next) {
		if (!is_key(node, key))
			continue;
		if (*out != NULL)
			return configuration_refuse(reading, node->key_line,
						    "a key that stands twice", key);
		*out = node;
	}
	return STATUS_OK;
}

static enum status check_keys(const struct configuration_reading *reading,
			      const struct syntax_node *section)
{
	for (const struct syntax_node *node = section->first; node != NULL; node = node->next)
		if (!is_key(node, "program") && !is_key(node, "arguments") &&
		    !is_key(node, "environment") && !is_key(node, "restart"))
			return configuration_refuse(reading, node->key_line,
						    "no such key of a program (program, arguments, "
						    "environment, restart)",
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

static void log_left_out(const struct configuration_reading *reading, uint32_t line,
			 const char *word)
{
	struct fault fault = {0};
	(void)!syntax_fault(&fault, reading->file, line,
			    "left out, as the name was lost with the damaged database", word);
	port_log(PORT_LOG_WARNING, fault.text, strlen(fault.text));
	reading->configuration->left_out++;
}

/* A fault of the names gets its place. */
static enum status unresolved(const struct configuration_reading *reading, uint32_t line,
			      const struct fault *fault, enum status status)
{
	return configuration_refuse(
	    reading, line, fault->text[0] != '\0' ? fault->text : status_text(status), NULL);
}

static bool is_lost(const struct configuration_reading *reading, const char *word, bool is_program)
{
	const struct configuration_names *names = reading->names;
	return names->is_lost != NULL && names->is_lost(names->self, word, is_program);
}

enum status configuration_resolve(const struct configuration_reading *reading, uint32_t line,
				  const char *word, struct cid *out)
{
	struct fault fault = {0};
	enum status status = reading->names->program(reading->names->self, word, out, &fault);
	if (status == STATUS_OK)
		return STATUS_OK;
	if (status != STATUS_NOT_FOUND || !is_lost(reading, word, true))
		return unresolved(reading, line, &fault, status);
	log_left_out(reading, line, word);
	return STATUS_NOT_FOUND;
}

enum status configuration_resolve_interface(const struct configuration_reading *reading,
					    uint32_t line, const char *word, struct digest *out)
{
	struct fault fault = {0};
	enum status status = reading->names->interface(reading->names->self, word, out, &fault);
	if (status == STATUS_OK)
		return STATUS_OK;
	if (status != STATUS_NOT_FOUND || !is_lost(reading, word, false))
		return unresolved(reading, line, &fault, status);
	log_left_out(reading, line, word);
	return STATUS_NOT_FOUND;
}

static enum status read_program(struct configuration_reading *reading,
				const struct syntax_node *node,
				struct configuration_program *program)
{
	const struct syntax_node *which, *arguments, *environment, *restart;
	if (node->kind != SYNTAX_SECTION)
		return configuration_refuse(reading, node->line,
					    "a program is a section: NAME { ... }", node->key);
	enum status status = check_keys(reading, node);
	if (status == STATUS_OK)
		status = find_key(reading, node, "program", &which);
	if (status == STATUS_OK)
		status = find_key(reading, node, "arguments", &arguments);
	if (status == STATUS_OK)
		status = find_key(reading, node, "environment", &environment);
	if (status == STATUS_OK)
		status = find_key(reading, node, "restart", &restart);
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

static enum status read_programs(struct configuration_reading *reading,
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

/* ---- Texts ---- */

static enum status read_tree(struct configuration_reading *reading, const struct syntax_node *root)
{
	const struct syntax_node *programs, *handlers;
	enum status status = find_key(reading, root, "programs", &programs);
	if (status == STATUS_OK)
		status = find_key(reading, root, "handlers", &handlers);
	if (status != STATUS_OK)
		return status;
	for (const struct syntax_node *node = root->first; node != NULL; node = node->next) {
		if (node != programs && node != handlers)
			return configuration_refuse(reading, node->key_line,
						    "no such section (programs, handlers)",
						    node->key);
		if (node->kind != SYNTAX_SECTION)
			return configuration_refuse(reading, node->line, "a section is { ... }",
						    node->key);
	}
	if (programs != NULL && reading->configuration->programs != NULL)
		return configuration_refuse(reading, programs->key_line,
					    "programs belong into the other file", NULL);
	if (programs != NULL)
		status = read_programs(reading, programs);
	if (status == STATUS_OK && handlers != NULL)
		status = configuration_read_handlers(reading, handlers);
	return status;
}

static enum status read_text(struct configuration_reading *reading,
			     const struct configuration_text *text)
{
	struct syntax_tree tree;
	/* Routing speaks of files later, when the caller's texts may be gone. */
	reading->file = configuration_copy(reading->configuration, text->name);
	if (reading->file == NULL)
		return STATUS_NO_MEMORY;
	enum status status =
	    syntax_read(reading->file, text->data, text->size, &tree, reading->fault);
	if (status == STATUS_OK)
		status = read_tree(reading, tree.root);
	syntax_close(&tree);
	return status;
}

enum status configuration_read(const struct configuration_text *texts, uint32_t count,
			       const struct configuration_names *names, struct configuration **out,
			       struct fault *fault)
{
	struct configuration *configuration = calloc(1, sizeof *configuration);
	if (configuration == NULL)
		return STATUS_NO_MEMORY;
	struct configuration_reading reading = {
	    .configuration = configuration, .names = names, .fault = fault};
	enum status status = STATUS_OK;
	if (names->begin != NULL)
		names->begin(names->self);
	for (uint32_t i = 0; i < count && status == STATUS_OK; i++)
		status = read_text(&reading, &texts[i]);
	if (names->end != NULL)
		names->end(names->self);
	if (status == STATUS_OK)
		status = configuration_route(&reading);
	free(reading.handlings.items);
	if (status != STATUS_OK) {
		configuration_destroy(configuration);
		return status;
	}
	*out = configuration;
	return STATUS_OK;
}

/* ---- Files ---- */

static enum status file_fault(const char *path, const char *what, struct fault *fault)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, what);
	text_string(&text, " (");
	text_string(&text, strerror(errno));
	text_string(&text, "): ");
	text_escaped(&text, (const uint8_t *)path, strlen(path));
	return STATUS_IO;
}

enum status configuration_read_file(const char *home, const char *name, char **data, size_t *size,
				    struct fault *fault)
{
	char path[PATH_BYTES];
	snprintf(path, sizeof path, "%s/%s", home, name);
	*data = NULL;
	*size = 0;
	int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (file < 0 && errno == ENOENT)
		return STATUS_OK;
	if (file < 0)
		return file_fault(path, "cannot read", fault);
	char *bytes = malloc(SYNTAX_BYTES_MAX + 1);
	ssize_t got = bytes == NULL ? 0 : 1;
	size_t used = 0;
	while (got > 0 && used <= SYNTAX_BYTES_MAX) {
		got = read(file, bytes + used, SYNTAX_BYTES_MAX + 1 - used);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			used += (size_t)got;
	}
	enum status status = bytes == NULL ? STATUS_NO_MEMORY : STATUS_OK;
	if (got < 0)
		status = file_fault(path, "cannot read", fault);
	close(file);
	if (status != STATUS_OK) {
		free(bytes);
		return status;
	}
	*data = bytes;
	*size = used;
	return STATUS_OK;
}

enum status configuration_load(const char *home, const struct configuration_names *names,
			       struct configuration **out, struct fault *fault)
{
	struct configuration_text texts[2] = {{.name = "cairn.conf"}, {.name = "handlers.conf"}};
	char *data[2] = {NULL, NULL};
	enum status status = STATUS_OK;
	for (int i = 0; i < 2 && status == STATUS_OK; i++) {
		status =
		    configuration_read_file(home, texts[i].name, &data[i], &texts[i].size, fault);
		texts[i].data = data[i];
	}
	if (status == STATUS_OK)
		status = configuration_read(texts, 2, names, out, fault);
	free(data[0]);
	free(data[1]);
	return status;
}

/* ---- Names ---- */

static enum status program_of_node(void *self, const char *word, struct cid *out,
				   struct fault *fault)
{
	struct configuration_names_of_node *of = self;
	enum status status = names_program(of->records, word, out, fault);
	if (status != STATUS_OK || store_has(of->store, out))
		return status;
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, "the program is not in the store: ");
	text_escaped(&text, (const uint8_t *)word, strlen(word));
	return STATUS_NOT_FOUND;
}

static enum status interface_of_node(void *self, const char *word, struct digest *out,
				     struct fault *fault)
{
	struct configuration_names_of_node *of = self;
	return names_interface(of->records, word, out, fault);
}

static bool is_lost_to_node(void *self, const char *word, bool is_program)
{
	struct configuration_names_of_node *of = self;
	struct cid program;
	struct digest interface;
	struct fault ignored;
	if (!records_names_are_lost(of->records))
		return false;
	/* (A program that is not in the store is another matter.) */
	enum status status = is_program ? names_program(of->records, word, &program, &ignored)
					: names_interface(of->records, word, &interface, &ignored);
	return status == STATUS_NOT_FOUND;
}

static void hold(void *self)
{
	struct configuration_names_of_node *of = self;
	records_hold(of->records);
}

static void let_go(void *self)
{
	struct configuration_names_of_node *of = self;
	records_let_go(of->records);
}

struct configuration_names configuration_names(struct configuration_names_of_node *of)
{
	return (struct configuration_names){.program = program_of_node,
					    .interface = interface_of_node,
					    .is_lost = is_lost_to_node,
					    .begin = hold,
					    .end = let_go,
					    .self = of};
}

/* ---- Restarting ---- */

bool configuration_is_restarted(enum configuration_restart restart, const struct kernel_end *end)
{
	/* What the user killed stays so, and what cannot be started cannot be started again. */
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

/*
 * The files. Programs that start with the node are in configuration_programs.c, handlers in
 * configuration_handlers.c, what becomes of them in configuration_route.c.
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

enum { PATH_BYTES = STORE_HOME_BYTES + 64 };

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

/* ---- Keys and names ---- */

enum status configuration_find_key(const struct configuration_reading *reading,
				   const struct syntax_node *section, const char *key,
				   const struct syntax_node **out)
{
	*out = NULL;
	for (const struct syntax_node *node = section->first; node != NULL; node = node->next) {
		if (strcmp(node->key, key) != 0)
			continue;
		if (*out != NULL)
			return configuration_refuse(reading, node->key_line,
						    "a key that stands twice", key);
		*out = node;
	}
	return STATUS_OK;
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

/* ---- Texts ---- */

static enum status read_tree(struct configuration_reading *reading, const struct syntax_node *root)
{
	const struct syntax_node *programs, *handlers;
	enum status status = configuration_find_key(reading, root, "programs", &programs);
	if (status == STATUS_OK)
		status = configuration_find_key(reading, root, "handlers", &handlers);
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
		status = configuration_read_programs(reading, programs);
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

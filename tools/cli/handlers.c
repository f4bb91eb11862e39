#include "handlers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cairn/files.h>
#include <cairn/terminal.h>

#include "interface.h"
#include "program.h"
#include "report.h"

/* The standard streams are the run's: every program in it may use them. */
static struct digest terminal_digest(void)
{
	struct digest digest;
	memcpy(digest.bytes, terminal_interface, sizeof digest.bytes);
	return digest;
}

struct handlers *handlers_create(const struct cid *program)
{
	struct handlers *handlers = calloc(1, sizeof *handlers);
	if (handlers == NULL) {
		report_error("%s", status_text(STATUS_NO_MEMORY));
		return NULL;
	}
	handlers->program = *program;
	handlers->granted[handlers->granted_count++] = terminal_digest();
	return handlers;
}

void handlers_destroy(struct handlers *handlers)
{
	free(handlers);
}

/* ---- Words ---- */

/* What stands before and behind the `=` of a word. */
struct halves {
	char first[4096];
	const char *second;
};

static bool split(const char *word, struct halves *out)
{
	const char *equals = strchr(word, '=');
	size_t size = equals != NULL ? (size_t)(equals - word) : 0;
	if (size == 0 || size >= sizeof out->first || equals[1] == '\0')
		return false;
	memcpy(out->first, word, size);
	out->first[size] = '\0';
	out->second = equals + 1;
	return true;
}

static struct handler *find(struct handlers *handlers, const struct cid *program)
{
	for (uint32_t i = 0; i < handlers->count; i++)
		if (cid_is_equal(&handlers->all[i].kernel.program, program))
			return &handlers->all[i];
	return NULL;
}

static struct handler *find_or_add(struct handlers *handlers, const struct cid *program)
{
	struct handler *handler = find(handlers, program);
	if (handler != NULL)
		return handler;
	handler = &handlers->all[handlers->count++];
	handler->kernel.program = *program;
	handler->granted[0] = terminal_digest();
	handler->kernel.grants.count = 1;
	return handler;
}

bool handlers_handle(struct handlers *handlers, struct store *store, const char *word)
{
	struct halves halves;
	if (!split(word, &halves)) {
		report_error("--handle expects INTERFACE=PROGRAM: %s", show(word).text);
		return false;
	}
	struct digest interface;
	struct cid program;
	if (!interface_resolve(halves.first, &interface) ||
	    !program_resolve(store, halves.second, &program))
		return false;
	struct handler *handler = find_or_add(handlers, &program);
	handler->interfaces[handler->kernel.interface_count++] = interface;
	return true;
}

bool handlers_allow(struct handlers *handlers, struct store *store, const char *word)
{
	struct halves halves = {.second = word};
	struct digest interface;
	bool has_program = split(word, &halves);
	if (!interface_resolve(has_program ? halves.second : word, &interface))
		return false;
	struct cid program = handlers->program;
	if (has_program && !program_resolve(store, halves.first, &program))
		return false;
	struct handler *handler = has_program ? find(handlers, &program) : NULL;
	bool is_of_run = cid_is_equal(&program, &handlers->program);
	if (handler == NULL && !is_of_run) {
		report_error("--allow names a program that is not part of this run: %s",
			     show(halves.first).text);
		return false;
	}
	if (is_of_run)
		handlers->granted[handlers->granted_count++] = interface;
	if (handler != NULL)
		handler->granted[handler->kernel.grants.count++] = interface;
	return true;
}

void handlers_allow_files(struct handlers *handlers)
{
	static const struct digest files = {FILES_DIGEST};
	handlers->granted[handlers->granted_count++] = files;
}

void handlers_finish(struct handlers *handlers)
{
	for (uint32_t i = 0; i < handlers->count; i++) {
		struct handler *handler = &handlers->all[i];
		handler->kernel.interfaces = handler->interfaces;
		handler->kernel.grants.interfaces = handler->granted;
		handlers->kernel[i] = handler->kernel;
	}
}

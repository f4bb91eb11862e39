#include "handlers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cairn/terminal.h>

#include "interface.h"
#include "options.h"
#include "program.h"
#include "report.h"

/* The one about the interface, made where there is none. */
static struct kernel_grant *find_grant(struct handlers_granted *granted,
				       const struct digest *interface)
{
	for (uint32_t i = 0; i < granted->count; i++)
		if (memcmp(&granted->items[i].interface, interface, sizeof *interface) == 0)
			return &granted->items[i];
	struct kernel_grant *grant = &granted->items[granted->count];
	*grant = (struct kernel_grant){.interface = *interface,
				       .verdict = KERNEL_ALLOWED,
				       .scopes = granted->scopes[granted->count]};
	granted->count++;
	return grant;
}

/* The standard streams are the run's: every program in it may use them. */
static void grant_terminal(struct handlers_granted *granted)
{
	static const struct digest terminal = {TERMINAL_DIGEST};
	(void)find_grant(granted, &terminal);
}

struct handlers *handlers_create(const struct cid *program)
{
	struct handlers *handlers = calloc(1, sizeof *handlers);
	if (handlers == NULL) {
		report_error("%s", status_text(STATUS_NO_MEMORY));
		return NULL;
	}
	handlers->program = *program;
	grant_terminal(&handlers->granted);
	return handlers;
}

void handlers_destroy(struct handlers *handlers)
{
	free(handlers);
}

/* ---- Options ---- */

static bool has_room(uint32_t count)
{
	if (count < HANDLERS_WORDS_MAX)
		return true;
	report_error("--handle, --allow-for, and --allow with --deny can be given %d times each",
		     HANDLERS_WORDS_MAX);
	return false;
}

/* The option's value, and the word that follows it. */
static bool add_allow_for(struct handlers_words *words, struct options *options)
{
	if (options->next == options->count) {
		report_error("--allow-for expects a program and an interface");
		return false;
	}
	if (!has_room(words->allow_for_count))
		return false;
	const char **pair = words->allow_for[words->allow_for_count++];
	pair[0] = options->value;
	pair[1] = options->arguments[options->next++];
	return true;
}

bool handlers_add_option(struct handlers_words *words, int option, struct options *options)
{
	if (option == OPTION_ALLOW_FOR)
		return add_allow_for(words, options);
	if (option == OPTION_HANDLE) {
		if (!has_room(words->handle_count))
			return false;
		words->handle[words->handle_count++] = options->value;
		return true;
	}
	if (!has_room(words->allow_count + words->deny_count))
		return false;
	if (option == OPTION_DENY)
		words->deny[words->deny_count++] = options->value;
	else
		words->allow[words->allow_count++] = options->value;
	return true;
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
	grant_terminal(&handler->granted);
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

/* INTERFACE[=SCOPE] */
static bool grant(struct handlers_granted *granted, const char *word)
{
	struct halves halves;
	struct digest interface;
	bool has_scope = split(word, &halves);
	if (!has_scope && strchr(word, '=') != NULL) {
		report_error("--allow expects INTERFACE or INTERFACE=SCOPE: %s", show(word).text);
		return false;
	}
	if (!interface_resolve(has_scope ? halves.first : word, &interface))
		return false;
	struct kernel_grant *item = find_grant(granted, &interface);
	const struct wasm_name scope = {(const uint8_t *)halves.second,
					has_scope ? strlen(halves.second) : 0};
	if (has_scope) {
		granted->scopes[item - granted->items][item->scope_count++] = scope;
		interface_check_scope(&interface, scope);
	}
	return true;
}

bool handlers_allow(struct handlers *handlers, const char *word)
{
	return grant(&handlers->granted, word);
}

bool handlers_deny(struct handlers *handlers, const char *word)
{
	struct digest interface;
	if (!interface_resolve(word, &interface))
		return false;
	struct kernel_grant *item = find_grant(&handlers->granted, &interface);
	item->verdict = KERNEL_DENIED;
	item->scope_count = 0;
	return true;
}

bool handlers_allow_for(struct handlers *handlers, struct store *store, const char *program_word,
			const char *word)
{
	struct cid program;
	if (!program_resolve(store, program_word, &program))
		return false;
	struct handler *handler = find(handlers, &program);
	if (handler == NULL) {
		report_error("--allow-for names a program that handles nothing in this run: %s",
			     show(program_word).text);
		return false;
	}
	return grant(&handler->granted, word);
}

void handlers_allow_scope(struct handlers *handlers, const uint8_t *interface,
			  struct wasm_name scope)
{
	struct digest digest;
	memcpy(digest.bytes, interface, sizeof digest.bytes);
	struct kernel_grant *item = find_grant(&handlers->granted, &digest);
	handlers->granted.scopes[item - handlers->granted.items][item->scope_count++] = scope;
}

bool handlers_take(struct handlers *handlers, struct store *store,
		   const struct handlers_words *words)
{
	for (uint32_t i = 0; i < words->handle_count; i++)
		if (!handlers_handle(handlers, store, words->handle[i]))
			return false;
	for (uint32_t i = 0; i < words->allow_count; i++)
		if (!handlers_allow(handlers, words->allow[i]))
			return false;
	for (uint32_t i = 0; i < words->deny_count; i++)
		if (!handlers_deny(handlers, words->deny[i]))
			return false;
	for (uint32_t i = 0; i < words->allow_for_count; i++)
		if (!handlers_allow_for(handlers, store, words->allow_for[i][0],
					words->allow_for[i][1]))
			return false;
	return true;
}

void handlers_finish(struct handlers *handlers)
{
	for (uint32_t i = 0; i < handlers->count; i++) {
		struct handler *handler = &handlers->all[i];
		handler->kernel.interfaces = handler->interfaces;
		handler->kernel.grants.items = handler->granted.items;
		handler->kernel.grants.count = handler->granted.count;
		handlers->kernel[i] = handler->kernel;
	}
}

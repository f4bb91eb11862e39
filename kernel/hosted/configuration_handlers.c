/*
 * What the texts say of handlers:
 *
 *     handlers {
 *             INTERFACE = PROGRAM
 *             INTERFACE = [FILTER, PROGRAM]
 *             INTERFACE {
 *                     chain = [FILTER, PROGRAM]
 *                     for { CALLER = FILTER;  CALLER = [FILTER, FILTER] }
 *             }
 *     }
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configuration_state.h"
#include "words.h"

enum { CHAIN_MAX = 32 };

bool configuration_is_kernels_own(const struct digest *interface)
{
	static const char *const names[] = {"interface",  "process", "threads",
					    "authorizer", "loader",  "prompt"};
	struct words words;
	if (!words_of(interface, &words))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(words.name, names[i]) == 0)
			return true;
	return false;
}

/* ---- Items ---- */

static enum status read_item(struct configuration_reading *reading, const char *word, uint32_t line,
			     struct configuration_item *out)
{
	out->file = reading->file;
	out->line = line;
	out->word = configuration_copy(reading->configuration, word);
	out->is_kernel = strcmp(word, CONFIGURATION_KERNEL) == 0;
	if (out->word == NULL)
		return STATUS_NO_MEMORY;
	if (out->is_kernel)
		return STATUS_OK;
	return configuration_resolve(reading, line, word, &out->program);
}

static enum status add_item(struct configuration_reading *reading, const struct syntax_node *node,
			    struct configuration_item ***end)
{
	if (node->kind != SYNTAX_WORD)
		return configuration_refuse(reading, node->line,
					    "a handler is the name or the CID of a program", NULL);
	struct configuration_item *item =
	    configuration_allocate(reading->configuration, sizeof *item);
	if (item == NULL)
		return STATUS_NO_MEMORY;
	**end = item;
	*end = &item->next;
	return read_item(reading, node->word, node->line, item);
}

/* A word, or a list of words. */
static enum status read_chain(struct configuration_reading *reading, const struct syntax_node *node,
			      struct configuration_item **out)
{
	struct configuration_item **end = out;
	if (node->kind != SYNTAX_LIST)
		return add_item(reading, node, &end);
	if (node->first == NULL)
		return configuration_refuse(reading, node->line, "a chain without a program", NULL);
	enum status status = STATUS_OK;
	uint32_t count = 0;
	for (const struct syntax_node *item = node->first; item != NULL && status == STATUS_OK;
	     item = item->next) {
		if (++count > CHAIN_MAX)
			return configuration_refuse(reading, item->line,
						    "a chain of more than 32 programs", NULL);
		status = add_item(reading, item, &end);
	}
	return status;
}

/* ---- Sections ---- */

static enum status read_exceptions(struct configuration_reading *reading,
				   const struct syntax_node *section,
				   struct configuration_handling *handling)
{
	struct configuration_exception **end = &handling->exceptions;
	if (section->kind != SYNTAX_SECTION)
		return configuration_refuse(reading, section->line,
					    "`for` is a section: { PROGRAM = HANDLER }", NULL);
	enum status status = STATUS_OK;
	for (const struct syntax_node *node = section->first; node != NULL && status == STATUS_OK;
	     node = node->next) {
		struct configuration_exception *exception =
		    configuration_allocate(reading->configuration, sizeof *exception);
		if (exception == NULL)
			return STATUS_NO_MEMORY;
		*end = exception;
		end = &exception->next;
		status = read_item(reading, node->key, node->key_line, &exception->whose);
		if (status == STATUS_OK && exception->whose.is_kernel)
			status = configuration_refuse(reading, node->key_line,
						      "the kernel sends to nobody", NULL);
		if (status == STATUS_OK)
			status = read_chain(reading, node, &exception->chain);
	}
	return status;
}

static enum status read_section(struct configuration_reading *reading,
				const struct syntax_node *section,
				struct configuration_handling *handling)
{
	enum status status = STATUS_OK;
	bool has_exceptions = false;
	for (const struct syntax_node *node = section->first; node != NULL && status == STATUS_OK;
	     node = node->next) {
		bool is_chain = strcmp(node->key, "chain") == 0;
		bool is_for = strcmp(node->key, "for") == 0;
		if (!is_chain && !is_for)
			return configuration_refuse(reading, node->key_line,
						    "no such key of an interface (chain, for)",
						    node->key);
		if ((is_chain && handling->chain != NULL) || (is_for && has_exceptions))
			return configuration_refuse(reading, node->key_line,
						    "a key that stands twice", node->key);
		has_exceptions |= is_for;
		status = is_chain ? read_chain(reading, node, &handling->chain)
				  : read_exceptions(reading, node, handling);
	}
	if (status == STATUS_OK && handling->chain == NULL && handling->exceptions == NULL)
		return configuration_refuse(reading, section->key_line,
					    "an interface without a handler", section->key);
	return status;
}

static struct configuration_handling *add_handling(struct configuration_handlings *handlings)
{
	if (handlings->count == handlings->capacity) {
		uint32_t capacity = handlings->capacity == 0 ? 64 : 2 * handlings->capacity;
		void *grown = realloc(handlings->items, capacity * sizeof *handlings->items);
		if (grown == NULL)
			return NULL;
		handlings->items = grown;
		handlings->capacity = capacity;
	}
	struct configuration_handling *handling = &handlings->items[handlings->count];
	*handling = (struct configuration_handling){.order = handlings->count++};
	return handling;
}

static enum status read_handling(struct configuration_reading *reading,
				 const struct syntax_node *node)
{
	struct configuration_handling *handling = add_handling(&reading->handlings);
	if (handling == NULL)
		return STATUS_NO_MEMORY;
	handling->file = reading->file;
	handling->line = node->key_line;
	enum status status = configuration_resolve_interface(reading, node->key_line, node->key,
							     &handling->interface);
	if (status == STATUS_NOT_FOUND)
		reading->handlings.count--;
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	if (configuration_is_kernels_own(&handling->interface))
		return configuration_refuse(reading, node->key_line,
					    "it cannot be given to a program", node->key);
	status = node->kind == SYNTAX_SECTION ? read_section(reading, node, handling)
					      : read_chain(reading, node, &handling->chain);
	handling->is_left_out = status == STATUS_NOT_FOUND;
	return handling->is_left_out ? STATUS_OK : status;
}

enum status configuration_read_handlers(struct configuration_reading *reading,
					const struct syntax_node *section)
{
	enum status status = STATUS_OK;
	for (const struct syntax_node *node = section->first; node != NULL && status == STATUS_OK;
	     node = node->next)
		status = read_handling(reading, node);
	return status;
}

/* ---- Order ---- */

static int compare(const void *a, const void *b)
{
	const struct configuration_handling *one = a, *other = b;
	int order = memcmp(&one->interface, &other->interface, sizeof one->interface);
	return order != 0 ? order : one->order < other->order ? -1 : 1;
}

enum status configuration_sort(struct configuration_reading *reading)
{
	struct configuration_handlings *handlings = &reading->handlings;
	if (handlings->count > 0)
		qsort(handlings->items, handlings->count, sizeof *handlings->items, compare);
	for (uint32_t i = 1; i < handlings->count; i++) {
		const struct configuration_handling *first = &handlings->items[i - 1];
		const struct configuration_handling *second = &handlings->items[i];
		if (first->file != second->file ||
		    memcmp(&first->interface, &second->interface, sizeof first->interface) != 0)
			continue;
		char what[96];
		snprintf(what, sizeof what, "two handlers for one interface, the other in line %u",
			 first->line);
		reading->file = second->file;
		return configuration_refuse(reading, second->line, what, NULL);
	}
	return STATUS_OK;
}
